"""Speaks with 24SevenOffice's REST API and its login server, one call at a time. Knows no business.

A redirect (to a login page, as it would be) is trouble and no answer.
"""

from functools import lru_cache
from typing import Any

from adapters.http_api.channel import Channel, Received, translated
from adapters.http_api.json_values import Broken, json_from
from adapters.http_api.troubles import Context, UnusableAnswer
from adapters.twentyfour_seven_office.rest.answers import Answer, error_for, login_error_for
from adapters.twentyfour_seven_office.rest.operations import LOGIN, Operation
from adapters.twentyfour_seven_office.rest.settings import RestSettings

_API_ROOTS = 8  # one in any installation; more where many sandboxes come and go in one process


class RestClient:
    """24SevenOffice's REST API and its login server. Shared by all businesses and threads."""

    def __init__(self, settings: RestSettings) -> None:
        self._login_url = settings.login_url + LOGIN.path
        self._channel = Channel(timeout=settings.timeout)

    def call(
        self, operation: Operation, url: str, *, token: str, body: Any = None, context: Context
    ) -> tuple[Any, str | None]:
        """Call an operation; return what its JSON holds (None for nothing), and the address of the next page.

        Errors: AccessRefused, TryAgain (TokenEnded when the token is not accepted), Rejected (Gone when there is no
        such thing); OutcomeUnknown of a write.
        """
        with translated(operation, context):
            answer = self._send(operation.method, url, body, {"Authorization": f"Bearer {token}"})
            if not answer.is_good:
                raise error_for(answer, operation, context)
            value = answer.value()
            if isinstance(value, Broken) and not operation.by_item:
                raise UnusableAnswer("broken_answer")
            return value, answer.next_page

    def log_in(self, asked: dict[str, str], *, context: Context) -> Any:
        """Ask for a token; return what the answer's JSON holds.

        Errors: AccessRefused, code `login_refused`; TryAgain.
        """
        with translated(LOGIN, context):
            answer = self._send(LOGIN.method, self._login_url, asked, {})
            if not answer.is_good:
                raise login_error_for(answer, context)
            value = answer.value()
            if isinstance(value, Broken):
                raise UnusableAnswer("broken_answer")
            return value

    def _send(self, method: str, url: str, body: Any, headers: dict[str, str]) -> Answer:
        json = None if body is None else json_from(body)
        return _answer(self._channel.send(method, url, json=json, headers=headers))


@lru_cache(maxsize=_API_ROOTS)
def shared_client(settings: RestSettings) -> RestClient:
    """The process's client for these settings, with its pool of connections."""
    return RestClient(settings)


def _answer(received: Received) -> Answer:
    return Answer(
        status=received.status,
        media_type=received.media_type,
        body=received.body,
        next_page=received.links.get("next", {}).get("url"),
        retry_after=received.headers.get("Retry-After"),
    )
