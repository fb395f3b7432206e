"""Whether an installation can do its work: each thing it needs is looked at, and none hides another."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.storage import SqlStorage
from adapters.storage.schema import LATEST_REVISION
from core.errors import RecoveryNeeded, TryAgain
from entrypoints.data_folder import require_room

if TYPE_CHECKING:
    from adapters.queue.durable import DurableTransferQueue
    from adapters.telemetry.telemetry import Telemetry

_SILENT_FOR_LONG_SECONDS = 60.0  # a sweep that waits for its turn in a busy database takes half of that


class Pulse:
    """The last sign of life. Safe to use from many threads: it is one value, set whole."""

    def __init__(self) -> None:
        self._beat_at: float | None = None

    def beat(self) -> None:
        """Give a sign of life."""
        self._beat_at = time.monotonic()

    def age_seconds(self) -> float | None:
        """Return how long ago the last sign was given, or None before the first."""
        return None if self._beat_at is None else time.monotonic() - self._beat_at


class Readiness:
    """Looks at what this process needs: `folders` to write to among it. `queue` is None where no worker is inside."""

    def __init__(
        self,
        *,
        storage: SqlStorage,
        queue: "DurableTransferQueue | None",
        pulse: Pulse,
        sweep_seconds: float,
        telemetry: "Telemetry",
        lease: timedelta,
        worker_threads: int,
        folders: Sequence[Path] = (),
    ) -> None:
        self._storage = storage
        self._folders = folders
        self._queue = queue
        self._pulse = pulse
        self._longest_silence = sweep_seconds + _SILENT_FOR_LONG_SECONDS
        self._telemetry = telemetry
        self._lease = lease
        self._worker_threads = worker_threads

    def read(self) -> Mapping[str, Exception | None]:
        """Return each check by its name, with what was raised where it fails."""
        checks = {
            "storage": self._storage.ping,
            "migrations": self._tables_are_up_to_date,
            "disk": self._disk_has_room,
            "recovery": self._nothing_to_recover,
        }
        if self._queue is not None:
            checks |= {"queue": self._queue.ping, "worker": self._worker_lives, "turns": self._turns_go_on}
        return {name: _trouble(check) for name, check in checks.items()}

    def _disk_has_room(self) -> None:
        require_room(*self._folders)

    def _tables_are_up_to_date(self) -> None:
        if (found := self._storage.revision()) != LATEST_REVISION:
            raise TryAgain(
                f"The tables are at revision {found}, and this Kvitt works with {LATEST_REVISION}.",
                code="migrations_differ",
                hint="Run one version of Kvitt everywhere, and restart this process.",
            )

    def _nothing_to_recover(self) -> None:
        if shut := self._storage.shut_businesses():
            raise RecoveryNeeded(
                f"The database was restored from an earlier day; nothing is sent for {len(shut)} businesses."
            )

    def _worker_lives(self) -> None:
        age = self._pulse.age_seconds()
        if age is None or age > self._longest_silence:
            raise TryAgain(
                "The worker has not looked for work for a while.",
                code="worker_silent",
                hint="See the log for why sweeping fails; restart the process when it says nothing.",
            )

    def _turns_go_on(self) -> None:
        silent = self._telemetry.turns.silent_for(self._lease.total_seconds())
        if silent:
            raise TryAgain(
                f"{silent} of the {self._worker_threads} turns that this worker can take at once have neither begun "
                f"nor ended a call for more than {self._lease.total_seconds():g} s.",
                code="turns_stuck",
                hint="Restart this process: what they had in hand is looked for and taken up by the next. If it comes "
                "again, look at the database and report it.",
            )


def _trouble(check: Callable[[], None]) -> Exception | None:
    try:
        check()
    except Exception as error:  # noqa: BLE001 - whatever it is, it keeps us from working
        return error
    return None
