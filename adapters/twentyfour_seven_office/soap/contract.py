"""Our own SOAP contracts (the WSDL files in ../contracts), loaded once a process and shared by all businesses.

Turns an operation's arguments into an envelope, and an envelope's answer into plain values. No network here.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lxml import etree
from zeep import Settings
from zeep.wsdl import Document
from zeep.wsdl.bindings import Soap11Binding

from adapters.twentyfour_seven_office import contracts
from adapters.twentyfour_seven_office.soap.wire import Shape

# zeep writes what it reads and sends to its loggers, whole envelopes among it: Login carries the password.
logging.getLogger("zeep").setLevel(logging.CRITICAL + 1)

_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_SETTINGS = Settings(forbid_dtd=True, forbid_entities=True, forbid_external=True, xml_huge_tree=False)


@dataclass(frozen=True)
class Request:
    """An envelope, ready to be sent. It may hold a password: never logged, never shown."""

    body: bytes
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        return f"<Request of {len(self.body)} bytes>"


class Contract:
    """One service's contract, SOAP 1.1."""

    def __init__(self, document: Document) -> None:
        binding = next(one for one in document.bindings.values() if isinstance(one, Soap11Binding))
        known: dict[int, Shape] = {}
        self._operations = {name: _Described(one, known) for name, one in binding.all().items()}

    def request(self, operation: str, arguments: Mapping[str, Any]) -> Request:
        """Write a request. Elements that are not among the arguments are left out, whatever their default."""
        described = self._operations[operation]
        envelope = etree.Element(f"{_SOAP}Envelope", nsmap=described.prefixes)
        body = etree.SubElement(envelope, f"{_SOAP}Body")
        described.asked.write(etree.SubElement(body, described.tag), arguments)
        return Request(
            body=etree.tostring(envelope, xml_declaration=True, encoding="utf-8"),
            headers={"SOAPAction": described.soap_action, "Content-Type": "text/xml; charset=utf-8"},
        )

    def answer(self, operation: str, envelope: Any, *, by_item: bool = False) -> Any:
        """Read an answer as dicts, lists and plain values; what is not set is not there.

        The array that an answer may be is a list, without what is around it. What the contract does not know is
        passed over, so that an element that the vendor adds breaks nothing. `by_item`: of an array's item that is
        broken there is what could be read, marked as BROKEN.
        Errors: UnusableAnswer, code `broken_answer`.
        """
        described = self._operations[operation]
        response = envelope.find(f"{_SOAP}Body")[0]
        if by_item:
            return described.answered.read_items(response)
        answered = (described.answered.read(response) or {}).get(f"{operation}Result")
        if answered is not None and described.only_member:
            return answered.get(described.only_member)
        return answered


class _Described:
    """An operation as its contract describes it. `only_member` names the one that its result consists of, if so."""

    def __init__(self, operation: Any, known: dict[int, Shape]) -> None:
        self.tag = operation.input.body.qname.text
        # What has no prefix is the vendor's; lxml's type stubs do not know that there can be such a None.
        self.prefixes: dict[Any, str] = {"soap": _SOAP[1:-1], None: operation.input.body.qname.namespace}
        self.soap_action = f'"{operation.soapaction}"'
        self.asked = Shape.of(operation.input.body.type, known)
        self.answered = Shape.of(operation.output.body.type, known)
        (result,) = self.answered.members
        members = result.shape.members if isinstance(result.shape, Shape) else ()
        self.only_member = members[0].name if len(members) == 1 else None


@cache
def contract(service: str) -> Contract:
    """The contract of a service; read when it is first used."""
    path = files(contracts) / f"{service}.wsdl"
    with path.open("rb") as file:
        # A contract refers to no other file, so there is nothing that a transport would have to fetch.
        return Contract(Document(file, transport=None, base="", settings=_SETTINGS))  # type: ignore[arg-type]
