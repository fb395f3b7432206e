"""Waiting for a transfer to end, as long as the caller prefers, without holding a thread."""

import asyncio
import re
import time
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, TypeVar
from urllib.parse import quote

from litestar.concurrency import sync_to_thread
from litestar.params import HeaderParameter

from core.ports.clock import Clock
from core.transfer import Transfer, TransferState
from entrypoints.documents import TransferDocument
from entrypoints.http.bodies import JsonOf

Document = TypeVar("Document", bound=TransferDocument)

USUAL_WAIT = 10
LONGEST_WAIT = 60
"""In seconds, like USUAL_WAIT."""

MOST_WAITERS = 100
"""How many callers are kept waiting at once; whoever comes beyond is answered as it stands."""

_FIRST_LOOK, _LOOK_EVERY = 0.05, 0.5
_LOOK_LESS_OFTEN = 1.5
_WAIT = re.compile(r"(?:^|,)\s*wait\s*=\s*\"?(\d{1,9})\"?\s*(?:[,;]|$)", re.IGNORECASE)

Prefer = Annotated[
    str | None,
    HeaderParameter(
        name="Prefer",
        description=f"`wait=N`: wait so many seconds for the transfer to end (default {USUAL_WAIT}, at most "
        f"{LONGEST_WAIT}).",
    ),
]
"""The header `Prefer` (RFC 7240). A preference that is not understood is passed over."""


class Waiting:
    """Waits for transfers on behalf of callers.

    `look_up` returns a stored transfer by its id, or the one that took its place; `stopping` says whether this process
    was asked to stop.
    A waiter holds no thread: it looks at the stored transfer from time to time, for a worker anywhere may end it.
    """

    def __init__(self, *, look_up: Callable[[str], Transfer], clock: Clock, stopping: Callable[[], bool]) -> None:
        self._look_up = look_up
        self._clock = clock
        self._stopping = stopping
        self._waiters = 0

    async def answer(
        self,
        transfer: Transfer,
        *,
        prefer: str | None,
        since: float,
        shown: Callable[[Transfer], Document],
    ) -> JsonOf[Document]:
        """Answer when a transfer that was set going has ended, or the time is up, counted from `since` (monotonic).

        200 with the transfer when it has ended; else 202, with its place as Location. What keeps a waiting or rejected
        one is told in the transfer, as it is `shown`.
        """
        preferred = _preferred_wait(prefer)
        ends = since + (USUAL_WAIT if preferred is None else preferred)
        if self._waiters < MOST_WAITERS:
            self._waiters += 1
            try:
                transfer = await self._watch(transfer, ends=ends)
            finally:
                self._waiters -= 1
        headers = {} if preferred is None else {"Preference-Applied": f"wait={preferred}"}
        if transfer.state.is_final:
            return JsonOf(shown(transfer), status_code=HTTPStatus.OK, headers=headers)
        headers["Location"] = (
            f"/v1/businesses/{quote(transfer.business, safe='')}/transfers/{quote(transfer.id, safe='')}"
        )
        return JsonOf(shown(transfer), status_code=HTTPStatus.ACCEPTED, headers=headers)

    async def _watch(self, transfer: Transfer, *, ends: float) -> Transfer:
        """Look until the transfer has ended, or nothing more can happen to it before `ends` (monotonic)."""
        pause = _FIRST_LOOK
        while (left := ends - time.monotonic()) > 0 and not self._stopping() and self._may_end(transfer, left):
            await asyncio.sleep(min(pause, left))
            pause = min(pause * _LOOK_LESS_OFTEN, _LOOK_EVERY)
            transfer = await sync_to_thread(self._look_up, transfer.id)
        return transfer

    def _may_end(self, transfer: Transfer, left: float) -> bool:
        """Whether the transfer may end within so many seconds: it is at work, or tried again by then."""
        if transfer.state in (TransferState.WAITING, TransferState.WITHDRAWING):
            again = transfer.next_attempt_at
            return again is not None and again - self._clock.now() < timedelta(seconds=left)
        return not transfer.state.is_final


def _preferred_wait(prefer: str | None) -> int | None:
    found = _WAIT.search(prefer or "")
    return min(int(found.group(1)), LONGEST_WAIT) if found else None
