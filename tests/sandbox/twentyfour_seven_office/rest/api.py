"""A caller of the REST API over the socket, so that the sandbox is judged by what goes over the wire.

The sandbox speaks plain HTTP; certificates are not verified only so that none are read for every client.
"""

import json
from decimal import Decimal
from typing import Any, Self

import httpx

from sandbox import Sandbox
from sandbox.twentyfour_seven_office.users import Account

CLIENT_ID = "office"
CLIENT_SECRET = "hemmelig & <godt>"
AUDIENCE = "https://api.24sevenoffice.com"


def credentials(account: Account, **changed: Any) -> dict[str, Any]:
    return {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "audience": AUDIENCE,
        "login_organization": str(account.number),
        **changed,
    }


def ask_for_token(sandbox: Sandbox, account: Account, **changed: Any) -> httpx.Response:
    return httpx.post(f"{sandbox.url}/oauth/token", json=credentials(account, **changed), verify=False)


def exactly(answer: httpx.Response) -> Any:
    return json.loads(answer.text, parse_float=Decimal)


class Refused(Exception):  # noqa: N818 - a state of affairs
    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(f"{answer.status_code} {answer.text}")
        self.status = answer.status_code
        self.headers = answer.headers
        self.error: dict[str, Any] = answer.json()["error"]

    @property
    def field(self) -> tuple[str, str]:
        """The path and the keyword of the first field that is wrong."""
        (wrong,) = self.error["payload"]["validationErrors"]
        return wrong["path"], wrong["keyword"]


class Api:
    """One company's books over REST."""

    def __init__(self, sandbox: Sandbox, account: Account, *, timeout: float = 10.0) -> None:
        token = ask_for_token(sandbox, account).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        self.client = httpx.Client(base_url=sandbox.rest_url, headers=headers, timeout=timeout, verify=False)

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
        return exactly(answer) if answer.content else None

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, **query)

    def post(self, path: str, body: Any) -> Any:
        return self.call("POST", path, body)

    def patch(self, path: str, body: Any) -> Any:
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)

    def all(self, path: str, **query: Any) -> list[Any]:
        """The items of all pages, each page led to by the one before."""
        answer, items = self.send("GET", path, **query), []
        while True:
            items += exactly(answer)
            if "next" not in answer.links:
                return items
            answer = self.client.get(answer.links["next"]["url"])
