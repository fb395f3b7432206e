"""So many calls a second, and no more: a limit of a stand-in's that real ones have too."""

from collections import deque
from threading import Lock
from time import monotonic


class Pace:
    """A window of a second that slides with the real clock. A call that is refused does not count.

    `limit` is calls a second, 0 is without limit; it may be changed at any time. `tells_reset` is whether a refusal
    says when there is room again.
    """

    def __init__(self, limit: int = 0, *, tells_reset: bool = True) -> None:
        self.limit = limit
        self.tells_reset = tells_reset
        self._taken: deque[float] = deque()
        self._lock = Lock()

    def take(self) -> float:
        """Take a place for a call; 0.0 when there was one, else the seconds until there is."""
        with self._lock:
            now = self._slide()
            if not self.limit or len(self._taken) < self.limit:
                self._taken.append(now)
                return 0.0
            return max(self._taken[-self.limit] + 1 - now, 0.001)

    @property
    def left(self) -> int:
        """Calls that there is room for now."""
        with self._lock:
            self._slide()
            return max(0, self.limit - len(self._taken))

    def clear(self) -> None:
        """Forget the calls of this second."""
        with self._lock:
            self._taken.clear()

    def _slide(self) -> float:
        now = monotonic()
        while self._taken and self._taken[0] <= now - 1:
            self._taken.popleft()
        return now
