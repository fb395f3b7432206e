"""Answers that are made to do harm: they are refused, quickly, and nothing of them is fetched or expanded."""

import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.clock import SystemClock
from adapters.http_api.troubles import UnusableAnswer
from adapters.twentyfour_seven_office.soap import wire
from adapters.twentyfour_seven_office.soap.client import SoapClient
from adapters.twentyfour_seven_office.soap.operations import GET_CATEGORIES, SAVE_CATEGORIES
from adapters.twentyfour_seven_office.soap.settings import OperatorSettings
from adapters.twentyfour_seven_office.soap.wire import Answer, contract, envelope_of
from core.business import Connection
from core.errors import InvalidInput, OutcomeUnknown, TryAgain
from entrypoints.demo.world import demo_business
from tests.adapters.odd_server import answering, serving
from tests.adapters.soap.test_channel import call, categories, soap
from tests.fakes import FakeCallCounter, FakeSessionStore

_QUICK_SECONDS = 5.0
"""Long for a machine that is busy; what does harm takes minutes, or all memory."""

_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BILLION_LAUGHS = f'<!DOCTYPE x [<!ENTITY l0 "ha">{_LAUGHS}]>'
QUADRATIC = f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>'


def _named(text: str) -> str:
    return categories(f"<GetCategoriesResult><Category><Id>5</Id><Name>{text}</Name></Category></GetCategoriesResult>")


def _with_doctype(doctype: str, body: str) -> str:
    return body.replace('<?xml version="1.0"?>', f'<?xml version="1.0"?>{doctype}')


HOSTILE = {
    "billion laughs": _with_doctype(BILLION_LAUGHS, _named("&l11;")),
    "billion laughs in an attribute": _with_doctype(BILLION_LAUGHS, _named("x")).replace("<Id>", '<Id a="&l11;">'),
    "one long entity many times": _with_doctype(QUADRATIC, _named("&a;" * 10_000)),
    "a document type alone": _with_doctype("<!DOCTYPE x>", _named("x")),
    "nested deeply": _named("<a>" * 100_000 + "</a>" * 100_000),
    "nested, never closed": _named("<a>" * 1_000_000),
    "a text beyond reason": _named("x" * 11_000_000),
    "very many attributes": _named("<a " + " ".join(f'b{n}="1"' for n in range(20_000)) + "/>" + "</Name>"),
    "a foreign encoding": soap("<a/>").replace('"1.0"?', '"1.0" encoding="x-none"?'),
    "nothing but an opening": "<" * 1_000_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_it_is_refused_quickly_and_may_have_taken_effect(body: str) -> None:
    began = time.monotonic()
    with serving(answering(body)) as url:
        with pytest.raises(TryAgain):
            call(url)
        with pytest.raises(OutcomeUnknown):
            call(url, SAVE_CATEGORIES)
    assert time.monotonic() - began < _QUICK_SECONDS


@pytest.mark.parametrize("declared", ['<!ENTITY f SYSTEM "{}">', '<!ENTITY % f SYSTEM "{}"> %f;'])
def test_nothing_outside_is_read(declared: str, tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("<!ENTITY g 'canary-4711'>")
    asked: list[str] = []
    with serving(lambda handler: asked.append(handler.path)) as elsewhere:
        for address in ((tmp_path / "secret.key").as_uri(), f"{elsewhere}/leak"):
            body = _with_doctype(f"<!DOCTYPE x [{declared.format(address)}]>", _named("&f;"))
            with pytest.raises(UnusableAnswer) as refusal:
                _read(body.encode())
            assert "canary" not in str(refusal.value)
    assert asked == []


def test_more_tags_than_memory_should_hold_are_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MOST_MARKUP", 1_000)
    with pytest.raises(UnusableAnswer) as refusal:
        _read(_named("<a/>" * 1_000).encode())
    assert refusal.value.code == "answer_too_large"
    assert _read(_named("x").encode()) == [{"Id": 5, "Name": "x"}]


def test_an_answer_that_unpacks_beyond_the_limit_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.http_api.answer_body.LARGEST_ANSWER", 1_000_000)
    packed = zlib.compress(b" " * 50_000_000)
    with serving(answering(packed, Content_Encoding="deflate")) as url, pytest.raises(TryAgain) as refusal:
        call(url)
    assert refusal.value.code == "answer_too_large"


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("<Id>9" + "9" * 5_000 + "</Id>", None),
        ("<Id>1e999999</Id>", None),
        ("<Id>NaN</Id>", None),
        ("<Id>five</Id>", None),
        ("<Id></Id>", None),
        ("<Id>5<!-- x -->5</Id>", 55),
        ("<Id xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='true'>5</Id>", None),
    ],
)
def test_a_number_that_is_none_is_not_there(element: str, value: int | None) -> None:
    body = categories(f"<GetCategoriesResult><Category>{element}<Name>x</Name></Category></GetCategoriesResult>")
    (category,) = _read(body.encode())
    assert category.get("Id") == value


class TestCertificates:
    @pytest.mark.parametrize("name", ["verify", "tls", "ssl", "trust_env", "ca_bundle", "api_url", "url", "proxy"])
    def test_no_setting_of_a_business_has_a_say(self, name: str, systems: Callable[[], Any]) -> None:
        given = {key: value for key, value in demo_business()["accounting"].items() if key != "system"}
        connection = Connection.of("24sevenoffice", {**given, name: "false"})
        with pytest.raises(InvalidInput, match=name) as refusal:
            systems().checked(connection)
        assert refusal.value.code == "bad_connection"

    @pytest.mark.parametrize("value", ["", "0", "false"])
    @pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
    def test_no_word_of_the_environment_turns_the_check_off(
        self, name: str, value: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
        monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
        monkeypatch.setenv(name, value)
        assert SoapClient(OperatorSettings("https://127.0.0.1:1", timeout=1))._verify not in (False, None, "")

    @pytest.fixture
    def systems(self) -> Callable[[], Any]:
        from core.ports.surroundings import Surroundings
        from plugins.manager import load_plugins

        surroundings = Surroundings(
            sessions=FakeSessionStore(), calls=FakeCallCounter(), clock=SystemClock(), environment={}
        )
        return lambda: load_plugins(surroundings)


def _read(body: bytes) -> Any:
    answer = Answer(status=200, is_xml=True, body=body)
    return contract(GET_CATEGORIES.service).answer(GET_CATEGORIES.name, envelope_of(answer, GET_CATEGORIES.name))
