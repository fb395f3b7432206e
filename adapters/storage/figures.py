"""Figures about what is stored, counted in an index: what has been transferred long ago is not looked at."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select

from adapters.storage.schema import businesses, transfers
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
            select(businesses.c.system, func.min(businesses.c.name), *map(_number_in, _COUNTED))
            .group_by(businesses.c.system)
            .order_by(businesses.c.system)
        )
        with self._storage.read() as database:
            return [
                SystemFigures(
                    system=system,
                    business=business,
                    transfers=dict(zip(_COUNTED, map(int, numbers), strict=True)),
                )
                for system, business, *numbers in database.execute(query)
            ]


def _number_in(state: TransferState) -> ColumnElement[int]:
    """Count business by business: so each count is one stretch of the index by business and state."""
    of_one = select(func.count()).where(transfers.c.business == businesses.c.name, transfers.c.state == state)
    return func.sum(of_one.correlate(businesses).scalar_subquery())
