"""Our own SOAP contracts (the WSDL files in contracts/), loaded once a process and shared by all businesses.

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
from zeep.exceptions import XMLParseError
from zeep.wsdl import Document
from zeep.wsdl.bindings import Soap11Binding
from zeep.xsd.valueobjects import CompoundValue

from adapters.twentyfour_seven_office.soap.channel import UnusableAnswer

# zeep writes what it reads and sends to its loggers, whole envelopes among it: Login carries the password.
logging.getLogger("zeep").setLevel(logging.CRITICAL + 1)

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
        self._binding = next(one for one in document.bindings.values() if isinstance(one, Soap11Binding))

    def request(self, operation: str, arguments: Mapping[str, Any]) -> Request:
        """Write a request. Elements that are not among the arguments are left out, whatever their default."""
        message = self._binding.get(operation).create(**arguments)
        body = etree.tostring(message.content, xml_declaration=True, encoding="utf-8")
        return Request(body=body, headers={**message.headers, "Content-Type": "text/xml; charset=utf-8"})

    def answer(self, operation: str, envelope: Any) -> Any:
        """Read an answer as dicts, lists and plain values; what is not set is not there.

        An answer that does not fit is read once more without minding what is new or in another place, so that an
        element that the vendor adds breaks nothing. (Strict first: it is many times faster.)
        Errors: UnusableAnswer, code `broken_answer`, when it can't be read that way either.
        """
        described = self._binding.get(operation)
        try:
            return _plain(described.process_reply(envelope))
        except XMLParseError:
            pass
        _keep_only(f"{operation}Result", envelope)
        try:
            with _SETTINGS(strict=False, xsd_ignore_sequence_order=True):
                return _plain(described.process_reply(envelope))
        except Exception:  # noqa: BLE001 - zeep raises anything on what is not the contract's
            raise UnusableAnswer("broken_answer") from None


@cache
def contract(service: str) -> Contract:
    """The contract of a service; read when it is first used."""
    path = files("adapters.twentyfour_seven_office.soap") / "contracts" / f"{service}.wsdl"
    with path.open("rb") as file:
        # A contract refers to no other file, so there is nothing that a transport would have to fetch.
        return Contract(Document(file, transport=None, base="", settings=_SETTINGS))  # type: ignore[arg-type]


def _keep_only(name: str, envelope: Any) -> None:
    """Take out whatever stands beside an operation's one result: zeep would hand it out with the result."""
    for response in envelope.iterfind("{*}Body/*"):
        for child in list(response):
            if etree.QName(child).localname != name:
                response.remove(child)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, CompoundValue):
        return {key: _plain(value[key]) for key in value if value[key] is not None and not key.startswith("_")}
    return value
