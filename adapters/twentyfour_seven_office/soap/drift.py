"""Where the vendor's contract has moved away from ours: what we call or name and it does not have any more.

What the vendor has beside that is none of our business: its services are larger than what we use. Pure but for our
own contracts, which are read from their files.
"""

from collections.abc import Iterator
from functools import cached_property
from importlib.resources import files
from typing import Any

from lxml import etree

from adapters.twentyfour_seven_office import contracts
from core.errors import TryAgain

_XSD = "{http://www.w3.org/2001/XMLSchema}"
_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"


def own_contract(service: str) -> bytes:
    """Return our contract of a service."""
    return (files(contracts) / f"{service}.wsdl").read_bytes()


def drift(ours: bytes, theirs: bytes) -> list[str]:
    """Return what our contract has and the vendor's has not, or has otherwise, a sentence each.

    Errors: TryAgain, code `broken_answer`, when what should be the vendor's contract is none.
    """
    return list(_Comparison(_Described(ours), _Described(theirs)).differences())


class _Described:
    """A WSDL, looked up by names."""

    def __init__(self, source: bytes) -> None:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root: Any = etree.fromstring(source, parser)
        except etree.XMLSyntaxError:
            root = None
        if root is None or root.tag != f"{_WSDL}definitions" or root.getroottree().docinfo.doctype:
            raise TryAgain("What was published is no contract (WSDL).", code="broken_answer")
        self._root = root
        schemas = list(root.iter(f"{_XSD}schema"))
        self.elements = _by_name(schemas, "element")
        self.types = {**_by_name(schemas, "simpleType"), **_by_name(schemas, "complexType")}

    @cached_property
    def actions(self) -> dict[str, str]:
        """The operations that can be called through SOAP 1.1, each with its SOAPAction."""
        return {
            operation.get("name"): bound.get("soapAction")
            for operation in self._root.iterfind(f"{_WSDL}binding/{_WSDL}operation")
            if (bound := operation.find(f"{_SOAP}operation")) is not None
        }

    def type_of(self, element: Any) -> Any:
        """The description of an element's type, or the name of a built-in one."""
        inline = element.find(f"{_XSD}complexType")
        if inline is not None:
            return inline
        name = _local(element.get("type") or "anyType")
        return self.types.get(name, name)

    def members(self, described: Any) -> dict[str, Any]:
        """The elements that a complex type holds, those of the type that it extends included."""
        extension = described.find(f"{_XSD}complexContent/{_XSD}extension")
        if extension is None:
            return {one.get("name"): one for one in described.iterfind(f"{_XSD}sequence/{_XSD}element")}
        base = self.types.get(_local(extension.get("base")))
        return (self.members(base) if base is not None else {}) | self.members(extension)


class _Comparison:
    def __init__(self, ours: _Described, theirs: _Described) -> None:
        self._ours = ours
        self._theirs = theirs
        self._seen: set[str] = set()

    def differences(self) -> Iterator[str]:
        for name, action in self._ours.actions.items():
            if name not in self._theirs.actions:
                yield f"The operation {name} is gone."
                continue
            if self._theirs.actions[name] != action:
                yield f"The operation {name} is called by another SOAPAction."
            for message in (name, f"{name}Response"):
                if message not in self._theirs.elements:
                    yield f"{message} is gone."
                else:
                    yield from self._between(message, self._ours.elements[message], self._theirs.elements[message])

    def _between(self, where: str, ours: Any, theirs: Any) -> Iterator[str]:
        """Compare two elements by what they hold; a type once, wherever it is used."""
        our_type, their_type = self._ours.type_of(ours), self._theirs.type_of(theirs)
        if isinstance(our_type, str) or isinstance(their_type, str):
            if _name(our_type) != _name(their_type):
                yield f"{where} is of another type: {_name(their_type)}, and not {_name(our_type)}."
            return
        if (name := our_type.get("name")) is not None:
            if name in self._seen:
                return
            self._seen.add(name)
            where = name
        missing = _values(our_type) - _values(their_type)
        if missing:
            yield f"{where} has no value {', '.join(sorted(missing))} any more."
        there = self._theirs.members(their_type)
        for member, element in self._ours.members(our_type).items():
            if member not in there:
                yield f"{where} has no {member} any more."
                continue
            if _is_many(element) != _is_many(there[member]):
                yield f"{where}: {member} comes {'once' if _is_many(element) else 'many times'} now."
            yield from self._between(f"{where}: {member}", element, there[member])


def _by_name(schemas: list[Any], kind: str) -> dict[str, Any]:
    return {one.get("name"): one for schema in schemas for one in schema.iterfind(f"{_XSD}{kind}")}


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _name(described: Any) -> str:
    return described if isinstance(described, str) else described.get("name", "a type without a name")


def _values(described: Any) -> set[str]:
    return {one.get("value") for one in described.iterfind(f"{_XSD}restriction/{_XSD}enumeration")}


def _is_many(element: Any) -> bool:
    return str(element.get("maxOccurs", "1")) != "1"
