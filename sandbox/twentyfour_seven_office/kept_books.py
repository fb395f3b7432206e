"""A company's books as they are kept in a file; a line of the ledger names its order by its id."""

from dataclasses import fields
from typing import Any

from sandbox.plain_records import read_back, written
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.ledger import LedgerLine
from sandbox.twentyfour_seven_office.records import Category, Customer, Dimension, Order, Product, Row

_RECORDS = {kind.__name__: kind for kind in (Category, Customer, Dimension, Order, Product, Row)}


def kept(books: Books) -> dict[str, Any]:
    """What is kept."""
    content = books.content()
    ledger = content["ledger"]
    lines = [[number, [_line(line) for line in posted]] for number, posted in ledger["lines"].items()]
    plain: dict[str, Any] = written({**content, "ledger": {**ledger, "lines": None}})
    plain["ledger"]["lines"] = {"$pairs": lines}
    return plain


def put_back(books: Books, plain: Any) -> None:
    """Hold what was kept. Errors: those of a document that is something else."""
    orders = {order.id: order for order in read_back(plain["orders"], _RECORDS).values()}

    def line(**told: Any) -> LedgerLine:
        return LedgerLine(**{**told, "order": orders[told["order"]]})

    content = read_back({**plain, "orders": None}, {**_RECORDS, LedgerLine.__name__: line})
    books.put_back({**content, "orders": orders})


def _line(line: LedgerLine) -> dict[str, Any]:
    told = {field.name: getattr(line, field.name) for field in fields(line)}
    return {f"${LedgerLine.__name__}": written({**told, "order": line.order.id})}
