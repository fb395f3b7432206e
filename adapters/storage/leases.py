"""Leases, timed by the installation's clock: the machines that share the database need not agree on the time.

A business's row changes only while what it is compared with still holds, so of two takers one wins.
"""

from datetime import timedelta

from sqlalchemy import Connection, bindparam, or_, update

from adapters.storage.column_types import UtcDateTime
from adapters.storage.insertion import insert_into
from adapters.storage.schema import leases
from adapters.storage.shared_clock import CURRENT_EPOCH, SharedClock
from core.errors import LeaseLost
from core.lease import Lease


class SqlLeaseStore:
    """The leases."""

    def __init__(self, database: Connection, clock: SharedClock) -> None:
        self._database = database
        self._clock = clock

    def acquire(self, business: str, *, holder: str, length: timedelta) -> Lease | None:
        """Take the business, or return None while somebody else's lease lives."""
        now = self._clock.now()
        statement = insert_into(self._database.dialect.name, leases).values(
            business=business, holder=holder, token=1, expires_at=now + length, orders_noted=0
        )
        taken = statement.on_conflict_do_update(
            index_elements=["business"],
            set_={"holder": holder, "token": leases.c.token + 1, "expires_at": statement.excluded.expires_at},
            where=or_(leases.c.expires_at <= now, leases.c.holder == holder),
        ).returning(leases.c.token)
        token = self._database.scalar(taken)
        return Lease(business=business, holder=holder, token=token) if token is not None else None

    def renew(self, lease: Lease, *, length: timedelta) -> None:
        """Hold on to the business for so long from now.

        Nobody can take it before the transaction ends, so what the transaction writes is written by the holder; and
        its instants are those of the installation, for the clock is made to follow where another machine has changed
        the line.
        Errors: LeaseLost when it has expired or somebody else has it, or when this machine's time does not fit in.
        """
        if not self._is_renewed(lease, length) and not (
            self._clock.adopt(self._database) and self._is_renewed(lease, length)
        ):
            raise LeaseLost(f'The hold on the business "{lease.business}" has run out or passed to another worker.')

    def release(self, lease: Lease) -> None:
        """Give the business up; nothing happens when the lease was lost."""
        self._database.execute(_RELEASE, _names(lease) | {"now": self._clock.now()})

    def _is_renewed(self, lease: Lease, length: timedelta) -> bool:
        now = self._clock.now()
        times = {"now": now, "until": now + length, "epoch": self._clock.epoch}
        return self._database.execute(_RENEWAL, _names(lease) | times).rowcount > 0


_NOW = bindparam("now", type_=UtcDateTime)
_OF = (
    update(leases)
    .where(leases.c.business == bindparam("of_business"))
    .where(leases.c.token == bindparam("of_token"), leases.c.holder == bindparam("of_holder"))
)
_RENEWAL = _OF.where(leases.c.expires_at > _NOW, bindparam("epoch") == CURRENT_EPOCH).values(
    expires_at=bindparam("until", type_=UtcDateTime)
)
_RELEASE = _OF.values(expires_at=_NOW)


def _names(lease: Lease) -> dict[str, object]:
    return {"of_business": lease.business, "of_token": lease.token, "of_holder": lease.holder}
