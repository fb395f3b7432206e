"""How fast one business's calls go out: as they come, until the server asks for fewer (429).

From then on all of that business's calls in this process slow down together, to less than what the server took before.
A call that was refused for going too fast did nothing: it is made again when its turn comes. Speed comes back by
itself, by so much a second, and by more the longer nothing was refused. Nothing here knows a vendor.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeVar

from core.errors import TryAgain

Answer = TypeVar("Answer")

PATIENCE = 20.0
"""In seconds: so long a call waits for its turn in all. It is far below a lease, and what settles does so from the
moment at which a call goes out."""

_NO_TIME = 0.1  # seconds
_JUST_NOW, _LATELY = 1.0, 10.0  # seconds
_KEPT = 0.9  # of the calls a second that the server took
_SLOWEST = 0.5  # calls a second
_TWICE_AS_FAST_AFTER, _SPEEDING_UP_OVER = 150.0, 60.0  # seconds; a server's limit is reached about every ten
_FORGOTTEN_AFTER = 600.0  # seconds


class Throttled(TryAgain):
    """The server asks for fewer calls; this one did nothing. `pause` is for how long, where the server said so."""

    default_code = "quota_exceeded"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        not_before: datetime | None = None,
        pause: timedelta | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint, not_before=not_before)
        self.pause = pause

    def again(self) -> "Throttled":
        """Return the same for another call, which did not go out."""
        return Throttled(self.message, code=self.code, hint=self.hint, not_before=self.not_before, pause=self.pause)


class Speed:
    """Says when the next call may go out. Pure: `now` is in seconds of any clock that only goes forward.

    What the server took is counted: calls that went out since a second before one that is refused, and were not refused
    themselves, or since up to ten seconds where that is more a second. To a part of that it slows down, at most once a
    second: what is refused meanwhile had gone out before, and corrects the count, or finds the server still busy.
    """

    def __init__(self) -> None:
        self._numbers = 0
        self._gone_out: dict[int, float] = {}
        self._last = self._not_before = -_LATELY
        self._slowdown: _Slowdown | None = None

    def wait(self, now: float) -> float:
        """Return how long the next call has to wait, in seconds; nothing, or less, when it may go out."""
        speed = self.calls_a_second(now)
        return max(self._not_before, self._last + 1 / speed if speed else now) - now

    def calls_a_second(self, now: float) -> float | None:
        """Return how many go out in a second; None when they go out as they come."""
        return self._slowdown.calls_a_second(now) if self._slowdown else None

    def go(self, now: float) -> int:
        """A call goes out; return its number."""
        self._numbers += 1
        self._gone_out[self._numbers] = self._last = now
        for number in list(self._gone_out):
            if self._gone_out[number] > now - _LATELY:
                break
            del self._gone_out[number]
        return self._numbers

    def refused(self, number: int, now: float, *, pause: float = 0.0) -> None:
        """A call was refused for going too fast; the server asked for a pause of so many seconds."""
        went_out_at = self._gone_out.pop(number, now)
        self._last = max(self._last, now)
        self._not_before = max(self._not_before, now + pause)
        slowdown = self._slowdown
        if slowdown is None or (number > slowdown.after and now - slowdown.at > _JUST_NOW):
            lately = {one: went_out_at - at for one, at in self._gone_out.items()}
            slowdown = self._slowdown = _Slowdown(
                at=now,
                after=self._numbers,
                just_now={one for one, ago in lately.items() if ago < _JUST_NOW},
                lately=set(lately),
                span=max([_JUST_NOW, *lately.values()]),
                at_most=self.calls_a_second(now),
            )
        slowdown.refused(number, self._not_before if pause else now)


@dataclass
class _Slowdown:
    """That the server got too many calls: when it was seen, the last call by then, and what it had taken before.

    `lately` is so many seconds long. `at_most` is how many calls a second went out just before, where that was limited
    already.
    """

    at: float
    after: int
    just_now: set[int]
    lately: set[int]
    span: float
    at_most: float | None
    grows_from: float = 0.0

    def refused(self, number: int, until: float) -> None:
        """Another call was refused; until then none goes out."""
        self.just_now.discard(number)
        self.lately.discard(number)
        self.grows_from = max(self.grows_from, until)

    def calls_a_second(self, now: float) -> float | None:
        """Return how many go out in a second; None once that is long ago."""
        since = max(0.0, now - self.grows_from)
        if since > _FORGOTTEN_AFTER:
            return None
        taken = max(len(self.just_now) / _JUST_NOW, len(self.lately) / self.span)
        slowed_to = max(_SLOWEST, _KEPT * (taken if self.at_most is None else min(taken, self.at_most)))
        return slowed_to * (1 + since / _TWICE_AS_FAST_AFTER + (since / _SPEEDING_UP_OVER) ** 2)


class Pace:
    """One business's pace, for all its threads."""

    def __init__(
        self, *, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._speed = Speed()
        self._lock = Lock()
        self._turnstile = Lock()  # held by the one whose turn is next
        self._refusal: Throttled | None = None

    def turn(self) -> "Turn":
        """Return a call's turn: enter it for each time that the call is made, until it gets through."""
        return Turn(self, until=self._now() + PATIENCE)

    def calls_a_second(self) -> float | None:
        """Return how many go out in a second now; None when they go out as they come."""
        with self._lock:
            return self._speed.calls_a_second(self._now())

    def keep(self, call: Callable[[], Answer]) -> Answer:
        """Make a call when its turn comes; again when it was refused for going too fast.

        Errors: what the call raises; Throttled when it would have to wait longer than PATIENCE.
        """
        turn = self.turn()
        while True:
            with turn:
                return call()

    def wait(self, *, until: float) -> int:
        """Wait until the next call may go out; return its number. Errors: Throttled."""
        while not self._turnstile.acquire(timeout=max(_NO_TIME, until - self._now())):
            if self._refusal:
                raise self._refusal.again()
        try:
            while True:
                with self._lock:
                    now = self._now()
                    wait = self._speed.wait(now)
                    if wait <= 0:
                        return self._speed.go(now)
                    refusal = self._refusal
                if refusal and now + wait > until:
                    raise refusal.again()
                self._sleep(wait)
        finally:
            self._turnstile.release()

    def refused(self, number: int, refusal: Throttled, *, until: float) -> bool:
        """A call was refused for going too fast; return whether it is made again: not after a long pause."""
        pause = refusal.pause.total_seconds() if refusal.pause else 0.0
        now = self._now()
        if now + pause > until:
            return False
        with self._lock:
            self._speed.refused(number, now, pause=pause)
            self._refusal = refusal
        return True


class Turn:
    """A call's turn. Each time that it is entered it waits; a refusal for going too fast does not leave the block.

    So the call is made in a loop that ends when it gets through.
    """

    def __init__(self, pace: Pace, *, until: float) -> None:
        self._pace = pace
        self._until = until
        self._number = 0

    def __enter__(self) -> None:
        self._number = self._pace.wait(until=self._until)

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        return isinstance(error, Throttled) and self._pace.refused(self._number, error, until=self._until)
