"""Export a business: all that is kept of it but its secrets, record by record, however much it is.

The records and their fields are told in docs/personal-data.md.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from core.audit import Action
from core.auditor import Auditor
from core.notice_address import services_of
from core.ports.accounting import AccountingSystems
from core.ports.clock import Clock
from core.ports.personal_data_stores import Place, Record, RecordKind
from core.ports.storage import Storage, UnitOfWork
from core.stored import require_business

FORMAT = 1
"""Counted up when a record changes in a way that a reader has to know of."""

_PIECE = 500

Exported = Mapping[str, Any]
Item = TypeVar("Item")
Cursor = TypeVar("Cursor")


class ExportBusiness:
    """Exports businesses."""

    def __init__(self, *, storage: Storage, systems: AccountingSystems, clock: Clock, auditor: Auditor) -> None:
        self._storage = storage
        self._auditor = auditor
        self._systems = systems
        self._clock = clock

    def records(self, name: str) -> Iterator[Exported]:
        """Give every record, ready to be written as JSON: first what this is, last how many there were of each.

        Read piece by piece: what changes meanwhile is there as it was or as it is. Nobody is kept from working.
        Errors: NotFound, before the first record.
        """
        with self._auditor.refusals(Action.BUSINESS_EXPORTED, business=name), self._storage.transaction() as work:
            business = require_business(work, name)
            self._auditor.done(work, Action.BUSINESS_EXPORTED, business=name)
        counts: Counter[str] = Counter()
        yield {"record": "export", "format": FORMAT, "business": name, "exported_at": self._clock.now().isoformat()}
        settings = business.model_dump(mode="json", exclude={"accounting", "notify"})
        told = services_of(business.notify_addresses)
        shown = dict(self._systems.shown(business.accounting))
        yield {"record": "business", **settings, "accounting": shown, "notify": told}
        for kind, document in self._all(name):
            counts[kind] += 1
            yield {"record": kind, **document}
        yield {"record": "end", "counts": dict(counts)}

    def _all(self, name: str) -> Iterator[tuple[str, Exported]]:
        for invoice in self._pieces(
            lambda work, after: work.invoices.list(name, limit=_PIECE, after=after), lambda invoice: invoice.number
        ):
            yield "invoice", invoice.model_dump(mode="json")
        for transfer in self._pieces(
            lambda work, after: work.transfers.list(name, limit=_PIECE, after=after), lambda transfer: transfer.id
        ):
            yield "transfer", transfer.model_dump(mode="json")
        for entry in self._pieces(
            lambda work, after: work.audit.list(business=name, limit=_PIECE, after=after), lambda entry: entry.id
        ):
            yield "audit", entry.model_dump(mode="json")
        with self._storage.transaction() as work:
            recovery = work.installation.recovery(name)
        if recovery:
            yield "recovery", recovery.model_dump(mode="json", exclude={"business"})
        for kind in RecordKind:
            yield from ((kind, record.content) for record in self._records(name, kind))

    def _records(self, name: str, kind: RecordKind) -> Iterator[Record]:
        def page(work: UnitOfWork, after: Place | None) -> Sequence[Record]:
            return work.records.page(name, kind, limit=_PIECE, after=after)

        return self._pieces(page, lambda record: record.place)

    def _pieces(
        self, page: Callable[[UnitOfWork, Cursor | None], Sequence[Item]], place: Callable[[Item], Cursor]
    ) -> Iterator[Item]:
        after: Cursor | None = None
        while True:
            with self._storage.transaction() as work:
                items = page(work, after)
            yield from items
            if len(items) < _PIECE:
                return
            after = place(items[-1])
