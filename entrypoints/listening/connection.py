"""One caller's connection. uvicorn speaks HTTP over it; how long it may keep us waiting is said here."""

import json
import logging
import re
from http import HTTPStatus
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from core.errors import InvalidInput, TryAgain
from entrypoints.documents import Json
from entrypoints.problem import problem_document

_AMBIGUOUS_LINES = re.compile(rb"(?<!\r)\n|\r(?!\n)|\n[ \t]")
"""A line feed or a carriage return alone, and a line that goes on with the one before it."""

_VERSIONS = (b"1.0", b"1.1")


class StrictReader(h11.Connection):
    """Reads what a caller sends, on the server's side."""

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """Return what comes next.

        Errors: h11.RemoteProtocolError where it is no request, or can be read in two ways.
        """
        received = self.trailing_data[0] if self.their_state is h11.IDLE else b""
        event = super().next_event()
        if isinstance(event, h11.Request):
            head = received[: len(received) - len(self.trailing_data[0])]
            if _is_ambiguous(event, head):
                raise h11.RemoteProtocolError("This request can be read in more than one way.")
        return event


def _is_ambiguous(request: h11.Request, head: bytes) -> bool:
    named = [name for name, _ in request.headers]
    is_coded = b"transfer-encoding" in named
    return (
        request.http_version not in _VERSIONS
        or (is_coded and (b"content-length" in named or request.http_version == b"1.0"))
        or _AMBIGUOUS_LINES.search(head) is not None
    )


HEAD_SECONDS = 10.0
"""So long may it take until a request's head is there, from when the connection stands or the last answer was given."""

REQUEST_SECONDS = 30.0
"""So long may it take until all of the request is there, its body too."""

STALL_SECONDS = 30.0
"""So long may an answer wait for its caller to take some of it."""

KNOWN_CALLER = "kvitt.known_caller"
"""Put into a request's state by an application that knows who sent it. Such a connection is given up last."""

_LONGEST_HEAD = 16 * 1024  # bytes

_quiet = logging.getLogger("uvicorn.error.connection")
_quiet.setLevel(logging.ERROR)  # what strangers send is told in sum, and not one by one


class CallerConnection(H11Protocol):
    """A connection that knows whether it waits for its caller, and since when. Times are the event loop's seconds."""

    def __init__(self, config: uvicorn.Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
        super().__init__(config, server_state, app_state)
        self.conn = StrictReader(h11.SERVER, _LONGEST_HEAD)
        self.logger = _quiet
        self.waits_since = self.loop.time()
        self._unsent = 0
        self._was_known = False

    @property
    def waits(self) -> bool:
        """Whether it is the caller's turn: to begin a request, to end one, or to take an answer."""
        is_read = self.conn.their_state in (h11.IDLE, h11.SEND_BODY) and not self.flow.read_paused
        return is_read or self.transport.is_closing() or self.transport.get_write_buffer_size() > 0

    @property
    def address(self) -> str:
        """Where the caller is, or the proxy before it."""
        return self.client[0] if self.client else ""

    @property
    def is_known(self) -> bool:
        """Whether one of its requests came from somebody whom the application knows."""
        return self._was_known or bool(self.scope and self.scope["state"].get(KNOWN_CALLER))

    def is_overdue(self, now: float) -> bool:
        """Whether its caller kept it waiting for too long. To be asked every now and then: it notes what went out."""
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._unsent, self.waits_since = unsent, now
        if unsent or self.transport.is_closing():
            longest = STALL_SECONDS
        else:
            longest = HEAD_SECONDS if self.conn.their_state is h11.IDLE else REQUEST_SECONDS
        return self.waits and now - self.waits_since > longest

    def give_up(self) -> None:
        """Hang up at once, whatever was still to come."""
        self.transport.abort()

    def time_out(self) -> None:
        """Hang up on a caller that is overdue; one that has begun a request is told."""
        if self.transport.is_closing() or self._unsent:
            self.give_up()
        elif self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:
            self.transport.close()
        else:
            self._refuse(_too_slow())

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self.waits_since = self.loop.time()
        self._was_known = self.is_known
        self.cycle.body.clear()  # what was not asked for
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - it says less than we do
        """Refuse what is no request."""
        self._refuse(_no_http())

    def shutdown(self) -> None:
        """Take no further request."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
        else:
            self.cycle.keep_alive = False

    def _refuse(self, document: Json) -> None:
        """Answer with this where no answer has begun, and hang up. Whoever works on the request is told by that."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = json.dumps(document).encode()
            headers = [
                ("Content-Type", "application/problem+json"),
                ("Content-Length", str(len(body))),
                ("Cache-Control", "no-store"),
                ("Connection", "close"),
            ]
            status = HTTPStatus(document["status"])
            begins = h11.Response(status_code=status, headers=headers, reason=status.phrase)
            for event in (begins, h11.Data(body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()


def _no_http() -> Json:
    return problem_document(
        InvalidInput(
            "This is no request that can be read in one way only.",
            code="not_http",
            hint="Send HTTP/1.1 with lines that end in CR LF, a head of at most 16 kB, and either Content-Length or "
            "Transfer-Encoding: chunked.",
        )
    )


def _too_slow() -> Json:
    error = TryAgain(
        "The request did not come to its end in time.",
        code="request_timeout",
        hint=f"Send a request's head within {HEAD_SECONDS:.0f} seconds, and all of it within {REQUEST_SECONDS:.0f}.",
    )
    return problem_document(error) | {"title": "The request took too long", "status": int(HTTPStatus.REQUEST_TIMEOUT)}
