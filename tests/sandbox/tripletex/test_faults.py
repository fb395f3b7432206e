"""Faults on request: what the caller sees, and what has happened in the books."""

import httpx
import pytest

from sandbox import Sandbox
from sandbox.tripletex.books import Books
from tests.sandbox.tripletex.api import Api, Refused, ask_for_session

SAVE = "POST /customer"


def save(api: Api) -> httpx.Response:
    return api.send("POST", "/customer", {"name": "A"})


def written(books: Books) -> list[str]:
    return [customer.name for customer in books.customers.values()]


@pytest.mark.parametrize(("kind", "expected"), [("reset", []), ("reset_after", ["A"])])
def test_a_reset_connection(sandbox: Sandbox, api: Api, books: Books, kind: str, expected: list[str]) -> None:
    sandbox.inject(SAVE, kind)
    with pytest.raises(httpx.ReadError):
        save(api)
    assert written(books) == expected
    assert sandbox.journal.calls(SAVE)[0].outcome == f"fault:{kind}"


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("http_502", 502, []),
        ("http_502_after", 502, ["A"]),
        ("html_200", 200, []),
        ("login_page_after", 200, ["A"]),
    ],
)
def test_a_page_instead_of_an_answer(
    sandbox: Sandbox, api: Api, books: Books, kind: str, status: int, expected: list[str]
) -> None:
    sandbox.inject(SAVE, kind)
    answer = save(api)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert written(books) == expected


def test_a_truncated_and_a_malformed_answer(sandbox: Sandbox, api: Api, books: Books) -> None:
    sandbox.inject(SAVE, "truncated")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        save(api)
    sandbox.inject(SAVE, "malformed")
    answer = save(api)
    with pytest.raises(ValueError, match="delimiter"):
        answer.json()
    assert written(books) == ["A", "A"]


def test_a_late_call_takes_effect_when_the_caller_has_given_up(sandbox: Sandbox, api: Api, books: Books) -> None:
    sandbox.inject(SAVE, "late", delay=0.3)
    with Api(sandbox, timeout=0.05, token=api.token) as impatient, pytest.raises(httpx.ReadTimeout):
        save(impatient)
    assert written(books) == []
    sandbox.settle()
    assert written(books) == ["A"]


def test_an_answer_that_never_gets_done(sandbox: Sandbox, api: Api, books: Books) -> None:
    sandbox.inject(SAVE, "drip")
    with Api(sandbox, timeout=0.2, token=api.token) as impatient, pytest.raises(httpx.HTTPError):
        impatient.client.post("/customer", json={"name": "A"}, timeout=httpx.Timeout(0.02))
    assert written(books) == ["A"]


@pytest.mark.parametrize(("kind", "expected"), [("fault", []), ("fault_after", ["A"])])
def test_a_fault_shows_more_than_it_should(
    sandbox: Sandbox, api: Api, books: Books, kind: str, expected: list[str]
) -> None:
    sandbox.inject(SAVE, kind, text="Deadlock")
    answer = save(api)
    assert (answer.status_code, answer.json()["code"]) == (500, 1000)
    assert "Deadlock" in answer.json()["developerMessage"]
    assert written(books) == expected


def test_a_session_that_ends_before_the_call(sandbox: Sandbox, api: Api, books: Books) -> None:
    sandbox.inject(SAVE, "session_expired")
    assert [save(api).status_code, save(api).status_code] == [401, 401]
    assert written(books) == []
    with Api(sandbox) as again:
        assert save(again).status_code == 201


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("validation_error", 422, 18000), ("forbidden", 403, 9000), ("throttled", 429, 5000), ("conflict", 409, 8000)],
)
def test_a_refusal_for_no_reason(sandbox: Sandbox, api: Api, books: Books, kind: str, status: int, code: int) -> None:
    sandbox.inject(SAVE, kind)
    answer = save(api)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert written(books) == []


def test_the_field_that_is_said_to_be_wrong_can_be_chosen(sandbox: Sandbox, api: Api) -> None:
    sandbox.inject(SAVE, "validation_error", path="email", text="Ugyldig adresse")
    with pytest.raises(Refused) as refused:
        api.post("/customer", {"name": "A"})
    assert refused.value.error["validationMessages"] == [{"field": "email", "message": "Ugyldig adresse"}]


def test_a_refusal_for_too_many_calls_need_not_say_when_there_may_be_more(sandbox: Sandbox, api: Api) -> None:
    sandbox.inject(SAVE, "throttled")
    sandbox.inject(SAVE, "throttled", tells_reset=False)
    told, untold = save(api), save(api)
    assert (told.status_code, told.headers["X-Rate-Limit-Reset"]) == (429, "2")
    assert (untold.status_code, untold.headers.get("X-Rate-Limit-Reset")) == (429, None)
    assert (untold.headers["X-Rate-Limit-Limit"], untold.headers["X-Rate-Limit-Remaining"]) == ("100", "0")


def test_somebody_else_writes_meanwhile(sandbox: Sandbox, api: Api, books: Books) -> None:
    first, second = books.add_customer("A"), books.add_customer("B")
    for path, body in (
        (f"/customer/{first}", {"version": 0, "email": "a@a.example"}),
        ("/customer/list", [{"id": second, "version": 0, "email": "b@b.example"}]),
    ):
        sandbox.inject(f"PUT {path.replace(str(first), '{id}')}", "conflict")
        assert api.send("PUT", path, body).status_code == 409
    assert [(customer.email, customer.version) for customer in books.customers.values()] == [("", 1), ("", 1)]

    assert api.put(f"/customer/{first}", {"version": 1, "email": "a@a.example"})["version"] == 2


def test_an_answer_with_fewer_items(sandbox: Sandbox, api: Api, books: Books) -> None:
    for name in ("A", "B", "C"):
        books.add_customer(name)
    for options, expected in (({}, ["A", "B"]), ({"item": 0}, ["B", "C"]), ({"item": 7}, ["A", "B", "C"])):
        sandbox.inject("GET /customer", "fewer_items", **options)
        assert [customer["name"] for customer in api.list("/customer")] == expected
    sandbox.inject(SAVE, "fewer_items")
    assert save(api).json() == {"value": {}}


def test_a_session_can_fail_to_come(sandbox: Sandbox, api: Api) -> None:
    for kind, status in (("http_502", 502), ("throttled", 429), ("fault", 500), ("forbidden", 403)):
        sandbox.inject("PUT /token/session/:create", kind)
        assert ask_for_session(sandbox).status_code == status
    assert ask_for_session(sandbox).status_code == 200


def test_a_kind_that_only_another_api_has_is_refused(sandbox: Sandbox) -> None:
    for kind in ("reordered", "item_exception", "quota"):
        with pytest.raises(ValueError, match=f"{kind} can't strike {SAVE}"):
            sandbox.inject(SAVE, kind)
    with pytest.raises(ValueError, match="conflict can't strike POST /customers"):
        sandbox.inject("POST /customers", "conflict")


def test_calls_are_told_by_the_journal_without_any_token(sandbox: Sandbox, api: Api) -> None:
    save(api)
    token, call = sandbox.journal.calls()
    assert (token.title, token.account, token.outcome) == ("PUT /token/session/:create", "Fjellutleie AS", "ok")
    assert (call.title, call.service, call.account, call.outcome) == (SAVE, "Tripletex", "Fjellutleie AS", "ok")
    assert api.token not in repr(sandbox.journal.calls())
    assert all("Token" not in str(exchange.query) for exchange in sandbox.tripletex.exchanges)
