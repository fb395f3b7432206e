"""A caller of Tripletex over the socket, so that the sandbox is judged by what goes over the wire.

The sandbox speaks plain HTTP; certificates are not verified only so that none are read for every client.
"""

import json
from decimal import Decimal
from typing import Any, Self

import httpx

from sandbox import Sandbox

CONSUMER_TOKEN = "kvitt-demo-consumer-token"
EMPLOYEE_TOKEN = "hemmelig & <godt>"
EVERY_DAY = {"orderDateFrom": "2000-01-01", "orderDateTo": "2100-01-01"}
EVERY_INVOICE = {"invoiceDateFrom": "2000-01-01", "invoiceDateTo": "2100-01-01"}


def ask_for_session(sandbox: Sandbox, **changed: Any) -> httpx.Response:
    query = {"consumerToken": CONSUMER_TOKEN, "employeeToken": EMPLOYEE_TOKEN, "expirationDate": "2026-11-24"}
    asked = {name: value for name, value in {**query, **changed}.items() if value is not None}
    return httpx.put(f"{sandbox.tripletex_url}/token/session/:create", params=asked, verify=False)


class Refused(Exception):  # noqa: N818 - a state of affairs
    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(f"{answer.status_code} {answer.text}")
        self.status = answer.status_code
        self.headers = answer.headers
        self.error: dict[str, Any] = answer.json()

    @property
    def fields(self) -> list[str]:
        """The fields that are wrong."""
        return [problem["field"] for problem in self.error["validationMessages"] or []]


class Api:
    """One company's books over the API; `user` is whose, 0 for the token's own."""

    def __init__(self, sandbox: Sandbox, *, user: object = 0, timeout: float = 10.0, token: str | None = None) -> None:
        self.token = token or str(ask_for_session(sandbox).json()["value"]["token"])
        self.client = httpx.Client(
            base_url=sandbox.tripletex_url, auth=(str(user), self.token), timeout=timeout, verify=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return self.client.request(method, path, json=body, params=query)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The answer, with exact numbers. Errors: Refused."""
        answer = self.send(method, path, body, **query)
        if answer.is_error:
            raise Refused(answer)
        return json.loads(answer.text, parse_float=Decimal) if answer.content else None

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, **query)["value"]

    def list(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, **query)["values"]

    def post(self, path: str, body: Any) -> Any:
        answered = self.call("POST", path, body)
        return answered["values" if path.endswith("/list") else "value"]

    def put(self, path: str, body: Any) -> Any:
        answered = self.call("PUT", path, body)
        return answered["values" if path.endswith("/list") else "value"]

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)
