"""What Tripletex means when it says no: one table of answers, and what each of them becomes."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.http_api.json_answer import Gone, TokenEnded
from adapters.http_api.troubles import Context, UnusableAnswer
from adapters.tripletex.answers import Answer, TooMany, VersionConflict, error_for, login_error_for
from adapters.tripletex.operations import (
    CHANGE_CUSTOMER,
    CREATE_CUSTOMER,
    CREATE_ORDER,
    GET_GROUPS,
    GET_ORDER,
    GET_ORDERS,
    Operation,
)
from core.errors import AccessRefused, KvittError, Outcome, OutcomeUnknown, Rejected, TryAgain

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
CONTEXT = Context(now=NOW, secrets=("hemmelig-nøkkel",))


def said(status: int, message: str = "Validering feilet.", **more: Any) -> Answer:
    """An answer of the API's own."""
    told = {"status": status, "code": 18000, "message": message, "requestId": "a1b2-c3", **more}
    return Answer(status=status, media_type="application/json", body=json.dumps(told).encode())


def faults(*named: tuple[str, str]) -> list[dict[str, str]]:
    return [{"field": field, "message": message} for field, message in named]


@pytest.mark.parametrize(
    ("answer", "operation", "expected", "code"),
    [
        (said(401), GET_ORDERS, TokenEnded, "session_lost"),
        (said(401), CREATE_ORDER, TokenEnded, "session_lost"),
        (said(403), GET_ORDERS, AccessRefused, "missing_rights"),
        (said(404), GET_ORDER, Gone, "gone"),
        (said(409), CHANGE_CUSTOMER, VersionConflict, "version_conflict"),
        (said(409, code=10_000), CHANGE_CUSTOMER, VersionConflict, "version_conflict"),
        (said(409), CREATE_ORDER, VersionConflict, "version_conflict"),
        (said(409, code=8_000), CREATE_ORDER, VersionConflict, "version_conflict"),
        (said(409, code=10_000), GET_ORDERS, VersionConflict, "version_conflict"),
        (said(409, code=7_000), CREATE_ORDER, Rejected, "rejected_by_accounting_system"),
        (said(409, code=7_000), CHANGE_CUSTOMER, Rejected, "rejected_by_accounting_system"),
        (said(409, code=14_000), CHANGE_CUSTOMER, Rejected, "rejected_by_accounting_system"),
        (said(422, code=23_000), GET_ORDERS, TooMany, "rejected_by_accounting_system"),
        (Answer(status=413), CREATE_ORDER, Rejected, "rejected_by_accounting_system"),
        (Answer(status=413, media_type="text/html"), CREATE_ORDER, Rejected, "rejected_by_accounting_system"),
        (said(422, validationMessages=faults(("x", "y"))), CREATE_ORDER, Rejected, "vendor_validation"),
        (said(400), CREATE_ORDER, Rejected, "rejected_by_accounting_system"),
        (said(500), GET_ORDERS, TryAgain, "vendor_fault"),
        (said(500), CREATE_ORDER, OutcomeUnknown, "vendor_fault"),
        (said(503), CREATE_CUSTOMER, OutcomeUnknown, "vendor_fault"),
    ],
)  # fmt: skip
def test_what_an_answer_stands_for(answer: Answer, operation: Operation, expected: type[KvittError], code: str) -> None:
    error = error_for(answer, operation, CONTEXT)
    assert (type(error), error.code) == (expected, code)


@pytest.mark.parametrize(
    ("answer", "operation", "code"),
    [
        (Answer(status=502, media_type="text/html", body=b"<html>"), GET_ORDERS, "bad_gateway"),
        (Answer(status=500), CREATE_ORDER, "bad_gateway"),
        (Answer(status=302), GET_ORDERS, "redirected"),
        (Answer(status=408), CREATE_ORDER, "timeout"),
        (Answer(status=425), CREATE_ORDER, "bad_gateway"),
        (Answer(status=404, media_type="text/html", body=b"<html>"), GET_ORDERS, "no_such_address"),
        (Answer(status=404, media_type="text/html", body=b"<html>"), GET_ORDER, "not_json"),
        (Answer(status=400, media_type="text/html", body=b"<html>"), CREATE_ORDER, "not_json"),
        (Answer(status=403, media_type="text/html", body=b"<html>"), CREATE_ORDER, "not_json"),
        (Answer(status=403, media_type="text/html", body=b"<html>"), GET_GROUPS, "not_json"),
        (Answer(status=100), CREATE_ORDER, "bad_gateway"),
    ],
)
def test_what_is_not_the_apis_own_says_nothing_of_a_write(answer: Answer, operation: Operation, code: str) -> None:
    with pytest.raises(UnusableAnswer) as unusable:
        error_for(answer, operation, CONTEXT)
    assert unusable.value.code == code


def test_a_refusal_tells_each_field_and_the_numbers_that_support_asks_for() -> None:
    named = faults(("orderLines.vatType", "er ikke gyldig"), ("deliveryDate", "mangler"))
    error = error_for(said(422, validationMessages=named), CREATE_ORDER, CONTEXT)
    assert error.message == (
        "Tripletex, saving an order: Validering feilet: orderLines.vatType: er ikke gyldig; deliveryDate: mangler "
        "(code 18000, request a1b2-c3)."
    )
    assert error.outcome is Outcome.NOTHING_WRITTEN


def test_a_conflict_tells_why() -> None:
    error = error_for(said(409, "Ordren er låst", code=10_000), CREATE_ORDER, CONTEXT)
    assert error.message == "Tripletex, saving an order: Ordren er låst (code 10000, request a1b2-c3)."
    assert error.outcome is Outcome.NOTHING_WRITTEN


def test_a_request_that_is_too_large_is_said_to_be() -> None:
    error = error_for(Answer(status=413, media_type="text/html", body=b"<html>"), CREATE_ORDER, CONTEXT)
    assert error.message == "Tripletex, saving an order: the request is too large for it (413)."


def test_of_many_fields_the_first_are_named() -> None:
    named = faults(*((f"felt{number}", "mangler") for number in range(9)))
    message = error_for(said(422, validationMessages=named), CREATE_ORDER, CONTEXT).message
    assert "felt4: mangler and more" in message
    assert "felt5" not in message


@pytest.mark.parametrize(
    "personal",
    [
        'Kunden "Kari Nordmann" finnes fra før',
        "Kunden «Kari Nordmann» finnes fra før",
        "Kunden 'Kari Nordmann' finnes fra før",
        "E-posten kari.nordmann@fjell.example er ugyldig",
        "Nummeret 40 00 00 09 er ugyldig",
        "Nummeret +4740000009 er ugyldig",
        "911000008 er ikke et gyldig organisasjonsnummer",
        "Nøkkelen hemmelig-nøkkel er brukt opp",
        "Feil på https://db7.intern.example/x",
    ],
)
def test_what_may_be_somebodys_is_not_passed_on(personal: str) -> None:
    error = error_for(said(422, personal, validationMessages=faults(("email", personal))), CREATE_CUSTOMER, CONTEXT)
    for part in ("Nordmann", "fjell.example", "0000", "911000008", "hemmelig-nøkkel", "intern"):
        assert part not in error.message
    assert "Tripletex, saving a customer: " in error.message


@pytest.mark.parametrize("odd", [7, None, ["x"], {"field": 1}, [{"field": 1, "message": None}]])
def test_odd_faults_are_no_faults(odd: Any) -> None:
    error = error_for(said(422, validationMessages=odd), CREATE_ORDER, CONTEXT)
    assert error.message == "Tripletex, saving an order: Validering feilet (code 18000, request a1b2-c3)."


def test_a_request_id_that_is_none_is_not_shown() -> None:
    error = error_for(said(422, requestId="x <y> " * 40, code="x"), CREATE_ORDER, CONTEXT)
    assert error.message.endswith("Validering feilet.")


@pytest.mark.parametrize(
    ("header", "pause"),
    [("7", timedelta(seconds=7)), (None, timedelta(minutes=1)), ("x", timedelta(minutes=1)), ("0", timedelta(0))],
)
def test_fewer_calls_are_made_once_the_limit_is_reset(header: str | None, pause: timedelta) -> None:
    error = error_for(Answer(status=429, limit_resets=header), CREATE_ORDER, CONTEXT)
    assert isinstance(error, TryAgain)
    assert (error.code, error.not_before, error.outcome) == ("quota_exceeded", NOW + pause, Outcome.NOTHING_WRITTEN)
    assert getattr(error, "pause", None) == (pause if header in ("7", "0") else None)


@pytest.mark.parametrize(
    ("named", "told"),
    [
        (faults(("employeeToken", "er ikke gyldig")), "the employee token is not accepted"),
        (faults(("consumerToken", "er ikke gyldig")), "the consumer token is not accepted"),
        ([], "the employee token or the consumer token is not accepted"),
        (faults(("consumerToken", "x"), ("employeeToken", "x")), "the employee token or the consumer token"),
    ],
)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_login_tells_which_token_is_wrong_where_that_is_told(
    status: int, named: list[dict[str, str]], told: str
) -> None:
    error = login_error_for(said(status, "Nei.", validationMessages=named), CONTEXT)
    assert isinstance(error, AccessRefused)
    assert error.code == "login_refused"
    assert told in error.message
    assert "employee_token and consumer_token" in error.hint


@pytest.mark.parametrize("status", [400, 422])
def test_a_last_day_that_is_refused_is_no_wrong_token(status: int) -> None:
    error = login_error_for(
        said(status, validationMessages=faults(("expirationDate", "Must be after today."))), CONTEXT
    )
    assert isinstance(error, TryAgain)
    assert (error.code, error.outcome) == ("session_lost", Outcome.NOTHING_WRITTEN)
    assert "clock" in error.message


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(status=404), "no_such_address"),
        (Answer(status=403, media_type="text/html", body=b"<html>"), "bad_gateway"),
        (Answer(status=302), "redirected"),
        (Answer(status=503), "bad_gateway"),
    ],
)
def test_a_login_that_was_not_answered_is_no_refusal(answer: Answer, code: str) -> None:
    with pytest.raises(UnusableAnswer) as unusable:
        login_error_for(answer, CONTEXT)
    assert unusable.value.code == code


def test_too_many_logins_pass() -> None:
    error = login_error_for(Answer(status=429, limit_resets="3"), CONTEXT)
    assert isinstance(error, TryAgain)
    assert (error.code, error.not_before) == ("login_throttled", NOW + timedelta(seconds=3))


def test_an_answer_shows_nothing_of_what_it_holds() -> None:
    assert "token" not in repr(said(200, "token"))
