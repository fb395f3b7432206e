"""The rows of an order: the vendor's sales order lines. Pure.

Source: docs/24sevenoffice.md, "REST": there is no flag for prices including VAT, so orders are drafted without
(Limits).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from adapters.twentyfour_seven_office.rest.mapping.values import Item, decimal_in, id_in, part
from adapters.twentyfour_seven_office.values import known_number, without_nothing
from core.dimension import Dimension, DimensionKind
from core.order_draft import OrderDraft, OrderRow

DIMENSION_TYPES = {DimensionKind.PROJECT: 1, DimensionKind.DEPARTMENT: 2}
"""The vendor's numbers, the same in every company."""


def lines_of(draft: OrderDraft, *, where: str) -> list[dict[str, Any]]:
    """Describe an order's rows, in their order.

    Errors: Rejected, code `unknown_reference`, when an id or VAT code can't be one of this system's.
    """
    return [_line(row, where=where) for row in draft.rows]


def dimensions_out(department: Dimension | None, project: Dimension | None) -> list[dict[str, Any]] | None:
    """Describe what an order or a line is counted under; None for nothing."""
    said = {DimensionKind.DEPARTMENT: department, DimensionKind.PROJECT: project}
    return [
        {"dimensionType": DIMENSION_TYPES[kind], "value": one.id, "name": one.name or one.id}
        for kind, one in said.items()
        if one
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
        int(kind): str(one.get("value"))
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, Mapping) and (kind := decimal_in(one.get("dimensionType"))) is not None and kind in ours
    }
