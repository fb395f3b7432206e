"""Parts of a page that keep themselves up to date while it is open: server-sent events.

An open page holds no thread: it looks from time to time, on its own. A stream ends when there is nothing more to tell,
when its session is over, when the process was told to stop, and after a while in any case: the browser comes back then.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from http import HTTPStatus
from typing import NamedTuple

from litestar import Response
from litestar.concurrency import sync_to_thread
from litestar.response import Stream

from core.use_cases.sign_in import SignIn
from entrypoints.console.session import session_text
from entrypoints.http.problems import AnyRequest

MOST_STREAMS = 200
"""So many pages are kept up to date at once; whoever comes beyond refreshes by hand."""

LONGEST_SECONDS = 600.0
"""So long a stream lasts, at most."""

_LOOK_EVERY = 1.0
_SESSION_EVERY = 5.0
_SIGN_EVERY = 15.0
_HEADERS = {"X-Accel-Buffering": "no"}  # proxies that keep back what is short are told not to


class Part(NamedTuple):
    """A part of a page as it is now, under the name of its event. One that is as it was is not sent again."""

    event: str
    content: bytes


class Look(NamedTuple):
    """What was found: the parts of the page, and whether nothing more will come."""

    parts: Sequence[Part]
    is_last: bool


class Live:
    """Keeps pages up to date. `stopping` says whether this process was told to stop."""

    def __init__(self, *, sign_in: SignIn, stopping: Callable[[], bool]) -> None:
        self._sign_in = sign_in
        self._stopping = stopping
        self._open = 0

    def answer(self, request: AnyRequest, look: Callable[[], Look]) -> Response[bytes] | Stream:
        """Answer with a stream of what `look` finds, which is called in a thread, every second."""
        if self._open >= MOST_STREAMS or self._stopping():
            return Response(b"", status_code=HTTPStatus.NO_CONTENT)
        text = session_text(request) or ""
        return Stream(lambda: self.events(text, look), media_type="text/event-stream", headers=_HEADERS)

    async def events(self, text: str, look: Callable[[], Look]) -> AsyncIterator[bytes]:
        """Yield what `look` finds as server-sent events; `text` is the session's."""
        told: dict[str, bytes] = {}
        began = time.monotonic()
        checked = signed = began
        self._open += 1
        try:
            while not self._stopping() and time.monotonic() - began < LONGEST_SECONDS:
                found = await sync_to_thread(look)
                for part in found.parts:
                    if told.get(part.event) != part.content:
                        told[part.event] = part.content
                        signed = time.monotonic()
                        yield _event(part.event, part.content)
                if found.is_last:
                    yield _event("end", b"")
                    return
                if time.monotonic() - signed > _SIGN_EVERY:
                    signed = time.monotonic()
                    yield b":\n\n"  # whoever is gone is noticed
                await asyncio.sleep(_LOOK_EVERY)
                if time.monotonic() - checked > _SESSION_EVERY:
                    checked = time.monotonic()
                    if await sync_to_thread(self._sign_in.session, text) is None:
                        yield _event("end", b"")
                        return
        finally:
            self._open -= 1


def _event(name: str, content: bytes) -> bytes:
    lines = b"".join(b"data: " + line + b"\n" for line in content.splitlines() or [b""])
    return b"event: " + name.encode() + b"\n" + lines + b"\n"
