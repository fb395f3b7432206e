"""Requests that wait for an accounting system: in threads of their own, so that they keep no other request waiting.

An accounting system that hangs holds each of them as long as a call may take. Beyond so many, a request is answered at
once that it should be made again later.
"""

from collections.abc import Callable
from typing import TypeVar

from core.errors import TryAgain
from entrypoints.http.threads import Threads

MOST = 16
"""So many requests wait for accounting systems at once, of all businesses together."""

Answer = TypeVar("Answer")


class VendorCalls:
    """Has what waits for an accounting system done, for so many at once."""

    def __init__(self) -> None:
        self._threads = Threads(MOST, name="http-vendor")

    async def run(self, act: Callable[[], Answer]) -> Answer:
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
