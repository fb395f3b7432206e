"""The lines of a sales order, one a call."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sandbox.twentyfour_seven_office.records import Order, Row
from sandbox.twentyfour_seven_office.refusals import ItemRefusedError
from sandbox.twentyfour_seven_office.rest.operation import Answer, Operation, Visit
from sandbox.twentyfour_seven_office.rest.refusals import broken_rule, conflict, invalid, missing
from sandbox.twentyfour_seven_office.rest.sales_orders import line_values, net_price, order_of
from sandbox.twentyfour_seven_office.rest.shape import Check, choice, members, number, text, whole
from sandbox.twentyfour_seven_office.rest.tables import DIMENSIONS, FIRST_TAX_ID, take_dimensions
from sandbox.twentyfour_seven_office.rules import check_row

TYPES = {"product": "Normal", "text": "Text"}
PERCENT = number(least=Decimal(0), most=Decimal(100))

LINE: dict[str, Check] = {
    "type": choice(*TYPES),
    "product": members(id=whole()),
    "description": text(least=1, most=300),
    "quantity": number(),
    "price": number(),
    "discountRate": PERCENT,
    "dimensions": DIMENSIONS,
    "tax": members(id=whole(), number=whole(), rate=PERCENT),
}
NEW = members(**LINE)
CHANGES = members(id=whole(), **LINE)


def read_lines(visit: Visit) -> Answer:
    """All lines, in the order they were added."""
    order = order_of(visit)
    return Answer([line_values(visit, order, row) for row in order.rows])


def create_line(visit: Visit) -> Answer:
    """A new line, after the others."""
    order = order_of(visit)
    asked = NEW(visit.body, "")
    row = _changed(visit, order, Row(id=0), asked)
    _take_vat_out(order)
    order.rows.append(row)
    visit.books.keep_order(order)
    return Answer(line_values(visit, order, row))


def change_line(visit: Visit) -> Answer:
    """What is named is written, and nothing else."""
    order = order_of(visit)
    row = _row(visit, order)
    draft = replace(row, price=net_price(order, row))
    _changed(visit, order, draft, CHANGES(visit.body, ""))
    _take_vat_out(order)
    vars(row).update(vars(draft))
    visit.books.keep_order(order)
    return Answer(line_values(visit, order, row))


def delete_line(visit: Visit) -> Answer:
    """One line less."""
    order = order_of(visit)
    row = _row(visit, order)
    if order.invoice_id is not None:
        raise conflict("The sales order is invoiced")
    order.rows.remove(row)
    visit.books.keep_order(order)
    return Answer(status=204)


def _row(visit: Visit, order: Order) -> Row:
    row = next((row for row in order.rows if row.id == visit.ids["lineId"]), None)
    if row is None:
        raise missing()
    return row


def _changed(visit: Visit, order: Order, row: Row, asked: dict[str, Any]) -> Row:
    if order.invoice_id is not None:
        raise invalid("status", "invoiced")
    row.type = TYPES[asked["type"]] if "type" in asked else row.type
    row.product_id = asked.get("product", {}).get("id", row.product_id)
    row.name = asked.get("description", row.name)
    row.quantity = asked.get("quantity", row.quantity)
    row.price = asked.get("price", row.price)
    row.discount_rate = asked.get("discountRate", row.discount_rate)
    take_dimensions(row.other, asked)
    if "tax" in asked:
        _take_tax(visit, row, asked["tax"])
    try:
        check_row(visit.books, row)
    except ItemRefusedError as refusal:
        raise broken_rule(refusal) from None
    return row


def _take_tax(visit: Visit, row: Row, asked: dict[str, Any]) -> None:
    """A VAT code by number or id, which tells the rate where none is given, or a rate alone."""
    vat_types = visit.books.vat_types
    index = asked.get("id", FIRST_TAX_ID) - FIRST_TAX_ID
    if not 0 <= index < len(vat_types):
        raise invalid("tax.id", "notFound")
    row.tax_code = asked.get("number", vat_types[index].no if "id" in asked else None)
    rates = [vat_type.rate for vat_type in vat_types if vat_type.no == row.tax_code]
    if row.tax_code is not None and not rates:
        raise invalid("tax.number", "notFound")
    row.vat_rate = row.tax_rate = asked.get("rate", rates[0] if rates else None)


def _take_vat_out(order: Order) -> None:
    """An order of SOAP's whose prices include VAT has none such once REST writes to it."""
    for row in order.rows:
        row.price = net_price(order, row)
    order.include_vat = False


OPERATIONS = (
    Operation("GET", "/salesorders/{id}/lines", read_lines),
    Operation("POST", "/salesorders/{id}/lines", create_line),
    Operation("PATCH", "/salesorders/{id}/lines/{lineId}", change_line),
    Operation("DELETE", "/salesorders/{id}/lines/{lineId}", delete_line),
)
