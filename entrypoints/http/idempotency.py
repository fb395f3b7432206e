"""Requests under the caller's own key: the same one sent twice is carried out once, and answered alike.

The answer is stored before it is sent, so whoever got it can rely on it. The answer to a fault of ours is not kept:
the request is then carried out again.
"""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from http import HTTPStatus

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import (
    ASGIApp,
    HTTPRequestEvent,
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
    Message,
    Receive,
    Scope,
    Send,
)

from core.errors import InvalidInput, KvittError, OrderOpen, Outcome
from core.ports.access_stores import STALE_AFTER, KeptAnswer
from core.ports.clock import Clock
from core.ports.storage import Storage
from entrypoints.http.access import key_of
from entrypoints.http.problems import problem

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
LONGEST_KEY = 255
"""In characters, all of them printable ASCII."""

KEEPS_NO_ANSWER = "keeps_no_answer"
"""Under which a route says in its options that its answers hold what is shown only once."""

_METHOD = "POST"
_KEPT_HEADERS = (b"content-type", b"location", b"preference-applied")

_log = logging.getLogger(__name__)


class IdempotencyKeys(ASGIMiddleware):
    """Keeps the answers of POST requests that carry a key, and gives them again.

    `storage` and `clock` give the installation's; they are called on the event loop's thread, once a request has a key.
    `longest_body`, in bytes, is what is read of a body to compare it.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, *, storage: Callable[[], Storage], clock: Callable[[], Clock], longest_body: int) -> None:
        self._storage = storage
        self._clock = clock
        self._longest_body = longest_body

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let the request pass, or answer as before.

        Errors: InvalidInput, code `bad_idempotency_key`; Conflict, code `idempotency_in_flight`.
        """
        key = _key(scope) if scope["type"] == ScopeType.HTTP and scope["method"] == _METHOD else None
        if key is None:
            await next_app(scope, receive, send)
            return
        if scope["route_handler"].opt.get(KEEPS_NO_ANSWER):
            raise InvalidInput(
                f"The answer holds what is shown only once, so it can't be kept under an {KEY_HEADER}.",
                code="bad_idempotency_key",
                hint=f"Send the request without the header {KEY_HEADER}.",
            )
        body = await _body(receive, longest=self._longest_body)
        if body is None:  # the caller is gone
            return
        owned = kept_under(key, owner=key_of(scope).prefix)
        answers = _Answers(owned, _fingerprint(scope, body), storage=self._storage(), now=self._clock().now())
        kept = await sync_to_thread(answers.begin)
        if kept is None:
            await self._carried_out(answers, scope, _again(body, receive), send, next_app)
        elif kept.fingerprint != answers.fingerprint:
            await _refuse_reuse(scope, receive, send)
        elif kept.status is None:
            raise OrderOpen(
                "The same request is being carried out at this moment.",
                code="idempotency_in_flight",
                hint="Wait a moment and send it again with the same key: then it is answered.",
            )
        else:
            await _send(_messages(kept), send)

    async def _carried_out(
        self, answers: "_Answers", scope: Scope, receive: Receive, send: Send, next_app: ASGIApp
    ) -> None:
        messages: list[Message] = []

        async def hold_back(message: Message) -> None:
            messages.append(message)

        try:
            await next_app(scope, receive, hold_back)
        except BaseException:
            await sync_to_thread(answers.forget)
            raise
        try:
            await sync_to_thread(partial(answers.finish, _kept(messages, answers.fingerprint)))
        except KvittError as error:  # what was asked for is done, so that is what the caller is told
            _log.warning("An answer could not be kept under its key: %s", error.code)
        await _send(messages, send)


class _Answers:
    """What is kept under one key."""

    def __init__(self, key: str, fingerprint: str, *, storage: Storage, now: datetime) -> None:
        self.fingerprint = fingerprint
        self._key = key
        self._storage = storage
        self._now = now

    def begin(self) -> KeptAnswer | None:
        """Claim the key, or return what is kept under it."""
        with self._storage.transaction() as work:
            return work.answers.begin(self._key, self.fingerprint, now=self._now, stale_before=self._now - STALE_AFTER)

    def finish(self, answer: KeptAnswer) -> None:
        """Keep the answer, unless a fault of ours kept the request from being carried out."""
        if answer.status is None or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.forget()
            return
        with self._storage.transaction() as work:
            work.answers.finish(self._key, answer)

    def forget(self) -> None:
        """Give the key up."""
        with self._storage.transaction() as work:
            work.answers.forget(self._key)


def kept_under(key: str, *, owner: str) -> str:
    """Return what an answer is kept under: an API key's callers are never given what another's were answered."""
    return f"{owner}:{hashlib.sha256(key.encode()).hexdigest()}"


def _key(scope: Scope) -> str | None:
    given = [value for name, value in scope["headers"] if name == KEY_HEADER.lower().encode()]
    if not given:
        return None
    key = given[0].decode("latin-1")
    if len(given) > 1 or not 1 <= len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise InvalidInput(
            f"The header {KEY_HEADER} is not one key of 1 to {LONGEST_KEY} printable ASCII characters.",
            code="bad_idempotency_key",
            hint="Use a fresh UUID for each request, and the same one when that request is sent again.",
        )
    return key


def _fingerprint(scope: Scope, body: bytes) -> str:
    """Tell requests apart by method, path, query and body."""
    place = (_METHOD.encode(), scope["path"].encode(), scope["query_string"], body)
    return hashlib.sha256(b"".join(b"%d:%b" % (len(part), part) for part in place)).hexdigest()


async def _body(receive: Receive, *, longest: int) -> bytes | None:
    """Read the body, or its first part when it is too long to be taken; None when the caller left meanwhile."""
    body = bytearray()
    while len(body) <= longest:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Hand the handler the body that was read; after that, what the server has to say."""
    whole: HTTPRequestEvent = {"type": "http.request", "body": body, "more_body": False}
    unread = [whole]

    async def from_the_start() -> Message:
        return unread.pop() if unread else await receive()  # type: ignore[return-value]

    return from_the_start  # type: ignore[return-value]


def _kept(messages: list[Message], fingerprint: str) -> KeptAnswer:
    status, headers, body = None, {}, b""
    for message in messages:
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = {
                name.lower().decode(): value.decode("latin-1")
                for name, value in message["headers"]
                if name.lower() in _KEPT_HEADERS
            }
        elif message["type"] == "http.response.body":
            body += message["body"]
    return KeptAnswer(fingerprint=fingerprint, status=status, headers=headers, body=body.decode())


def _messages(kept: KeptAnswer) -> list[Message]:
    body = kept.body.encode()
    headers = {**kept.headers, REPLAYED_HEADER: "true", "Content-Length": str(len(body))}
    start: HTTPResponseStartEvent = {
        "type": "http.response.start",
        "status": kept.status or HTTPStatus.OK,
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
    }
    content: HTTPResponseBodyEvent = {"type": "http.response.body", "body": body, "more_body": False}
    return [start, content]


async def _send(messages: list[Message], send: Send) -> None:
    for message in messages:
        await send(message)


async def _refuse_reuse(scope: Scope, receive: Receive, send: Send) -> None:
    response = problem(
        {
            "type": "urn:kvitt:problem:idempotency_key_reused",
            "title": "The key belongs to another request",
            "status": int(HTTPStatus.UNPROCESSABLE_ENTITY),
            "detail": f"Another request was sent with this {KEY_HEADER} before.",
            "code": "idempotency_key_reused",
            "hint": "Use a fresh key for each request; the same one only when that very request is sent again.",
            "retriable": False,
            "outcome": Outcome.NOTHING_WRITTEN.value,
        }
    )
    await response.to_asgi_response(None, Request(scope))(scope, receive, send)
