"""Orders and what became of them: the vendor's InvoiceOrder. Pure.

Source: docs/24sevenoffice.md, "Orders".
"""

from collections.abc import Hashable, Mapping
from typing import Any

from adapters.twentyfour_seven_office.soap.mapping.customers import address_out
from adapters.twentyfour_seven_office.soap.mapping.values import (
    date_in,
    date_out,
    decimal_in,
    id_in,
)
from adapters.twentyfour_seven_office.values import known_number, without_nothing
from core.business import NewOrderStatus
from core.currency import Currency
from core.dimension import Dimension
from core.invoice import Delivery
from core.order_draft import CreditedOrder, OrderDraft, OrderRow
from core.payment import BookedTotals, OrderState
from core.recovery import FoundOrder
from core.transfer import Receipt

FIND_PROPERTIES = ("OrderId", "CustomerId", "CustomerReferenceNo", "OrderTotalIncVat", "OrderTotalVat")
STATE_PROPERTIES = (
    "OrderId",
    "CustomerId",
    "OrderStatus",
    "InvoiceId",
    "DateInvoiced",
    "CustomerReferenceNo",
    "OrderTotalIncVat",
    "OrderTotalVat",
    "Paid",
)

# An order of ours stays an order: publishing (ForInvoicing, Invoiced) is the accountant's act.
_STATUSES = {
    NewOrderStatus.DRAFT: "Draft",
    NewOrderStatus.OFFER: "Offer",
    NewOrderStatus.CONFIRMED: "Confirmed",
}


def new_order(draft: OrderDraft, *, where: str) -> dict[str, Any]:
    """Describe an order that is to be created.

    An order has no due date at the vendor's, only PaymentTime: the days from the order's date. ReferenceNumber is the
    buyer's purchase order number.
    Errors: Rejected, code `unknown_reference`, when an id or VAT code of the draft can't be one of this system's.
    """
    return without_nothing(
        {
            "CustomerId": known_number(draft.customer_id, "customer", where),
            "OrderStatus": _STATUSES[draft.status],
            "DateOrdered": date_out(draft.issue_date),
            "PaymentTime": (draft.due_date - draft.issue_date).days,
            "CustomerReferenceNo": draft.reference,
            "IncludeVAT": draft.prices_include_vat,
            "YourReference": draft.your_reference,
            "InvoiceText": draft.comment,
            "Currency": _currency_out(draft.currency) if draft.currency else None,
            "ReferenceNumber": draft.order_reference,
            **(_credited_out(draft.credited, where) if draft.credited else {}),
            **(_delivery_out(draft.delivery) if draft.delivery else {}),
            **_dimensions_out(draft.department, draft.project, where),
            "InvoiceRows": {"InvoiceRow": [_row_out(row, where) for row in draft.rows]},
        }
    )


def same_order(asked: Mapping[str, Any], answered: Mapping[str, Any]) -> bool | None:
    """Whether an answer is about the order that was asked for; None when it does not tell."""
    reference = answered.get("CustomerReferenceNo")
    return None if not reference else reference == asked["CustomerReferenceNo"]


def asked_key(order: Mapping[str, Any]) -> Hashable:
    """By what an order that was asked for is told from others: its reference, compared exactly, and its customer."""
    return order["CustomerReferenceNo"], order["CustomerId"]


def found_key(order: Mapping[str, Any]) -> Hashable | None:
    """By what an order that was read is told from others; None when it does not tell."""
    reference, customer = order.get("CustomerReferenceNo"), order.get("CustomerId")
    return (reference, customer) if reference and customer else None


def receipt_in(order: Mapping[str, Any], *, customer_id: str | None = None) -> Receipt | None:
    """Read a receipt; None without an order id or a customer. `customer_id` is whom it was asked for."""
    order_id = id_in(order.get("OrderId"))
    customer = id_in(order.get("CustomerId")) or customer_id
    if order_id is None or customer is None:
        return None
    return Receipt(order_id=order_id, customer_id=customer, totals=totals_in(order))


def found_order_in(order: Mapping[str, Any]) -> FoundOrder | None:
    """Read an order and the number that it carries; None without an order id or a customer."""
    receipt = receipt_in(order)
    return FoundOrder(reference=order.get("CustomerReferenceNo") or None, receipt=receipt) if receipt else None


def totals_in(order: Mapping[str, Any]) -> BookedTotals | None:
    """Read the totals that the vendor computed; None unless both are told."""
    gross, vat = decimal_in(order.get("OrderTotalIncVat")), decimal_in(order.get("OrderTotalVat"))
    return BookedTotals(gross=gross, vat=vat) if gross is not None and vat is not None else None


def order_state_in(order: Mapping[str, Any]) -> OrderState | None:
    """Read an order's state, its dates as Norwegian dates; None without an order id."""
    order_id = id_in(order.get("OrderId"))
    if order_id is None:
        return None
    return OrderState(
        order_id=order_id,
        reference=order.get("CustomerReferenceNo") or None,  # REST keeps our number where SOAP does not see it
        customer_id=id_in(order.get("CustomerId")),
        invoice_number=id_in(order.get("InvoiceId")),
        invoiced_at=date_in(order.get("DateInvoiced")),
        paid_at=date_in(order.get("Paid")),
        totals=totals_in(order),
    )


def _row_out(row: OrderRow, where: str) -> dict[str, Any]:
    if row.is_text:
        return {"Name": row.text, "Type": "Text"}
    return {
        "ProductId": known_number(row.product_id, "product", where),
        "VatRate": row.vat_percent,
        "Price": row.unit_price,
        "Name": row.text,
        "DiscountRate": row.discount_percent,
        "Quantity": row.quantity,
        "Type": "Normal",
        "TaxSettings": {"TaxCode": known_number(row.vat_code, "VAT code", where), "TaxRate": row.vat_percent},
        **_dimensions_out(row.department, row.project, where),
    }


def _dimensions_out(department: Dimension | None, project: Dimension | None, where: str) -> dict[str, int]:
    said = {"DepartmentId": (department, "department"), "ProjectId": (project, "project")}
    return {name: known_number(one.id, what, where) for name, (one, what) in said.items() if one}


def _credited_out(credited: CreditedOrder, where: str) -> dict[str, Any]:
    """The invoice's number is the vendor's own, which it has once it is published."""
    number = credited.invoice_number
    return {
        "ReferenceOrderId": known_number(credited.order_id, "order", where),
        "ReferenceInvoiceId": known_number(number, "invoice", where) if number else None,
    }


def _delivery_out(delivery: Delivery) -> dict[str, Any]:
    """Assumed: the order's other addresses stay the customer's."""
    return {
        "CustomerDeliveryName": delivery.name,
        "Addresses": {"Delivery": address_out(delivery.address)} if delivery.address else None,
        "DeliveryDate": date_out(delivery.date) if delivery.date else None,
    }


def _currency_out(currency: Currency) -> dict[str, Any]:
    return {"Rate": currency.rate, "Unit": currency.unit, "Symbol": currency.code}
