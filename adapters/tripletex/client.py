"""Speaks with Tripletex's API, one call at a time. Knows no business.

It calls what is among the operations and nothing else: there is no way through it to publish an order.
"""

from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from adapters.http_api.channel import Channel, Received, translated
from adapters.http_api.json_values import Broken, json_from
from adapters.http_api.troubles import Context, UnusableAnswer
from adapters.tripletex.answers import Answer, error_for, login_error_for
from adapters.tripletex.operations import LOGIN, OPERATIONS, Operation
from adapters.tripletex.settings import TripletexSettings
from adapters.tripletex.values import AS_THEY_ARE

_API_ROOTS = 8  # one in any installation; more where many sandboxes come and go in one process


class TripletexClient:
    """Tripletex's API. Shared by all businesses and threads."""

    def __init__(self, settings: TripletexSettings) -> None:
        self._root = settings.url
        self._channel = Channel(timeout=settings.timeout)

    def call(
        self,
        operation: Operation,
        *,
        user: str,
        token: str,
        query: Mapping[str, object],
        body: Any = None,
        number: int | None = None,
        context: Context,
    ) -> Any:
        """Call an operation; return what its JSON holds (None for nothing). `number` fills the braces of its path.

        `user` is the company's number as it logs in: 0 for the one of the token.
        Errors: AccessRefused, TryAgain (TokenEnded when the token is not accepted, VersionConflict), Rejected (Gone
        when there is no such thing); OutcomeUnknown of a write. TypeError for what is no operation of ours.
        """
        if operation not in OPERATIONS:
            raise TypeError("this is no operation that Kvitt calls")
        basic = b64encode(f"{user}:{token}".encode()).decode()
        path = operation.path.format(id=number)
        with translated(operation, context):
            answer = self._send(operation.method, path, query, body, {"Authorization": f"Basic {basic}"})
            if not answer.is_good:
                raise error_for(answer, operation, context)
            value = answer.value()
            if isinstance(value, dict) and isinstance(value.get("value"), Broken):
                raise UnusableAnswer("broken_answer")
            return value

    def log_in(self, asked: Mapping[str, str], *, context: Context) -> Any:
        """Ask for a session token; return what the answer's JSON holds.

        Errors: AccessRefused, code `login_refused`; TryAgain.
        """
        with translated(LOGIN, context):
            answer = self._send(LOGIN.method, LOGIN.path, asked, None, {})
            if not answer.is_good:
                raise login_error_for(answer, context)
            return answer.value()

    def _send(self, method: str, path: str, query: Mapping[str, object], body: Any, headers: dict[str, str]) -> Answer:
        asked = f"?{urlencode(query, safe=AS_THEY_ARE)}" if query else ""
        json = None if body is None else json_from(body)
        return _answer(self._channel.send(method, f"{self._root}{path}{asked}", json=json, headers=headers))


@lru_cache(maxsize=_API_ROOTS)
def shared_client(settings: TripletexSettings) -> TripletexClient:
    """The process's client for these settings, with its pool of connections."""
    return TripletexClient(settings)


def _answer(received: Received) -> Answer:
    return Answer(
        status=received.status,
        media_type=received.media_type,
        body=received.body,
        limit_resets=received.headers.get("X-Rate-Limit-Reset") or received.headers.get("Retry-After"),
    )
