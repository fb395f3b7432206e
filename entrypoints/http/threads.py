"""The threads that requests are answered in, and how many of them may wait for accounting systems."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import Lock
from typing import Any, TypeVar

from core.errors import TryAgain

_LONG_SECONDS = 3.0

Answer = TypeVar("Answer")


class Threads(ThreadPoolExecutor):
    """Threads that nobody waits for at the end, and that know whether there are enough of them.

    Whoever is in one when the server ends has had the time that there was.
    """

    def __init__(self, number: int, *, name: str) -> None:
        super().__init__(number, thread_name_prefix=name)
        self.number = number
        self._lock = Lock()
        self._asked = 0
        self._too_few_since: float | None = None

    @property
    def asked(self) -> int:
        """How much runs in them, or waits for one."""
        return self._asked

    def require_free(self) -> None:
        """Make sure that nobody has been waiting for a thread for a while.

        Errors: TryAgain, code `threads_exhausted`.
        """
        since = self._too_few_since
        if since is not None and time.monotonic() - since > _LONG_SECONDS:
            raise TryAgain(
                f"All {self.number} threads for requests have been taken for a while, and others wait.",
                code="threads_exhausted",
                hint="See whether the database answers; restart this process when it does and this lasts.",
            )

    async def run(self, act: Callable[[], Answer]) -> Answer:
        """Do it in one of them, in the caller's context."""
        return await asyncio.get_running_loop().run_in_executor(self, copy_context().run, act)

    def submit(self, act: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        """As the executor's own."""
        with self._lock:
            self._asked += 1
            if self._asked > self.number and self._too_few_since is None:
                self._too_few_since = time.monotonic()
        try:
            future = super().submit(act, *given, **named)
        except BaseException:
            self._done()
            raise
        future.add_done_callback(self._done)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002 - its signature
        """Take no more; leave alone what runs."""
        super().shutdown(wait=False, cancel_futures=cancel_futures)

    def _done(self, _future: Future[object] | None = None) -> None:
        with self._lock:
            self._asked -= 1
            if self._asked <= self.number:
                self._too_few_since = None


MOST = 16
"""So many requests wait for accounting systems at once, of all businesses together."""

Result = TypeVar("Result")


class VendorCalls:
    """Has what waits for an accounting system done, for so many at once."""

    def __init__(self) -> None:
        self._threads = Threads(MOST, name="http-vendor")

    async def run(self, act: Callable[[], Result]) -> Result:
        """Do it, in a thread.

        Errors: TryAgain, code `vendor_calls_busy`, at once when too many wait; those of `act`.
        """
        if self._threads.asked >= MOST:
            raise TryAgain(
                f"{MOST} requests wait for accounting systems already, and each may take as long as a call there.",
                code="vendor_calls_busy",
                hint="Make this request again later. If it lasts, the accounting system hangs: see its status page.",
            )
        return await self._threads.run(act)

    def stop(self) -> None:
        """Take no more; who waits is left."""
        self._threads.shutdown(cancel_futures=True)
