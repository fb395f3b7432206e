"""What holds for requests of every kind: bodies, hosts, unknown paths, faults of our own."""

import json
import logging
from typing import Any
from unittest.mock import create_autospec

import pytest

from core.errors import InvalidInput, TryAgain
from core.use_cases.look_up import LookUp
from entrypoints.container import Container
from entrypoints.http.api_keys import KeyRequest
from entrypoints.http.bodies import Body, BusinessBody
from entrypoints.http.server import serve
from entrypoints.http.webhooks import ResendRequest
from tests.http.clients import client_of
from tests.http.documents import Api, invoice_document, path_of, problem_of

JSON = {"Content-Type": "application/json"}


def _broken(trouble: Exception) -> LookUp:
    """Whatever is looked up, this happens."""
    look_up: LookUp = create_autospec(LookUp, instance=True)
    look_up.businesses.side_effect = trouble  # type: ignore[attr-defined]
    return look_up


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "line 1, column 1"),
        (b'{"number": "1",\n "type" "printed"}', "line 2, column 9"),
        (b"{'number': '1'}", "line 1, column 2"),
        (b'{"number": "1"} x', "Extra data"),
        (b'\xef\xbb\xbf{"number": "1"}', "BOM"),
        (b'{"number": "\xff"}', "byte 13 is not UTF-8"),
        ('{"number": "1"}'.encode("utf-16"), "not UTF-8"),
        (b'{"number": NaN}', "NaN"),
        (b'{"number": -Infinity}', "-Infinity"),
        (b'{"number": "1", "number": "2"}', '"number" is given twice'),
        (b'{"number": "1", "customer": {"name": "A", "name": "B"}}', '"name" is given twice'),
        (b'{"\\ud800": "1"}', "can't be shown"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"number": "1", "rows": ' + b"[" * 32 + b"]" * 32 + b"}", "more than 32"),
        (b'{"number": "1", "customer": ' + b'{"a": ' * 500 + b"1" + b"}" * 501, "more than 32"),
        (b'{"number": ' + b"9" * 5_000 + b"}", "too long"),
    ],
)
def test_a_body_that_is_no_json_is_refused_naming_the_place(shared_fjell: Api, body: bytes, told: str) -> None:
    problem = problem_of(shared_fjell.put(path_of("1"), content=body, headers=JSON), 400, "bad_json")

    assert told in problem["detail"]


TAKING_JSON = {
    "PUT /v1/businesses/x": "not_a_business",
    "POST /v1/businesses/fjell/transfers": "not_invoices_to_send",
    "POST /v1/businesses/fjell/invoices/1/customer": "not_a_customer_choice",
    "POST /v1/businesses/fjell/invoices/1/adopt": "not_an_order_choice",
    "POST /v1/businesses/fjell/invoices/1/credit": "not_a_credit",
    "POST /v1/businesses/fjell/invoices/1/replace": "not_a_replacement",
    "POST /v1/recover": "not_a_recovery_start",
}


@pytest.mark.parametrize("route", TAKING_JSON)
def test_every_route_reads_its_body_by_the_same_rules(shared_fjell: Api, route: str) -> None:
    def refused(status: int, code: str, *, content: bytes, headers: dict[str, str]) -> dict[str, Any]:
        return problem_of(shared_fjell.request(*route.split(), content=content, headers=headers), status, code)

    assert "line 1, column 1" in refused(400, "bad_json", content=b"", headers=JSON)["detail"]
    assert "is given twice" in refused(400, "bad_json", content=b'{"a": 1, "a": 1}', headers=JSON)["detail"]
    refused(400, "bad_json", content=b'{"since": "\xff"}', headers=JSON)
    refused(415, "unsupported_media_type", content=b"", headers={})
    refused(415, "unsupported_media_type", content=b"{}", headers={"Content-Type": "text/plain"})
    refused(413, "too_large", content=b" " * 1_000_001, headers=JSON)
    for document, field in ((b"[]", ""), (b"null", ""), (b'{"colour": "red"}', "colour")):
        problem = refused(400, TAKING_JSON[route], content=document, headers=JSON)
        assert field in {fault["field"] for fault in problem["faults"]}


@pytest.mark.parametrize("value", ['"\\ud800"', '"\\u0000"', "1e999", "{}", "[]", "12"])
def test_what_is_json_but_no_number_of_an_invoice_is_refused(shared_fjell: Api, value: str) -> None:
    body = f'{{"number": {value}}}'.encode()

    problem_of(shared_fjell.put(path_of("1"), content=body, headers=JSON), 400, "not_an_invoice")


@pytest.mark.parametrize("value", ['"\\ud800"', '"\\u0000"', "1e999999"])
def test_a_business_that_cannot_be_written_down_is_refused(shared_fjell: Api, value: str) -> None:
    for field in ('"accounting": {"system": %s}', '"product_name": %s', '"vat_codes": {"0": %s}'):
        body = f'{{"name": "x", {field % value}}}'.encode()
        problem_of(shared_fjell.put("/v1/businesses/x", content=body, headers=JSON), 400, "not_a_business")


def test_of_very_many_faults_the_first_are_named(shared_fjell: Api) -> None:
    document = invoice_document("1", rows=[1] * 5000)

    problem = problem_of(shared_fjell.put(path_of("1"), json=document), 400, "not_an_invoice")

    assert [fault["field"] for fault in problem["faults"]] == [f"rows[{nth}]" for nth in range(100)]
    assert problem["detail"].endswith("; and 4900 more.")


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/json5", ""])
def test_a_body_must_be_declared_as_json(shared_fjell: Api, media_type: str) -> None:
    body, headers = json.dumps(invoice_document("1")).encode(), {"Content-Type": media_type}

    problem_of(shared_fjell.put(path_of("1"), content=body, headers=headers), 415, "unsupported_media_type")
    problem_of(shared_fjell.put("/v1/businesses/x", content=body, headers=headers), 415, "unsupported_media_type")
    problem_of(
        shared_fjell.post(f"{path_of('1')}/customer", content=body, headers=headers), 415, "unsupported_media_type"
    )


def test_a_charset_other_than_utf_8_is_refused(shared_fjell: Api) -> None:
    body = json.dumps(invoice_document("1")).encode()
    utf_8, latin = ({"Content-Type": f"application/json; charset={name}"} for name in ("UTF-8", "latin-1"))

    problem_of(shared_fjell.put(path_of("1"), content=body, headers=latin), 415, "unsupported_media_type")
    assert shared_fjell.put(path_of("1"), content=body, headers=utf_8).status_code == 201


def test_a_body_that_is_too_large_is_refused(shared_fjell: Api) -> None:
    document = invoice_document("1", comment="x" * 1_000_000)

    problem_of(shared_fjell.put(path_of("1"), json=document), 413, "too_large")


def test_a_large_body_is_taken(shared_fjell: Api) -> None:
    row = invoice_document()["rows"][0] | {"product": "Hjullaster med en lang beskrivelse " * 5}

    assert shared_fjell.put(path_of("large"), json=invoice_document("large", rows=[row] * 2_000)).status_code == 201


@pytest.mark.parametrize(
    "path",
    ["/v1", "/v1/nothing", "/v1/businesses/x/invoices/1/x", "/metrics/x", "/schema/x"],
)
def test_an_unknown_path_is_a_problem(shared_fjell: Api, path: str) -> None:
    problem_of(shared_fjell.get(path), 404, "unknown_path")


def test_a_method_that_a_path_does_not_know_is_a_problem(shared_fjell: Api) -> None:
    response = shared_fjell.delete("/v1/businesses/fjell")

    problem_of(response, 405, "method_not_allowed")
    assert {"GET", "PUT"} <= set(response.headers["allow"].split(", "))


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "10.0.0.1", "[::2]"])
def test_a_foreign_host_is_refused(shared_fjell: Api, host: str) -> None:
    problem_of(shared_fjell.get("/v1/businesses", headers={"Host": host}), 400, "unknown_host")


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "LOCALHOST", "127.0.0.1:8000", "127.9.9.9", "[::1]:80"])
def test_this_machine_s_own_names_are_taken(shared_fjell: Api, host: str) -> None:
    assert shared_fjell.get("/v1/businesses", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", ""])
def test_a_web_page_from_elsewhere_is_refused(shared_fjell: Api, origin: str) -> None:
    problem_of(shared_fjell.post("/v1/businesses/fjell/verify", headers={"Origin": origin}), 403, "foreign_origin")


def test_a_page_on_this_machine_is_taken(shared_fjell: Api) -> None:
    assert shared_fjell.get("/v1/businesses", headers={"Origin": "http://localhost:3000"}).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.com", ""])
def test_nobody_else_is_served_without_any_key(container: Container, host: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        serve(host, 0, container)

    assert refusal.value.code == "no_api_key"
    assert refusal.value.hint


def test_answers_are_kept_by_nobody_on_the_way(shared_fjell: Api) -> None:
    for path in ("/v1/businesses", "/v1/businesses/nobody", "/nothing"):
        assert shared_fjell.get(path, follow_redirects=False).headers["cache-control"].startswith("no-store")


def test_a_fault_of_ours_shows_nothing_and_logs_nothing_personal(
    container: Container, caplog: pytest.LogCaptureFixture
) -> None:
    container.look_up.override(_broken(RuntimeError("Signe Haugland, signe.haugland@post.example")))
    with (
        caplog.at_level(logging.DEBUG),
        client_of(container) as api,
    ):
        response = api.get("/v1/businesses?after=Signe")

    problem_of(response, 500, "internal_error")
    assert "Signe" not in response.text
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("entrypoints"))
    assert "RuntimeError" in ours
    assert "Signe" not in ours


def test_health_is_told(shared_fjell: Api) -> None:
    assert shared_fjell.get("/health/live").json() == {"status": "alive"}
    assert shared_fjell.get("/health/ready").json() == {
        "status": "ready",
        "checks": {"storage": "ok", "migrations": "ok", "disk": "ok", "recovery": "ok", "threads": "ok"},
    }


@pytest.mark.parametrize("trouble", [TryAgain("The database is locked.", code="storage_busy"), OSError("disk")])
def test_a_storage_that_can_not_be_read_is_not_ready(
    container: Container, trouble: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise trouble

    monkeypatch.setattr(container.storage(), "ping", fail)
    with client_of(container) as api:
        response = api.get("/health/ready")
        alive = api.get("/health/live")

    problem_of(response, 503, "not_ready")
    assert response.json()["checks"] == {
        "storage": "storage_busy" if isinstance(trouble, TryAgain) else "failed",
        "migrations": "ok",
        "disk": "ok",
        "recovery": "ok",
        "threads": "ok",
    }
    assert response.headers["retry-after"] == "5"
    assert alive.status_code == 200


def test_a_body_where_none_is_needed_is_passed_over(shared_fjell: Api) -> None:
    assert shared_fjell.post("/v1/businesses/fjell/verify", content=b"{", headers=JSON).status_code == 200


def booleans_of_bodies() -> list[tuple[type[Body | BusinessBody], str]]:
    """Every field of a body that is true or false."""
    found: list[tuple[type[Body | BusinessBody], str]] = []
    bodies: list[type[Body | BusinessBody]] = [*Body.__subclasses__(), BusinessBody]
    for body in bodies:
        for name, field in body.model_json_schema()["properties"].items():
            if any(kind.get("type") == "boolean" for kind in (field, *field.get("anyOf", ()))):
                found.append((body, name))
    return found


@pytest.mark.parametrize(("body", "name"), booleans_of_bodies(), ids=lambda part: getattr(part, "__name__", part))
@pytest.mark.parametrize("value", ["yes", "true", "on", 1, 0, "", [], 1.0], ids=repr)
def test_what_is_true_or_false_is_said_so_and_not_otherwise(
    body: type[Body | BusinessBody], name: str, value: object
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        body.read({name: value}, {"business": "fjell"})
    assert name in [fault.field.partition(".")[0] for fault in refusal.value.faults]


def test_the_booleans_of_bodies_are_looked_for_where_they_are() -> None:
    found = booleans_of_bodies()
    assert (ResendRequest, "failed") in found
    assert (KeyRequest, "administrator") in found
    assert {"accept_differences", "at_once", "delivered_too", "all", "open"} < {name for _, name in found}
