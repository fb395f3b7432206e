"""Notice that the database was put back to an earlier day, and let nothing be sent until it has been recovered."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.audit import Action
from core.auditor import Auditor
from core.errors import RecoveryNeeded, TryAgain
from core.event import recoveries_told
from core.ports.clock import Clock
from core.ports.installation import MarkKeeper
from core.ports.storage import Storage, UnitOfWork
from core.recovery import (
    MOST_MARKED,
    Installation,
    Mark,
    begun_anew,
    has_gone_back,
    is_shut,
    kept_up,
    recovery_needed,
    with_noted,
)

BEAT_EVERY = timedelta(seconds=5)
"""How often a worker says that it is there."""

_LISTENS_SECONDS = 12.0
_PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Noting:
    """What came of noting orders in a transaction: their number, or None where nothing may be sent."""

    business: str
    number: int | None
    has_gone_back: bool


class RestoreWatch:
    """Holds the database against this home's mark. `wait` lets so many seconds pass.

    What is noticed is written into the database, so that it holds for every process of the installation, and until
    `Recover` has run. The mark begins anew then: from there on the database says what is needed.
    """

    def __init__(
        self, *, storage: Storage, marks: MarkKeeper, clock: Clock, auditor: Auditor, wait: Callable[[float], object]
    ) -> None:
        self._storage = storage
        self._marks = marks
        self._clock = clock
        self._auditor = auditor
        self._wait = wait
        self._joining = threading.Lock()
        self._beat_at: datetime | None = None

    def check(self) -> None:
        """Hold the database against the mark: when a process starts, and before each turn.

        A home without a mark joins a database that nothing was sent from, or where a worker is seen to be alive.
        Otherwise all of it may have been put back together, so that recovery is needed. Errors: TryAgain.
        """
        with self._joining:
            mark = self._marks.read()
            if mark is None or not (mark.noted or mark.noticed):
                self._join(mark)
                return
        with self._storage.transaction() as work:
            noticed = self._notice(work)
        if noticed:
            self._begin_anew()

    def keep_watch(self) -> None:
        """Do as `check`, keep the mark up with other homes, and say at times that a worker is there.

        Errors: TryAgain.
        """
        self.check()
        with suppress(TryAgain):  # such as a full disk: it stops what needs the mark, and says so there
            self._keep_up()
        now = self._clock.now()
        if self._beat_at is None or not timedelta() <= now - self._beat_at < BEAT_EVERY:
            with self._storage.transaction() as work:
                work.installation.beat()
            self._beat_at = now

    def _keep_up(self) -> None:
        """Have the mark tell what other homes noted too: by itself, a home that sends nothing would notice nothing.

        A database that is a file is not looked at: its processes share its home, and one of them may still hold a file
        that was taken away, which is further on than the one that was put back.
        """
        mark = self._marks.read()
        if mark is None or self._marks.database_file() is not None or self._kept_up(mark) == mark:
            return
        # Looked at again while no other process changes the mark: it may have begun anew.
        self._marks.change(lambda now: self._kept_up(now or mark))

    def _kept_up(self, mark: Mark) -> Mark:
        with self._storage.transaction() as work:
            found, noted = work.installation.get(), work.installation.latest_noted(limit=MOST_MARKED)
            of_mark = work.installation.noted(mark.noted)
        if mark.installation != found.id or has_gone_back(mark, found, file=None, noted=of_mark):
            return mark
        return kept_up(mark, noted)

    def recovery_needed(self, work: UnitOfWork, business: str) -> RecoveryNeeded | None:
        """Say why nothing may be sent for the business, if so."""
        return recovery_needed(business) if self._is_shut(work, business) else None

    def note(self, work: UnitOfWork, business: str) -> Noting:
        """Count, in the transaction that notes them, that orders of a business are about to be created.

        Looks once more whether the database is still the one that the turn began with. Its transaction is to be
        committed in any case; `keep_mark` comes after it.
        """
        if self._notice(work):
            return Noting(business, None, has_gone_back=True)
        if self._is_shut(work, business):
            return Noting(business, None, has_gone_back=False)
        return Noting(business, work.installation.note_orders(business), has_gone_back=False)

    def keep_mark(self, noting: Noting) -> None:
        """Keep the mark, before the call that creates the orders.

        Errors: RecoveryNeeded; TryAgain, code `mark_not_kept`.
        """
        if noting.has_gone_back:
            self._begin_anew()
        number = noting.number
        if number is None:
            raise recovery_needed(noting.business)
        file = self._marks.database_file()
        self._marks.change(lambda mark: with_noted(mark or self._mark_of_now(None), noting.business, number, file=file))

    def shut(self, work: UnitOfWork) -> Installation:
        """Have every business recovered before anything is sent for it; return what the database says of it.

        Sessions of the console that were ended, and links that were used, would open it again: all of them end.
        """
        now, found = self._clock.now(), work.installation.get()
        is_new = not work.installation.recoveries(needed=True)
        known_until = work.installation.last_sent_at() if is_new else found.known_until
        mark = self._marks.read()
        noticed = max(found.noticed, mark.noticed if mark else 0) + 1
        changed = found.model_copy(update={"noticed": noticed, "noticed_at": now, "known_until": known_until})
        work.installation.put(changed)
        work.events.add(*recoveries_told(work.installation.shut_all()))
        work.sign_ins.end_everything(now=now)
        self._auditor.done(work, Action.RECOVERY_NEEDED)
        return changed

    def _is_shut(self, work: UnitOfWork, business: str) -> bool:
        recovery = work.installation.recovery(business)
        return is_shut(work.installation.get(), recovery, now=self._clock.now())

    def _notice(self, work: UnitOfWork) -> bool:
        mark = self._marks.read()
        if mark is None:
            return False
        noted = work.installation.noted(mark.noted)
        file, found = self._marks.database_file(), work.installation.get()
        if not has_gone_back(mark, found, file=file, noted=noted):
            return False
        self.shut(work)
        return True

    def _join(self, mark: Mark | None) -> None:
        with self._storage.transaction() as work:
            found = work.installation.get()
            if mark and mark.installation == found.id:
                return
            was_used = bool(work.installation.latest_noted(limit=1))
        if was_used and not self._listen_for_worker(found.alive_at):
            with self._storage.transaction() as work:
                self.shut(work)
        self._begin_anew()

    def _listen_for_worker(self, last: datetime | None) -> bool:
        """Listen for a sign of life: what a backup says of that does not change."""
        waited = 0.0
        while last is not None and waited < _LISTENS_SECONDS:
            self._wait(_PAUSE_SECONDS)
            waited += _PAUSE_SECONDS
            with self._storage.transaction() as work:
                if work.installation.get().alive_at != last:
                    return True
        return False

    def _begin_anew(self) -> None:
        self._marks.change(self._mark_of_now)

    def _mark_of_now(self, earlier: Mark | None) -> Mark:
        with self._storage.transaction() as work:
            found, noted = work.installation.get(), work.installation.latest_noted(limit=MOST_MARKED)
        file = self._marks.database_file()
        return begun_anew(earlier, found, file=file, noted=noted)
