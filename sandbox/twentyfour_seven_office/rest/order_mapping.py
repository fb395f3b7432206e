"""A sales order and its lines as REST shows them.

docs/24sevenoffice.md, "REST": there is no flag for prices including VAT; what SOAP wrote with VAT in it is shown
without, to four decimals (assumed). The status has fewer values than SOAP's: what REST has no word for is shown as
Confirmed (assumed).
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.twentyfour_seven_office.norwegian_time import day_of, text_of
from sandbox.twentyfour_seven_office.records import Order, Row
from sandbox.twentyfour_seven_office.rest.operation import Visit
from sandbox.twentyfour_seven_office.rest.tables import dimension_values, tax_id

STATUSES = {
    "Draft": "Draft",
    "Web": "Web",
    "Offer": "Proposal",
    "Confirmed": "Confirmed",
    "Invoiced": "Invoice",
    "OnAccount": "AdvanceInvoice",
    "Inactive": "Inactive",
}
OTHERWISE = "Confirmed"

DELIVERY_FIELDS = {"id": "CustomerDeliveryId", "name": "CustomerDeliveryName"}
DELIVERY_PARTS = {
    "street": "Street",
    "postalCode": "PostalCode",
    "postalArea": "PostalArea",
    "city": "City",
    "countrySubdivision": "State",
    "countryCode": "Country",
}

HUNDRED = Decimal(100)
FOUR_DECIMALS = Decimal("0.0001")


def order_values(visit: Visit, order: Order) -> dict[str, Any]:
    """All that REST knows of an order; what is not set is left out."""
    return listed_values(visit, order) | dimension_values(visit.books, order.other)


def listed_values(visit: Visit, order: Order) -> dict[str, Any]:
    """What a listing tells of an order."""
    record = visit.books.customers.get(order.customer_id)
    customer = {"id": order.customer_id, "name": order.customer_name or (record.name if record else "")}
    if record and record.organization_number:
        customer["organizationNumber"] = record.organization_number[:20]
    texts = {
        "internalMemo": order.internal_memo,
        "memo": order.invoice_text,
        "referenceNumber": order.other.get("ReferenceNumber", ""),
    }
    instants = {"createdAt": order.date_created, "modifiedAt": order.date_changed}
    return {
        "id": order.id,
        "customer": customer,
        "status": STATUSES.get(order.status, OTHERWISE),
        "currency": {"code": order.currency_symbol, "rate": order.currency_rate / order.currency_unit},
        "invoice": _invoice_values(order),
        **({"date": day_of(order.date_ordered).isoformat()} if order.date_ordered else {}),
        **{name: text for name, text in texts.items() if text},
        **_delivery_values(order),
        **({"yourReference": {"name": order.your_reference}} if order.your_reference else {}),
        **{name: text_of(instant) for name, instant in instants.items() if instant},
        "grossAmount": order.total_inc_vat,
        "netAmount": order.total_inc_vat - order.total_vat,
        "taxAmount": order.total_vat,
    }


def line_values(visit: Visit, order: Order, row: Row) -> dict[str, Any]:
    """All that REST knows of a line."""
    values: dict[str, Any] = {"id": row.id, "type": "product" if row.type == "Normal" else "text"}
    if row.product_id:
        values["product"] = {"id": row.product_id}
    values |= {"description": row.name} if row.name else {}
    amounts = {"quantity": row.quantity, "price": net_price(order, row), "discountRate": row.discount_rate}
    values |= {name: amount for name, amount in amounts.items() if amount is not None}
    values |= dimension_values(visit.books, row.other)
    tax = {"id": tax_id(visit, row.tax_code), "number": row.tax_code, "rate": row.vat_rate}
    return values | {"tax": {name: value for name, value in tax.items() if value is not None}}


def net_price(order: Order, row: Row) -> Decimal | None:
    """The price of one without VAT."""
    if row.price is None or not order.include_vat:
        return row.price
    return (row.price * HUNDRED / (HUNDRED + (row.vat_rate or 0))).quantize(FOUR_DECIMALS, ROUND_HALF_UP)


def _invoice_values(order: Order) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if order.payment_time is not None:
        values["paymentTerms"] = {"type": "NumberOfDays", "value": order.payment_time}
    if order.invoice_id is not None and order.date_invoiced is not None:
        values |= {
            "number": order.invoice_id,
            "date": day_of(order.date_invoiced).isoformat(),
            "dueDate": str(order.due_date),
            "remittanceReference": order.ocr,
            "transaction": {"id": order.transaction_id},
        }
    return values


def _delivery_values(order: Order) -> dict[str, Any]:
    address = order.addresses.get("Delivery", {})
    held = {name: order.other.get(kept) for name, kept in DELIVERY_FIELDS.items()}
    customer = {name: value for name, value in held.items() if value}
    customer |= {name: address[kept] for name, kept in DELIVERY_PARTS.items() if address.get(kept)}
    values: dict[str, Any] = {"deliveryCustomer": customer} if customer else {}
    if day := order.other.get("DeliveryDate"):
        values["deliveryDate"] = day_of(day).isoformat()
    return values
