"""Workers that die: at a write of the plugin, or at any of its calls, before it goes out or after it was carried out.

It stands between the engine and the plugin, in one process: nothing of the plugin is changed, and the engine gets an
exception that nobody may catch, in place of the answer.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from threading import Lock
from typing import Any

from core.business import Business
from core.ports.accounting import AccountingSystem
from core.sending.fence import FencedCalls


class Killed(BaseException):
    """The worker is dead: nothing that it would do now is done."""


class When(StrEnum):
    """Of a call: before it went out, or after it was carried out and before anything was kept of its answer."""

    BEFORE = "before"
    AFTER = "after"


class Write(StrEnum):
    """What a plugin writes, by port and method."""

    CREATE_CUSTOMER = "customers.create"
    UPDATE_CUSTOMER = "customers.update"
    CREATE_CATEGORY = "products.create_category"
    CREATE_PRODUCT = "products.create_product"
    CREATE_ORDER = "orders.create"
    DELETE_ORDER = "orders.delete"


class Stopped(Exception):  # noqa: N818
    """Nothing that a plugin knows: whoever made its call go out does not want it any more."""


class Deaths:
    """When the worker dies next. A dead one makes no call any more, in whichever thread."""

    def __init__(self) -> None:
        self._at: tuple[str, When] | None = None
        self.is_dead = False

    @contextmanager
    def at(self, what: str, when: When) -> Iterator[None]:
        """Have the worker die within the block, at the first call of this name."""
        self._at, self.is_dead = (what, when), False
        try:
            yield
        finally:
            self._at, self.is_dead = None, False

    def meet(self, what: str, when: When) -> None:
        """Let a call come so far. Errors: Killed."""
        if self._at == (what, when):
            self.is_dead = True
        if self.is_dead:
            raise Killed


class WatchedCalls(FencedCalls):
    """The calls that a plugin tells of (Surroundings, `observer`): counted, and stopped or died at if one asks for it.

    `at_a_time` is how many were open at once, at most.
    """

    def __init__(self, deaths: Deaths) -> None:
        super().__init__()
        self._deaths = deaths
        self._lock = Lock()
        self._number = self._open = self.at_a_time = 0
        self._stop_before = 0

    @contextmanager
    def counted_anew(self, *, stop_before: int = 0) -> Iterator[None]:
        """Count the calls within the block from 1; let none go out from the one of a number on."""
        self._number, self.at_a_time, self._stop_before = 0, 0, stop_before
        try:
            yield
        finally:
            self._stop_before = 0

    @property
    def made(self) -> int:
        """How many there were since they were counted anew."""
        return self._number

    @contextmanager
    def call(self, system: str, operation: str, business: str, /) -> Iterator[None]:
        """Let a call go out."""
        with self._lock:
            self._number += 1
            number = self._number
        if self._stop_before and number >= self._stop_before:
            raise Stopped
        self._deaths.meet(f"call {number}", When.BEFORE)
        with super().call(system, operation, business), self._counted_open():
            yield
        self._deaths.meet(f"call {number}", When.AFTER)

    @contextmanager
    def _counted_open(self) -> Iterator[None]:
        with self._lock:
            self._open += 1
            self.at_a_time = max(self.at_a_time, self._open)
        try:
            yield
        finally:
            with self._lock:
                self._open -= 1


class WatchedSystems:
    """The accounting systems as the engine gets them: whoever writes may die of it."""

    def __init__(self, systems: Any, deaths: Deaths) -> None:
        self._systems = systems
        self._deaths = deaths

    def open(self, business: Business) -> AccountingSystem:
        """Return the business's books, watched."""
        return _Watched(self._systems.open(business), self._deaths)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._systems, name)


class _Watched:
    """An accounting system, or one of its ports, whose writes are watched."""

    def __init__(self, inner: Any, deaths: Deaths, port: str = "") -> None:
        self._inner = inner
        self._deaths = deaths
        self._port = port

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not self._port:
            is_port = any(write.startswith(f"{name}.") for write in Write)
            return _Watched(found, self._deaths, name) if is_port else found
        return self._watched(found, f"{self._port}.{name}") if f"{self._port}.{name}" in set(Write) else found

    def _watched(self, method: Callable[..., Any], write: str) -> Callable[..., Any]:
        def watched(*given: Any, **named: Any) -> Any:
            self._deaths.meet(write, When.BEFORE)
            answer = method(*given, **named)
            self._deaths.meet(write, When.AFTER)
            return answer

        return watched
