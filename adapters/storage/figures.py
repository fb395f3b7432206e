"""Figures about what is stored, counted in indexes: what has been transferred long ago is not looked at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from adapters.storage.schema import businesses, pauses, transfers
from adapters.storage.unit_of_work import SqlStorage
from core.ports.figures import SystemFigures
from core.transfer import TransferState

_COUNTED = [state for state in TransferState if state is not TransferState.TRANSFERRED]


class SqlFigures:
    """The Figures port."""

    def __init__(self, storage: SqlStorage) -> None:
        self._storage = storage

    def by_system(self) -> Sequence[SystemFigures]:
        """Return the figures of each accounting system; no writer is waited for. Errors: TryAgain, `storage_busy`."""
        query = (
            select(
                businesses.c.system,
                func.min(businesses.c.name),
                func.max(_paused_until()),
                func.min(_first_due(bulk=False)),
                func.min(_first_due(bulk=True)),
                func.sum(_number_with_a_time()),
                *map(_number_in, _COUNTED),
            )
            .group_by(businesses.c.system)
            .order_by(businesses.c.system)
        )
        with self._storage.read() as database:
            return [_figures(*row) for row in database.execute(query)]


def _figures(
    system: str,
    business: str,
    paused_until: datetime | None,
    single_due_at: datetime | None,
    bulk_due_at: datetime | None,
    with_a_time: int,
    *numbers: int,
) -> SystemFigures:
    counted: dict[TransferState, int] = dict(zip(_COUNTED, map(int, numbers), strict=True))
    due_at = min((at for at in (single_due_at, bulk_due_at) if at is not None), default=None)
    return SystemFigures(
        system=system,
        business=business,
        transfers=counted,
        # What is queued has a time, and so has what waits for one: the rest is parked.
        parked=max(counted[TransferState.QUEUED] + counted[TransferState.WAITING] - int(with_a_time), 0),
        oldest_due_at=max(due_at, paused_until or due_at) if due_at else None,
    )


def _number_in(state: TransferState) -> ColumnElement[int]:
    """Count business by business: so each count is one stretch of the index by business and state."""
    of_one = select(func.count()).where(transfers.c.business == businesses.c.name, transfers.c.state == state)
    return func.sum(of_one.correlate(businesses).scalar_subquery())


def _number_with_a_time() -> ColumnElement[int]:
    of_one = select(func.count()).where(
        transfers.c.business == businesses.c.name, transfers.c.next_attempt_at.is_not(None)
    )
    return of_one.correlate(businesses).scalar_subquery()


def _first_due(*, bulk: bool) -> ColumnElement[Any]:
    """Look up one entry of the index of what is due."""
    of_one = select(func.min(transfers.c.next_attempt_at)).where(
        transfers.c.business == businesses.c.name,
        transfers.c.bulk.is_(bulk),
        transfers.c.next_attempt_at.is_not(None),
    )
    return of_one.correlate(businesses).scalar_subquery()


def _paused_until() -> ColumnElement[Any]:
    return select(pauses.c.until).where(pauses.c.system == businesses.c.system).correlate(businesses).scalar_subquery()
