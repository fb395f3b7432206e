"""Read what a person looks at first, of one business or of several: what needs them, then figures. Nobody is called."""

from collections.abc import Collection, Sequence
from datetime import date

from core.norwegian_time import norwegian_date
from core.overview import (
    NEWEST_SHOWN,
    BusinessOverview,
    Overview,
    Stuck,
    is_broken,
    needing,
    sent_between,
    those_in_need_first,
    unpaid_of,
    waiting_of,
)
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.recovery import Recovery
from core.stored import require_business
from core.use_cases.read_figures import ReadFigures
from core.webhook import Endpoint

_PIECE = 500


class ReadOverview:
    """Reads overviews; what it costs grows with what needs a person and what is unpaid, not with what was sent."""

    def __init__(self, *, storage: Storage, figures: ReadFigures, clock: Clock) -> None:
        self._storage = storage
        self._figures = figures
        self._clock = clock

    def read(self, businesses: Collection[str], *, of_all: bool = False) -> Overview:
        """Return the overview of these businesses; `of_all`: with what concerns all businesses at once.

        Errors: NotFound, where one of them is not there; TryAgain, code `storage_busy`.
        """
        today = norwegian_date(self._clock.now())
        systems: dict[str, str] = {}
        with self._storage.reading() as work:
            broken = [endpoint for endpoint in _endpoints(work) if is_broken(endpoint)]
            recoveries = {recovery.business: recovery for recovery in work.installation.recoveries(needed=True)}
        found = []
        for name in dict.fromkeys(businesses):
            with self._storage.reading() as work:
                systems.setdefault(require_business(work, name).accounting.system, name)
                mine = tuple(endpoint for endpoint in broken if endpoint.business == name)
                found.append(_of_one(work, name, today=today, recovery=recoveries.get(name), broken=mine))
        calls = {system: self._figures.calls_of(name) for system, name in sorted(systems.items())}
        return Overview(
            businesses=those_in_need_first(found),
            disabled=tuple(endpoint for endpoint in broken if endpoint.business is None) if of_all else (),
            calls={system: budget for system, budget in calls.items() if budget},
        )


def _of_one(
    work: UnitOfWork, business: str, *, today: date, recovery: Recovery | None, broken: tuple[Endpoint, ...]
) -> BusinessOverview:
    errors = work.sums.errors(business)
    first_of_month = today.replace(day=1)
    arrived, unpaid = work.sums.arrived(business, since=first_of_month), work.sums.unpaid(business, today=today)
    return BusinessOverview(
        business=business,
        stuck=tuple(
            Stuck(
                need=need,
                state=one.state,
                code=one.code,
                count=one.transfers,
                newest=tuple(work.sums.newest(business, one.state, one.code, limit=NEWEST_SHOWN)),
            )
            for need, one in needing(errors)
        ),
        recovery=recovery,
        disabled=broken,
        sent_today=sent_between(arrived, first=today, last=today),
        sent_this_month=sent_between(arrived, first=first_of_month, last=today),
        waiting=waiting_of(work.sums.counts(business), errors),
        unpaid=unpaid_of(unpaid),
        overdue=unpaid_of(unpaid, overdue=True),
    )


def _endpoints(work: UnitOfWork) -> Sequence[Endpoint]:
    found: list[Endpoint] = []
    while page := work.endpoints.list(limit=_PIECE, after=found[-1].id if found else None):
        found += page
    return found
