"""A crowd of callers that never end what they begin to say. A process of its own: python flood.py HOST PORT CALLERS.

Each connection says part of a request, or nothing. Many times a second the oldest are given up and opened anew, whether
or not they still stand. It says "flooding" once all were opened, and goes on until it is killed.
"""

import contextlib
import itertools
import socket
import sys
import time
from collections import deque

BEGINNINGS = (
    b"",
    b"G",
    b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    b"POST /v1/businesses HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\n{",
    b"POST /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    b"no HTTP at all\r\n\r\n",
)
_NEW_AT_ONCE, _PAUSE_SECONDS = 5, 0.01  # up to five hundred a second


def flood(host: str, port: int, callers: int) -> None:
    """Keep so many connections open, and open them anew, until this process is killed."""
    calls: deque[socket.socket] = deque()
    for nth, beginning in enumerate(itertools.cycle(BEGINNINGS), start=1):
        if len(calls) >= callers:
            calls.popleft().close()
        calls.append(_call(host, port, beginning))
        if nth == callers:
            sys.stdout.write("flooding\n")
            sys.stdout.flush()
        if nth % _NEW_AT_ONCE == 0:
            time.sleep(_PAUSE_SECONDS)


def _call(host: str, port: int, beginning: bytes) -> socket.socket:
    call = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    call.settimeout(0.05)  # where nobody takes the call, it stays half made, and counts all the same
    with contextlib.suppress(OSError):
        call.connect((host, port))
        call.sendall(beginning)
    return call


if __name__ == "__main__":
    flood(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
