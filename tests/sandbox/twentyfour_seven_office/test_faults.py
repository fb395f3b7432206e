"""Faults on request: what the caller sees, and what has happened in the books."""

import http.client
import time
from collections.abc import Callable
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.faults import KINDS
from sandbox.tripletex.injections import TRIPLETEX_INJECTIONS
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.rest.injections import REST_INJECTIONS
from sandbox.twentyfour_seven_office.soap.injections import SOAP_INJECTIONS
from tests.sandbox.twentyfour_seven_office.soap.caller import Caller, Clock, Fault, properties, text

SAVE_ONE = "<categories><Category><Name>A</Name></Category></categories>"
SAVE_THREE = (
    "<categories><Category><Name>A</Name></Category><Category><Name>B</Name></Category>"
    "<Category><Name>C</Name></Category></categories>"
)


def save_one(caller: Caller) -> Any:
    return caller.call("SaveCategories", SAVE_ONE)


def written(books: Books) -> list[str]:
    return [category.name for category in books.categories.values()]


def test_every_kind_is_known_in_both_places() -> None:
    assert set(KINDS) == {*SOAP_INJECTIONS, *REST_INJECTIONS, *TRIPLETEX_INJECTIONS}


@pytest.mark.parametrize(("kind", "expected"), [("reset", []), ("reset_after", ["A"])])
def test_a_reset_connection(sandbox: Sandbox, caller: Caller, books: Books, kind: str, expected: list[str]) -> None:
    sandbox.inject("SaveCategories", kind)
    with pytest.raises(ConnectionResetError):
        save_one(caller)
    assert written(books) == expected
    assert sandbox.journal.calls("SaveCategories")[0].outcome == f"fault:{kind}"


@pytest.mark.parametrize(
    ("kind", "status", "page", "expected"),
    [
        ("http_502", 502, b"502 Bad Gateway", []),
        ("http_502_after", 502, b"502 Bad Gateway", ["A"]),
        ("html_200", 200, b"Log in", []),
        ("login_page_after", 200, b"Log in", ["A"]),
    ],
)
def test_a_page_instead_of_an_answer(
    sandbox: Sandbox, caller: Caller, books: Books, kind: str, status: int, page: bytes, expected: list[str]
) -> None:
    sandbox.inject("SaveCategories", kind)
    answer = caller.send("SaveCategories", SAVE_ONE)
    assert (answer.status, answer.headers.get_content_type()) == (status, "text/html")
    assert page in answer.body
    assert written(books) == expected


def test_a_truncated_answer(sandbox: Sandbox, caller: Caller, books: Books) -> None:
    sandbox.inject("SaveCategories", "truncated")
    with pytest.raises(http.client.IncompleteRead):
        save_one(caller)
    assert written(books) == ["A"]
    assert caller.call("HasSession").text == "true"


def test_a_malformed_answer(sandbox: Sandbox, caller: Caller, books: Books) -> None:
    sandbox.inject("SaveCategories", "malformed")
    answer = caller.send("SaveCategories", SAVE_ONE)
    assert answer.status == 200
    assert b"</soap:Body>" not in answer.body
    assert written(books) == ["A"]


def test_a_late_call_takes_effect_when_the_caller_has_given_up(sandbox: Sandbox, caller: Caller, books: Books) -> None:
    sandbox.inject("SaveCategories", "late", delay=0.6)
    impatient = Caller(sandbox.url, timeout=0.05)
    impatient.cookie = caller.cookie
    with pytest.raises(TimeoutError):
        save_one(impatient)
    assert written(books) == []
    assert caller.call("HasSession").text == "true"  # nobody else waits
    assert sandbox.journal.calls("SaveCategories")[0].outcome == "running"
    sandbox.settle()
    assert written(books) == ["A"]
    assert sandbox.journal.calls("SaveCategories")[0].outcome == "fault:late"


def test_a_late_call_never_answers_even_the_patient(sandbox: Sandbox, caller: Caller, books: Books) -> None:
    sandbox.inject("SaveCategories", "late", delay=0.01)
    with pytest.raises(http.client.RemoteDisconnected):
        save_one(caller)
    assert written(books) == ["A"]


def test_a_late_call_is_dropped_when_the_sandbox_stops() -> None:
    sandbox = Sandbox()
    sandbox.start()
    books = sandbox.add_account("A").books
    sandbox.inject("HasSession", "late", delay=60)
    impatient = Caller(sandbox.url, timeout=0.05)
    with pytest.raises(TimeoutError):
        impatient.call("HasSession")
    began = time.monotonic()
    sandbox.stop()
    assert time.monotonic() - began < 2
    assert written(books) == []


def test_a_slow_answer(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.inject("SaveCategories", "slow", delay=0.1)
    began = time.monotonic()
    assert len(save_one(caller)) == 1
    assert time.monotonic() - began >= 0.1


def test_a_caller_that_does_not_wait_for_a_slow_answer_does_no_harm(
    sandbox: Sandbox, caller: Caller, books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox.inject("SaveCategories", "slow", delay=0.3)
    impatient = Caller(sandbox.url, timeout=0.02)
    impatient.cookie = caller.cookie
    with pytest.raises(TimeoutError):
        save_one(impatient)
    sandbox.settle()
    assert written(books) == ["A"]
    assert caller.call("HasSession").text == "true"
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("kind", "expected"), [("fault", []), ("fault_after", ["A"])])
def test_a_fault_shows_more_than_it_should(
    sandbox: Sandbox, caller: Caller, books: Books, kind: str, expected: list[str]
) -> None:
    sandbox.inject("SaveCategories", kind)
    sandbox.inject("SaveCategories", kind, text="Timeout expired.")
    with pytest.raises(Fault) as caught:
        save_one(caller)
    head, *_, cause = caught.value.text.split("---> ")
    assert head == "System.Web.Services.Protocols.SoapException: Server was unable to process request. "
    assert cause.splitlines()[0] == "Object reference not set to an instance of an object."
    assert "10.20.30.40" in caught.value.text
    assert written(books) == expected
    with pytest.raises(Fault, match=r"---> Timeout expired\.\n   at "):
        save_one(caller)


def test_one_item_of_many_is_refused(sandbox: Sandbox, caller: Caller, books: Books) -> None:
    sandbox.inject("SaveCategories", "item_exception", item=1)
    answer = caller.call("SaveCategories", SAVE_THREE)
    assert [text(c, "Name") for c in answer] == ["A", "B", "C"]
    assert [text(c, "APIException/Type") for c in answer] == [
        None,
        "Office24Seven.Library.Data.DataBaseServerException",
        None,
    ]
    assert "10.20.30.40" in (text(answer[1], "APIException/Message") or "")
    assert text(answer[1], "Id") is None
    assert written(books) == ["A", "C"]


def test_the_refusal_of_an_item_can_be_worded(sandbox: Sandbox, caller: Caller, books: Books) -> None:
    sandbox.inject("SaveCompanies", "item_exception", type="X.LockedException", text="Locked")
    (refused,) = caller.call("SaveCompanies", "<companies><Company><Name>A</Name></Company></companies>")
    assert text(refused, "APIException/Type") == "X.LockedException"
    assert (text(refused, "APIException/Message") or "").startswith("Locked")
    assert books.customers == {}


@pytest.mark.parametrize("inner", ["", "<categories><Category><Id/></Category></categories>", SAVE_ONE])
def test_an_item_that_is_not_there_is_not_refused(sandbox: Sandbox, caller: Caller, books: Books, inner: str) -> None:
    sandbox.inject("SaveCategories", "item_exception", item=5 if inner == SAVE_ONE else 0)
    answer = caller.send("SaveCategories", inner)
    assert answer.status == (200 if inner == SAVE_ONE else 500)
    assert b"DataBaseServerException" not in answer.body


def test_an_answer_with_fewer_items(sandbox: Sandbox, caller: Caller, books: Books) -> None:
    sandbox.inject("SaveCategories", "fewer_items")
    assert [text(c, "Name") for c in caller.call("SaveCategories", SAVE_THREE)] == ["A", "B"]
    assert written(books) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("item", "expected"), [(0, ["B", "C"]), (1, ["A", "C"]), (2, ["A", "B"]), (3, ["A", "B", "C"])]
)
def test_the_item_that_is_left_out_can_be_chosen(
    sandbox: Sandbox, caller: Caller, books: Books, item: int, expected: list[str]
) -> None:
    sandbox.inject("SaveCategories", "fewer_items", item=item)
    assert [text(c, "Name") for c in caller.call("SaveCategories", SAVE_THREE)] == expected
    assert written(books) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [({}, ["A"]), ({"item": 0}, []), ({"item": 2}, ["A", "B"]), ({"item": 9}, ["A", "B", "C"])],
)
def test_a_write_breaks_off_midway(
    sandbox: Sandbox, caller: Caller, books: Books, options: dict[str, int], expected: list[str]
) -> None:
    sandbox.inject("SaveCategories", "fault_midway", text="Timeout expired.", **options)
    with pytest.raises(Fault, match=r"---> Timeout expired\."):
        caller.call("SaveCategories", SAVE_THREE)
    assert written(books) == expected
    assert sandbox.journal.calls("SaveCategories")[0].outcome == "fault:fault_midway"


def test_what_does_not_fit_the_contract_is_not_written_halfway(sandbox: Sandbox, caller: Caller, books: Books) -> None:
    sandbox.inject("SaveCategories", "fault_midway", item=1)
    wrong = "<categories><Category><Name>A</Name></Category><Category><Nmae>B</Nmae></Category></categories>"
    with pytest.raises(Fault):
        caller.call("SaveCategories", wrong)
    assert written(books) == []


@pytest.mark.parametrize(
    ("operation", "inner"),
    [("GetCategories", properties("Id", "Name")), ("HasSession", ""), ("GetVatTypeList", "")],
)
def test_a_call_that_writes_no_items_breaks_off_as_a_whole(
    sandbox: Sandbox, caller: Caller, operation: str, inner: str
) -> None:
    sandbox.inject(operation, "fault_midway")
    with pytest.raises(Fault, match="Object reference not set"):
        caller.call(operation, inner)


def test_an_answer_in_another_order(sandbox: Sandbox, caller: Caller, books: Books) -> None:
    sandbox.inject("SaveCategories", "reordered")
    assert [text(c, "Name") for c in caller.call("SaveCategories", SAVE_THREE)] == ["C", "B", "A"]
    assert written(books) == ["A", "B", "C"]


@pytest.mark.parametrize("kind", ["fewer_items", "reordered"])
def test_a_fault_has_no_items_to_lose(sandbox: Sandbox, stranger: Caller, kind: str) -> None:
    sandbox.inject("SaveCategories", kind)
    with pytest.raises(Fault, match="Session is not authenticated"):
        save_one(stranger)


def test_a_session_that_dies_before_the_call(sandbox: Sandbox, caller: Caller, books: Books) -> None:
    sandbox.inject("*", "session_expired")
    for _ in range(2):
        with pytest.raises(Fault, match="Session is not authenticated"):
            save_one(caller)
    assert written(books) == []


def test_a_quota_that_is_said_to_be_used_up(sandbox: Sandbox, caller: Caller, books: Books) -> None:
    sandbox.inject("SaveCategories", "quota")
    with pytest.raises(
        Fault,
        match=r"---> Limit exceeded by 1\. Request is blocked\. Quarantine ends at 2026-11-23T15:00:00Z$",
    ):
        save_one(caller)
    assert written(books) == []


def test_a_fault_waits_for_its_operation_and_its_turn(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.inject("SaveCategories", "fault", after=1, times=2)
    caller.call("GetCategories", properties("Id"))
    outcomes = []
    for _ in range(4):
        try:
            save_one(caller)
            outcomes.append("ok")
        except Fault:
            outcomes.append("fault")
    assert outcomes == ["ok", "fault", "fault", "ok"]


def test_a_fault_can_last_until_it_is_called_off(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.inject("*", "fault", times=None)
    for _ in range(3):
        with pytest.raises(Fault):
            save_one(caller)
    sandbox.clear_faults()
    assert len(save_one(caller)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        lambda sandbox: sandbox.inject("SaveInvoice", "reset"),
        lambda sandbox: sandbox.inject("SaveInvoices", "explode"),
        lambda sandbox: sandbox.inject("SaveInvoices", "reset", times=0),
        lambda sandbox: sandbox.inject("SaveInvoices", "late", delay=-1),
        lambda sandbox: sandbox.inject("SaveInvoices", "item_exception", item=-1),
    ],
)
def test_a_fault_that_could_never_strike_is_refused(sandbox: Sandbox, wrong: Callable[[Sandbox], object]) -> None:
    with pytest.raises(ValueError, match=r"called|strikes"):
        wrong(sandbox)


def test_the_quota_is_counted_by_the_hour(sandbox: Sandbox, caller: Caller, clock: Clock) -> None:
    sandbox.quota.limit = 3
    save_one(caller)
    save_one(caller)
    assert (sandbox.quota.used, sandbox.quota.left) == (3, 0)
    for over_by in (1, 2):
        with pytest.raises(Fault, match=f"Limit exceeded by {over_by}. .* ends at 2026-11-23T15:00:00Z"):
            caller.call("HasSession")
    clock.advance(minutes=30)
    assert caller.call("HasSession").text == "true"
    assert sandbox.quota.used == 1


def test_a_call_takes_as_long_as_the_latency_says() -> None:
    with Sandbox(latency=0.05) as sandbox:
        caller = Caller(sandbox.url)
        began = time.monotonic()
        caller.call("HasSession")
        assert time.monotonic() - began >= 0.05
        caller.close()


def test_the_journal_tells_what_was_called_and_keeps_secrets(
    sandbox: Sandbox, caller: Caller, stranger: Caller
) -> None:
    save_one(caller)
    login, save = sandbox.journal.calls()
    assert (login.operation, login.service, login.account, login.outcome) == (
        "Login",
        "Authenticate",
        "Fjellutleie AS",
        "ok",
    )
    assert (save.account, save.number) == ("Fjellutleie AS", login.number + 1)
    assert len(save.session) == 8
    assert save.session not in (caller.cookie or "")
    assert sandbox.journal.count("Login") == 1
    kept = sandbox.journal.requests
    assert [(request.service, request.operation) for request in kept] == [
        ("Authenticate", "Login"),
        ("ProductService", "SaveCategories"),
    ]
    assert b"hemmelig" not in kept[0].xml
    assert b"<Password>***</Password>" in kept[0].xml
    sandbox.journal.clear()
    assert sandbox.journal.count() == 0
    assert sandbox.journal.requests == []
