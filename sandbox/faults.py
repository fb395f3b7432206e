"""Faults that are waiting to happen: which call they strike, and how often.

What each kind does is told in injection.py.
"""

from collections.abc import Container
from dataclasses import dataclass
from threading import Lock

from sandbox.refused import NotUnderstoodError

EVERY_OPERATION = "*"

KINDS = (
    "reset",
    "reset_after",
    "late",
    "slow",
    "drip",
    "http_502",
    "http_502_after",
    "html_200",
    "login_page_after",
    "truncated",
    "malformed",
    "fault",
    "fault_after",
    "fault_midway",
    "item_exception",
    "session_expired",
    "quota",
    "fewer_items",
    "reordered",
    "validation_error",
    "forbidden",
    "throttled",
    "conflict",
)

MEANINGS = {
    "reset": "the connection breaks before anything is done",
    "reset_after": "it is done, and the connection breaks before the answer",
    "late": "the caller is hung up on, and it is done a while later",
    "slow": "it is done, and the answer takes a while",
    "drip": "the answer never gets done: a byte at a time",
    "http_502": "a gateway's error page; nothing is done",
    "http_502_after": "it is done, and a gateway's error page is answered",
    "html_200": "a web page instead of the answer; nothing is done",
    "login_page_after": "it is done, and the login page is answered",
    "truncated": "it is done, and half of the answer is missing",
    "malformed": "it is done, and the answer is broken",
    "fault": "it is refused, for a reason inside the accounting system",
    "fault_after": "it is done, and refused all the same",
    "fault_midway": "some of the items are done, then it is refused",
    "item_exception": "one item is refused, the others are done",
    "session_expired": "the session or token has ended",
    "quota": "the calls of this hour are used up",
    "fewer_items": "it is done, and one item is missing from the answer",
    "reordered": "it is done, and the items are answered in another order",
    "validation_error": "a field is refused (REST, Tripletex)",
    "forbidden": "the right is missing (REST, Tripletex)",
    "throttled": "too many calls",
    "conflict": "somebody else has written meanwhile (Tripletex)",
}
"""What each kind does, in a few words."""

NULL_REFERENCE = "Object reference not set to an instance of an object."
DATABASE_ERROR = "Office24Seven.Library.Data.DataBaseServerException"


@dataclass
class Fault:
    """A fault in waiting.

    It passes over the first `after` calls of its operation ("*" is every operation), then strikes `times`
    calls; None is until cleared. `delay` is in seconds (late, slow). `text` is the cause (fault, fault_after,
    fault_midway) or the message (item_exception), `type` is the exception's type. `item` is an index among
    the items of an array: the one refused (item_exception; the first by default), the first one not written
    (fault_midway; the middle one by default) or the one left out (fewer_items; the last by default). `path` and
    `keyword` say which field is wrong and how (validation_error; Tripletex says `text` of it). `tells_reset` is whether
    it is said when there may be more calls (throttled).
    """

    operation: str
    kind: str
    times: int | None = 1
    after: int = 0
    delay: float = 1.0
    text: str = NULL_REFERENCE
    type: str = DATABASE_ERROR
    item: int | None = None
    path: str = "memo"
    keyword: str = "pattern"
    tells_reset: bool = True

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"No fault is called {self.kind!r}; there are {', '.join(KINDS)}.")
        if min(self.after, self.delay, self.item or 0) < 0 or (self.times is not None and self.times < 1):
            raise NotUnderstoodError("A fault strikes at least once; after, delay and item are not negative.")


class Faults:
    """The faults in waiting, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        """Let a fault wait for its call."""
        with self._lock:
            self._waiting.append(fault)

    def take(self, operation: str, kinds: Container[str]) -> Fault | None:
        """The fault, of these kinds, that strikes this call. At most one does; the others keep waiting."""
        with self._lock:
            for fault in self._waiting:
                if fault.operation not in (operation, EVERY_OPERATION) or fault.kind not in kinds:
                    continue
                if fault.after:
                    fault.after -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                    if not fault.times:
                        self._waiting.remove(fault)
                return fault
            return None

    def waiting(self) -> list[Fault]:
        """The faults that have not struck as often as they should."""
        with self._lock:
            return list(self._waiting)

    def clear(self) -> None:
        """Call all faults off."""
        with self._lock:
            self._waiting.clear()
