"""Listings that are searched within dates: orders and invoices."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from adapters.http_api.json_values import Item
from adapters.tripletex.answers import TooMany
from adapters.tripletex.operations import Operation
from adapters.tripletex.session import BusinessSession
from adapters.tripletex.values import id_of

_A_DAY = timedelta(days=1)


def pages_within_dates(
    session: BusinessSession, operation: Operation, query: Mapping[str, object]
) -> Iterator[Sequence[Item]]:
    """Read a listing page by page; where it holds more than Tripletex gives at once, each half of its days by itself.

    The last of the days is excluded.
    Errors: those of BusinessSession.pages.
    """
    first_day, day_after = (next(name for name in query if name.endswith(end)) for end in ("DateFrom", "DateTo"))
    left = [(date.fromisoformat(str(query[first_day])), date.fromisoformat(str(query[day_after])))]
    seen = set[str | None]()
    while left:
        begins, ends = left.pop()
        within = {**query, first_day: begins.isoformat(), day_after: ends.isoformat()}
        try:
            for page in session.pages(operation, within):
                if fresh := [item for item in page if id_of(item) not in seen]:
                    yield fresh
                seen |= set(map(id_of, page)) - {None}
        except TooMany:
            if ends - begins <= _A_DAY:
                raise
            middle = begins + (ends - begins) // 2
            left += [(middle, ends), (begins, middle)]
