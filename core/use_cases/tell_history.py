"""Tell what happened to an invoice: one story of all that is kept of it."""

from collections.abc import Sequence

from core.audit import KeptEntry
from core.history import HistoryEvent, history_of
from core.ports.storage import Storage, UnitOfWork
from core.stored import require_invoice, require_known

_PIECE = 1000


class TellHistory:
    """Puts an invoice's story together. Nobody is asked in the accounting system."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def tell(
        self, business: str, number: str, *, limit: int, after: str | None = None, with_events: bool = False
    ) -> Sequence[HistoryEvent]:
        """Return what happened, the oldest first, what comes after the given place, at most `limit`.

        `with_events`: also its events, each with its deliveries to webhooks. An invoice that was deleted has its story
        still. Errors: NotFound, where nothing is known of the invoice.
        """
        with self._storage.reading() as work:
            require_known(work, business)
            entries = _entries(work, business, number)
            transfers = work.transfers.all_of_invoice(business, number)
            if not transfers and not any(entry.code is None for entry in entries):
                require_invoice(work, business, number)
            told = work.events.of_invoice(business, number) if with_events else []
            events = history_of(
                entries=entries,
                transfers=transfers,
                steps={transfer.id: work.journal.of(transfer.id) for transfer in transfers},
                reports=work.statuses.of_invoice(business, number),
                told=told,
                deliveries=work.deliveries.of_events([event.id for event in told]),
            )
        return [event for event in events if after is None or event.place > after][:limit]


def _entries(work: UnitOfWork, business: str, number: str) -> Sequence[KeptEntry]:
    found: list[KeptEntry] = []
    while page := work.audit.list(
        business=business, invoice=number, limit=_PIECE, after=found[-1].id if found else None
    ):
        found += page
    return found
