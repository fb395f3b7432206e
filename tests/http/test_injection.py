"""SQL, header and path injection, on every route: what is sent is data, or it is refused, and never a fault of ours."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from dependency_injector import providers

from entrypoints.container import Container
from tests.http.documents import Api, add_invoice, invoice_document, path_of, problem_of
from tests.http.test_foreign_key import OPERATIONS

SQL = (
    "'; DROP TABLE invoices; --",
    "1' OR '1'='1",
    '" OR ""="',
    "%' UNION SELECT * FROM api_keys --",
    "1); SELECT pg_sleep(9)--",
)
STRANGE = (
    "fjеll",
    "ﬁell",
    "fjell\u200b",
    "\u202ellejf",
    "＇ OR 1=1",
    "A" * 5000,
    "🧾" * 60,
    "..",
    "...",
    "{business}",
    "%s%n",
    "{{7*7}}",
)
PATHS = (
    "%00",
    "%0d%0aX-Injected:%201",
    "%2e%2e",
    "%2e%2e%2f%2e%2e%2fhealth%2flive",
    "%252e%252e",
    "..%5c..",
    "%ff",
    "%c0%af",
    "%",
    "%zz",
    "%u0000",
    "%ed%a0%80",
)
WITH_PARAMETERS = [one for one in OPERATIONS if "{" in one[2]]


@pytest.fixture(scope="module")
def shared_container(shared_container: Container) -> Container:
    """Without a limit: a key makes more requests here than it usually may."""
    unlimited = shared_container.settings().model_copy(update={"requests_per_minute": 0})
    shared_container.settings.override(providers.Object(unlimited))
    return shared_container


JSON = {"Content-Type": "application/json"}


def _fits(answer: Any) -> bool:
    """Whether the answer is a refusal or a result, shown as it should be, without anything that was smuggled in."""
    kind = answer.headers.get("content-type", "")
    return (
        answer.status_code < 500
        and "x-injected" not in answer.headers
        and kind in ("application/json", "application/problem+json")
    )


@pytest.mark.parametrize(("name", "method", "path"), WITH_PARAMETERS)
@pytest.mark.sampled(3)
def test_nothing_in_a_path_is_more_than_a_name(shared_fjell: Api, name: str, method: str, path: str) -> None:
    for sent in (*(quote(one, safe="") for one in (*SQL, *STRANGE)), *PATHS):
        for places in ({"business": sent}, {"business": "fjell"}):
            parts = {
                "number": sent,
                "transfer": sent,
                "batch": sent,
                "prefix": sent,
                "webhook": sent,
                "event": sent,
            } | places
            answer = shared_fjell.request(method, f"http://127.0.0.1:8000{path.format(**parts)}", json={})
            assert _fits(answer), (answer.status_code, sent, answer.text)
            # A client may take dots for its own; what arrives as another path is no name of ours any more.
            assert answer.status_code in (200, 400, 404, 405), (sent, answer.text)
            if answer.status_code == 200 and not path.endswith("/audit"):  # which tells of what was refused, too
                assert answer.json().get("items", []) == [], sent
    assert shared_fjell.get("/v1/businesses/fjell").status_code == 200


@pytest.mark.parametrize(("name", "method", "path"), OPERATIONS)
@pytest.mark.sampled(3)
def test_nothing_in_a_query_is_more_than_a_value(shared_fjell: Api, name: str, method: str, path: str) -> None:
    if method != "get":
        pytest.skip("takes no parameters")
    where = path.format(business="fjell", number="1", transfer="1", batch="1", prefix="1", webhook="1", event="1")
    for parameter in ("after", "limit", "state", "since", "invoice", "paid", "customer", "from", "q", "unknown"):
        for sent in (*SQL, *STRANGE, "\x00", "\r\nX-Injected: 1", "9" * 400, "-1", "1e9", "NaN"):
            assert _fits(shared_fjell.get(where, params={parameter: sent})), (parameter, sent)


@pytest.mark.parametrize(
    "header", ["Idempotency-Key", "Prefer", "Accept", "Accept-Language", "X-Request-Id", "X-Forwarded-For", "If-Match"]
)
def test_nothing_in_a_header_comes_back_as_one(shared_fjell: Api, header: str) -> None:
    path = add_invoice(shared_fjell, "header")
    for sent in (*SQL, "a\r\nX-Injected: 1", "\x00", "wait=" + "9" * 400, "é" * 100, "x" * 20_000, "${jndi:ldap://x}"):
        answer = shared_fjell.post(f"{path}/send", headers={header.encode(): sent.encode()})
        assert _fits(answer), (sent, answer.text)


def test_a_number_made_of_sql_is_a_number_like_any_other(shared_fjell: Api) -> None:
    numbers = [one for one in (*SQL, "../../x", "a/b", "%2e%2e", "fjеll") if len(one) <= 50]
    for number in numbers:
        add_invoice(shared_fjell, number, comment=number, customer={"name": number})
        assert shared_fjell.get(path_of(number)).json()["comment"] == number
        assert shared_fjell.post(f"{path_of(number)}/send").status_code in (200, 202, 422)
    listed = [one["number"] for one in shared_fjell.get("/v1/businesses/fjell/invoices?limit=200").json()["items"]]
    assert set(numbers) <= set(listed)


def test_names_that_look_alike_are_told_apart(shared_fjell: Api) -> None:
    add_invoice(shared_fjell, "2001-A")
    for alike in ("2001-Α", "2001‐A", "２001-A", "2001-A\u0301"):
        problem_of(shared_fjell.get(path_of(alike)), 404, "unknown_invoice")


@pytest.mark.parametrize("field", ["order_number", "currency", "comment", "your_reference"])
def test_half_a_character_is_refused_in_every_field(shared_fjell: Api, field: str) -> None:
    document = invoice_document("bad", **{field: "\ud800"})
    refused = problem_of(
        shared_fjell.put(path_of("bad"), content=json.dumps(document), headers=JSON), 400, "not_an_invoice"
    )
    assert refused["faults"][0]["field"] == field


@pytest.mark.parametrize("field", ["order_number", "currency", "comment", "your_reference"])
def test_what_no_system_can_store_is_kept_as_it_was_stated(shared_fjell: Api, field: str) -> None:
    for sent in ("a\x00b", "a\x1b[2Jb", "a\uffffb"):
        document = invoice_document("signs", **{field: sent})
        assert shared_fjell.put(path_of("signs"), content=json.dumps(document), headers=JSON).status_code < 300
        kept = shared_fjell.get(path_of("signs")).json()
        assert kept[field] == sent.replace("\x00", "\x1a")
        again = shared_fjell.put(path_of("signs"), content=json.dumps(kept), headers=JSON)
        assert again.status_code == 200


def test_the_tables_are_all_there_afterwards(shared_fjell: Api, shared_container: Container) -> None:
    for path in ("", "/invoices", "/transfers", "/audit", "/events"):
        assert shared_fjell.get(f"/v1/businesses/fjell{path}").status_code == 200
    assert shared_container.manage_api_keys().list(limit=1)
