"""How much one caller may ask of this process. Counted in memory, and so by each process for itself.

Not by the library `limits`: its counts in memory go by the wall clock, grow without end while addresses change, and
know no bucket that fills up again.
"""

import ipaddress
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import FIFOCache

MOST_FAILURES = 20
"""So often may one address try keys of one prefix, none of which is accepted, within a window."""

MOST_PREFIXES = 20
"""Keys of so many prefixes, none of which is accepted, may come from one address within a window."""

MOST_EVERYWHERE = 200
"""So often may keys of one prefix be tried within a window, from wherever they come."""

WINDOW_SECONDS = 60.0

_MOST_REMEMBERED = 10_000
"""Of each kind so many counts are kept, at most; the one that began first is forgotten first."""

_MINUTE = 60.0


class FailedAttempts:
    """Counts the keys that were not accepted, by address and prefix. `now` is monotonic, in seconds.

    So whoever keeps on trying a key that was revoked is told apart from the others behind its address, and from whoever
    guesses: at many prefixes, or at one from many addresses. What can't be a key has no prefix, "".
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._of_pair = _Counts(MOST_FAILURES, now)
        self._of_address = _Counts(MOST_PREFIXES, now)
        self._of_prefix = _Counts(MOST_EVERYWHERE, now)

    def note(self, address: str, prefix: str) -> None:
        """Count one more."""
        origin = _origin(address)
        if self._of_pair.note((origin, prefix)) == 1:
            self._of_address.note((origin,))
        if prefix:
            self._of_prefix.note((prefix,))

    def seconds_left(self, address: str, prefix: str) -> int:
        """Return for how long such keys from there are not looked up; 0 while they are."""
        origin = _origin(address)
        return max(
            self._of_pair.seconds_left((origin, prefix)),
            self._of_address.seconds_left((origin,)),
            self._of_prefix.seconds_left((prefix,)),
        )


@dataclass
class _Count:
    began: float
    number: int = 0


class _Counts:
    """Counts by what is counted, each from when it began, for a window."""

    def __init__(self, most: int, now: Callable[[], float]) -> None:
        self._most = most
        self._now = now
        self._counts: FIFOCache[tuple[str, ...], _Count] = FIFOCache(_MOST_REMEMBERED)

    def note(self, what: tuple[str, ...]) -> int:
        """Count one more; return how many there were in the window with it."""
        count = self._current(what)
        if count is None:
            count = self._counts[what] = _Count(self._now())
        count.number += 1
        return count.number

    def seconds_left(self, what: tuple[str, ...]) -> int:
        """Return how long the window still lasts where there were too many; otherwise 0."""
        count = self._current(what)
        if count is None or count.number < self._most:
            return 0
        return math.ceil(count.began + WINDOW_SECONDS - self._now())

    def _current(self, what: tuple[str, ...]) -> _Count | None:
        count = self._counts.get(what)
        return count if count and self._now() - count.began < WINDOW_SECONDS else None


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class RequestRate:
    """Lets each key make so many requests a minute; as many may come at once, after a minute's quiet. 0 is no limit."""

    def __init__(self, per_minute: int, *, now: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._now = now
        self._buckets: dict[str, _Bucket] = {}

    def take(self, key: str) -> int:
        """Take one request of the key's; return 0, or the seconds after which there is one for it again."""
        if not self._per_minute:
            return 0
        now, per_second = self._now(), self._per_minute / _MINUTE
        bucket = self._buckets.setdefault(key, _Bucket(float(self._per_minute), now))
        bucket.tokens = min(bucket.tokens + (now - bucket.filled_at) * per_second, float(self._per_minute))
        bucket.filled_at = now
        if bucket.tokens < 1:
            return math.ceil((1 - bucket.tokens) / per_second)
        bucket.tokens -= 1
        return 0


def _origin(address: str) -> str:
    """Return what stands for one caller: an IPv6 network of 64 bits is one household's, which may choose the rest."""
    try:
        given = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(given, ipaddress.IPv6Address):
        return str(given.ipv4_mapped or ipaddress.ip_network((given, 64), strict=False))
    return str(given)
