"""Books: those that each business's login has led to, and whose they are."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, delete, select, update

from adapters.storage.insertion import put
from adapters.storage.schema import books, customer_links, intents, status_checks, transfers
from core.books import Books
from core.customer_choice import claimed_link_key
from core.intent import IntentKind

_OF_BUSINESS = select(books.c.key, books.c.system, books.c.company_id, books.c.company).where(
    books.c.business == bindparam("business")
)


class SqlBooksStore:
    """The books."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def of(self, business: str) -> Mapping[str, Books]:
        """Return a business's books, by key."""
        rows = self._database.execute(_OF_BUSINESS, {"business": business})
        return {key: Books(system=system, company_id=number, company=name) for key, system, number, name in rows}

    def put(self, business: str, told: Books) -> None:
        """Remember books, in place of what was said of those of the same key."""
        put(self._database, books, {"business": business, "key": told.key, **told.model_dump()})

    def has_unclaimed(self, business: str) -> bool:
        """Whether an order was created before it was kept in which books, and nobody has claimed it."""
        query = select(transfers.c.id).where(
            transfers.c.business == business, transfers.c.order_id.is_not(None), transfers.c.books.is_(None)
        )
        return self._database.scalar(query.limit(1)) is not None

    def claim(self, business: str, claiming: Books, *, settings: Collection[str]) -> None:
        """Take all of a business that is kept without its books to be these books'."""
        key = claiming.key
        for table, besides in (
            (transfers, transfers.c.order_id.is_not(None)),
            (status_checks, status_checks.c.order_id.is_not(None)),
            (intents, intents.c.kind == IntentKind.ORDER),
        ):
            unclaimed = update(table).where(table.c.business == business, table.c.books.is_(None), besides)
            self._database.execute(unclaimed.values(books=key))
        self._database.execute(
            update(intents)
            .where(intents.c.business == business, intents.c.books.is_(None))
            .values(books=key, key=f"{key} " + intents.c.key)
        )
        self._claim_links(business, key, settings)

    def _claim_links(self, business: str, key: str, settings: Collection[str]) -> None:
        rows = self._database.execute(select(customer_links).where(customer_links.c.business == business)).mappings()
        found = [dict(row) for row in rows]
        # Where two were made for one customer, what a person has chosen counts.
        for row in sorted(found, key=lambda one: one["chosen"]):
            if (claimed := claimed_link_key(row["key"], books=key, settings=settings)) and claimed != row["key"]:
                put(self._database, customer_links, {**row, "key": claimed})
                self._database.execute(
                    delete(customer_links).where(
                        customer_links.c.business == business, customer_links.c.key == row["key"]
                    )
                )
