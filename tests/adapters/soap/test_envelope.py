"""Answers with characters that XML forbids, as old .NET services write them; what is broken stays broken."""

import time

import pytest

from adapters.http_api.troubles import UnusableAnswer
from adapters.twentyfour_seven_office.soap.wire import Answer, envelope_of

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
TFSO = "http://24sevenOffice.com/webservices"


def answer(inner: bytes, *, prolog: bytes = b"") -> Answer:
    response = f'<GetResponse xmlns="{TFSO}">{{}}</GetResponse>'
    around = f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{response}</s:Body></s:Envelope>'
    begin, end = around.encode().split(b"{}")
    return Answer(200, is_xml=True, body=prolog + begin + inner + end)


def name_in(inner: bytes) -> str | None:
    root = envelope_of(answer(inner), "Get")
    return "".join(root.find(f".//{{{TFSO}}}Name").itertext())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"Moe&#x1; AS", "Moe AS"),
        (b"Moe&#1; AS", "Moe AS"),
        (b"Moe&#x0001F; AS", "Moe  AS"),
        (b"Moe\x01 AS", "Moe AS"),
        (b"Moe\x00 AS", "Moe AS"),
        (b"Moe&#xB;AS", "Moe AS"),
        (b"Moe\x0bAS", "Moe AS"),
        (b"Moe&#xD800; AS", "Moe AS"),
        (b"Moe\xed\xa0\x80 AS", "Moe AS"),
        (b"Moe&#xFFFF;\xef\xbf\xbe AS", "Moe AS"),
        (b"Moe&#x110000; AS", "Moe AS"),
        (b"Moe&#x1; &amp; s\xc3\xb8nn &#248; &lt;&#x2;AS&gt;", "Moe & s\u00f8nn \u00f8 <AS>"),
        (b"<![CDATA[Moe\x01 AS]]>", "Moe AS"),
    ],
)
def test_a_record_is_read_without_the_characters_that_xml_forbids(written: bytes, read: str) -> None:
    assert name_in(b"<Name>" + written + b"</Name>") == read


@pytest.mark.parametrize(
    "inner",
    [
        b"<Name>Moe&#x1;</Nam>",
        b"<Name\x01>Moe</Name>",
        b"<Na\x00me>Moe</Na\x00me>",
        b"<Name a='&#x1;'>Moe</Name>",
        b"<Name>Moe&nbsp;&#x1;</Name>",
        b"<Name>\xff&#x1;</Name>",
        b"&#x1;" + b"<a>" * 300 + b"</a>" * 300,
        b"<Name>&#x1;" + b"a" * 10_100_000 + b"</Name>",
    ],
    ids=["tag", "control in a tag", "nothing in a tag", "attribute", "entity", "not UTF-8", "deep", "long"],
)
def test_what_is_broken_besides_is_a_broken_answer(inner: bytes) -> None:
    with pytest.raises(UnusableAnswer) as unusable:
        envelope_of(answer(inner), "Get")
    assert unusable.value.code == "broken_answer"


def test_a_document_type_is_no_answer_whatever_it_holds() -> None:
    entity = b'<!DOCTYPE a [<!ENTITY e "&#x1;bomb">]>'
    with pytest.raises(UnusableAnswer):
        envelope_of(answer(b"<Name>&e;&#x1;</Name>", prolog=entity), "Get")


@pytest.mark.parametrize("piece", [b"<", b"<![CDATA[", b"&#x1", b"&#", b"]]>"], ids=str)
def test_what_is_no_answer_is_given_up_soon(piece: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(UnusableAnswer):
        envelope_of(answer(piece * 400_000 + b"\x01"), "Get")
    assert time.monotonic() - began < 20
