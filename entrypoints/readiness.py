"""Whether an installation can do its work: each thing it needs is looked at, and none hides another."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from adapters.storage import SqlStorage
from adapters.storage.schema import LATEST_REVISION
from core.errors import RecoveryNeeded, TryAgain
from entrypoints.pulse import Pulse

if TYPE_CHECKING:
    from adapters.queue.durable import DurableTransferQueue

_SILENT_FOR_LONG_SECONDS = 60.0  # a sweep that waits for its turn in a busy database takes half of that


class Readiness:
    """Looks at what this process needs. `queue` is None where no worker is inside."""

    def __init__(
        self, *, storage: SqlStorage, queue: "DurableTransferQueue | None", pulse: Pulse, sweep_seconds: float
    ) -> None:
        self._storage = storage
        self._queue = queue
        self._pulse = pulse
        self._longest_silence = sweep_seconds + _SILENT_FOR_LONG_SECONDS

    def read(self) -> Mapping[str, Exception | None]:
        """Return each check by its name, with what was raised where it fails."""
        checks = {
            "storage": self._storage.ping,
            "migrations": self._tables_are_up_to_date,
            "recovery": self._nothing_to_recover,
        }
        if self._queue is not None:
            checks |= {"queue": self._queue.ping, "worker": self._worker_lives}
        return {name: _trouble(check) for name, check in checks.items()}

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
                f"The database was put back to an earlier day; nothing is sent for {len(shut)} businesses."
            )

    def _worker_lives(self) -> None:
        age = self._pulse.age_seconds()
        if age is None or age > self._longest_silence:
            raise TryAgain(
                "The worker has not looked for work for a while.",
                code="worker_silent",
                hint="See the log for why sweeping fails; restart the process when it says nothing.",
            )


def _trouble(check: Callable[[], None]) -> Exception | None:
    try:
        check()
    except Exception as error:  # noqa: BLE001 - whatever it is, it keeps us from working
        return error
    return None
