"""The SOAP contracts, as the sandbox uses them: what is called, how it is described, whether a request fits.

The files are the ones the adapter reads; nothing else is shared with it. What it does not call is added to them.
"""

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from adapters.twentyfour_seven_office import contracts as contract_files
from sandbox.twentyfour_seven_office.refusals import InvalidRequestError

XSD = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
BINDINGS = ("{http://schemas.xmlsoap.org/wsdl/soap/}", "{http://schemas.xmlsoap.org/wsdl/soap12/}")


@dataclass(frozen=True)
class AddedOperation:
    """An operation. Its members are the attributes of their elements in the schema, types with their prefix."""

    name: str
    asked: Sequence[dict[str, str]]
    answered: Sequence[dict[str, str]]


ADDED: dict[str, tuple[AddedOperation, ...]] = {
    "authenticate": (
        AddedOperation(
            "GetIdentities", [], [{"name": "GetIdentitiesResult", "type": "tfso:ArrayOfIdentity", "minOccurs": "0"}]
        ),
        AddedOperation(
            "SetIdentityById",
            [{"name": "identityId", "type": "clr:guid"}],
            [{"name": "SetIdentityByIdResult", "type": "xs:boolean"}],
        ),
    )
}
"""For each contract, by its file's name, what is added to it."""


def add(operation: AddedOperation, root: Any, namespace: str) -> None:
    """Put an operation into a WSDL: its elements, messages and bindings."""
    schema = root.find(f"{WSDL}types/{XSD}schema[@targetNamespace='{namespace}']")
    port_type = root.find(f"{WSDL}portType")
    abstract = etree.SubElement(port_type, f"{WSDL}operation", name=operation.name)
    for way, element, members in (
        ("input", operation.name, operation.asked),
        ("output", f"{operation.name}Response", operation.answered),
    ):
        described = etree.SubElement(etree.SubElement(schema, f"{XSD}element", name=element), f"{XSD}complexType")
        sequence = etree.SubElement(described, f"{XSD}sequence")
        for member in members:
            etree.SubElement(sequence, f"{XSD}element", member)
        message = etree.Element(f"{WSDL}message", name=f"{element}Message")
        etree.SubElement(message, f"{WSDL}part", name="parameters", element=f"tfso:{element}")
        port_type.addprevious(message)
        etree.SubElement(abstract, f"{WSDL}{way}", message=f"tfso:{element}Message")
    for binding in root.iterfind(f"{WSDL}binding"):
        soap = next(version for version in BINDINGS if binding.find(f"{version}binding") is not None)
        bound = etree.SubElement(binding, f"{WSDL}operation", name=operation.name)
        etree.SubElement(bound, f"{soap}operation", soapAction=f"{namespace}/{operation.name}", style="document")
        for way in ("input", "output"):
            etree.SubElement(etree.SubElement(bound, f"{WSDL}{way}"), f"{soap}body", use="literal")


NAMESPACE = "http://24sevenOffice.com/webservices"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"


@dataclass(frozen=True)
class Member:
    """One element of a type. `type` is a local name: of a built-in type, or of a type of the contract."""

    name: str
    type: str
    required: bool
    many: bool
    nillable: bool
    default: str | None


class Contract:
    """One service's WSDL."""

    def __init__(self, source: bytes, added: Sequence[AddedOperation] = ()) -> None:
        self._root = _parsed(source)
        for operation in added:
            add(operation, self._root, NAMESPACE)
        self.service: str = self._root.find(f"{WSDL}service").get("name")
        address = next(self._root.iter(f"{SOAP}address")).get("location")
        self.path = urlsplit(address).path
        self._root_address = address.removesuffix(self.path)
        self.operations: dict[str, str] = {
            operation.find(f"{SOAP}operation").get("soapAction"): operation.get("name")
            for operation in self._root.iter(f"{WSDL}operation")
            if operation.find(f"{SOAP}operation") is not None
        }
        schemas = {schema.get("targetNamespace"): schema for schema in self._root.iter(f"{XSD}schema")}
        main = schemas.pop(NAMESPACE)
        self.elements = {
            element.get("name"): _members(element.find(f"{XSD}complexType"))
            for element in main.iterfind(f"{XSD}element")
        }
        self.types = {described.get("name"): _members(described) for described in main.iterfind(f"{XSD}complexType")}
        self._schema = etree.XMLSchema(_folded(main, list(schemas.values())))
        self._lock = Lock()  # a schema keeps the errors of its last validation

    def check(self, payload: Any) -> None:
        """Refuse a request that does not fit; element order counts, and enum values (docs/24sevenoffice.md, "Values
        and dates").

        Errors: InvalidRequestError.
        """
        with self._lock:
            if self._schema.validate(payload):
                return
            first = next(iter(self._schema.error_log))  # type: ignore[call-overload]
        raise InvalidRequestError(_problem(first.message))

    def published_at(self, url: str) -> bytes:
        """The WSDL as a server at `url` hands it out."""
        copy = deepcopy(self._root)
        for address in copy.iter():
            if isinstance(address.tag, str) and address.tag.endswith("}address"):
                address.set("location", address.get("location").replace(self._root_address, url))
        return etree.tostring(copy, xml_declaration=True, encoding="utf-8")


@cache
def contract(name: str) -> Contract:
    """The contract kept under this file name; read once."""
    return Contract((files(contract_files) / f"{name}.wsdl").read_bytes(), ADDED.get(name, ()))


def _parsed(source: bytes) -> Any:
    return etree.fromstring(source)


def _members(complex_type: Any) -> list[Member]:
    return [
        Member(
            name=element.get("name"),
            type=element.get("type").split(":")[1],
            required=element.get("minOccurs", "1") != "0",
            many=element.get("maxOccurs", "1") != "1",
            nillable=element.get("nillable") == "true",
            default=element.get("default"),
        )
        for element in complex_type.iterfind(f"{XSD}sequence/{XSD}element")
    ]


def _folded(main: Any, others: list[Any]) -> Any:
    """One schema out of several: a validator cannot look up an import that has no location.

    The other schemas hold simple types only, whose namespace never shows in a message.
    """
    folded = _parsed(etree.tostring(main))  # a copy that keeps the prefixes declared further out
    for importing in folded.findall(f"{XSD}import"):
        folded.remove(importing)
    own = next(prefix for prefix, namespace in folded.nsmap.items() if namespace == NAMESPACE)
    for other in others:
        foreign = {f"{prefix}:" for prefix, name in folded.nsmap.items() if name == other.get("targetNamespace")}
        for simple_type in other.iterfind(f"{XSD}simpleType"):
            folded.append(deepcopy(simple_type))
        for element in folded.iter(f"{XSD}element"):
            prefix, colon, local = element.get("type", "").partition(":")
            if prefix + colon in foreign:
                element.set("type", f"{own}:{local}")
    _take_days(folded, own)
    return folded


def _take_days(schema: Any, own: str) -> None:
    """Take a day for its first instant wherever a dateTime is wanted, as .NET does."""
    xsd = next(prefix for prefix, namespace in schema.nsmap.items() if f"{{{namespace}}}" == XSD)
    for element in schema.iter(f"{XSD}element"):
        if element.get("type") == f"{xsd}:dateTime":
            element.set("type", f"{own}:dateTimeOrDay")
    either = etree.SubElement(schema, f"{XSD}simpleType", name="dateTimeOrDay")
    etree.SubElement(either, f"{XSD}union", memberTypes=f"{xsd}:dateTime {xsd}:date")


def _problem(message: str) -> str:
    message = re.sub(r"\{[^}]*\}", "", message)
    value = re.search(
        r"^Element '(?P<element>[^']*)': (?:\[facet '\w+'\] The value |)'(?P<value>.*?)' is not ", message
    )
    if value:
        return f"'{value['value']}' is not a valid value for {value['element']}."
    return message
