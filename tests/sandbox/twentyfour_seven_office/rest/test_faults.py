"""Faults on request over REST: what the caller sees, and what has happened in the books."""

import httpx
import pytest

from sandbox import Sandbox
from sandbox.faults import KINDS
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.rest.injections import REST_INJECTIONS
from sandbox.twentyfour_seven_office.users import Account
from tests.sandbox.twentyfour_seven_office.rest.api import Api, Refused, ask_for_token
from tests.sandbox.twentyfour_seven_office.soap.caller import Caller

SAVE = "POST /productcategories"
TRIPLETEX_ONLY = {"conflict"}
SOAP_ONLY = {"fault_midway", "item_exception", "reordered"}
REST_ONLY = {"validation_error", "forbidden", "throttled"}


def save(api: Api) -> httpx.Response:
    return api.send("POST", "/productcategories", {"name": "A"})


def written(books: Books) -> list[str]:
    return [category.name for category in books.categories.values()]


@pytest.mark.parametrize(("kind", "expected"), [("reset", []), ("reset_after", ["A"])])
def test_a_reset_connection(sandbox: Sandbox, api: Api, books: Books, kind: str, expected: list[str]) -> None:
    sandbox.inject(SAVE, kind)
    with pytest.raises(httpx.ReadError):
        save(api)
    assert written(books) == expected
    assert sandbox.journal.calls(SAVE)[0].outcome == f"fault:{kind}"


@pytest.mark.parametrize(
    ("kind", "status", "page", "expected"),
    [
        ("http_502", 502, "502 Bad Gateway", []),
        ("http_502_after", 502, "502 Bad Gateway", ["A"]),
        ("html_200", 200, "Log in", []),
        ("login_page_after", 200, "Log in", ["A"]),
    ],
)
def test_a_page_instead_of_an_answer(
    sandbox: Sandbox, api: Api, books: Books, kind: str, status: int, page: str, expected: list[str]
) -> None:
    sandbox.inject(SAVE, kind)
    answer = save(api)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert page in answer.text
    assert written(books) == expected


def test_a_truncated_answer(sandbox: Sandbox, api: Api, books: Books, order_id: int) -> None:
    sandbox.inject(SAVE, "truncated")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        save(api)
    assert written(books) == ["A"]
    sandbox.inject("DELETE /salesorders/{id}", "truncated")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        api.delete(f"/salesorders/{order_id}")
    assert books.orders == {}


def test_a_malformed_answer(sandbox: Sandbox, api: Api, books: Books) -> None:
    sandbox.inject(SAVE, "malformed")
    answer = save(api)
    assert answer.status_code == 201
    with pytest.raises(ValueError, match="delimiter"):
        answer.json()
    assert written(books) == ["A"]


def test_a_late_call_takes_effect_when_the_caller_has_given_up(
    sandbox: Sandbox, api: Api, account: Account, books: Books
) -> None:
    sandbox.inject(SAVE, "late", delay=0.3)
    with Api(sandbox, account, timeout=0.05) as impatient, pytest.raises(httpx.ReadTimeout):
        save(impatient)
    assert written(books) == []
    sandbox.settle()
    assert written(books) == ["A"]


def test_a_slow_answer(sandbox: Sandbox, api: Api, books: Books) -> None:
    sandbox.inject(SAVE, "slow", delay=0.05)
    assert save(api).elapsed.total_seconds() >= 0.05
    assert written(books) == ["A"]


@pytest.mark.parametrize(("kind", "expected"), [("fault", []), ("fault_after", ["A"])])
def test_a_fault_shows_more_than_it_should(
    sandbox: Sandbox, api: Api, books: Books, kind: str, expected: list[str]
) -> None:
    sandbox.inject(SAVE, kind, text="Deadlock")
    answer = save(api)
    body = answer.json()
    assert (answer.status_code, body["error"]["name"]) == (500, "InternalServerError")
    assert "Deadlock" in body["error"]["message"]
    assert "10.20.30.40" in body["error"]["message"]
    assert body["trackingId"]
    assert written(books) == expected


def test_a_token_that_is_revoked_before_the_call(sandbox: Sandbox, api: Api, account: Account, books: Books) -> None:
    sandbox.inject(SAVE, "session_expired")
    assert [save(api).status_code, save(api).status_code] == [401, 401]
    assert written(books) == []
    with Api(sandbox, account) as again:
        assert save(again).status_code == 201


def test_a_quota_that_is_said_to_be_used_up(sandbox: Sandbox, api: Api, books: Books) -> None:
    sandbox.inject(SAVE, "quota")
    answer = save(api)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "Mon, 23 Nov 2026 15:00:00 GMT")
    assert written(books) == []


@pytest.mark.parametrize(
    ("kind", "status", "name", "retry_after"),
    [
        ("validation_error", 400, "ValidationError", None),
        ("forbidden", 403, "ForbiddenError", None),
        ("throttled", 429, "TooManyRequestsError", "2"),
    ],
)
def test_a_refusal_for_no_reason(
    sandbox: Sandbox, api: Api, books: Books, kind: str, status: int, name: str, retry_after: str | None
) -> None:
    sandbox.inject(SAVE, kind)
    answer = save(api)
    assert (answer.status_code, answer.json()["error"]["name"]) == (status, name)
    assert answer.headers.get("Retry-After") == retry_after
    assert written(books) == []


def test_the_field_that_is_said_to_be_wrong_can_be_chosen(sandbox: Sandbox, api: Api) -> None:
    sandbox.inject(SAVE, "validation_error", path="name", keyword="maxLength")
    with pytest.raises(Refused) as refused:
        api.post("/productcategories", {"name": "A"})
    assert refused.value.field == ("name", "maxLength")


def test_an_answer_with_fewer_items(sandbox: Sandbox, api: Api, books: Books) -> None:
    for name in ("A", "B", "C"):
        books.add_category(name)
    for options, expected in (({}, ["A", "B"]), ({"item": 0}, ["B", "C"]), ({"item": 7}, ["A", "B", "C"])):
        sandbox.inject("GET /productcategories", "fewer_items", **options)
        assert [category["name"] for category in api.get("/productcategories")] == expected
    sandbox.inject(SAVE, "fewer_items")
    assert save(api).json() == {}
    sandbox.inject("GET /customers/{customerId}", "fewer_items")
    assert api.send("GET", "/customers/7").status_code == 404


def test_a_fault_waits_for_its_operation_and_its_turn(sandbox: Sandbox, api: Api) -> None:
    sandbox.inject("GET /customers/{customerId}", "forbidden", after=1, times=2)
    assert [api.send("GET", "/customers/7").status_code for _ in range(4)] == [404, 403, 403, 404]
    sandbox.inject("POST /salesorders/{id}/lines", "fault")
    assert save(api).status_code == 201


def test_a_token_can_fail_to_come(sandbox: Sandbox, api: Api, account: Account) -> None:
    for kind, status in (("http_502", 502), ("throttled", 429), ("fault", 500), ("forbidden", 403)):
        sandbox.inject("POST /oauth/token", kind)
        assert ask_for_token(sandbox, account).status_code == status
    assert ask_for_token(sandbox, account).status_code == 200


def test_each_api_has_faults_of_its_own(sandbox: Sandbox) -> None:
    assert set(REST_INJECTIONS) == set(KINDS) - SOAP_ONLY - TRIPLETEX_ONLY
    for kind in SOAP_ONLY:
        with pytest.raises(ValueError, match=f"{kind} can't strike {SAVE}"):
            sandbox.inject(SAVE, kind)
    for kind in REST_ONLY:
        with pytest.raises(ValueError, match=f"{kind} can't strike SaveCategories"):
            sandbox.inject("SaveCategories", kind)
    with pytest.raises(ValueError, match="No operation is called"):
        sandbox.inject("GET /nothing", "reset")


def test_a_fault_for_any_operation_waits_for_one_it_can_strike(sandbox: Sandbox, api: Api, caller: Caller) -> None:
    sandbox.inject("*", "forbidden")
    sandbox.inject("*", "reordered")
    outcomes = []
    for call in (lambda: caller.call("HasSession"), lambda: api.send("GET", "/taxes")) * 2:
        call()
        outcomes.append(sandbox.journal.calls()[-1].outcome)
    assert outcomes == ["fault:reordered", "fault:forbidden", "ok", "ok"]
