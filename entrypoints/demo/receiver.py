"""A shop's place for webhooks: on loopback, and it believes no more than what is signed with its secret.

It knows the specification, https://www.standardwebhooks.com, and nothing of Kvitt.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

_LARGEST = 1_000_000
_POLL_SECONDS = 0.02


@dataclass
class Received:
    """What has arrived. `secret` is what it has to be signed with; `refused` counts what was not."""

    url: str
    secret: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0
    _news: Condition = field(default_factory=Condition)

    def take(self, body: bytes, headers: dict[str, str]) -> HTTPStatus:
        """Judge what was sent."""
        with self._news:
            try:
                Webhook(self.secret).verify(body, headers)
            except (WebhookVerificationError, ValueError):
                self.refused += 1
                return HTTPStatus.UNAUTHORIZED
            self.events.append(json.loads(body))
            self._news.notify_all()
            return HTTPStatus.NO_CONTENT

    def wait_for(self, number: int, *, seconds: float) -> bool:
        """Wait until so many events have arrived; False where that takes longer."""
        with self._news:
            return self._news.wait_for(lambda: len(self.events) >= number, seconds)


@contextmanager
def receiving() -> Iterator[Received]:
    """Listen for the length of the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        received = Received(url=f"http://127.0.0.1:{server.server_port}/events")
        server.received = received  # type: ignore[attr-defined]
        thread = Thread(target=server.serve_forever, args=(_POLL_SECONDS,), name="kvitt-demo-shop", daemon=True)
        thread.start()
        try:
            yield received
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Take an event."""
        body = self.rfile.read(min(int(self.headers.get("Content-Length", "0")), _LARGEST))
        received: Received = self.server.received  # type: ignore[attr-defined]
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.send_response(received.take(body, headers))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
