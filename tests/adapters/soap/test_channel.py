"""What other servers do than answer, which the sandbox does not: redirects, odd documents, foreign certificates."""

import datetime
import time
from http.server import BaseHTTPRequestHandler

import pytest

from adapters.http_api.troubles import Context
from adapters.twentyfour_seven_office.soap.client import SoapClient
from adapters.twentyfour_seven_office.soap.operations import GET_CATEGORIES, SAVE_CATEGORIES, Operation
from adapters.twentyfour_seven_office.soap.settings import OperatorSettings, operator_settings
from core.errors import InvalidInput, KvittError, OutcomeUnknown, TryAgain
from tests.adapters.odd_server import Respond, answering, serving

CONTEXT = Context(now=datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC))
TFSO = "http://24sevenOffice.com/webservices"


def soap(inner: str, doctype: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{doctype}<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
        f"<s:Body>{inner}</s:Body></s:Envelope>"
    )


def categories(inner: str) -> str:
    return soap(f'<GetCategoriesResponse xmlns="{TFSO}">{inner}</GetCategoriesResponse>')


def call(url: str, operation: Operation = GET_CATEGORIES, *, timeout: float = 5) -> object:
    return SoapClient(OperatorSettings(url, timeout)).call(operation, {}, session_id="abc", context=CONTEXT)


@pytest.mark.parametrize(
    ("respond", "code"),
    [
        (answering("", status=429), "throttled"),
        (answering(""), "broken_answer"),
        (answering(soap("")), "broken_answer"),
        (answering(soap("<Other/>")), "broken_answer"),
        (answering(soap("<a/>", doctype='<!DOCTYPE x [<!ENTITY e "x">]>')), "not_soap"),
        (answering(categories("&undefined;")), "broken_answer"),
    ],
)
def test_what_is_no_answer(respond: Respond, code: str) -> None:
    with serving(respond) as url:
        with pytest.raises(TryAgain) as of_read:
            call(url)
        with pytest.raises(KvittError) as of_write:
            call(url, SAVE_CATEGORIES)
    assert (of_read.value.code, of_write.value.code) == (code, code)
    assert isinstance(of_write.value, TryAgain if code == "throttled" else OutcomeUnknown)


def test_an_element_that_the_vendor_adds_breaks_nothing() -> None:
    inner = "<Category><Id>5</Id><New>1</New><Name>x</Name></Category><Category><Id>6</Id></Category>"
    with serving(answering(categories(f"<GetCategoriesResult>{inner}</GetCategoriesResult><More/>"))) as url:
        assert call(url) == [{"Id": 5, "Name": "x"}, {"Id": 6}]


@pytest.mark.parametrize("inner", ["", "<GetCategoriesResult/>"])
def test_no_items_are_none(inner: str) -> None:
    with serving(answering(categories(inner))) as url:
        assert not call(url)


def test_a_cookie_goes_along_with_its_own_request_only_and_none_is_kept() -> None:
    seen: list[str | None] = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers["Cookie"])
        answering(categories(""), Set_Cookie="ASP.NET_SessionId=stranger; path=/")(handler)

    with serving(respond) as url:
        client = SoapClient(OperatorSettings(url, 5))
        for session_id in ("one", None, "two"):
            client.call(GET_CATEGORIES, {}, session_id=session_id, context=CONTEXT)
    assert seen == ["ASP.NET_SessionId=one", None, "ASP.NET_SessionId=two"]


def test_an_answer_that_drips_is_given_up() -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/xml")
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b" " * 70_000)
            time.sleep(0.05)

    with serving(respond) as url, pytest.raises(TryAgain) as error:
        call(url, timeout=0.2)
    assert error.value.code == "timeout"


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"KVITT_TFSO_API_URL": "api.24sevenoffice.com"}, "KVITT_TFSO_API_URL"),
        ({"KVITT_TFSO_API_URL": "http://api.24sevenoffice.com"}, "KVITT_TFSO_API_URL"),
        ({"KVITT_TFSO_API_URL": "https://user:pw@api.example"}, "KVITT_TFSO_API_URL"),
        ({"KVITT_TFSO_API_URL": "https://api.example:port"}, "KVITT_TFSO_API_URL"),
        ({"KVITT_TFSO_TIMEOUT": "soon"}, "KVITT_TFSO_TIMEOUT"),
        ({"KVITT_TFSO_TIMEOUT": "0"}, "KVITT_TFSO_TIMEOUT"),
        ({"KVITT_TFSO_TIMEOUT": "nan"}, "KVITT_TFSO_TIMEOUT"),
        ({"KVITT_TFSO_CALLS_PER_HOUR": "0"}, "KVITT_TFSO_CALLS_PER_HOUR"),
        ({"KVITT_TFSO_CALLS_PER_HOUR": "-5"}, "KVITT_TFSO_CALLS_PER_HOUR"),
        ({"KVITT_TFSO_CALLS_PER_HOUR": "7200.5"}, "KVITT_TFSO_CALLS_PER_HOUR"),
        ({"KVITT_TFSO_CALLS_PER_HOUR": "1e3"}, "KVITT_TFSO_CALLS_PER_HOUR"),
        ({"KVITT_TFSO_CALLS_PER_HOUR": "9" * 5000}, "KVITT_TFSO_CALLS_PER_HOUR"),
    ],
)
def test_operator_settings_that_cannot_be_used_are_named(environment: dict[str, str], name: str) -> None:
    with pytest.raises(InvalidInput, match=name) as error:
        operator_settings(environment)
    assert error.value.code == "bad_settings"


def test_operator_settings() -> None:
    assert operator_settings({}) == OperatorSettings("https://api.24sevenoffice.com", 100.0, 7200)
    given = {
        "KVITT_TFSO_API_URL": "http://[::1]:8080/",
        "KVITT_TFSO_TIMEOUT": "30",
        "KVITT_TFSO_CALLS_PER_HOUR": "20000",
    }
    assert operator_settings(given) == OperatorSettings("http://[::1]:8080", 30.0, 20000)
