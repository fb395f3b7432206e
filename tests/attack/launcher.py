"""Start a worker from outside, count what it writes and calls, and kill it at a point of one's choosing.

`python -m tests.attack.launcher BUSINESS` takes the business's turn in this process's environment and prints what
happened on the way: a line for each transaction committed and each call to the accounting system, in order.
With `--kill EVENT:N` and `--edge` the process kills itself with SIGKILL right before or after the n-th `commit` or
call of that name, or, of a call, during it: when it has been sent and is not answered yet. With `--engine` a worker
with the durable queue works instead, until nothing is left to do; with `--follow-up N` open orders are followed up
once, N at a time. Nothing that is shipped knows of any of this.
"""

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from unittest.mock import patch

from sqlalchemy import Connection

from adapters.storage.transfers import SqlTransferStore
from adapters.storage.unit_of_work import SqlStorage
from adapters.twentyfour_seven_office.soap.operations import PATHS
from adapters.twentyfour_seven_office.soap.wire import contract
from core.transfer import TransferState
from entrypoints.container import DURABLE, INLINE, Container, make_container
from entrypoints.settings import read_settings
from tests.attack.outgoing import Outgoing, catch

COMMIT = "commit"
BEFORE, DURING, AFTER = "before", "during", "after"

_UNDER_WAY_SECONDS = 0.1
_BETWEEN_LOOKS = 0.05


class Watcher(Protocol):
    """Who is told of each event."""

    def begins(self, event: str) -> bool:
        """Something is about to happen. Return whether this is the point that is waited for."""

    def ended(self, *, is_the_point: bool) -> None:
        """It has happened."""


class Killer:
    """Counts events, notes each, and kills the process at one of them."""

    def __init__(self, event: str, number: int, edge: str) -> None:
        self.seen: list[str] = []
        self._point = (event, number)
        self._edge = edge
        self._lock = threading.Lock()

    def begins(self, event: str) -> bool:
        """Something is about to happen, if it comes to that. Return whether this is the point to kill at."""
        with self._lock:
            self.seen.append(event)
            is_the_point = (event, self.seen.count(event)) == self._point
        if is_the_point and self._edge == BEFORE:
            kill()
        if is_the_point and self._edge == DURING:
            threading.Timer(_UNDER_WAY_SECONDS, kill).start()
        return is_the_point

    def ended(self, *, is_the_point: bool) -> None:
        """It has happened."""
        if is_the_point and self._edge == AFTER:
            kill()


def kill() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def watch_commits(killer: Watcher) -> None:
    """Watch the end of every transaction of our storage. DBOS's own are not among them."""
    write = SqlStorage.write

    @contextmanager
    def watched(storage: SqlStorage) -> Iterator[Connection]:
        with write(storage) as database:
            yield database
            is_the_point = killer.begins(COMMIT)
        killer.ended(is_the_point=is_the_point)

    SqlStorage.write = watched  # type: ignore[method-assign, assignment]


def watch_calls(killer: Watcher) -> None:
    """Watch every call to the accounting system."""

    def watched(call: Outgoing) -> Any:
        is_the_point = killer.begins(call.operation)
        response = call.send()
        killer.ended(is_the_point=is_the_point)
        return response

    catch(watched)


def load_contracts() -> None:
    """Load what the first call would load: while that lasts a lease may grow old, and is renewed once more or less."""
    for service in PATHS:
        contract(service)


def take_turn(container: Container, business: str) -> None:
    """Take the business's turn, once."""
    container.take_turn().take(business)


def run_engine(container: Container, business: str) -> None:
    """Work with the durable queue, as `kvitt worker` does, until nothing of the business is left to do."""
    from entrypoints.worker import Worker  # only here: what it needs takes as long to load as the rest together

    with Worker(container):
        while _live(container, business):
            time.sleep(_BETWEEN_LOOKS)


def follow_up(container: Container, at_a_time: int) -> None:
    """Follow up open orders once, as a worker's thread does."""
    with patch("core.use_cases.check_status.PIECE", at_a_time):
        container.follow_up().run()


def _live(container: Container, business: str) -> bool:
    with container.storage().read() as database:
        transfers = SqlTransferStore(database, container.storage().clock)
        return any(transfers.list(business, state=state, limit=1) for state in TransferState if not state.is_final)


def main() -> None:
    """Do as the command line says."""
    asked = argparse.ArgumentParser()
    asked.add_argument("business")
    asked.add_argument("--kill", default="none:0", metavar="EVENT:N")
    asked.add_argument("--edge", default=BEFORE, choices=(BEFORE, DURING, AFTER))
    asked.add_argument("--engine", action="store_true")
    asked.add_argument("--follow-up", type=int, default=0, metavar="N")
    given = asked.parse_args()
    event, number = given.kill.rsplit(":", 1)
    killer = Killer(event, int(number), given.edge)
    container = make_container(read_settings(), queue=DURABLE if given.engine else INLINE)
    container.storage()
    load_contracts()
    watch_commits(killer)
    watch_calls(killer)
    if given.follow_up:
        follow_up(container, given.follow_up)
    else:
        (run_engine if given.engine else take_turn)(container, given.business)
    sys.stdout.write("\n".join(killer.seen))


if __name__ == "__main__":
    main()
