"""Invoices, kept as the JSON documents that they came as."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, select

from adapters.storage.insertion import put
from adapters.storage.schema import invoices
from core.invoice import Invoice


class SqlInvoiceStore:
    """The invoices as their source stated them."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def get(self, business: str, number: str, *, for_update: bool = False) -> Invoice | None:
        """Return an invoice, or None. `for_update` keeps others from changing it until the transaction ends.

        SQLite needs nothing for that: a transaction of ours holds the whole database.
        """
        query = select(invoices.c.document).where(invoices.c.business == business, invoices.c.number == number)
        document = self._database.scalar(query.with_for_update() if for_update else query)
        return Invoice.model_validate_json(document) if document is not None else None

    def of_numbers(self, business: str, numbers: Collection[str], *, for_update: bool = False) -> Mapping[str, Invoice]:
        """Return those of these invoices that there are, by number. `for_update` as in get."""
        query = select(invoices.c.number, invoices.c.document).where(
            invoices.c.business == business, invoices.c.number.in_(numbers)
        )
        if for_update:  # locked in one order by all, so that nobody deadlocks
            query = query.order_by(invoices.c.number).with_for_update()
        return {number: Invoice.model_validate_json(document) for number, document in self._database.execute(query)}

    def put(self, business: str, invoice: Invoice) -> None:
        """Store an invoice, new or in place of the one of this number."""
        row = {"business": business, "number": invoice.number, "document": invoice.model_dump_json()}
        put(self._database, invoices, row)

    def list(self, business: str, *, limit: int, after: str | None = None) -> Sequence[Invoice]:
        """Return a business's invoices by number, those after the given number, at most `limit`."""
        query = select(invoices.c.document).where(invoices.c.business == business)
        if after is not None:
            query = query.where(invoices.c.number > after)
        documents = self._database.scalars(query.order_by(invoices.c.number).limit(limit))
        return [Invoice.model_validate_json(document) for document in documents]
