"""The vendor's hourly quota, kept rather than hit: a call is made only when the installation's count has room for it.

docs/24sevenoffice.md, "Calls and errors": so many requests a clock hour for the whole integration, logins included,
and then none until the next hour begins. The count is the installation's (CallCounter). A process draws calls from it
in small lots, so that not every call costs a transaction, and uses a lot up within its hour. Its lots grow with the
calls it makes: one that makes a few and ends, as a command does, leaves fewer unused than it has made.
"""

from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from threading import Lock

from core.call_budget import CallBudget, hour_after, hour_of
from core.errors import TryAgain
from core.ports.clock import Clock
from core.ports.surroundings import CallCounter

QUOTA_EXCEEDED = "quota_exceeded"
"""The code of the error, whether the vendor says so or our own count."""

_LARGEST_LOT = 10
_SCARCE = 10
"""Where less than one call in so many is left, each is drawn by itself: no process keeps what another could use."""

_INSTALLATIONS = 8  # one as a rule; more where tests open many in one process


class Quota:
    """The calls of one installation, for all its businesses. Safe to use from many threads."""

    def __init__(self, counter: CallCounter, clock: Clock, *, system: str, limit: int) -> None:
        self._counter = counter
        self._clock = clock
        self._system = system
        self._limit = limit
        self._lock = Lock()
        self._hour: datetime | None = None
        self._lot = 0
        self._next_lot = 1

    def take(self, where: str) -> None:
        """Count one call that is about to be made. `where` begins the message. Never within a storage transaction.

        Errors: TryAgain, code `quota_exceeded`, when the hour has none left; `storage_busy`.
        """
        with self._lock:
            # Drawing may have to wait for the database: what was drawn in an hour that is over by then is dropped.
            while (hour := self._turned()) and not self._lot:
                self._draw(hour, where)
            self._lot -= 1

    def budget(self) -> CallBudget:
        """Tell how the hour stands. One read; what other processes have drawn and not used yet counts as used.

        Errors: TryAgain, code `storage_busy`.
        """
        with self._lock:
            hour = self._turned()
            used = max(self._counter.used(self._system, hour) - self._lot, 0)
        return CallBudget(limit=self._limit, used=used, resets_at=hour_after(hour))

    def vendor_refused(self, refusal: TryAgain) -> None:
        """Count the hour as used up, when that is what the vendor's refusal says.

        One that opens again within the hour leaves the count as it is.
        """
        with self._lock:
            hour = self._turned()
            if refusal.not_before is None or refusal.not_before < hour_after(hour):
                return
            self._lot = 0
            with suppress(TryAgain):  # the refusal itself is what the caller has to hear of
                self._counter.fill(self._system, hour, limit=self._limit)

    def _turned(self) -> datetime:
        """Return the running hour; with a new one the lot of the last is dropped."""
        hour = hour_of(self._clock.now())
        if hour != self._hour:
            self._hour, self._lot, self._next_lot = hour, 0, 1
        return hour

    def _draw(self, hour: datetime, where: str) -> None:
        draw = self._counter.draw(self._system, hour, wanted=self._next_lot, limit=self._limit)
        if not draw.granted:
            raise self._exceeded(hour, where)
        self._lot = draw.granted
        is_scarce = (self._limit - draw.used) * _SCARCE < self._limit
        self._next_lot = 1 if is_scarce else min(self._next_lot * 2, _LARGEST_LOT)

    def _exceeded(self, hour: datetime, where: str) -> TryAgain:
        opens = hour_after(hour)
        return TryAgain(
            f"{where}: this hour's {self._limit} calls are used up until {opens:%H:%M} UTC.",
            code=QUOTA_EXCEEDED,
            hint="A running worker retries transfers then. 24SevenOffice grants more calls on request; then raise "
            "KVITT_TFSO_CALLS_PER_HOUR.",
            not_before=opens,
            for_everyone=True,
        )


@lru_cache(maxsize=_INSTALLATIONS)
def shared_quota(counter: CallCounter, clock: Clock, *, system: str, limit: int) -> Quota:
    """The process's quota for an installation."""
    return Quota(counter, clock, system=system, limit=limit)
