"""What goes over the wire: requests, which zeep writes, and answers, read along the types of our own contracts.

The contracts (the WSDL files in ../contracts) are loaded once a process and shared by all businesses. No network here.
An answer is read as plain values without zeep, which makes an object of every element: docs/decisions/zeep.md.
"""

import logging
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, NamedTuple

from lxml import etree
from zeep import Settings
from zeep.wsdl import Document
from zeep.wsdl.bindings import Soap11Binding
from zeep.xsd import AnySimpleType, ComplexType

from adapters.http_api.troubles import UnusableAnswer
from adapters.twentyfour_seven_office import contracts
from adapters.twentyfour_seven_office.soap.operations import BROKEN
from core.fields import storable

# zeep writes what it reads and sends to its loggers, whole envelopes among it: Login carries the password.
logging.getLogger("zeep").setLevel(logging.CRITICAL + 1)

_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_TFSO = "{http://24sevenOffice.com/webservices}"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_SETTINGS = Settings(forbid_dtd=True, forbid_entities=True, forbid_external=True, xml_huge_tree=False)


MOST_MARKUP = 800_000
"""How many tags and attributes an answer may hold: each costs memory, and one of four bytes as much as a long one."""


@dataclass(frozen=True)
class Request:
    """An envelope, ready to be sent. It may hold a password: never logged, never shown."""

    body: bytes
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        return f"<Request of {len(self.body)} bytes>"


@dataclass(frozen=True)
class Answer:
    """What came back. It may hold a session id: never logged, never shown."""

    status: int
    is_xml: bool
    body: bytes

    def __repr__(self) -> str:
        return f"<Answer {self.status}, {len(self.body)} bytes>"


class ServiceFault(Exception):  # noqa: N818 - a state of affairs, as in core/errors.py
    """The service's fault for a whole call. `text` is the raw faultstring: for the support log only."""

    def __init__(self, text: str) -> None:
        super().__init__("a SOAP fault")
        self.text = text


class Contract:
    """One service's contract, SOAP 1.1."""

    def __init__(self, document: Document) -> None:
        binding = next(found for found in document.bindings.values() if isinstance(found, Soap11Binding))
        known: dict[int, Shape] = {}
        self._operations = binding.all()
        self._answers = {name: Shape.of(each.output.body.type, known) for name, each in self._operations.items()}

    def request(self, operation: str, arguments: Mapping[str, Any]) -> Request:
        """Write a request. Elements that are not among the arguments are left out, whatever their default.

        One that has to be there is said to be nil where the contract allows that.
        Errors: TypeError for an argument that the contract does not know, zeep's ValidationError for one that is
        missing: faults of the caller.
        """
        described = self._operations[operation]
        return Request(
            body=etree.tostring(described.create(**arguments).content, xml_declaration=True, encoding="utf-8"),
            headers={"SOAPAction": f'"{described.soapaction}"', "Content-Type": "text/xml; charset=utf-8"},
        )

    def answer(self, operation: str, envelope: Any, *, by_item: bool = False) -> Any:
        """Read an answer as dicts, lists and plain values; what is not set is not there.

        The array that an answer may be is a list, without what is around it. What the contract does not know is
        passed over, so that an element that the vendor adds breaks nothing. `by_item`: of an array's item that is
        broken there is what could be read, marked as BROKEN.
        Errors: UnusableAnswer, code `broken_answer`.
        """
        shape = self._answers[operation]
        response = envelope.find(f"{_SOAP}Body")[0]
        if by_item:
            return shape.read_items(response)
        result = (shape.read(response) or {}).get(f"{operation}Result")
        array = shape.only_member.shape
        if result is not None and isinstance(array, Shape) and len(array.members) == 1:
            return result.get(array.only_member.name)
        return result


@cache
def contract(service: str) -> Contract:
    """The contract of a service; read when it is first used."""
    path = files(contracts) / f"{service}.wsdl"
    with path.open("rb") as file:
        # A contract refers to no other file, so there is nothing that a transport would have to fetch.
        return Contract(Document(file, transport=None, base="", settings=_SETTINGS))  # type: ignore[arg-type]


def envelope_of(answer: Answer, operation: str) -> Any:
    """Return the envelope that holds the operation's answer, rather than a fault, or what came in its place.

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


class Value:
    """A simple type: what its element holds is its text. How that is read is zeep's matter."""

    def __init__(self, described: AnySimpleType) -> None:
        self._from_text: Callable[[str], Any] = described.pythonvalue

    def read(self, node: Any) -> Any:
        """Read an element; None when there is nothing in it, or nothing of this type.

        Errors: UnusableAnswer, code `broken_answer`, for a decimal that is none.
        """
        text = node.text
        if text is None:
            return None
        try:
            return self._from_text(text)
        except (TypeError, ValueError):
            return None
        except ArithmeticError:
            raise UnusableAnswer("broken_answer") from None


class Member(NamedTuple):
    """An element that a complex type holds."""

    name: str
    tag: str
    many: bool
    shape: "Value | Shape"


class Shape:
    """A complex type: an element that holds others, each by its name.

    As a value it is a dict: what is not set is not there, and what may come many times is a list, with None for an
    empty one.
    """

    def __init__(self, described: ComplexType, known: dict[int, "Shape"]) -> None:
        self._described = described
        self._known = known
        known[id(described)] = self  # a type may hold itself

    @classmethod
    def of(cls, described: ComplexType, known: dict[int, "Shape"]) -> "Shape":
        """Return the shape of a type, made once; `known` holds those of its contract."""
        return known.get(id(described)) or cls(described, known)

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """The elements that it holds; one of no certain type is left out."""
        return tuple(
            Member(
                name=name,
                tag=element.qname.text,
                many=element.accepts_multiple,
                shape=Value(element.type)
                if isinstance(element.type, AnySimpleType)
                else Shape.of(element.type, self._known),
            )
            for name, element in self._described.elements
            if isinstance(element.type, AnySimpleType | ComplexType)
        )

    @property
    def only_member(self) -> Member:
        """The one element that it holds."""
        (member,) = self.members
        return member

    @cached_property
    def by_tag(self) -> dict[str, Member]:
        """With a namespace and without: some servers leave it out."""
        return {tag: member for member in self.members for tag in (member.tag, member.name)}

    def read(self, node: Any) -> dict[str, Any] | None:
        """Read an element; None when nothing is set in it.

        What the contract does not know is passed over, and any order will do: an element that the vendor adds breaks
        nothing.
        Errors: UnusableAnswer, code `broken_answer`, for two of what there can be one of.
        """
        by_tag = self.by_tag
        values: dict[str, Any] = {}
        for child in node:
            member = by_tag.get(child.tag)
            if member is None:
                continue
            name, _tag, many, shape = member
            value = None if child.get(_NIL) in ("true", "1") else shape.read(child)
            if many:
                values.setdefault(name, []).append(value)
            elif value is not None:
                if name in values:
                    raise UnusableAnswer("broken_answer")
                values[name] = value
        return values or None

    def read_items(self, node: Any) -> list[dict[str, Any] | None]:
        """Read an element that holds nothing but an array of complex things.

        One that is broken is what of it can be read, and BROKEN.
        Errors: UnusableAnswer, code `broken_answer`, for two arrays.
        """
        arrays = [child for child in node if child.tag in self.by_tag]
        if len(arrays) > 1:
            raise UnusableAnswer("broken_answer")
        array = self.only_member.shape
        item = array.only_member.shape if isinstance(array, Shape) else None
        if not arrays or not isinstance(array, Shape) or not isinstance(item, Shape):
            return []
        return [item.read_or_remains(child) for child in arrays[0] if child.tag in array.by_tag]

    def read_or_remains(self, node: Any) -> dict[str, Any] | None:
        """Read an element, or what of it can be read when it is broken."""
        try:
            return None if node.get(_NIL) in ("true", "1") else self.read(node)
        except UnusableAnswer:
            return self.remains_of(node)

    def remains_of(self, node: Any) -> dict[str, Any]:
        """Return what can be read of an element that is broken: not what is given twice, nor what is broken itself."""
        known = [child for child in node if child.tag in self.by_tag]
        names = [self.by_tag[child.tag].name for child in known]
        values: dict[str, Any] = {BROKEN: True}
        for name, child in zip(names, known, strict=True):
            if names.count(name) > 1:
                continue
            with suppress(UnusableAnswer):
                values[name] = self.by_tag[child.tag].shape.read(child)
        return {name: value for name, value in values.items() if value is not None}


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


# A piece of an answer: a text, a reference to a character, or markup. None looks beyond the next "<": an answer that
# is none must not take long.
_PIECE = re.compile(
    r"<!\[CDATA\[(?P<cdata>[^<>\]]*)\]\]>|<[^<>]*>|(?P<text>[^<&]+)"
    r"|&#(?:x(?P<hex>[0-9a-fA-F]{1,12})|(?P<decimal>[0-9]{1,12}));"
)
_LAST_CHARACTER = 0x10FFFF


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
