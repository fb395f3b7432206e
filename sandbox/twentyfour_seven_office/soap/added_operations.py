"""Operations that the vendor has and the adapter does not call: in the sandbox's contracts, not in the adapter's.

Described here as the vendor describes them, and put into a contract as if they had been there all along.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

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
