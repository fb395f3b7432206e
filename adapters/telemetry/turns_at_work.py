"""The turns that this process has at work, and when each gave its last sign of life."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock


class TurnsAtWork:
    """Remembers them. Safe to use from many threads. `now` is monotonic, in seconds.

    A turn may take hours, but it makes one call after the other: one that begins or ends none for longer than a
    business is held at a time hangs.
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = Lock()
        self._last_sign: dict[int, float] = {}
        self._of_business: dict[str, set[int]] = {}
        self._number = 0

    @contextmanager
    def turn(self, business: str) -> Iterator[None]:
        """Remember one for the length of the block."""
        with self._lock:
            self._number += 1
            number = self._number
            self._last_sign[number] = self._now()
            self._of_business.setdefault(business, set()).add(number)
        try:
            yield
        finally:
            with self._lock:
                del self._last_sign[number]
                self._of_business[business].discard(number)
                if not self._of_business[business]:
                    del self._of_business[business]

    def sign(self, business: str) -> None:
        """Something was begun or has ended in the business's newest turn, if it has one."""
        with self._lock:
            if numbers := self._of_business.get(business):
                self._last_sign[max(numbers)] = self._now()

    def silent_for(self, seconds: float) -> int:
        """Return how many have given no sign of life for longer than this."""
        before = self._now() - seconds
        with self._lock:
            return sum(last < before for last in self._last_sign.values())
