"""A company's books as they are kept in a file."""

from typing import Any

from sandbox.plain_records import read_back, written
from sandbox.tripletex.books import Books
from sandbox.tripletex.records import (
    Address,
    CloseGroup,
    Customer,
    Department,
    Invoice,
    Order,
    OrderLine,
    Posting,
    Product,
    ProductGroup,
    ProductGroupRelation,
    Project,
)

_RECORDS = {
    kind.__name__: kind
    for kind in (
        Address, CloseGroup, Customer, Department, Invoice, Order, OrderLine, Posting, Product, ProductGroup,
        ProductGroupRelation, Project,
    )
}  # fmt: skip


def kept(books: Books) -> dict[str, Any]:
    """What is kept."""
    plain: dict[str, Any] = written(books.content())
    return plain


def put_back(books: Books, plain: Any) -> None:
    """Hold what was kept. Errors: those of a document that is something else."""
    books.put_back(read_back(plain, _RECORDS))
