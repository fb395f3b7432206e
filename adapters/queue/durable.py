"""A durable queue: each turn is a workflow of DBOS Transact, worked off by threads of this and other processes.

Our own tables stay the truth; DBOS only sees to it that somebody takes a business's turn. DBOS keeps one registry a
process, so there is one such queue a process.
"""

import logging
import traceback
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID
from dbos import error as dbos_errors

from adapters.queue.turns_file import prepare
from core.errors import LeaseLost, TryAgain

_SQLITE = "sqlite:///"
_QUEUE = "turns"
_APPLICATION_VERSION = "1"  # fixed: DBOS never hands out what another version put
_POLLING_SECONDS = 0.1
_FINISHED = ["SUCCESS", "ERROR", "CANCELLED"]
_KEPT = timedelta(days=1)
_TIDIED_AT_ONCE = 1000

_log = logging.getLogger("kvitt.worker")


class DurableTransferQueue:
    """Has turns taken, on this process's threads or another's. `threads` is how many this one works with."""

    def __init__(self, database_url: str, *, take_turn: Callable[[str], None], threads: int) -> None:
        self._database_url = database_url
        self._threads = threads
        _Turns.take = take_turn

    def start(self) -> None:
        """Begin to work. Two processes with one executor id would run each other's turns, so each has its own.

        Errors: those of turns_file.prepare, on SQLite.
        """
        if self._database_url.startswith(_SQLITE):
            prepare(Path(self._database_url.removeprefix(_SQLITE)).absolute())
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

    def put(self, business: str) -> None:
        """Have the business's turn taken soon. One that is put already is enough."""
        once = SetEnqueueOptions(deduplication_id=business, duplication_policy="return-existing")
        with SetWorkflowID(f"{business}:{uuid.uuid4().hex}"), once:
            DBOS.enqueue_workflow(_QUEUE, _turn, business)

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
                hint="See that its database is there: PostgreSQL's, or turns.db in KVITT_HOME. A damaged turns.db is "
                "set aside when this process is started anew.",
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
