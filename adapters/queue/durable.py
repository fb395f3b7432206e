"""A durable queue: each turn is a workflow of DBOS Transact, worked off by threads of this and other processes.

Our own tables stay the truth; DBOS only sees to it that somebody takes a business's turn. DBOS keeps one registry a
process, so there is one such queue a process.
"""

import logging
import os
import sqlite3
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID
from dbos import error as dbos_errors
from typing_extensions import override

from adapters.file_lock import alone_at
from core.errors import InvalidInput, LeaseLost, TryAgain
from core.ports.turns import TransferQueue

_SQLITE = "sqlite:///"
_QUEUE = "turns"
_APPLICATION_VERSION = "1"  # fixed: DBOS never hands out what another version put
_POLLING_SECONDS = 0.1
_FINISHED = ["SUCCESS", "ERROR", "CANCELLED"]
_KEPT = timedelta(days=1)
_TIDIED_AT_ONCE = 1000
_WITH_IT = ("", "-journal", "-wal", "-shm")
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_PATIENCE_SECONDS = 5.0

_log = logging.getLogger("kvitt.worker")


class DurableTransferQueue(TransferQueue):
    """Has turns taken, on this process's threads or another's. `threads` is how many this one works with."""

    def __init__(self, database_url: str, *, take_turn: Callable[[str], None], threads: int) -> None:
        self._database_url = database_url
        self._threads = threads
        _Turns.take = take_turn

    def start(self) -> None:
        """Begin to work. Two processes with one executor id would run each other's turns, so each has its own.

        Errors: those of prepare_turns_file, on SQLite.
        """
        if self._database_url.startswith(_SQLITE):
            prepare_turns_file(Path(self._database_url.removeprefix(_SQLITE)).absolute())
        config: DBOSConfig = {
            "name": "kvitt",
            "system_database_url": self._database_url,
            "application_version": _APPLICATION_VERSION,
            "executor_id": uuid.uuid4().hex,
            "log_level": "ERROR",
            # Nothing of ours is listened for; on SQLite stopping waits for the listener's next look.
            "notification_listener_polling_interval_sec": _POLLING_SECONDS,
        }
        DBOS(config=config)
        DBOS.logger.addFilter(_is_trouble)
        DBOS.launch()
        DBOS.register_queue(
            _QUEUE,
            worker_concurrency=self._threads,
            polling_interval_sec=_POLLING_SECONDS,
            on_conflict="always_update",
        )

    def stop(self, *, patience: timedelta) -> None:
        """Stop working; turns at work have so long to come to an end. One that does not is left to itself.

        DBOS looks once a second whether they have, so it is asked to wait only where there is one. A turn that is
        handed out at this very moment stays undone, as after a kill: the sweeper has it put anew.
        """
        DBOS.destroy(workflow_completion_timeout_sec=int(patience.total_seconds()) if _Turns.at_work else 0)

    @override
    def put(self, business: str) -> None:
        """Have the business's turn taken soon. One that is put already is enough."""
        once = SetEnqueueOptions(deduplication_id=business, duplication_policy="return-existing")
        with SetWorkflowID(f"{business}:{uuid.uuid4().hex}"), once:
            DBOS.enqueue_workflow(_QUEUE, _turn, business)

    @override
    def put_anew(self, business: str) -> None:
        """Have the business's turn taken although one is called running: nobody holds the business any more.

        A dead process leaves its turn running for ever. Cancelling frees the business's place in the queue; it does
        not stop code that runs after all, which is what the lease is for.
        """
        left = DBOS.list_workflows(
            status="PENDING", workflow_id_prefix=f"{business}:", load_input=False, load_output=False
        )
        if left:
            DBOS.cancel_workflows([turn.workflow_id for turn in left])
        self.put(business)

    def ping(self) -> None:
        """Ask the turns' database for a turn, to see that it is there and that this process was started.

        Errors: TryAgain, code `queue_unavailable`.
        """
        try:
            DBOS.list_workflows(status="PENDING", limit=1, load_input=False, load_output=False)
        except Exception as error:
            raise TryAgain(
                "The queue of turns can't be reached.",
                code="queue_unavailable",
                hint="Check its database: PostgreSQL, or turns.db in KVITT_HOME. A damaged turns.db is replaced when "
                "you restart this process.",
            ) from error

    def tidy(self) -> None:
        """Forget turns that ended more than a day ago; DBOS keeps all it ever ran."""
        before = (datetime.now(UTC) - _KEPT).isoformat()  # by the wall clock, as DBOS dates them
        while ended := DBOS.list_workflows(
            status=_FINISHED,
            completed_before=before,
            limit=_TIDIED_AT_ONCE,
            load_input=False,
            load_output=False,
        ):
            DBOS.delete_workflows([turn.workflow_id for turn in ended])


def _is_trouble(record: logging.LogRecord) -> bool:
    """Whether DBOS has something to say. That a turn was cancelled is no trouble: it was put anew (see `put_anew`)."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, dbos_errors.DBOSAwaitedWorkflowCancelledError)


class _Turns:
    """What a workflow calls: DBOS knows functions by name, before there is a queue to belong to."""

    take: Callable[[str], None]
    at_work: ClassVar[list[str]] = []
    """The businesses whose turns this process is taking; one twice where its lease was lost in between."""


@DBOS.workflow(name="turn")
def _turn(business: str) -> None:
    _Turns.at_work.append(business)
    try:
        _Turns.take(business)
    except LeaseLost:
        _log.info("A turn of the business %s was taken over by another worker", business)
    except Exception as error:  # noqa: BLE001 - a bug: told of here, and the worker goes on
        # What failed is in the transfer, and the sweeper has the rest taken up, so nothing is lost by ending here.
        # The error's own words may be personal, so the place is told and they are not.
        place = "".join(traceback.format_tb(error.__traceback__))
        _log.error("A turn of the business %s broke off: %s\n%s", business, type(error).__name__, place)
    finally:
        _Turns.at_work.remove(business)


def prepare_turns_file(file: Path) -> None:
    """See that the file of the turns can be used, and is its owner's alone; a missing one is made, without tables.

    Nobody misses it: turns are put anew from our own tables. So a damaged one must not keep a worker from starting; it
    is kept beside the new one, for whoever wants to know what happened.
    Of several processes that start at once one sets a damaged file aside. One that is locked, or can't be read, is
    left where it is: that is another trouble.
    Errors: InvalidInput, code `no_turns_file`, when it can't be made.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone_at(file):
            if file.exists() and (what := _find_damage(file)):
                _set_aside(file, what)
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise InvalidInput(
            f"The queue's file, {file}, can't be created: {error.strerror}.",
            code="no_turns_file",
            hint="Check that KVITT_HOME is a writable folder and that the disk is not full.",
        ) from error
    for owned in _files_of(file):
        with suppress(OSError):  # another's file, which we may use and not change
            owned.chmod(0o600)


def _find_damage(file: Path) -> str | None:
    """Return what is wrong with the file's content, or None."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=_PATIENCE_SECONDS)) as database:
            database.execute("PRAGMA query_only = ON")
            (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                return "it is corrupt"
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "dbos_migrations" in tables and "workflow_status" not in tables:
                made = database.execute("SELECT max(version) FROM dbos_migrations").fetchone()[0]
                return "tables are missing" if made else None  # else another process is making them at this moment
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        return "it is corrupt, or no database" if code is not None and code & 0xFF in _DAMAGED else None
    return None


def _set_aside(file: Path, what: str) -> None:
    """Give the file, with its logs, a name that nothing has."""
    stem = f"{file.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    nth = 0
    while (aside := file.with_name(f"{stem}-{nth}" if nth else stem)).exists():
        nth += 1
    for ending in reversed(_WITH_IT):  # the file itself last: broken off in between, this is begun anew
        with suppress(FileNotFoundError):
            file.with_name(f"{file.name}{ending}").rename(aside.with_name(f"{aside.name}{ending}"))
    _log.warning("The file of the turns, %s, was set aside as %s (%s), and is made anew", file, aside.name, what)


def _files_of(file: Path) -> Iterator[Path]:
    for ending in _WITH_IT:
        if (beside := file.with_name(f"{file.name}{ending}")).exists():
            yield beside
