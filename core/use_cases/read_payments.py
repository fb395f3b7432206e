"""Read what of a business is not known to be paid, by how long it has been due. Nobody is asked; see CheckStatus."""

from collections.abc import Sequence
from datetime import date

from core.invoice_filter import listed
from core.norwegian_time import norwegian_date
from core.ports.clock import Clock
from core.ports.storage import Storage
from core.stored import require_known
from core.unpaid import Age, AgeGroup, DueDates, DuePlace, UnpaidInvoice, by_age, due_dates


class ReadPayments:
    """Reads what was last seen of payments."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def ages(self, business: str) -> Sequence[AgeGroup]:
        """Return the sums of what is unpaid by age, what is not due first. Errors: NotFound."""
        with self._storage.reading() as work:
            require_known(work, business)
            return by_age(work.sums.unpaid(business, today=self._today()))

    def unpaid(
        self, business: str, *, age: Age | None = None, limit: int, after: DuePlace | None = None
    ) -> tuple[Sequence[UnpaidInvoice], DuePlace | None]:
        """Return a page of what is unpaid (of this age), what was due first, and the place to go on after.

        Errors: NotFound.
        """
        today = self._today()
        due = due_dates(age, today=today) if age else DueDates()
        with self._storage.reading() as work:
            require_known(work, business)
            places = work.sums.find_unpaid(business, due, limit=limit + 1, after=after)
            numbers = [place.number for place in places[:limit]]
            invoices = work.invoices.of_numbers(business, numbers)
            transfers = work.transfers.of_invoices(business, numbers)
            payments = work.statuses.latest_of(business, numbers)
            known = work.books.of(business) if transfers else {}
        found = [
            UnpaidInvoice(
                listed(invoices[place.number], transfers, payments, known), place.due_on, (today - place.due_on).days
            )
            for place in places[:limit]
        ]
        return found, places[limit - 1] if len(places) > limit else None

    def _today(self) -> date:
        return norwegian_date(self._clock.now())
