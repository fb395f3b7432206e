"""How much one caller may ask of this process. Counted in memory, and so by each process for itself."""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MOST_FAILURES = 20
"""So many keys that are not accepted may come from one address within a window."""

WINDOW_SECONDS = 60.0

_MOST_ADDRESSES = 10_000
"""So many addresses are remembered, at most; the one that began to fail first is forgotten first."""

_MINUTE = 60.0


@dataclass
class _Failures:
    began: float
    number: int = 0


class FailedAttempts:
    """Counts, by address, the keys that were not accepted. `now` is monotonic, in seconds."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._of_address: OrderedDict[str, _Failures] = OrderedDict()

    def note(self, address: str) -> None:
        """Count one more."""
        origin = _origin(address)
        failures = self._current(origin)
        if failures is None:
            self._of_address.pop(origin, None)
            failures = self._of_address[origin] = _Failures(self._now())
            if len(self._of_address) > _MOST_ADDRESSES:
                self._of_address.popitem(last=False)
        failures.number += 1

    def seconds_left(self, address: str) -> int:
        """Return for how long the address is not listened to; 0 while it is."""
        failures = self._current(_origin(address)) if self._of_address else None
        if failures is None or failures.number < MOST_FAILURES:
            return 0
        return math.ceil(failures.began + WINDOW_SECONDS - self._now())

    def _current(self, origin: str) -> _Failures | None:
        failures = self._of_address.get(origin)
        return failures if failures and self._now() - failures.began < WINDOW_SECONDS else None


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
