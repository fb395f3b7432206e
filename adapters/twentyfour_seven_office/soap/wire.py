"""Plain values written as XML and read back, along the types that zeep has read from a contract. No network here.

zeep does this as well, by way of an object for every element, and these cost several times the rest of a call. How
a single value (a number, an instant) is written and read stays zeep's matter.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any, NamedTuple

from lxml import etree
from zeep.xsd import AnySimpleType, ComplexType

from adapters.twentyfour_seven_office.soap.operations import BROKEN
from adapters.twentyfour_seven_office.troubles import UnusableAnswer

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class Value:
    """A simple type: what its element holds is its text."""

    def __init__(self, described: AnySimpleType) -> None:
        self._from_text: Callable[[str], Any] = described.pythonvalue
        self._to_text: Callable[[Any], str] = described.xmlvalue

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

    def write(self, node: Any, value: Any) -> None:
        """Write a value into its element."""
        node.text = self._to_text(value)


class Member(NamedTuple):
    """An element that a complex type holds. `needed`: it must be written, empty if need be."""

    name: str
    tag: str
    many: bool
    needed: bool
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
        """The elements that it holds, in the order in which they are written; one of no certain type is left out."""
        return tuple(
            Member(
                name=name,
                tag=element.qname.text,
                many=element.accepts_multiple,
                needed=not element.is_optional,
                shape=Value(element.type)
                if isinstance(element.type, AnySimpleType)
                else Shape.of(element.type, self._known),
            )
            for name, element in self._described.elements
            if isinstance(element.type, AnySimpleType | ComplexType)
        )

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
            name, _tag, many, _needed, shape = member
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
        (result,) = self.members
        arrays = [child for child in node if child.tag in self.by_tag]
        if len(arrays) > 1:
            raise UnusableAnswer("broken_answer")
        if not arrays or not isinstance(result.shape, Shape):
            return []
        (item,) = result.shape.members
        if not isinstance(item.shape, Shape):
            return []
        return [item.shape.read_or_remains(child) for child in arrays[0] if child.tag in result.shape.by_tag]

    def read_or_remains(self, node: Any) -> dict[str, Any] | None:
        """Read an element, or what of it can be read when it is broken."""
        try:
            return None if node.get(_NIL) in ("true", "1") else self.read(node)
        except UnusableAnswer:
            return self.remains_of(node)

    def remains_of(self, node: Any) -> dict[str, Any]:
        """Return what can be read of an element that is broken: not what is given twice, nor what is broken itself."""
        known = [child for child in node if child.tag in self.by_tag]
        tags = [self.by_tag[child.tag].name for child in known]
        values: dict[str, Any] = {BROKEN: True}
        for name, child in zip(tags, known, strict=True):
            if tags.count(name) > 1:
                continue
            with suppress(UnusableAnswer):
                values[name] = self.by_tag[child.tag].shape.read(child)
        return {name: value for name, value in values.items() if value is not None}

    def write(self, node: Any, values: Mapping[str, Any]) -> None:
        """Write values into their element; what is not among them is left out, whatever its default.

        Errors: KeyError for a value that the contract does not know, or one that must be there and is not: a fault of
        the caller.
        """
        if unknown := values.keys() - self._names:
            raise KeyError(f"{self._described.name} has no {', '.join(sorted(unknown))}")
        for name, tag, many, needed, shape in self.members:
            value = values.get(name)
            if value is None:
                if needed:
                    raise KeyError(f"{self._described.name} needs {name}")
            elif many:
                for one in value:
                    shape.write(etree.SubElement(node, tag), one)
            else:
                shape.write(etree.SubElement(node, tag), value)

    @cached_property
    def by_tag(self) -> dict[str, Member]:
        """With a namespace and without: some servers leave it out."""
        return {tag: member for member in self.members for tag in (member.tag, member.name)}

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(member.name for member in self.members)
