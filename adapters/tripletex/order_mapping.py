"""Orders and their lines. Pure.

Source: docs/tripletex.md, "Orders": our reference goes into `reference`, and is compared exactly. It has the one place
that there is for a reference of the buyer's, so that goes into the comment, which stands on the invoice.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from adapters.http_api.json_values import Item, decimal_in, id_in, part
from adapters.http_api.values import without_nothing
from adapters.tripletex.customer_mapping import address_out
from adapters.tripletex.values import known_number, reference
from core.customer import Address
from core.invoice import Delivery
from core.order_draft import OrderDraft, OrderRow
from core.payment import BookedTotals
from core.recovery import FoundOrder
from core.transfer import Receipt

EARLIEST, AFTER_THE_LATEST = "2000-01-01", "2100-01-01"
"""An order of ours is dated between these: an invoice with another date is not complete (core.completeness)."""

MARK_FIELDS = "id,reference,customer(id)"
LINE_FIELDS = "orderLines(amountExcludingVatCurrency,amountIncludingVatCurrency)"

BUYERS_REFERENCE = "Deres ref.: "
"""What stands before the buyer's reference in the comment, in the language of the invoice."""


@dataclass(frozen=True)
class OrderIds:
    """Tripletex's ids of what a draft names by its code: VAT codes, countries, and the currency, where it is known."""

    vat: Mapping[str, int]
    countries: Mapping[str, int] = field(default_factory=dict)
    currency: int | None = None


def order_out(draft: OrderDraft, ids: OrderIds, *, where: str) -> dict[str, Any]:
    """Describe an order with its lines.

    An order has no due date before it is an invoice, only the days from the order's date. Without a day of delivery it
    is the order's.
    Errors: Rejected, code `unknown_reference`, when an id can't be one of this system's.
    """
    delivery = draft.delivery or Delivery()
    return without_nothing(
        {
            "customer": {"id": known_number(draft.customer_id, "customer", where)},
            "reference": draft.reference,
            "orderDate": draft.issue_date.isoformat(),
            "deliveryDate": (delivery.date or draft.issue_date).isoformat(),
            "deliveryAddress": address_out(delivery.address or Address(), countries=ids.countries) or None,
            "invoiceComment": comment_out(draft.comment, draft.your_reference),
            "currency": reference(ids.currency),
            "invoicesDueIn": (draft.due_date - draft.issue_date).days,
            "invoicesDueInType": "DAYS",
            "isPrioritizeAmountsIncludingVat": draft.prices_include_vat,
            "orderLines": [_line(row, draft, ids, where=where) for row in draft.rows],
        }
    )


def comment_out(comment: str | None, your_reference: str | None) -> str | None:
    """Write the comment, and the buyer's reference after it."""
    buyers = f"{BUYERS_REFERENCE}{your_reference}" if your_reference else None
    return "\n".join(text for text in (comment, buyers) if text) or None


def receipt_in(order: Item) -> Receipt | None:
    """Read an order's receipt; None when it has no id, or no customer."""
    order_id, customer_id = id_in(order.get("id")), id_in(part(order, "customer").get("id"))
    if order_id is None or customer_id is None:
        return None
    return Receipt(order_id=order_id, customer_id=customer_id, totals=totals_in(order))


def found_order_in(order: Item) -> FoundOrder | None:
    """Read an order and the number that it carries; None when it has no id, or no customer."""
    receipt = receipt_in(order)
    return FoundOrder(reference=reference_on(order) or None, receipt=receipt) if receipt else None


def reference_on(order: Item) -> str | None:
    """Return the reference, by which our orders are known; "" where it carries none, None where that is not told."""
    if "reference" not in order:
        return None
    found = order["reference"]
    return "" if found is None else found if isinstance(found, str) else None


def carrying(orders: Sequence[Item], wanted: Collection[str]) -> list[Item]:
    """Return the orders that carry one of our references, compared exactly."""
    return [order for order in orders if reference_on(order) in wanted]


def totals_in(order: Item) -> BookedTotals | None:
    """Add up the amounts of the lines, as Tripletex computed them; None unless all are told."""
    lines = order.get("orderLines")
    if not isinstance(lines, list) or not lines or not all(isinstance(line, dict) for line in lines):
        return None
    net, gross = Decimal(0), Decimal(0)
    for line in lines:
        without, including = (decimal_in(line.get(f"amount{kind}VatCurrency")) for kind in ("Excluding", "Including"))
        if without is None or including is None:
            return None
        net, gross = net + without, gross + including
    return BookedTotals(gross=gross, vat=gross - net)


def changed_since(order: Item, since: datetime) -> bool:
    """Whether an order was created or changed since then; one that does not tell may have been."""
    listed = order.get("changes")
    told = [at for change in listed if (at := _instant_in(change))] if isinstance(listed, list) else []
    return not told or max(told) >= since


def _line(row: OrderRow, draft: OrderDraft, ids: OrderIds, *, where: str) -> dict[str, Any]:
    price = "unitPriceIncludingVatCurrency" if draft.prices_include_vat else "unitPriceExcludingVatCurrency"
    return {
        "product": {"id": known_number(row.product_id, "product", where)},
        "description": row.text,
        "count": row.quantity,
        price: row.unit_price,
        "discount": row.discount_percent,
        "vatType": {"id": ids.vat[row.vat_code]},
    }


def _instant_in(change: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(change["timestamp"]).replace("Z", "+00:00"))
    except (KeyError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
