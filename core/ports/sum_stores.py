"""How a business's invoices stand: counted and summed up, at little cost however many have ended well."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from core.overview import ErrorCount
from core.sums import ArrivedSum
from core.transfer import Transfer, TransferState
from core.unpaid import DueDates, DuePlace, UnpaidSum


class SumStore(Protocol):
    """Counts and sums of what counts of each invoice: superseded transfers are history."""

    def counts(self, business: str) -> Mapping[TransferState, int]:
        """Count the transfers of a business that have not ended, by state."""

    def errors(self, business: str) -> Sequence[ErrorCount]:
        """Count the transfers that have an error and were rejected or have not ended, by state and code."""

    def newest(self, business: str, state: TransferState, code: str, *, limit: int) -> Sequence[Transfer]:
        """Return the newest of those with this state and error, at most `limit`."""

    def arrived(self, business: str, *, since: date) -> Sequence[ArrivedSum]:
        """Sum up what has arrived, by Norwegian day, from this day on, in the order of the days."""

    def unpaid(self, business: str, *, today: date) -> Sequence[UnpaidSum]:
        """Sum up the orders that are not known to be paid or gone, by their age, what is not due first."""

    def find_unpaid(
        self, business: str, due: DueDates, *, limit: int, after: DuePlace | None = None
    ) -> Sequence[DuePlace]:
        """Return the places of invoices whose orders are not known to be paid or gone, at most `limit`, in order.

        Those due between these days, after the given place.
        """
