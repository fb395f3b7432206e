"""What other servers do than answer, which the sandbox does not: redirects, odd documents, foreign links."""

import gzip
import json
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from adapters.http_api import answer_body
from adapters.http_api.json_values import json_from
from adapters.http_api.troubles import Context
from adapters.twentyfour_seven_office.rest.client import RestClient
from adapters.twentyfour_seven_office.rest.operations import CREATE_CATEGORY, GET_CATEGORIES, GET_TAXES, Operation
from adapters.twentyfour_seven_office.rest.order_mapping import lines_of
from adapters.twentyfour_seven_office.rest.settings import RestSettings, rest_settings
from core.errors import AccessRefused, InvalidInput, KvittError, OutcomeUnknown, TryAgain
from core.transfer import Receipt
from tests.adapters.drafts import draft, row
from tests.adapters.gate import create_orders
from tests.adapters.odd_server import Respond, answering, serving, untrusted_certificate
from tests.adapters.ways import OpenRest
from tests.fakes import FakeSessionStore

CONTEXT = Context(now=datetime(2026, 11, 23, tzinfo=UTC))


def json_answer(value: Any, **options: Any) -> Respond:
    return answering(json.dumps(value), Content_Type="application/json", **options)


def call(url: str, operation: Operation = GET_CATEGORIES, *, timeout: float = 5) -> object:
    client = RestClient(RestSettings(url, url, timeout))
    body = {"name": "x"} if operation.writes else None
    return client.call(operation, url + operation.path, token="abc", body=body, context=CONTEXT)[0]


@pytest.mark.parametrize(
    ("respond", "code"),
    [
        (answering("Log in", Content_Type="text/html"), "not_json"),
        (answering("{"), "broken_answer"),
        (answering("no gzip", Content_Encoding="gzip"), "broken_answer"),
        (answering("", status=425), "bad_gateway"),
        (answering("", status=408), "timeout"),
    ],
)
def test_what_is_no_answer(respond: Respond, code: str) -> None:
    with serving(respond) as url:
        with pytest.raises(TryAgain) as of_read:
            call(url)
        with pytest.raises(OutcomeUnknown) as of_write:
            call(url, CREATE_CATEGORY)
    assert (of_read.value.code, of_write.value.code) == (code, code)


def test_an_answer_may_be_compressed_and_say_more_than_is_known() -> None:
    body = gzip.compress(b'[{"id": 5, "name": "x", "new": {"deep": [1.50]}}]')
    with serving(answering(body, Content_Encoding="gzip", Content_Type="application/problem")) as url:
        assert json.dumps(call(url), default=str) == '[{"id": 5, "name": "x", "new": {"deep": ["1.50"]}}]'


def test_an_empty_answer_holds_nothing() -> None:
    with serving(answering("", status=204)) as url:
        assert call(url) is None


def test_the_token_goes_along_and_no_cookie_is_kept() -> None:
    seen: list[tuple[str | None, str | None]] = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        seen.append((handler.headers["Authorization"], handler.headers["Cookie"]))
        json_answer([], Set_Cookie="session=stranger; path=/")(handler)

    with serving(respond) as url:
        client = RestClient(RestSettings(url, url, 5))
        for token in ("one", "two"):
            client.call(GET_TAXES, f"{url}/taxes", token=token, context=CONTEXT)
        client.log_in({"client_id": "x"}, context=CONTEXT)
    assert seen == [("Bearer one", None), ("Bearer two", None), (None, None)]


@pytest.mark.parametrize("pieces", [100, 1])
def test_an_answer_that_drips_or_stops_is_given_up(pieces: int) -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "9000000")
        handler.end_headers()
        for _ in range(pieces):
            handler.wfile.write(b" " * 70_000)
            time.sleep(0.05 if pieces > 1 else 0.4)

    with serving(respond) as url, pytest.raises(TryAgain) as error:
        call(url, timeout=0.2)
    assert error.value.code == "timeout"


def test_an_answer_beyond_the_limit_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_body, "LARGEST_ANSWER", 1000)
    bomb = gzip.compress(b" " * 1_000_000)
    with serving(answering(bomb, Content_Encoding="gzip")) as url:
        with pytest.raises(TryAgain) as of_read:
            call(url)
        with pytest.raises(OutcomeUnknown) as of_write:
            call(url, CREATE_CATEGORY)
    assert (of_read.value.code, of_write.value.code) == ("answer_too_large", "answer_too_large")


def test_a_certificate_of_the_operators_own_bundle_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = untrusted_certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with serving(json_answer([]), certificate) as url:
        assert call(url) == []


def test_nobody_at_the_address_is_temporary_for_a_write_too() -> None:
    with serving(json_answer([])) as url:
        pass
    for operation in (GET_CATEGORIES, CREATE_CATEGORY):
        with pytest.raises(TryAgain) as error:
            call(url, operation)
        assert error.value.code == "unreachable"
        assert "KVITT_TFSO_REST_URL" in error.value.hint


class Office:
    """An API of one listing, whose pages link to wherever a test wants."""

    def __init__(self, links: dict[str, str]) -> None:
        self.links = links
        self.seen: list[str] = []

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        self.seen.append(handler.path)
        if handler.path == "/oauth/token":
            return json_answer({"access_token": "abc", "token_type": "Bearer", "expires_in": 3600})(handler)
        link = self.links.get(handler.path)
        number = 3 + len(self.seen)
        headers = {"Link": f'<{link}>; rel="next"'} if link else {}
        return json_answer([{"number": number, "rate": 25}], **headers)(handler)


def test_pages_are_followed_to_the_last(open_system: OpenRest) -> None:
    office = Office({"/v1/taxes": "/v1/taxes?page=2", "/v1/taxes?page=2": "?page=3"})
    with serving(office) as url:
        assert len(open_system(rest_url=f"{url}/v1", login_url=url).vat.codes()) == 3
    assert office.seen[1:] == ["/v1/taxes", "/v1/taxes?page=2", "/v1/taxes?page=3"]


def test_the_rows_of_a_begun_order_are_read_to_the_last_page(open_system: OpenRest) -> None:
    """Those on a page that was not read would be written once more."""
    rows = tuple(row("9", text=text) for text in ("a", "b", "c"))
    asked = draft("1", customer_id="7", product_id="9", rows=rows).model_copy(update={"begun_as": "5"})
    lines = [{"id": number, **line} for number, line in enumerate(lines_of(asked, where="there"), start=1)]
    order = {"id": 5, "status": "Draft"}
    seen: list[str] = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        path, _, page = handler.path.partition("?page=")
        seen.append(f"{handler.command} {handler.path.removeprefix('/v1')}")
        if path == "/oauth/token":
            return json_answer({"access_token": "abc", "expires_in": 3600})(handler)
        if path == "/v1/customers/7":
            return json_answer({"id": 7, "name": "Moe AS", "isCompany": True})(handler)
        if path == "/v1/salesorders/5/lines" and handler.command == "GET":
            number = int(page or 1)
            link = f'<{path}?page={number + 1}>; rel="next"' if number < len(lines) else ""
            return answering(json_from([lines[number - 1]]), Content_Type="application/json", Link=link)(handler)
        return json_answer(order)(handler)

    kept: list[int] = []
    with serving(respond) as url:
        system = open_system(rest_url=f"{url}/v1", login_url=url)
        (receipt,) = create_orders(system, [asked], between_calls=lambda: kept.append(len(seen)))
    assert isinstance(receipt, Receipt)
    assert seen[1:] == [
        "GET /salesorders/5",
        *[f"GET /salesorders/5/lines{page}" for page in ("", "?page=2", "?page=3")],
        "GET /customers/7",
        "PATCH /salesorders/5",
    ]
    assert kept == [1, 2, 3, 4, 5, 6]


def test_a_link_to_a_foreign_host_gets_no_token(open_system: OpenRest) -> None:
    stranger = Office({})
    with serving(stranger) as elsewhere, serving(Office({"/v1/taxes": f"{elsewhere}/v1/taxes?page=2"})) as url:
        with pytest.raises(TryAgain) as error:
            open_system(rest_url=f"{url}/v1", login_url=url).vat.codes()
        assert error.value.code == "broken_answer"
    assert stranger.seen == []


@pytest.mark.parametrize("link", ["/v1/taxes", "?page=2", "/v2/taxes", "http://[broken", "?page=" + "9" * 66_000])
def test_pages_that_lead_in_circles_or_nowhere_are_given_up(open_system: OpenRest, link: str) -> None:
    with serving(Office({"/v1/taxes": link, "/v1/taxes?page=2": link})) as url, pytest.raises(TryAgain) as error:
        open_system(rest_url=f"{url}/v1", login_url=url).vat.codes()
    assert error.value.code == "broken_answer"


@pytest.mark.parametrize("answer", [None, [], {}, {"access_token": ""}, {"access_token": "a b"}, {"access_token": 5}])
def test_a_login_without_a_token_is_temporary(open_system: OpenRest, store: FakeSessionStore, answer: Any) -> None:
    with serving(json_answer(answer)) as url, pytest.raises(TryAgain) as error:
        open_system(rest_url=f"{url}/v1", login_url=url).vat.codes()
    assert error.value.code == "broken_answer"
    assert store.kept == {}


def test_a_token_of_another_kind_is_not_used(open_system: OpenRest) -> None:
    answer = {"access_token": "abc", "token_type": "mac"}
    with serving(json_answer(answer)) as url, pytest.raises(TryAgain):
        open_system(rest_url=f"{url}/v1", login_url=url).vat.codes()


@pytest.mark.parametrize(
    ("respond", "error", "code"),
    [
        (json_answer({"error": "invalid_request"}, status=400), AccessRefused, "login_refused"),
        (json_answer({"error": "invalid_client"}, status=401), AccessRefused, "login_refused"),
        (json_answer({"error": "access_denied"}, status=403), AccessRefused, "login_refused"),
        (answering("<html/>", status=403), TryAgain, "bad_gateway"),
        (answering("<html/>", status=200), TryAgain, "not_json"),
        (json_answer({}, status=404), TryAgain, "no_such_address"),
        (answering("<html/>", status=404), TryAgain, "no_such_address"),
        (json_answer({}, status=500), TryAgain, "bad_gateway"),
        (answering("", status=307, Location="/elsewhere"), TryAgain, "redirected"),
    ],
)
def test_what_a_login_server_answers(
    open_system: OpenRest, respond: Respond, error: type[KvittError], code: str
) -> None:
    with serving(respond) as url, pytest.raises(KvittError) as found:
        open_system(rest_url=f"{url}/v1", login_url=url).vat.codes()
    assert (type(found.value), found.value.code) == (error, code)


def test_a_login_that_never_ends_names_the_setting(open_system: OpenRest) -> None:
    with serving(json_answer({})) as url:
        pass
    with pytest.raises(TryAgain) as error:
        open_system(login_url=url).vat.codes()
    assert error.value.code == "unreachable"
    assert "KVITT_TFSO_LOGIN_URL" in error.value.hint


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"KVITT_TFSO_REST_URL": "rest.api.example/v1"}, "KVITT_TFSO_REST_URL"),
        ({"KVITT_TFSO_REST_URL": "http://rest.api.example/v1"}, "KVITT_TFSO_REST_URL"),
        ({"KVITT_TFSO_LOGIN_URL": "http://login.example"}, "KVITT_TFSO_LOGIN_URL"),
        ({"KVITT_TFSO_LOGIN_URL": "https://user:pw@login.example"}, "KVITT_TFSO_LOGIN_URL"),
        ({"KVITT_TFSO_TIMEOUT": "soon"}, "KVITT_TFSO_TIMEOUT"),
    ],
)
def test_operator_settings_that_cannot_be_used_are_named(environment: dict[str, str], name: str) -> None:
    with pytest.raises(InvalidInput, match=name) as error:
        rest_settings(environment)
    assert error.value.code == "bad_settings"


def test_operator_settings() -> None:
    assert rest_settings({}) == RestSettings(
        "https://rest.api.24sevenoffice.com/v1", "https://login.24sevenoffice.com", 100.0
    )
    given = {
        "KVITT_TFSO_REST_URL": "http://[::1]:8080/v1/",
        "KVITT_TFSO_LOGIN_URL": "http://localhost:8080/",
        "KVITT_TFSO_TIMEOUT": "30",
    }
    assert rest_settings(given) == RestSettings("http://[::1]:8080/v1", "http://localhost:8080", 30.0)
