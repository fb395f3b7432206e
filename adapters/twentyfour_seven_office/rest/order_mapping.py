"""Orders and their rows: the vendor's sales orders and their lines. Pure.

Source: docs/24sevenoffice.md, "REST": our reference goes into internalMemo, and is compared exactly. While an order
is being written its memo says so: that text is longer than any invoice number, so the one never passes for the other.
There is no flag for prices including VAT, so orders are drafted without (Limits).
"""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from adapters.http_api.json_values import Item, decimal_in, id_in, part
from adapters.http_api.values import text_in, without_nothing
from adapters.twentyfour_seven_office.values import known_number
from core.business import NewOrderStatus
from core.currency import HOME_CURRENCY
from core.customer import Address
from core.dimension import Dimension, DimensionKind
from core.invoice import Delivery
from core.order_draft import OrderDraft, OrderRow
from core.payment import BookedTotals
from core.recovery import FoundOrder
from core.transfer import Receipt

DIMENSION_TYPES = {DimensionKind.PROJECT: 1, DimensionKind.DEPARTMENT: 2}
"""The vendor's numbers, the same in every company."""

_UNFINISHED = " (not complete yet: Kvitt is still writing this order, do not publish it)"

# An order of ours stays an order: publishing (Invoice) is the accountant's act.
_STATUSES = {
    NewOrderStatus.DRAFT: "Draft",
    NewOrderStatus.OFFER: "Proposal",
    NewOrderStatus.CONFIRMED: "Confirmed",
}
_PUBLISHED = ("Invoice", "AdvanceInvoice")
_HOME = (None, HOME_CURRENCY, "LOCAL")


def begun_order(draft: OrderDraft, *, customer_name: str, where: str) -> dict[str, Any]:
    """Describe an order that has no rows yet: a draft, marked as unfinished.

    Errors: Rejected, code `unknown_reference`, when the customer's id can't be one of this system's.
    """
    return {**_header(draft, customer_name, where), "status": "Draft", "internalMemo": unfinished(draft.reference)}


def finished_order(draft: OrderDraft) -> dict[str, Any]:
    """Describe what makes an order whole that has its rows: its status, and our reference."""
    return {"status": _STATUSES[draft.status], "internalMemo": draft.reference}


def completed_order(draft: OrderDraft, begun: Item, *, customer_name: str, where: str) -> dict[str, Any]:
    """Describe what makes an order whole that an earlier attempt began, perhaps from what the invoice said then.

    Errors: those of `begun_order`.
    """
    emptied: dict[str, Any] = {}
    if draft.comment is None and text_in(begun.get("memo")):
        emptied["memo"] = ""
    if draft.your_reference is None and text_in(part(begun, "yourReference").get("name")):
        emptied["yourReference"] = {"name": ""}
    if draft.order_reference is None and text_in(begun.get("referenceNumber")):
        emptied["referenceNumber"] = ""
    delivery = draft.delivery or Delivery()
    handed_to = part(begun, "deliveryCustomer").items()
    if said := {name: "" for name, text in handed_to if isinstance(text, str) and text}:
        emptied["deliveryCustomer"] = {**said, **_delivery_out(delivery)}
    if delivery.date is None and begun.get("deliveryDate"):  # a date can't be emptied: it becomes the order's
        emptied["deliveryDate"] = draft.issue_date.isoformat()
    if draft.currency is None and part(begun, "currency").get("code") not in _HOME:
        emptied["currency"] = {"code": HOME_CURRENCY, "rate": 1}
    if draft.department is None and draft.project is None and begun.get("dimensions"):
        emptied["dimensions"] = []
    return {**_header(draft, customer_name, where), **emptied, **finished_order(draft)}


def unfinished(reference: str) -> str:
    """Return the memo of an order that is still being written, in words for an accountant who sees it."""
    return f"{reference}{_UNFINISHED}"


def is_published(order: Item) -> bool:
    """Whether an order is an invoice already, and can't be changed any more."""
    return order.get("status") in _PUBLISHED


def is_there(order: Item) -> bool:
    """Whether an order still counts: an inactive one was deleted."""
    return order.get("status") != "Inactive"


def reference_on(order: Item) -> str | None:
    """Return the memo, by which our orders are known."""
    memo = order.get("internalMemo")
    return memo if isinstance(memo, str) else None


def receipts_in(order: Item, wanted: Collection[str]) -> dict[str, Receipt]:
    """Read whether an order carries one of our references, whole or unfinished: reference -> receipt."""
    found = found_order_in(order)
    if found is None or found.reference is None or found.reference not in wanted:
        return {}
    return {found.reference: found.receipt}


def found_order_in(order: Item) -> FoundOrder | None:
    """Read an order and the number that it carries, whole or unfinished; None when it is gone, or has no customer."""
    order_id, customer_id = id_in(order.get("id")), id_in(part(order, "customer").get("id"))
    if order_id is None or customer_id is None or not is_there(order):
        return None
    memo = reference_on(order) or ""
    reference = memo.removesuffix(_UNFINISHED)
    receipt = Receipt(order_id=order_id, customer_id=customer_id, totals=totals_in(order), is_whole=reference == memo)
    return FoundOrder(reference=reference or None, receipt=receipt)


def totals_in(order: Item) -> BookedTotals | None:
    """Read the totals that the vendor computed; None unless both are told."""
    gross, vat = decimal_in(order.get("grossAmount")), decimal_in(order.get("taxAmount"))
    return BookedTotals(gross=gross, vat=vat) if gross is not None and vat is not None else None


def _header(draft: OrderDraft, customer_name: str, where: str) -> dict[str, Any]:
    """An order has no due date before it is an invoice, only terms: the days from the order's date."""
    currency, delivery = draft.currency, draft.delivery or Delivery()
    return without_nothing(
        {
            "customer": {"id": known_number(draft.customer_id, "customer", where), "name": customer_name},
            "date": draft.issue_date.isoformat(),
            "memo": draft.comment,
            "yourReference": {"name": draft.your_reference} if draft.your_reference else None,
            "referenceNumber": draft.order_reference,
            "deliveryDate": delivery.date.isoformat() if delivery.date else None,
            "deliveryCustomer": _delivery_out(delivery) or None,
            "currency": {"code": currency.code, "rate": currency.rate / currency.unit}
            if currency and currency.rate is not None
            else None,
            "dimensions": dimensions_out(draft.department, draft.project),
            "invoice": {"paymentTerms": {"type": "NumberOfDays", "value": (draft.due_date - draft.issue_date).days}},
        }
    )


def _delivery_out(delivery: Delivery) -> dict[str, str]:
    address = delivery.address or Address()
    country = text_in(address.country)
    return without_nothing(
        {
            "name": delivery.name,
            "street": address.whole_street,
            "postalCode": text_in(address.postal_code),
            "postalArea": text_in(address.city),
            "countryCode": country.upper() if country else None,
        }
    )


def lines_of(draft: OrderDraft, *, where: str) -> list[dict[str, Any]]:
    """Describe an order's rows, in their order.

    Errors: Rejected, code `unknown_reference`, when an id or VAT code can't be one of this system's.
    """
    return [_line(row, where=where) for row in draft.rows]


def dimensions_out(department: Dimension | None, project: Dimension | None) -> list[dict[str, Any]] | None:
    """Describe what an order or a line is counted under; None for nothing."""
    said = {DimensionKind.DEPARTMENT: department, DimensionKind.PROJECT: project}
    return [
        {"dimensionType": DIMENSION_TYPES[kind], "value": dimension.id, "name": dimension.name or dimension.id}
        for kind, dimension in said.items()
        if dimension
    ] or None


def fitting(wanted: Sequence[Item], there: Sequence[Item]) -> int:
    """Return how many of an order's lines, from the first, are just those that are wanted."""
    count = 0
    for asked, found in zip(wanted, there, strict=False):
        if not _says_the_same(asked, found):
            break
        count += 1
    return count


def line_ids(there: Sequence[Item]) -> list[int]:
    """Return the ids of lines; one without an id is left out."""
    return [int(line_id) for line in there if (line_id := id_in(line.get("id")))]


def _line(row: OrderRow, *, where: str) -> dict[str, Any]:
    if row.is_text:
        return {"type": "text", "description": row.text}
    return without_nothing(
        {
            "type": "product",
            "product": {"id": known_number(row.product_id, "product", where)},
            "description": row.text,
            "quantity": row.quantity,
            "price": row.unit_price,
            "discountRate": row.discount_percent,
            "tax": {"number": known_number(row.vat_code, "VAT code", where), "rate": row.vat_percent},
            "dimensions": dimensions_out(row.department, row.project),
        }
    )


def _says_the_same(asked: Item, found: Item) -> bool:
    if (found.get("type"), found.get("description")) != (asked["type"], asked["description"]):
        return False
    return asked["type"] == "text" or (
        id_in(part(found, "product").get("id")) == id_in(asked["product"]["id"])
        and decimal_in(found.get("quantity")) == asked["quantity"]
        and decimal_in(found.get("price")) == asked["price"]
        and (decimal_in(found.get("discountRate")) or Decimal(0)) == asked["discountRate"]
        and decimal_in(part(found, "tax").get("number")) == asked["tax"]["number"]
        and decimal_in(part(found, "tax").get("rate")) == asked["tax"]["rate"]
        and _dimensions_on(found) == _dimensions_on(asked)
    )


def _dimensions_on(line: Item) -> dict[int, str]:
    """Return a line's department and project by type; what else it is counted under is not ours."""
    ours, listed = DIMENSION_TYPES.values(), line.get("dimensions")
    return {
        int(kind): str(named.get("value"))
        for named in (listed if isinstance(listed, list) else ())
        if isinstance(named, Mapping) and (kind := decimal_in(named.get("dimensionType"))) is not None and kind in ours
    }
