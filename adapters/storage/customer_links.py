"""Customer links: who is remembered to be which customer."""

from sqlalchemy import ColumnElement, Connection, and_, delete, select

from adapters.storage.insertion import put
from adapters.storage.schema import customer_links
from core.customer_choice import CustomerLink


class SqlCustomerLinkStore:
    """The customer links."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def get(self, business: str, key: str) -> CustomerLink | None:
        """Return what is remembered under this key, or None."""
        columns = [column for column in customer_links.c if column.name != "business"]
        row = self._database.execute(select(*columns).where(_is(business, key))).mappings().first()
        return CustomerLink.model_validate(dict(row)) if row else None

    def put(self, business: str, link: CustomerLink) -> None:
        """Remember, instead of what was remembered under this key before."""
        put(self._database, customer_links, {"business": business, **link.model_dump()})

    def remove(self, business: str, key: str) -> None:
        """Forget; what is not remembered is forgotten already."""
        self._database.execute(delete(customer_links).where(_is(business, key)))


def _is(business: str, key: str) -> ColumnElement[bool]:
    return and_(customer_links.c.business == business, customer_links.c.key == key)
