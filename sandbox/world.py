"""What all accounting systems here have in common: a clock, a lock, a journal, and what befalls calls. No network."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, RLock

from sandbox.faults import Faults
from sandbox.journal import Journal, RestExchanged
from sandbox.norwegian_time import Clock
from sandbox.refused import NotUnderstoodError


@dataclass
class World:
    """The one world that the stand-ins share.

    `lock` is held for each operation, never while waiting. `latency` is in seconds; every call waits for
    itself, so that calls at the same time are late together. `closing` is set when the sandbox stops, and
    ends every wait. `keep` is called with the lock held after each change of the books, before it is answered.
    """

    clock: Clock
    journal: Journal
    latency: float = 0.0
    lock: RLock = field(default_factory=RLock)
    closing: Event = field(default_factory=Event)
    faults: Faults = field(default_factory=Faults)
    rest_exchanges: deque[RestExchanged] = field(default_factory=lambda: deque(maxlen=0))
    keep: Callable[[], None] = lambda: None

    def set_latency(self, seconds: float) -> None:
        """Let every answer take so long from now on. Errors: ValueError for a negative or endless time."""
        if not 0 <= seconds < float("inf"):
            raise NotUnderstoodError("The latency is a number of seconds, not negative.")
        self.latency = seconds

    def pause(self, seconds: float) -> bool:
        """Wait; False when the sandbox was stopped meanwhile."""
        return not self.closing.wait(seconds) if seconds > 0 else not self.closing.is_set()

    def reset(self) -> None:
        """Forget faults and calls."""
        with self.lock:
            self.faults.clear()
            self.journal.clear()
            self.rest_exchanges.clear()
