"""How often somebody may log in.

docs/24sevenoffice.md, "Sessions": logging in again and again with the same credentials is throttled.
"""

from collections import defaultdict, deque
from datetime import datetime, timedelta

from sandbox.twentyfour_seven_office.norwegian_time import Clock

WINDOW = timedelta(minutes=1)


class Throttle:
    """Log-ins counted by who they are of; those refused don't count."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._logins: dict[str, deque[datetime]] = defaultdict(deque)

    def admits(self, name: str, per_minute: int) -> bool:
        """Count a log-in; False when there were so many within a minute already. 0 is without limit."""
        logins, now = self._logins[name], self._clock()
        while logins and now - logins[0] >= WINDOW:
            logins.popleft()
        if per_minute and len(logins) >= per_minute:
            return False
        logins.append(now)
        return True

    def clear(self) -> None:
        """Forget all log-ins."""
        self._logins.clear()
