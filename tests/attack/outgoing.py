"""Calls to an accounting system as they leave this process: seen, delayed or led astray, whichever interface it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from tests.operations import http_operation, soap_operation


@dataclass(frozen=True)
class Outgoing:
    """A call that is about to leave. `send` sends it, and returns the answer; `lead_to` has it go to another port."""

    operation: str
    send: Callable[[], Any]
    lead_to: Callable[[int], None]


def catch(around: Callable[[Outgoing], Any], *, put: Callable[[Any, str, Any], None] = setattr) -> None:
    """Have every call go through `around`, which sends it; `put` may be a monkeypatch's, so that it is undone."""
    send_soap, send_rest = HTTPAdapter.send, httpx.Client.send

    def soap(adapter: HTTPAdapter, request: PreparedRequest, **how: Any) -> Response:
        def lead_to(port: int) -> None:
            request.url = f"http://127.0.0.1:{port}/"

        call = Outgoing(soap_operation(request), lambda: send_soap(adapter, request, **how), lead_to)
        return around(call)  # type: ignore[no-any-return]

    def rest(client: httpx.Client, request: httpx.Request, **how: Any) -> httpx.Response:
        def lead_to(port: int) -> None:
            request.url = request.url.copy_with(port=port)

        call = Outgoing(http_operation(request), lambda: send_rest(client, request, **how), lead_to)
        return around(call)  # type: ignore[no-any-return]

    put(HTTPAdapter, "send", soap)
    put(httpx.Client, "send", rest)
