"""The wall clock of the machine that an installation runs on, to be stepped while it works.

Nothing that is shipped knows of this: what is moved is what the code reads. That is Python's clock where the gateway
reads it, SQLite's own idea of `now`, and PostgreSQL's `clock_timestamp`, by a function in a schema before its own. The
vendor, which is the sandbox, keeps its own time; so does `time.monotonic`, as on a real machine.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import httpx
import pytest
from requests.adapters import HTTPAdapter
from sqlalchemy import Engine, event

from adapters.storage import SqlStorage
from tests.attack.launcher import watch_calls, watch_commits
from tests.attack.outgoing import Outgoing, catch
from tests.postgres import give_own_time, step_time

_IN_THE_MIDDLE_SECONDS = 0.2


class WallClock:
    """The machine's wall clock, and its database's, which is SQLite where no URL is given."""

    def __init__(self, database_url: str | None) -> None:
        self._database_url = database_url
        self._shift = timedelta()
        self._own = threading.local()

    def now(self, tz: tzinfo | None = UTC) -> datetime:
        """Return what the clock says, in this thread."""
        own: timedelta = getattr(self._own, "shift", timedelta())
        return datetime.now(tz) + self._shift + own

    def step(self, by: timedelta) -> None:
        """Set the clock, once and for all: somebody's `date -s`."""
        self._shift += by
        if self._database_url:
            step_time(self._database_url, by)

    @contextmanager
    def of_another_machine(self, ahead: timedelta) -> Iterator[None]:
        """Have this thread work on a machine whose clock is ahead; a server's own clock is everybody's."""
        self._own.shift = ahead
        try:
            yield
        finally:
            del self._own.shift


@contextmanager
def moved_clocks(database_url: str | None, monkeypatch: pytest.MonkeyPatch) -> Iterator[WallClock]:
    """Lay a clock that can be stepped under everything that is opened within the block; each write looks at it."""
    clock = WallClock(database_url)
    monkeypatch.setattr("adapters.clock.datetime", clock)
    # Otherwise nobody would look at the clocks for half a minute, and a step in the middle would not be met at all.
    monkeypatch.setattr("adapters.storage.shared_clock.KEPT_EVERY", timedelta())
    if database_url:
        give_own_time(database_url)

    def strftime(form: str, *of: str) -> str:
        """Nobody asks SQLite for the time; who does is told the wall clock's, in this form."""
        assert form == "%Y-%m-%d %H:%M:%f", form
        assert of[0] == "now", of
        instant = clock.now() + timedelta(seconds=float(of[1].removesuffix(" seconds")) if len(of) > 1 else 0)
        return f"{instant:%Y-%m-%d %H:%M:%S}.{instant.microsecond // 1000:03}"

    def set_up(connection: Any, _record: Any) -> None:
        if hasattr(connection, "create_function"):
            connection.create_function("strftime", -1, strftime)

    event.listen(Engine, "connect", set_up)
    try:
        yield clock
    finally:
        event.remove(Engine, "connect", set_up)


class Stepper:
    """Steps the clock right before the n-th commit or call of a name, and notes what happens (as a Killer does)."""

    def __init__(self, event: str, number: int, act: Callable[[], None]) -> None:
        self.acted = False
        self.seen: list[str] = []
        self._point = (event, number)
        self._act = act

    def begins(self, event: str) -> bool:
        """Something is about to happen."""
        self.seen.append(event)
        is_the_point = (event, self.seen.count(event)) == self._point
        if is_the_point:
            self._act()
            self.acted = True
        return is_the_point

    def ended(self, *, is_the_point: bool) -> None:
        """It has happened."""


def watch(stepper: Stepper, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every commit and call of this process told to the stepper, for the length of the test."""
    for where, name in ((SqlStorage, "write"), (HTTPAdapter, "send"), (httpx.Client, "send")):
        monkeypatch.setattr(where, name, getattr(where, name))  # so that it is put back
    watch_commits(stepper)
    watch_calls(stepper)


def when_called(operation: str, act: Callable[[], None], monkeypatch: pytest.MonkeyPatch, *, nth: int = 1) -> None:
    """Act in the middle of the n-th call of an operation: it has been sent, and is not answered yet if that is late."""
    seen: list[str] = []

    def noted(call: Outgoing) -> Any:
        seen.append(call.operation)
        if call.operation == operation and seen.count(operation) == nth:
            threading.Timer(_IN_THE_MIDDLE_SECONDS, act).start()
        return call.send()

    catch(noted, put=monkeypatch.setattr)
