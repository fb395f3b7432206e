"""Customer links: who is remembered to be which customer."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, select

from adapters.storage.insertion import put
from adapters.storage.schema import customer_links
from core.customer_choice import CustomerLink

_OF_KEYS = select(*(column for column in customer_links.c if column.name != "business")).where(
    customer_links.c.business == bindparam("business"), customer_links.c.key.in_(bindparam("keys", expanding=True))
)


class SqlCustomerLinkStore:
    """The customer links."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def of_keys(self, business: str, keys: Collection[str]) -> Mapping[str, CustomerLink]:
        """Return what is remembered under these keys, by key."""
        rows = self._database.execute(_OF_KEYS, {"business": business, "keys": list(keys)}).mappings()
        return {row["key"]: CustomerLink.model_validate(dict(row)) for row in rows}

    def put(self, business: str, *links: CustomerLink) -> None:
        """Remember, each instead of what was remembered under its key before."""
        put(self._database, customer_links, *({"business": business, **link.model_dump()} for link in links))
