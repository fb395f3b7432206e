"""What an answer is: the service's own word (an answer or a fault), or something else that came in its place."""

import re
from typing import Any

from lxml import etree

from adapters.twentyfour_seven_office.soap.channel import Answer
from adapters.twentyfour_seven_office.troubles import UnusableAnswer
from core.fields import storable

_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_TFSO = "{http://24sevenOffice.com/webservices}"


MOST_MARKUP = 800_000
"""How many tags and attributes an answer may hold: each costs memory, and one of four bytes as much as a long one."""


# A piece of an answer: a text, a reference to a character, or markup. None looks beyond the next "<": an answer that
# is none must not take long.
_PIECE = re.compile(
    r"<!\[CDATA\[(?P<cdata>[^<>\]]*)\]\]>|<[^<>]*>|(?P<text>[^<&]+)"
    r"|&#(?:x(?P<hex>[0-9a-fA-F]{1,12})|(?P<decimal>[0-9]{1,12}));"
)
_LAST_CHARACTER = 0x10FFFF


class ServiceFault(Exception):  # noqa: N818 - a state of affairs, as in core/errors.py
    """The service's fault for a whole call. `text` is the raw faultstring: for the support log only."""

    def __init__(self, text: str) -> None:
        super().__init__("a SOAP fault")
        self.text = text


def envelope_of(answer: Answer, operation: str) -> Any:
    """Return the envelope that holds the operation's answer.

    Errors: ServiceFault; UnusableAnswer, codes `bad_gateway` (a server's or load balancer's own page), `not_soap`
    (such as a login page), `broken_answer` (cut off, not XML after all, or nested beyond reason), `answer_too_large`.
    Source: docs/24sevenoffice.md, "Calls and errors".
    """
    if not answer.is_xml:
        raise UnusableAnswer("bad_gateway" if answer.status >= 500 else "not_soap")
    root = _parsed(answer.body)
    body = root.find(f"{_SOAP}Body") if root.tag == f"{_SOAP}Envelope" else None
    if body is None:
        raise UnusableAnswer("bad_gateway" if answer.status >= 500 else "not_soap")
    fault = body.find(f"{_SOAP}Fault")
    if fault is not None:
        raise ServiceFault(fault.findtext("faultstring") or "")
    if answer.status != 200 or [child.tag for child in body] != [f"{_TFSO}{operation}Response"]:
        raise UnusableAnswer("broken_answer")
    return root


def _parsed(body: bytes) -> Any:
    """Parse without fetching or expanding anything; libxml2 itself gives up beyond 256 levels or 10 MB of one text."""
    if body.count(b"<") + body.count(b"=") > MOST_MARKUP:
        raise UnusableAnswer("answer_too_large")
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root: Any = _root_of(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise UnusableAnswer("broken_answer") from None
    if root.getroottree().docinfo.doctype:  # no SOAP answer has one; entities hide behind it
        raise UnusableAnswer("not_soap")
    return root


def _root_of(body: bytes, parser: etree.XMLParser) -> Any:
    """Parse, in spite of characters in texts that XML forbids: old .NET services write them, also as references.

    One such customer would else keep all from being read that come with it. Markup is not touched.
    """
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        mended = _PIECE.sub(_mended, body.decode("utf-8", "surrogatepass")).encode()
        if mended == body:
            raise
        return etree.fromstring(mended, parser)


def _mended(piece: re.Match[str]) -> str:
    if piece["cdata"] is not None:
        return f"<![CDATA[{storable(piece['cdata'])}]]>"
    if piece["text"] is not None:
        return storable(piece["text"])
    reference = piece["hex"] or piece["decimal"]
    if reference is None:
        return piece[0]
    number = int(reference, 16 if piece["hex"] else 10)
    character = chr(number) if number <= _LAST_CHARACTER else ""
    return piece[0] if character and storable(character) == character else storable(character)
