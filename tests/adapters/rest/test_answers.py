"""What headers and bodies mean: pauses, pages, refusals. No socket."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.http_api.called_again import called_again_at
from adapters.http_api.json_answer import Gone, TokenEnded
from adapters.http_api.json_values import date_in, id_in, instant_out
from adapters.http_api.troubles import Context, UnusableAnswer
from adapters.pace import Throttled
from adapters.twentyfour_seven_office.rest.answers import Answer, error_for
from adapters.twentyfour_seven_office.rest.json_values import created_id, item_in, items_in
from adapters.twentyfour_seven_office.rest.operations import (
    CREATE_ORDER,
    DELETE_ORDER,
    GET_CUSTOMERS,
    GET_LEDGER_LINES,
    GET_LINES,
    GET_ORDER,
    GET_ORDERS,
    GET_ORGANIZATION,
    GET_TAXES,
    Operation,
)
from adapters.twentyfour_seven_office.rest.session import next_page_url
from adapters.twentyfour_seven_office.rest.tables import currencies_in, vat_codes_in
from core.currency import Currency
from core.errors import AccessRefused, KvittError, OutcomeUnknown, Rejected, TryAgain

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
CONTEXT = Context(now=NOW, secrets=("s3cret-token",))
ROOT = "https://rest.api.example/v1"


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("2", timedelta(seconds=2)),
        ("0", timedelta(0)),
        ("Mon, 23 Nov 2026 11:00:00 GMT", timedelta(minutes=30)),
        ("Mon, 23 Nov 2026 12:00:00 +0100", timedelta(minutes=30)),
        ("Mon, 23 Nov 2020 11:00:00 GMT", timedelta(0)),
        ("Mon, 23 Nov 2099 11:00:00 GMT", timedelta(hours=24)),
        ("9" * 40, timedelta(hours=24)),
        (None, timedelta(minutes=1)),
        ("soon", timedelta(minutes=1)),
        ("-5", timedelta(minutes=1)),
        ("Fri, 31 Dec 9999 23:59:59 -2300", timedelta(minutes=1)),
        ("²", timedelta(minutes=1)),
    ],
)
def test_when_to_call_again(header: str | None, pause: timedelta) -> None:
    assert called_again_at(header, now=NOW) == NOW + pause


@pytest.mark.parametrize(
    ("link", "url"),
    [
        (f"{ROOT}/customers?page=2", f"{ROOT}/customers?page=2"),
        ("https://rest.api.example:443/v1/customers?page=2", "https://rest.api.example:443/v1/customers?page=2"),
        ("?page=2", f"{ROOT}/customers?page=2"),
        ("/v1/customers?page=2#x", f"{ROOT}/customers?page=2"),
        ("https://rest.api.example.evil.example/v1/customers", None),
        ("http://rest.api.example/v1/customers", None),
        ("https://rest.api.example:8443/v1/customers", None),
        ("https://user@rest.api.example/v1/customers", None),
        ("https://rest.api.example@evil.example/v1/customers", None),
        ("//evil.example/v1/customers", None),
        ("/v2/customers", None),
        ("/v11/customers", None),
        ("/v1/../admin", None),
        ("/v1/%2e%2e/admin", None),
        ("\\\\evil.example\\v1\\customers", None),
        ("https://[::1/v1/customers", None),
        ("https://rest.api.example:port/v1/customers", None),
    ],
)
def test_a_token_follows_a_link_only_within_the_api(link: str, url: str | None) -> None:
    assert next_page_url(link, page=f"{ROOT}/customers?limit=100", root=ROOT) == url


def answer(status: int, body: Any = None, *, page: bool = False, **headers: str) -> Answer:
    content = b"<html/>" if page else b"" if body is None else json.dumps(body).encode()
    return Answer(status=status, media_type="text/html" if page else "application/json", body=content, **headers)


def judged(given: Answer, operation: Operation) -> tuple[type[KvittError], str]:
    try:
        error = error_for(given, operation, CONTEXT)
    except UnusableAnswer as unusable:
        return OutcomeUnknown if operation.writes else TryAgain, unusable.code
    assert error.message.startswith(operation.where)
    return type(error), error.code


def problem(name: str, **more: Any) -> dict[str, Any]:
    return {"error": {"name": name, **more}, "trackingId": "abc"}


def invalid(*errors: Any) -> dict[str, Any]:
    return problem("ValidationError", payload={"validationErrors": list(errors)})


def bad_request(kind: str) -> dict[str, Any]:
    return problem("BadRequestError", payload={"errors": [{"type": kind, "message": "Nei"}]})


@pytest.mark.parametrize(
    ("given", "of_read", "of_write"),
    [
        (answer(401), (TokenEnded, "session_lost"), (TokenEnded, "session_lost")),
        (answer(403), (AccessRefused, "missing_rights"), (AccessRefused, "missing_rights")),
        (answer(403, page=True), (TryAgain, "not_json"), (OutcomeUnknown, "not_json")),
        (answer(413, page=True), *[(Rejected, "rejected_by_accounting_system")] * 2),
        (answer(429), (Throttled, "quota_exceeded"), (Throttled, "quota_exceeded")),
        (answer(404), (TryAgain, "no_such_address"), (Gone, "gone")),
        (answer(404, page=True), (TryAgain, "no_such_address"), (OutcomeUnknown, "not_json")),
        (answer(409, problem("ConflictError")), *[(Rejected, "rejected_by_accounting_system")] * 2),
        (answer(422), *[(Rejected, "rejected_by_accounting_system")] * 2),
        (answer(400, invalid({"path": "memo", "keyword": "type"})), *[(Rejected, "vendor_validation")] * 2),
        (answer(400, invalid()), *[(Rejected, "vendor_validation")] * 2),
        (answer(400, invalid("odd", None)), *[(Rejected, "vendor_validation")] * 2),
        (answer(400, bad_request("DepartmentMissing")), *[(Rejected, "department_required")] * 2),
        (answer(400, bad_request("ProjectMissing")), *[(Rejected, "project_required")] * 2),
        (answer(400, bad_request("NoLines")), *[(Rejected, "no_lines")] * 2),
        (answer(400, bad_request("New")), *[(Rejected, "rejected_by_accounting_system")] * 2),
        (answer(400, page=True), (TryAgain, "not_json"), (OutcomeUnknown, "not_json")),
        (answer(400, {"error": "odd"}), *[(Rejected, "rejected_by_accounting_system")] * 2),
        (answer(302), (TryAgain, "redirected"), (OutcomeUnknown, "redirected")),
        (answer(304), (TryAgain, "redirected"), (OutcomeUnknown, "redirected")),
        (answer(408), (TryAgain, "timeout"), (OutcomeUnknown, "timeout")),
        (answer(425), (TryAgain, "bad_gateway"), (OutcomeUnknown, "bad_gateway")),
        (answer(500, problem("X", message="m")), (TryAgain, "vendor_fault"), (OutcomeUnknown, "vendor_fault")),
        (answer(503, page=True), (TryAgain, "bad_gateway"), (OutcomeUnknown, "bad_gateway")),
        (answer(504), (TryAgain, "bad_gateway"), (OutcomeUnknown, "bad_gateway")),
        (answer(600), (TryAgain, "bad_gateway"), (OutcomeUnknown, "bad_gateway")),
    ],
    ids=lambda value: f"{value.status}" if isinstance(value, Answer) else None,
)
def test_what_an_answer_means_for_a_read_and_for_a_write(
    given: Answer, of_read: tuple[type[KvittError], str], of_write: tuple[type[KvittError], str]
) -> None:
    assert judged(given, GET_ORDERS) == of_read
    assert judged(given, CREATE_ORDER) == of_write


@pytest.mark.parametrize("operation", [GET_ORDER, GET_LINES, DELETE_ORDER])
def test_one_record_that_is_not_found_is_gone(operation: Operation) -> None:
    assert judged(answer(404), operation) == (Gone, "gone")


@pytest.mark.parametrize("operation", [GET_CUSTOMERS, GET_TAXES, GET_ORGANIZATION, GET_LEDGER_LINES])
def test_what_every_company_has_can_not_be_gone(operation: Operation) -> None:
    assert judged(answer(404, problem("NotFoundError")), operation) == (TryAgain, "no_such_address")


def test_a_validation_error_names_each_place_and_what_is_wrong() -> None:
    errors = [{"path": "customer.name", "keyword": "required"}, {"path": "date"}, {"keyword": "type"}]
    error = error_for(answer(400, invalid(*errors)), CREATE_ORDER, CONTEXT)
    assert error.message == (
        "24SevenOffice, beginning an order: it does not accept customer.name (required), date, type."
    )
    many = error_for(answer(400, invalid(*[{"path": f"p{n}"} for n in range(9)])), CREATE_ORDER, CONTEXT)
    assert many.message.endswith("p4 and more.")


def test_a_refusal_tells_no_address_and_no_secret() -> None:
    inner = problem("X", message="s3cret-TOKEN was refused by db.internal at \\\\10.0.0.1\\share (https://x.example)")
    for status in (403, 409, 500):
        message = error_for(answer(status, inner), CREATE_ORDER, CONTEXT).message
        assert "was refused by" in message
        for hidden in ("s3cret", "10.0.0.1", "internal", "x.example"):
            assert hidden not in message.lower()


def test_a_pause_is_told_and_is_for_this_business_alone() -> None:
    error = error_for(answer(429, retry_after="90"), CREATE_ORDER, CONTEXT)
    assert isinstance(error, TryAgain)
    assert error.not_before == NOW + timedelta(seconds=90)
    assert error.for_everyone is False


def test_an_answer_shows_nothing_of_its_body() -> None:
    assert "hemmelig" not in repr(answer(200, {"access_token": "hemmelig"}))


@pytest.mark.parametrize("document", [None, {}, {"items": []}, "x", [1], [None]])
def test_what_is_no_listing_is_never_taken_for_an_empty_one(document: Any) -> None:
    with pytest.raises(TryAgain) as error:
        items_in(document, GET_ORDERS)
    assert error.value.code == "broken_answer"


@pytest.mark.parametrize("document", [None, {}, [], {"id": None}, {"id": "5"}, {"id": True}, {"id": -1}, {"id": 0}])
def test_what_has_no_id_may_have_been_created(document: Any) -> None:
    with pytest.raises(OutcomeUnknown) as error:
        created_id(document, CREATE_ORDER)
    assert error.value.code == "broken_answer"


def test_another_thing_than_was_asked_for_is_no_answer() -> None:
    assert item_in({"id": 5}, GET_ORDERS, asked=5) == {"id": 5}
    with pytest.raises(TryAgain) as error:
        item_in({"id": 6}, GET_ORDERS, asked=5)
    assert error.value.code == "broken_answer"


def test_plain_values() -> None:
    assert id_in(12345) == "12345"
    odd: tuple[Any, ...] = (None, 5, "", "soon", {}, [])
    assert [date_in(value) for value in odd] == [None] * 6
    assert str(date_in("2026-04-01T22:00:00Z")) == "2026-04-01"
    assert instant_out(datetime(2026, 1, 2, 3, 4, 5, 999, tzinfo=UTC)) == "2026-01-02T03:04:05Z"


def test_vat_codes_go_by_number_and_those_that_tell_no_rate_are_left_out() -> None:
    taxes: list[dict[str, Any]] = [
        {"id": 9, "number": 3, "name": "Utgående", "rate": 25},
        {"id": 1, "number": 5},
        {"rate": 15},
    ]
    assert [(one.code, one.percent, one.name) for one in vat_codes_in(taxes)] == [("3", Decimal(25), "Utgående")]


def test_currencies_without_a_usable_rate_are_left_out() -> None:
    listed: list[dict[str, Any]] = [
        {"code": "eur", "rate": 11},
        {"code": "USD", "rate": 0},
        {"code": "SEK"},
        {"rate": 1},
    ]
    assert currencies_in(listed) == [Currency(code="EUR", rate=Decimal(11))]
