"""Sales orders: listed, read, created, changed and deleted; setting the status Invoice publishes one.

docs/24sevenoffice.md, "REST": filters by customer, status, dates and createdFrom, none by reference. What has been
published can't be changed or deleted any more.

docs/24sevenoffice.md, "REST": there is no flag for prices including VAT; what SOAP wrote with VAT in it is shown
without, to four decimals (assumed). The status has fewer values than SOAP's: what REST has no word for is shown as
Confirmed (assumed).
"""

from copy import deepcopy
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.norwegian_time import day_of, midnight, text_of
from sandbox.twentyfour_seven_office.records import Order, Row
from sandbox.twentyfour_seven_office.refusals import ItemRefusedError
from sandbox.twentyfour_seven_office.rest.operation import TOKEN, Answer, Operation, Visit, page_by_id
from sandbox.twentyfour_seven_office.rest.refusals import bad_request, broken_rule, conflict, invalid, missing
from sandbox.twentyfour_seven_office.rest.shape import Check, choice, day, members, number, text, whole
from sandbox.twentyfour_seven_office.rest.tables import DIMENSIONS, dimension_values, take_dimensions, tax_id
from sandbox.twentyfour_seven_office.rules import check_currency, check_order

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


USUAL, MOST = 100, 500
INVOICE = "Invoice"
OF_STATUS = {shown: kept for kept, shown in STATUSES.items()}

CUSTOMER: dict[str, Check] = {
    "id": whole(),
    "name": text(most=200),
    "organizationNumber": text(most=20),
}
ORDER: dict[str, Check] = {
    "currency": members(
        code=text(pattern="[A-Z]{3}"),
        rate=number(least=Decimal("1e-10"), most=Decimal(1_000_000_000)),
    ),
    "status": choice(*(shown for shown in OF_STATUS if shown != "AdvanceInvoice")),
    "invoice": members(paymentTerms=members(("type", "value"), type=choice("NumberOfDays"), value=whole(least=0))),
    "date": day,
    "deliveryDate": day,
    "deliveryCustomer": members(
        id=whole(),
        name=text(most=250),
        street=text(most=250),
        postalCode=text(most=16),
        postalArea=text(most=200),
        city=text(most=50),
        countrySubdivision=text(most=100),
        countryCode=text(most=2),
    ),
    "internalMemo": text(most=300),
    "memo": text(),
    "yourReference": members(name=text()),
    "referenceNumber": text(most=50),
    "dimensions": DIMENSIONS,
}
NEW = members(("customer",), customer=members(("id", "name"), **CUSTOMER), **ORDER)
CHANGES = members(customer=members(**CUSTOMER), **ORDER)


def read_orders(visit: Visit) -> Answer:
    """The orders that every parameter given lets through, in order of id; from and to are included."""
    status, customer, invoice = visit.text("status"), visit.text("customerId"), visit.text("invoiceNumber")
    if status is not None:
        choice(*OF_STATUS)(status, "status")
    on, days = visit.day("date"), (visit.day("dateFrom"), visit.day("dateTo"))
    created = visit.instant("createdFrom"), visit.instant("createdTo")
    changed = visit.instant("modifiedFrom"), visit.instant("modifiedTo")

    def holds(order: Order) -> bool:
        return (
            status in (None, STATUSES.get(order.status, OTHERWISE))
            and customer in (None, str(order.customer_id))
            and invoice in (None, str(order.invoice_id))
            and on in (None, _ordered(order))
            and _within(_ordered(order), *days)
            and _within(order.date_created, *created)
            and _within(order.date_changed, *changed)
        )

    page = page_by_id(visit.books.orders, holds, visit, usual=USUAL, most=MOST)
    return Answer([listed_values(visit, order) for order in page.content], links=page.links)


def read_order(visit: Visit) -> Answer:
    """One order."""
    return Answer(order_values(visit, order_of(visit)))


def create_order(visit: Visit) -> Answer:
    """A new order, without lines."""
    return _saved(visit, Order(id=0, customer_id=0, include_vat=False), NEW(visit.body, ""))


def change_order(visit: Visit) -> Answer:
    """What is named is written, and nothing else."""
    order = order_of(visit)
    asked = CHANGES(visit.body, "")
    if order.invoice_id is not None:
        raise invalid("status", "invoiced")
    return _saved(visit, order, asked)


def delete_order(visit: Visit) -> Answer:
    """Gone for good, lines and all."""
    order = order_of(visit)
    if order.invoice_id is not None:
        raise conflict("The sales order is invoiced")
    visit.books.delete_order(order.id)
    return Answer(status=204)


def order_of(visit: Visit) -> Order:
    """The order that the path names. Errors: RestRefusedError when there is none."""
    order = visit.books.orders.get(visit.ids["id"])
    if order is None:
        raise missing()
    return order


def _saved(visit: Visit, order: Order, asked: dict[str, Any]) -> Answer:
    draft = deepcopy(order)
    publishes = asked.pop("status", None) if asked.get("status") == INVOICE else None
    _change(draft, asked)
    customer = visit.books.customers.get(draft.customer_id)
    if customer is None or customer.type == "Lead":
        raise invalid("customer.id", "notFound")
    try:
        check_currency(visit.books, draft.currency_symbol)
        check_order(visit.account, draft)
    except ItemRefusedError as refusal:
        raise broken_rule(refusal) from None
    if publishes and not draft.rows:
        raise bad_request("NoLines", "No lines in the sales order")
    vars(order).update(vars(draft))
    visit.books.keep_order(order)
    if publishes:
        visit.books.publish(order.id)
    return Answer(order_values(visit, order))


def _change(order: Order, asked: dict[str, Any]) -> None:
    customer, terms = asked.get("customer", {}), asked.get("invoice", {}).get("paymentTerms", {})
    order.customer_id = customer.get("id", order.customer_id)
    order.customer_name = customer.get("name", order.customer_name)
    order.status = OF_STATUS[asked["status"]] if "status" in asked else order.status
    order.date_ordered = midnight(asked["date"]) if "date" in asked else order.date_ordered
    order.internal_memo = asked.get("internalMemo", order.internal_memo)
    order.invoice_text = asked.get("memo", order.invoice_text)
    order.your_reference = asked.get("yourReference", {}).get("name", order.your_reference)
    order.payment_time = terms.get("value", order.payment_time)
    if "currency" in asked:  # without a rate it is 1, as the default has it
        order.currency_symbol = asked["currency"].get("code", order.currency_symbol)
        order.currency_rate, order.currency_unit = asked["currency"].get("rate", Decimal(1)), 1
    if "referenceNumber" in asked:
        order.other["ReferenceNumber"] = asked["referenceNumber"]
    if "deliveryDate" in asked:
        order.other["DeliveryDate"] = midnight(asked["deliveryDate"])
    handed_to = asked.get("deliveryCustomer", {})
    order.other |= {kept: handed_to[name] for name, kept in DELIVERY_FIELDS.items() if name in handed_to}
    address = {kept: handed_to[name] for name, kept in DELIVERY_PARTS.items() if name in handed_to}
    if address:
        order.addresses["Delivery"] = order.addresses.get("Delivery", {}) | address
    take_dimensions(order.other, asked)


def _ordered(order: Order) -> date | None:
    return day_of(order.date_ordered) if order.date_ordered else None


def _within(value: Any, begins: Any, ends: Any) -> bool:
    """Whether a date or instant lies between two, or after or before the one that is given."""
    if value is None:
        return begins is None and ends is None
    return (begins is None or value >= begins) and (ends is None or value <= ends)


LIST = frozenset(
    {
        "limit", TOKEN, "date", "dateFrom", "dateTo", "status", "customerId", "invoiceNumber", "createdFrom",
        "createdTo", "modifiedFrom", "modifiedTo",
    }
)  # fmt: skip
OPERATIONS = (
    Operation("GET", "/salesorders", read_orders, LIST),
    Operation("POST", "/salesorders", create_order),
    Operation("GET", "/salesorders/{id}", read_order),
    Operation("PATCH", "/salesorders/{id}", change_order),
    Operation("DELETE", "/salesorders/{id}", delete_order),
)
