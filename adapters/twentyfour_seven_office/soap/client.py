"""Speaks the protocol: one operation called, its answer as plain values. Knows no business and keeps no session."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from adapters.twentyfour_seven_office.soap.channel import Channel
from adapters.twentyfour_seven_office.soap.contract import contract
from adapters.twentyfour_seven_office.soap.envelope import envelope_of
from adapters.twentyfour_seven_office.soap.errors import translated
from adapters.twentyfour_seven_office.soap.operations import Operation
from adapters.twentyfour_seven_office.soap.operator_settings import OperatorSettings
from adapters.twentyfour_seven_office.troubles import Context

_SESSION_COOKIE = "ASP.NET_SessionId"
_API_ROOTS = 8  # one in any installation; more where many sandboxes come and go in one process


class SoapClient:
    """24SevenOffice's SOAP services behind one API root. Shared by all businesses and threads."""

    def __init__(self, settings: OperatorSettings) -> None:
        self._channel = Channel(settings.api_url, timeout=settings.timeout)

    def call(
        self, operation: Operation, arguments: Mapping[str, Any], *, session_id: str | None = None, context: Context
    ) -> Any:
        """Call an operation and return its answer as dicts, lists and plain values, or None.

        The session id goes along as a cookie of this one request (docs/24sevenoffice.md, "Sessions").
        Errors: AccessRefused, TryAgain (SessionEnded when the session is not live), Rejected; OutcomeUnknown of a
        write.
        """
        described = contract(operation.service)
        request = described.request(operation.name, arguments)
        cookie = {"Cookie": f"{_SESSION_COOKIE}={session_id}"} if session_id else {}
        with translated(operation, context):
            answer = self._channel.post(operation.path, request.body, headers={**request.headers, **cookie})
            return described.answer(operation.name, envelope_of(answer, operation.name), by_item=operation.by_item)


@lru_cache(maxsize=_API_ROOTS)
def shared_client(settings: OperatorSettings) -> SoapClient:
    """The process's client for these settings, with its pool of connections."""
    return SoapClient(settings)
