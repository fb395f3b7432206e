"""Where orders go at 24SevenOffice, and the vendor's InvoiceOrder that they are there.

Source: docs/24sevenoffice.md, "Orders".
"""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from typing_extensions import override

from adapters.http_api.values import without_nothing
from adapters.twentyfour_seven_office.soap.answers import (
    Answer,
    Item,
    confirmed,
    created_one,
    each_others,
    new_ids,
    readable_items,
    unconfirmed,
)
from adapters.twentyfour_seven_office.soap.companies import address_out
from adapters.twentyfour_seven_office.soap.operations import GET_INVOICES, SAVE_INVOICES
from adapters.twentyfour_seven_office.soap.session import BusinessSession
from adapters.twentyfour_seven_office.soap.values import (
    IDS_PER_READ,
    batches,
    date_out,
    decimal_in,
    id_in,
    instant_out,
)
from adapters.twentyfour_seven_office.values import known_number, numbers_of
from core.business import NewOrderStatus
from core.currency import Currency
from core.dimension import Dimension
from core.errors import KvittError, Outcome, Rejected
from core.invoice import Delivery
from core.order_draft import CreditedOrder, OrderDraft, OrderRow
from core.payment import BookedTotals
from core.ports.accounting import OrderSink
from core.recovery import FoundOrder
from core.transfer import Receipt

FIND_PROPERTIES = ("OrderId", "CustomerId", "CustomerReferenceNo", "OrderTotalIncVat", "OrderTotalVat")

# An order of ours stays an order: publishing (ForInvoicing, Invoiced) is the accountant's act.
_STATUSES = {
    NewOrderStatus.DRAFT: "Draft",
    NewOrderStatus.OFFER: "Offer",
    NewOrderStatus.CONFIRMED: "Confirmed",
}


class SoapOrderSink(OrderSink):
    """24SevenOffice, as a place that takes orders."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    @override
    def find(
        self, references: Collection[str], *, customer_ids: Sequence[str], since: datetime
    ) -> dict[str, list[Receipt]]:
        """Look for orders by our reference.

        The vendor does not search by it, so all orders of these customers changed since then are read, and compared.
        One call for up to IDS_PER_READ customers.
        """
        wanted = set(references)
        found: dict[str, list[Receipt]] = {}
        for numbers in batches(numbers_of(customer_ids), IDS_PER_READ):
            search = {"CustomerIds": {"int": list(numbers)}, "ChangedAfter": instant_out(since)}
            for order in self._read_items(search):
                reference = order.get("CustomerReferenceNo")
                receipt = receipt_in(order)
                if reference in wanted and receipt:
                    found.setdefault(reference, []).append(receipt)
        return {
            reference: sorted(receipts, key=lambda receipt: int(receipt.order_id))
            for reference, receipts in found.items()
        }

    @override
    def changed_since(self, since: datetime) -> Iterator[Sequence[FoundOrder]]:
        """Read all orders changed since then, with one call: there are no pages, and no end to search before."""
        found = self._read_orders({"ChangedAfter": instant_out(since)})
        if found:
            yield sorted(found, key=lambda order: int(order.receipt.order_id))

    @override
    def read(self, order_id: str) -> FoundOrder | None:
        """Read one order, with one call; none is made for what can't be an id of the vendor's."""
        numbers = numbers_of([order_id])
        found = self._read_orders({"OrderIds": {"int": numbers}}) if numbers else []
        return next((order for order in found if order.receipt.order_id == order_id), None)

    def _read_orders(self, search: Mapping[str, Any]) -> list[FoundOrder]:
        orders = (found_order_in(item) for item in self._read_items(search))
        return [order for order in orders if order]

    def _read_items(self, search: Mapping[str, Any]) -> list[Item]:
        answer = self._session.call(
            GET_INVOICES, searchParams=search, invoiceReturnProperties={"string": list(FIND_PROPERTIES)}
        )
        return readable_items(answer, GET_INVOICES)

    @override
    def create(self, drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        """Create orders. One call; for several one more, which reads back what was created, with its totals.

        A draft that can't be asked for does not keep back the others.
        """
        described = [_order_or_refusal(draft) for draft in drafts]
        orders = [order for order in described if not isinstance(order, Rejected)]
        answer = self._session.call(SAVE_INVOICES, invoices={"InvoiceOrder": orders}) if orders else None
        outcomes = iter(self._confirm(orders, answer))
        return [order if isinstance(order, Rejected) else next(outcomes) for order in described]

    @override
    def delete(self, order_id: str) -> bool:
        """Refuse: InvoiceService has no operation that deletes an order."""
        raise Rejected(
            f"24SevenOffice's SOAP API can't delete order {order_id}.", code="cannot_withdraw", outcome=Outcome.WRITTEN
        )

    def _confirm(self, asked: Sequence[Item], answer: Answer) -> list[Receipt | KvittError]:
        if not asked:
            return []
        if len(asked) == 1:
            customer_id = str(asked[0]["CustomerId"])
            return [created_one(answer, SAVE_INVOICES, read=lambda item: receipt_in(item, customer_id=customer_id))]
        try:
            found = self._read_back(new_ids(answer, "OrderId"))
        except KvittError as trouble:
            return [*unconfirmed(asked, answer, SAVE_INVOICES, id_name="OrderId", trouble=trouble, same=same_order)]
        keys = {order_id: found_key(order) for order_id, (order, _receipt) in found.items()}
        return confirmed(
            asked,
            answer,
            SAVE_INVOICES,
            id_name="OrderId",
            own=each_others([asked_key(order) for order in asked], keys),
            results={order_id: receipt for order_id, (_order, receipt) in found.items()},
            same=same_order,
        )

    def _read_back(self, ids: Sequence[str]) -> dict[str, tuple[Item, Receipt]]:
        if not ids:
            return {}
        read = [(order, receipt_in(order)) for order in self._read_items({"OrderIds": {"int": numbers_of(ids)}})]
        return {receipt.order_id: (order, receipt) for order, receipt in read if receipt and receipt.order_id in ids}


def _order_or_refusal(draft: OrderDraft) -> dict[str, Any] | Rejected:
    """Describe the order that is asked for, or say why it can't be."""
    try:
        return new_order(draft, where=SAVE_INVOICES.where)
    except Rejected as refusal:
        return refusal


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
    named = {"DepartmentId": (department, "department"), "ProjectId": (project, "project")}
    return {name: known_number(said.id, what, where) for name, (said, what) in named.items() if said}


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
