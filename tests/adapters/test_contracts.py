"""Our SOAP contracts say the same as the vendor's, about everything that we use.

The vendor's own files are no part of this repository: where they lie beside the checkout they are compared
with ours, elsewhere that part is skipped.
"""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import zeep
from lxml import etree

from adapters.twentyfour_seven_office import contracts

OURS = Path(str(files(contracts)))
VENDORS = Path(__file__).resolve().parents[3] / "shared" / "24sevenoffice" / "wsdl"

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
XSD = "{http://www.w3.org/2001/XMLSchema}"
BINDINGS = {
    "1.1": "{http://schemas.xmlsoap.org/wsdl/soap/}",
    "1.2": "{http://schemas.xmlsoap.org/wsdl/soap12/}",
}

FILES = {
    "authenticate": "authService",
    "company": "companyService",
    "product": "productService",
    "invoice": "invoiceService",
    "client": "clientService",
    "account": "accountService",
}
OPERATIONS = {
    "authenticate": {"Login", "HasSession", "GetIdentity", "GetIdentitiesWithCredential"},
    "company": {"GetCompanySyncList", "GetCompanies", "SaveCompanies"},
    "product": {"GetProducts", "SaveProducts", "GetCategories", "SaveCategories"},
    "invoice": {"GetInvoices", "SaveInvoices"},
    "client": {"GetVatTypeList", "GetCurrencyList", "GetDepartmentList"},
    "account": {"GetTaxCodeList"},
}


class Member(NamedTuple):
    """One element of a type, as an XML schema describes it; what is not written has its default here."""

    name: str
    type: str
    min_occurs: str
    max_occurs: str
    nillable: str
    default: str | None


class Contract:
    """A WSDL, reduced to what two of them can be compared by, whatever their prefixes and layout."""

    def __init__(self, path: Path) -> None:
        self.root: Any = etree.parse(str(path)).getroot()
        self.schemas = {schema.get("targetNamespace"): schema for schema in self.root.iter(f"{XSD}schema")}

    def operations(self, soap_version: str) -> dict[str, tuple[str, str, str]]:
        """For each operation: its soapAction and the elements that go in and come out."""
        soap = BINDINGS[soap_version]
        messages = {
            message.get("name"): self._name(message, message.find(f"{WSDL}part").get("element"))
            for message in self.root.iter(f"{WSDL}message")
        }
        port_types = {port_type.get("name"): port_type for port_type in self.root.iter(f"{WSDL}portType")}
        found = {}
        for binding in self.root.iter(f"{WSDL}binding"):
            if binding.find(f"{soap}binding") is None:
                continue
            port_type = port_types[binding.get("type").split(":")[1]]
            for operation in binding.iter(f"{WSDL}operation"):
                name = operation.get("name")
                abstract = next(o for o in port_type.iter(f"{WSDL}operation") if o.get("name") == name)
                found[name] = (
                    operation.find(f"{soap}operation").get("soapAction"),
                    messages[abstract.find(f"{WSDL}input").get("message").split(":")[1]],
                    messages[abstract.find(f"{WSDL}output").get("message").split(":")[1]],
                )
        return found

    def addresses(self) -> dict[str, tuple[str, str]]:
        """For each port: its binding's name and its address."""
        return {
            port.get("name"): (port.get("binding").split(":")[1], next(iter(port)).get("location"))
            for port in self.root.iter(f"{WSDL}port")
            if "soap" in next(iter(port)).tag
        }

    def service_name(self) -> str:
        return str(self.root.find(f"{WSDL}service").get("name"))

    def wrapper(self, element: str) -> list[Member]:
        """The members of a request's or an answer's outermost element."""
        return self._members(self._declared("element", element).find(f"{XSD}complexType"))

    def type_names(self) -> list[str]:
        named = (f"{XSD}complexType", f"{XSD}simpleType")
        return [
            f"{{{namespace}}}{child.get('name')}"
            for namespace, schema in self.schemas.items()
            for child in schema
            if child.tag in named
        ]

    def type(self, name: str) -> list[Member] | tuple[str, list[tuple[str, str]]]:
        """A complex type's members in order, or a simple type's base and its facets in order."""
        simple = self._declared("simpleType", name)
        if simple is None:
            return self._members(self._declared("complexType", name))
        restriction = simple.find(f"{XSD}restriction")
        facets = [(etree.QName(facet).localname, facet.get("value")) for facet in restriction]
        return self._name(restriction, restriction.get("base")), facets

    def reached(self) -> set[str]:
        """The types that the operations reach, directly or through others."""
        waiting = [
            member.type
            for _, asked, answered in self.operations("1.1").values()
            for element in (asked, answered)
            for member in self.wrapper(element)
        ]
        found: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name in found or name.startswith(XSD):
                continue
            found.add(name)
            described = self.type(name)
            if isinstance(described, list):
                waiting += [member.type for member in described]
        return found

    def _declared(self, kind: str, name: str) -> Any:
        namespace, local = re.fullmatch(r"\{(.*)\}(.*)", name).groups()  # type: ignore[union-attr]
        return self.schemas[namespace].find(f"{XSD}{kind}[@name='{local}']")

    def _members(self, complex_type: Any) -> list[Member]:
        return [
            Member(
                name=element.get("name"),
                type=self._name(element, element.get("type")) if element.get("type") else f"{XSD}anyType",
                min_occurs=element.get("minOccurs", "1"),
                max_occurs=element.get("maxOccurs", "1"),
                nillable=element.get("nillable", "false"),
                default=element.get("default"),
            )
            for element in complex_type.iterfind(f"{XSD}sequence/*")
        ]

    def _name(self, element: Any, prefixed: str) -> str:
        prefix, local = prefixed.split(":")
        return f"{{{element.nsmap[prefix]}}}{local}"


def ours(name: str) -> Contract:
    return Contract(OURS / f"{name}.wsdl")


def vendors(name: str) -> Contract:
    path = VENDORS / f"{FILES[name]}.wsdl"
    if not path.exists():
        pytest.skip("the vendor's WSDL files do not lie beside this checkout (../shared/24sevenoffice/wsdl)")
    return Contract(path)


def used_types() -> Iterator[Any]:
    for name in FILES:
        for type_name in sorted(ours(name).type_names()):
            yield pytest.param(name, type_name, id=f"{name}-{type_name.split('}')[1]}")


def test_there_is_one_contract_per_service() -> None:
    assert {path.stem for path in OURS.glob("*.wsdl")} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_contract_loads_in_zeep_with_both_bindings(name: str) -> None:
    client = zeep.Client(str(OURS / f"{name}.wsdl"))
    (service,) = client.wsdl.services.values()
    by_version = {port.binding.__class__.__name__: set(port.binding.all()) for port in service.ports.values()}
    assert by_version == {"Soap11Binding": OPERATIONS[name], "Soap12Binding": OPERATIONS[name]}


@pytest.mark.parametrize("name", FILES)
def test_a_contract_holds_the_types_it_reaches_and_no_others(name: str) -> None:
    contract = ours(name)
    assert contract.reached() == set(contract.type_names())


@pytest.mark.parametrize("name", FILES)
def test_service_ports_and_addresses_are_the_vendors(name: str) -> None:
    theirs = vendors(name)
    assert ours(name).service_name() == theirs.service_name()
    assert ours(name).addresses() == theirs.addresses()


@pytest.mark.parametrize("version", BINDINGS)
@pytest.mark.parametrize("name", FILES)
def test_operations_are_called_as_the_vendors_are(name: str, version: str) -> None:
    theirs = vendors(name).operations(version)
    mine = ours(name).operations(version)
    assert set(mine) == OPERATIONS[name]
    assert mine == {operation: theirs[operation] for operation in mine}


@pytest.mark.parametrize("name", FILES)
def test_requests_and_answers_hold_what_the_vendors_hold(name: str) -> None:
    mine, theirs = ours(name), vendors(name)
    for _, asked, answered in mine.operations("1.1").values():
        assert mine.wrapper(asked) == theirs.wrapper(asked)
        assert mine.wrapper(answered) == theirs.wrapper(answered)


@pytest.mark.parametrize(("name", "type_name"), list(used_types()))
def test_a_type_is_the_vendors(name: str, type_name: str) -> None:
    assert ours(name).type(type_name) == vendors(name).type(type_name)
