"""Which bytes are one request. What two readers may understand differently is refused.

Whoever stands in front of us, such as a proxy, reads the same bytes: where it sees one request and we see two, the
second is anybody's. h11 reads as generously as HTTP once asked for; nobody who means well needs that any more.
"""

import re

import h11

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
