"""Tripletex's API in the place of its client: answers that a test names, by operation, and what was asked."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.http_api.json_answer import TokenEnded
from adapters.http_api.troubles import Context
from adapters.tripletex.answers import login_refused
from adapters.tripletex.operations import (
    GET_CLIENTS,
    GET_COUNTRIES,
    GET_CURRENCIES,
    GET_VAT_TYPES,
    WHO_AM_I,
    Operation,
)
from adapters.tripletex.session import BusinessSession
from adapters.tripletex.settings import TripletexConnection, TripletexSettings
from core.ports.surroundings import Surroundings
from tests.fakes import FakeCallCounter, FakeSessionStore
from tests.fakes.clock import FakeClock

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
EMPLOYEE, CONSUMER = "ansatt-nøkkel-42", "integrasjon-nøkkel-42"
COMPANY = "Fjellutleie AS"

Asked = tuple[str, Mapping[str, object], Any]
Reply = Callable[[Mapping[str, object], Any], Any]


class FakeClient:
    """Answers calls. `replies` are by the operation's name: a value, an error to raise, what makes one of a call,
    or one after the other (a deque)."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.users: list[str] = []
        self.logins: list[Mapping[str, str]] = []
        self.accepts = {EMPLOYEE}
        self.ended: set[str] = set()
        self.replies: dict[str, Any] = {
            WHO_AM_I.name: {"value": company_told(7, COMPANY)},
            GET_CLIENTS.name: values(),
            GET_VAT_TYPES.name: values({"id": 33, "number": "3", "percentage": 25, "name": "Utgående avgift"}),
            GET_COUNTRIES.name: values({"id": 161, "isoAlpha2Code": "NO"}, {"id": 190, "isoAlpha2Code": "SE"}),
            GET_CURRENCIES.name: values({"id": 1, "code": "NOK"}, {"id": 5, "code": "EUR"}),
        }

    @property
    def operations(self) -> list[str]:
        return [name for name, _, _ in self.asked]

    def log_in(self, asked: Mapping[str, str], *, context: Context) -> Any:
        self.logins.append(asked)
        if asked["employeeToken"] not in self.accepts:
            raise login_refused("employee token")
        return {"value": {"id": 1, "token": f"token-{len(self.logins)}"}}

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
        if token in self.ended:
            raise TokenEnded("the token has ended")
        self.users.append(user)
        self.asked.append((operation.name, {**query, **({"number": number} if number else {})}, body))
        reply = self.replies[operation.name]
        if isinstance(reply, deque):
            reply = reply.popleft()
        if isinstance(reply, Exception):
            raise reply
        return reply(query, body) if callable(reply) else reply


def values(*items: Mapping[str, Any]) -> dict[str, Any]:
    """A listing's page that is the only one."""
    return {"fullResultSize": len(items), "from": 0, "count": len(items), "values": list(items)}


def company_told(company_id: int, name: str) -> dict[str, Any]:
    return {
        "companyId": company_id,
        "company": {
            "id": company_id,
            "name": name,
            "currency": {"id": 1, "code": "NOK"},
            "address": {"country": {"id": 161, "isoAlpha2Code": "NO"}},
        },
    }


def session_of(
    client: FakeClient,
    *,
    store: FakeSessionStore | None = None,
    clock: FakeClock | None = None,
    account_name: str = COMPANY,
    employee_token: str = EMPLOYEE,
) -> BusinessSession:
    """A business's way in, as a new process would open it."""
    connection = TripletexConnection.model_validate(
        {"account_name": account_name, "employee_token": employee_token, "consumer_token": CONSUMER}
    )
    surroundings = Surroundings(
        sessions=store or FakeSessionStore(), calls=FakeCallCounter(), clock=clock or FakeClock(NOW), environment={}
    )
    return BusinessSession(
        business="fjell",
        connection=connection,
        surroundings=surroundings,
        settings=TripletexSettings("https://tripletex.example/v2", 5.0),
        system="tripletex",
        client=lambda: client,  # type: ignore[arg-type, return-value]
    )
