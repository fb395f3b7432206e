"""What was called, for tests and trainees to look at. Holds no password and no session id."""

import hashlib
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, islice
from threading import Condition
from time import monotonic
from typing import NamedTuple

from sandbox.norwegian_time import Clock

RUNNING = "running"
KEPT_CALLS = 100_000
KEPT_REQUESTS = 1_000


@dataclass
class Call:
    """A call.

    `outcome` is "running" until it has ended, then "ok", "fault", "invalid" (does not fit the contract) or
    "fault:<kind>" for an injected fault. `session` is a short hash; `duration` is in seconds.
    """

    number: int
    time: datetime
    operation: str
    service: str
    session: str = ""
    account: str = ""
    outcome: str = RUNNING
    duration: float = 0.0
    _began: float = field(default_factory=monotonic, repr=False)

    @property
    def title(self) -> str:
        """Which operation of which service; a REST operation says it all."""
        return self.operation if " " in self.operation else f"{self.service}.{self.operation}"


class KeptRequest(NamedTuple):
    """A request as it was sent, passwords masked."""

    service: str
    operation: str
    xml: bytes


class RestExchanged(NamedTuple):
    """A REST call that no fault struck, as it was asked and answered; the token is not part of it."""

    method: str
    template: str
    query: dict[str, str]
    request: bytes
    status: int
    response: bytes


class Journal:
    """All calls since the start or the last clearing, oldest first."""

    def __init__(self, clock: Clock, *, keep_requests: int = 0) -> None:
        self._clock = clock
        self._numbers = count(1)
        self._calls: deque[Call] = deque(maxlen=KEPT_CALLS)
        self._requests: deque[KeptRequest] = deque(maxlen=keep_requests)
        self._running = 0
        self._lock = Condition()

    def open(self, *, operation: str, service: str, session_id: str | None) -> Call:
        """Begin the entry of a call that has come in."""
        session = hashlib.sha256(session_id.encode()).hexdigest()[:8] if session_id else ""
        with self._lock:
            call = Call(next(self._numbers), self._clock(), operation, service, session)
            self._calls.append(call)
            self._running += 1
            return call

    def end(self, call: Call, outcome: str) -> None:
        """Write down how a call went."""
        with self._lock:
            call.outcome = outcome
            call.duration = monotonic() - call._began
            self._running -= 1
            self._lock.notify_all()

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until no call is running, a late one neither; False when that takes longer, in seconds."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._running, timeout)

    def calls(self, operation: str | None = None) -> list[Call]:
        """The calls, or those of one operation."""
        with self._lock:
            return [call for call in self._calls if operation in (None, call.operation)]

    def last(self, number: int) -> list[Call]:
        """The last so many calls, the newest first."""
        with self._lock:
            return list(islice(reversed(self._calls), number))

    def count(self, operation: str | None = None) -> int:
        """How many calls, or calls of one operation."""
        return len(self.calls(operation))

    def clear(self) -> None:
        """Forget all calls and kept requests; the numbering goes on."""
        with self._lock:
            self._calls.clear()
            self._requests.clear()

    @property
    def requests(self) -> list[KeptRequest]:
        """The last requests, as far as they are kept."""
        with self._lock:
            return list(self._requests)

    @property
    def keeps_requests(self) -> bool:
        """Whether that was asked for."""
        return self._requests.maxlen != 0

    def keep(self, request: KeptRequest) -> None:
        """Keep a request, where that was asked for."""
        with self._lock:
            self._requests.append(request)
