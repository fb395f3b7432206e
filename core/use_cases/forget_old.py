"""Forget what has been kept for long enough, in small pieces, so that nobody waits for it.

That an invoice was sent is never forgotten. Source: docs/personal-data.md.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

from core.ports.clock import Clock
from core.ports.storage import Storage
from core.session import REMEMBERED_FOR

PIECE = 500
"""So many rows are forgotten in one transaction, at most."""


class ForgetOld:
    """Forgets. `keep_invoices` and `keep_details` say how long each is kept; zero is for ever.

    What is kept of signing in has its own time (core.session).
    """

    def __init__(
        self,
        *,
        storage: Storage,
        clock: Clock,
        keep_invoices: timedelta,
        keep_details: timedelta,
        stopping: Callable[[], bool],
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._keep_invoices = keep_invoices
        self._keep_details = keep_details
        self._stopping = stopping

    def pieces(self) -> Iterator[None]:
        """Do it: piece by piece, one for each that is asked for; what is left of a day's is done the next day."""
        if self._keep_invoices:
            yield from self._invoices()
        if self._keep_details:
            yield from self._details()
        yield from self._sign_ins()

    def _invoices(self) -> Iterator[None]:
        before = self._clock.now() - self._keep_invoices
        after, more = None, True
        while more and not self._stopping():
            with self._storage.transaction() as work:
                after = work.forgetting.invoices_ended(before=before, limit=PIECE, after=after)
            more = after is not None
            yield
        more = True
        while more and not self._stopping():
            with self._storage.transaction() as work:
                more = work.forgetting.invoices_unsent(issued_before=before.date(), limit=PIECE)
            yield

    def _sign_ins(self) -> Iterator[None]:
        before = self._clock.now() - REMEMBERED_FOR
        more = True
        while more and not self._stopping():
            with self._storage.transaction() as work:
                more = work.sign_ins.forget(before=before, limit=PIECE)
            yield

    def _details(self) -> Iterator[None]:
        before = self._clock.now() - self._keep_details
        more = True
        while more and not self._stopping():
            with self._storage.transaction() as work:
                more = work.forgetting.steps(before=before, limit=PIECE)
            yield
        after: int | None = 0
        while after is not None and not self._stopping():
            with self._storage.transaction() as work:
                after = work.forgetting.statuses(before=before, limit=PIECE, after=after)
            yield
        more = True
        while more and not self._stopping():
            with self._storage.transaction() as work:
                more = work.forgetting.batches(before=before, limit=1)
            yield
        more = True
        while more and not self._stopping():
            with self._storage.transaction() as work:
                more = work.deliveries.forget(before=before, limit=PIECE)
            yield
        more = True
        while more and not self._stopping():
            with self._storage.transaction() as work:
                more = work.forgetting.events(before=before, limit=PIECE)
            yield
