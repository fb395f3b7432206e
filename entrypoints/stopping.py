"""Coming to an end in time: from the moment at which a process is told to stop, until it is gone."""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

_MARGIN_SECONDS = 3.0
"""So long after its patience is over a process may still be, for what it says last."""

_LOOK_SECONDS = 0.5
_NOT_FINISHED = 3  # the exit code of that name

_log = logging.getLogger("kvitt.worker")


class Stopping:
    """Whether this process was told to stop, and what time is left then. Safe to use from many threads.

    `patience` is for all of it together: the calls in hand, those who wait, the worker, the queue.
    """

    def __init__(self, patience: timedelta) -> None:
        self._patience = patience.total_seconds()
        self._told = threading.Event()
        self._ends: float | None = None

    def set(self) -> None:
        """Tell to stop. The time runs from the first time on."""
        if self._ends is None:
            self._ends = time.monotonic() + self._patience
        self._told.set()

    def is_set(self) -> bool:
        """Whether this process was told to stop."""
        return self._told.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait so long to be told; return whether it was."""
        return self._told.wait(seconds)

    def seconds_left(self) -> float:
        """Return how much of the patience is left, 0 at the least; all of it until told to stop."""
        return self._patience if self._ends is None else max(self._ends - time.monotonic(), 0.0)


def end_in_time(stopping: Stopping, *, told_to_stop: Callable[[], bool]) -> None:
    """See to it that this process is gone soon after it has no time left to stop, whatever hangs in it.

    A thread that hangs in a call or in the database can't be ended, and the interpreter waits for it, as do the
    libraries whose thread it is. What it had in hand was written down before it was begun, and is looked for by the
    worker that takes it up: that is what happens after a power cut, too. `told_to_stop` says whether a signal came that
    nobody has acted on yet, because it hangs already.
    """
    threading.Thread(target=_end, args=(stopping, told_to_stop), name="kvitt-ending", daemon=True).start()


def _end(stopping: Stopping, told_to_stop: Callable[[], bool]) -> None:
    while not stopping.wait(_LOOK_SECONDS):
        if told_to_stop():
            stopping.set()
    time.sleep(stopping.seconds_left() + _MARGIN_SECONDS)
    _log.warning("Something hangs and did not stop in time; this process ends without it, and another takes it up")
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(_NOT_FINISHED)
