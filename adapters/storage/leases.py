"""Leases, timed by the database's clock: the machines that share it need not agree on the time.

A business's row changes only while what it is compared with still holds, so of two takers one wins.
"""

from datetime import timedelta
from functools import cache

from sqlalchemy import Connection, Update, bindparam, or_, update

from adapters.storage.column_types import database_instant
from adapters.storage.insertion import insert_into
from adapters.storage.schema import leases
from core.errors import LeaseLost
from core.lease import Lease


class SqlLeaseStore:
    """The leases."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def acquire(self, business: str, *, holder: str, length: timedelta) -> Lease | None:
        """Take the business, or return None while somebody else's lease lives."""
        dialect = self._database.dialect.name
        statement = insert_into(dialect, leases).values(
            business=business, holder=holder, token=1, expires_at=database_instant(dialect, length), orders_noted=0
        )
        taken = statement.on_conflict_do_update(
            index_elements=["business"],
            set_={"holder": holder, "token": leases.c.token + 1, "expires_at": statement.excluded.expires_at},
            where=or_(leases.c.expires_at <= database_instant(dialect), leases.c.holder == holder),
        ).returning(leases.c.token)
        token = self._database.scalar(taken)
        return Lease(business=business, holder=holder, token=token) if token is not None else None

    def renew(self, lease: Lease, *, length: timedelta) -> None:
        """Hold on to the business for so long from now.

        Nobody can take it before the transaction ends, so what the transaction writes is written by the holder.
        Errors: LeaseLost when it has expired or somebody else has it.
        """
        renewed = self._database.execute(_renewal(self._database.dialect.name, length), _names(lease))
        if renewed.rowcount == 0:
            raise LeaseLost(f'The hold on the business "{lease.business}" has run out or passed to another worker.')

    def release(self, lease: Lease) -> None:
        """Give the business up; nothing happens when the lease was lost."""
        self._database.execute(_release(self._database.dialect.name), _names(lease))


_OF = (
    update(leases)
    .where(leases.c.business == bindparam("of_business"))
    .where(leases.c.token == bindparam("of_token"), leases.c.holder == bindparam("of_holder"))
)


@cache
def _renewal(dialect: str, length: timedelta) -> Update:
    return _OF.where(leases.c.expires_at > database_instant(dialect)).values(
        expires_at=database_instant(dialect, length)
    )


@cache
def _release(dialect: str) -> Update:
    return _OF.values(expires_at=database_instant(dialect))


def _names(lease: Lease) -> dict[str, object]:
    return {"of_business": lease.business, "of_token": lease.token, "of_holder": lease.holder}
