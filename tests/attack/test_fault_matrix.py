"""Every operation of a cold send, struck by every fault: exactly one of each in the end, or rightly refused."""

import re
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from core.transfer import Transfer, TransferState
from entrypoints.sandbox.faults import Fault
from tests.attack.installation import BUSINESS, LATE_SECONDS, ONE_OF_EACH, Installation

NUMBER = "2001"
QUARANTINE = timedelta(seconds=1.5)

SECOND, AFTER_A_LOST_ANSWER = " (second)", " (after a lost answer)"
NO_WAY_IN = ("GetIdentitiesWithCredential", "Login")
CREATING = ("SaveCategories", "SaveProducts", "SaveCompanies", "SaveInvoices")
OPERATIONS = (
    "GetIdentitiesWithCredential",
    "Login",
    "GetIdentity",
    "GetProducts",
    "GetVatTypeList",
    "GetCategories",
    "SaveCategories",
    "SaveProducts",
    "GetCompanies",
    f"GetCompanies{SECOND}",
    "SaveCompanies",
    "SaveInvoices",
    f"GetInvoices{AFTER_A_LOST_ANSWER}",
)
"""In the order of a cold send for a new company; the last is how a lost order is found."""

VALIDATION = "Instance validation error: 'X' is not a valid value for OrderStateValues."
DEPARTMENT = "Office24Seven.Library.Economy.Accounting.DepartmentIsRequiredException"


@dataclass(frozen=True)
class Kind:
    """A kind of fault: the sandbox's name for it, or REFUSED, and the sandbox's options.

    `code` is what the transfer is rejected with, where the accounting system says no and means it.
    """

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    code: str | None = None
    of_items: bool = False


REFUSED, QUOTA = "refused", "quota"
KINDS = {
    "refused": Kind(REFUSED),
    "reset before": Kind("reset"),
    "answer lost": Kind("reset_after"),
    "carried out later": Kind("late", {"delay": LATE_SECONDS}),
    "502 page": Kind("http_502"),
    "502 page, carried out": Kind("http_502_after"),
    "200 page": Kind("html_200"),
    "200 page, carried out": Kind("login_page_after"),
    "truncated": Kind("truncated"),
    "malformed": Kind("malformed"),
    "fault": Kind("fault"),
    "fault, carried out": Kind("fault_after"),
    "validation fault": Kind("fault", {"text": VALIDATION}, code="vendor_validation"),
    "session expired": Kind("session_expired"),
    "quota": Kind(QUOTA),
    "item in trouble": Kind("item_exception", of_items=True),
    "item rejected": Kind("item_exception", {"type": DEPARTMENT}, code="department_required", of_items=True),
    "item missing": Kind("fewer_items", of_items=True),
}
MATRIX = [(one, kind) for one in OPERATIONS for kind in KINDS if one in CREATING or not KINDS[kind].of_items]
SAMPLE = [
    ("GetIdentitiesWithCredential", "refused"),
    ("Login", "reset before"),
    ("GetIdentity", "502 page"),
    ("GetProducts", "validation fault"),
    ("GetVatTypeList", "200 page"),
    ("GetCategories", "fault"),
    ("SaveCategories", "200 page, carried out"),
    ("SaveCategories", "item in trouble"),
    ("SaveProducts", "malformed"),
    ("SaveProducts", "item missing"),
    ("GetCompanies", "session expired"),
    (f"GetCompanies{SECOND}", "quota"),
    ("SaveCompanies", "carried out later"),
    ("SaveCompanies", "fault, carried out"),
    ("SaveInvoices", "answer lost"),
    ("SaveInvoices", "carried out later"),
    ("SaveInvoices", "502 page, carried out"),
    ("SaveInvoices", "item rejected"),
    (f"GetInvoices{AFTER_A_LOST_ANSWER}", "truncated"),
]


def _cases() -> list[Any]:
    return [pytest.param(*case, marks=() if case in SAMPLE else pytest.mark.attack) for case in MATRIX]


@pytest.mark.parametrize(("operation", "kind"), _cases())
def test_one_of_each_comes_of_it(
    installation: Installation, operation: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if operation.endswith(AFTER_A_LOST_ANSWER):
        installation.sandbox.inject("SaveInvoices", "reset_after")
    strike = _strike(installation, operation, KINDS[kind], monkeypatch)
    installation.add(NUMBER)
    (transfer,) = installation.drive(installation.queue(NUMBER))

    assert strike.times == 0, "nothing was struck"
    if code := _code(operation, KINDS[kind]):
        transfer = _mended(installation, transfer, code)
    assert transfer.state is TransferState.TRANSFERRED, transfer.error
    assert installation.held == ONE_OF_EACH
    assert installation.orders_for(NUMBER) == [int(transfer.order_id or 0)]


def test_the_sample_has_every_operation_and_every_kind() -> None:
    assert set(SAMPLE) <= set(MATRIX)
    assert {operation for operation, _ in SAMPLE} == set(OPERATIONS)
    assert {kind for _, kind in SAMPLE} == set(KINDS)


def test_nobody_calls_while_the_quota_is_used_up(installation: Installation) -> None:
    opens_again = datetime.now(UTC) + QUARANTINE
    installation.sandbox.inject("SaveCompanies", "fault", text=_used_up(opens_again))
    installation.add(NUMBER)
    (transfer,) = installation.drive(installation.queue(NUMBER))
    calls = installation.sandbox.journal.calls()
    struck = next(at for at, call in enumerate(calls) if call.operation == "SaveCompanies")
    assert transfer.state is TransferState.TRANSFERRED
    assert calls[struck + 1].time >= opens_again


def test_a_lost_answer_is_told_of_in_words_that_support_understands(installation: Installation) -> None:
    installation.sandbox.inject("SaveInvoices", "late", delay=LATE_SECONDS)
    installation.add(NUMBER)
    (transfer,) = installation.drive(installation.queue(NUMBER))
    story = [step.text for step in installation.story(transfer)]
    told = iter(story)
    for words in (
        r"Attempt 1 began\.",
        r"Noted that the order is about to be created\.",
        r"Creating the order: 24SevenOffice, saving orders: no answer came in time\. \[timeout\]",
        r"Waits until \d\d:\d\d:\d\d UTC: .* no answer came in time\. .*",
        r"Attempt 2 began\.",
        r"Looking whether the order is there already: not there\.",
        r"Waits until .* An earlier call to create the order had no answer and may still take effect; .*",
        r"Looking whether the order is there already: found order 24001\.",
        r"Transferred as order 24001\.",
    ):
        assert any(re.fullmatch(words, text) for text in told), (words, story)
    assert sum(text.startswith("Creating the order:") for text in story) == 1


class Detour:
    """Leads one call of an operation, after some, to a port where nobody listens: it is refused by the machine."""

    def __init__(self, operation: str, *, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 1
        self._action = f'/{operation}"'
        self._after = after
        self._send = HTTPAdapter.send
        monkeypatch.setattr(HTTPAdapter, "send", lambda adapter, request, **how: self._sent(adapter, request, **how))

    def _sent(self, adapter: HTTPAdapter, request: PreparedRequest, **how: Any) -> Response:
        if self.times and str(request.headers["SOAPAction"]).endswith(self._action):
            if not self._after:
                self.times = 0
                return self._led_astray(adapter, request, **how)
            self._after -= 1
        return self._send(adapter, request, **how)

    def _led_astray(self, adapter: HTTPAdapter, request: PreparedRequest, **how: Any) -> Response:
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            request.url = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
            return self._send(adapter, request, **how)


def _strike(installation: Installation, operation: str, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> Fault | Detour:
    """Let the fault strike once; its `times` are 0 when it has."""
    after = 1 if operation.endswith(SECOND) else 0
    name = operation.split(" ")[0]
    if kind.name == REFUSED:
        return Detour(name, after=after, monkeypatch=monkeypatch)
    if kind.name == QUOTA:
        text = _used_up(datetime.now(UTC) + QUARANTINE)
        return installation.sandbox.inject(name, "fault", after=after, text=text)
    return installation.sandbox.inject(name, kind.name, after=after, **kind.options)


def _used_up(opens_again: datetime) -> str:
    """The vendor's words for a quota that is used up; by the sandbox's own, tests would wait for the next hour."""
    return f"Limit exceeded by 1. Request is blocked. Quarantine ends at {opens_again.isoformat()}"


def _code(operation: str, kind: Kind) -> str | None:
    """What the transfer ends with where a fault is an answer; None where it is to arrive by itself."""
    if kind.code and operation in NO_WAY_IN:
        return "access_refused"
    return kind.code


def _mended(installation: Installation, transfer: Transfer, code: str) -> Transfer:
    """See that it was refused for this reason, and that a person brings it to its end."""
    assert transfer.error is not None
    assert transfer.error.code == code
    if code == "access_refused":
        assert transfer.is_parked
        installation.container.verify_business().verify(BUSINESS)
    else:
        assert transfer.state is TransferState.REJECTED
        installation.container.manage_transfers().retry(transfer.id)
    return installation.drive(transfer)[0]
