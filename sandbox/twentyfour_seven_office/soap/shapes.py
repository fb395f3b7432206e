"""Between XML and plain values, guided by a contract's types.

Values are str, int, Decimal, bool and datetime; a type with members is a dict of those that are set, an
"ArrayOf" type is a list. docs/24sevenoffice.md, "Values and dates": "not set" is a sentinel, not null, so a sentinel
is read as absent.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from sandbox.norwegian_time import text_of
from sandbox.twentyfour_seven_office.instants import TimeInGapError, instant_from
from sandbox.twentyfour_seven_office.refusals import CallRefusedError, InvalidRequestError
from sandbox.twentyfour_seven_office.soap.contracts import NAMESPACE, Contract, Member
from sandbox.twentyfour_seven_office.soap.envelope import shown

Values = dict[str, Any]

XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
WHOLE_NUMBERS = {"int", "short", "long"}
FRACTIONS = {"decimal", "double"}
SENTINELS = {
    "int": -2147483648,
    "short": -32768,
    "decimal": Decimal("-79228162514264337593543950335"),
    "double": Decimal("-1.7976931348623157E+308"),
    "guid": "00000000-0000-0000-0000-000000000000",
}


class _Sentinel:
    """Stands for a value that is asked for and not set, and is to be written out as its sentinel."""


SENTINEL: Final = _Sentinel()


def read(contract: Contract, element: Any, members: list[Member]) -> Values:
    """The members that are set. The element has been validated.

    Errors: InvalidRequestError for an empty number, date or boolean, which a schema with defaults lets
    through; CallRefusedError for a local time that Norway skipped.
    """
    described = {member.name: member for member in members}
    values: Values = {}
    for child in element.iterchildren(etree.Element):
        member = described[etree.QName(child).localname]
        value = _read_one(contract, child, member)
        if value is not None:
            values[member.name] = value
    return values


def write(contract: Contract, parent: Any, members: list[Member], values: Mapping[str, Any]) -> None:
    """Append the members in the contract's order, as the vendor's XmlSerializer does.

    What is unset, or equals its default, is left out; an element that must be there is there, nil if unset.
    """
    for member in members:
        value = values.get(member.name)
        if value is None:
            if member.required and member.nillable:
                etree.SubElement(parent, _tag(member)).set(XSI_NIL, "true")
        elif value is SENTINEL:
            etree.SubElement(parent, _tag(member)).text = member.default
        elif isinstance(value, dict):
            write(contract, etree.SubElement(parent, _tag(member)), contract.types[member.type], value)
        elif isinstance(value, list):
            _write_list(contract, etree.SubElement(parent, _tag(member)), member, value)
        elif not _is_default(member, value):
            etree.SubElement(parent, _tag(member)).text = _text(value)


def _read_one(contract: Contract, element: Any, member: Member) -> Any:
    if element.get(XSI_NIL) in ("true", "1"):
        return None
    if member.type in contract.types:
        members = contract.types[member.type]
        if len(members) == 1 and members[0].many:
            items = (_read_one(contract, item, members[0]) for item in element.iterchildren(etree.Element))
            return [item for item in items if item is not None]
        return read(contract, element, members)
    text = element.text or ""
    if member.type == "dateTime":
        return _instant(text)
    value = _leaf(text, member.type)
    return None if value == SENTINELS.get(member.type, object()) else value


def _leaf(text: str, kind: str) -> Any:
    if kind not in {*WHOLE_NUMBERS, *FRACTIONS, "boolean"}:
        return text
    text = text.strip()
    if not text:
        raise InvalidRequestError(f"'' is not a valid value for {kind}.")
    if kind in WHOLE_NUMBERS:
        return int(text)
    if kind in FRACTIONS:
        return Decimal(text)
    return text in ("true", "1")


def _instant(text: str) -> datetime | None:
    try:
        return instant_from(text)
    except TimeInGapError as exc:
        raise CallRefusedError(f"System.ArgumentException: {exc}") from exc
    except ValueError as exc:
        raise InvalidRequestError(f"'{text}' is not a valid value for dateTime.") from exc


def _write_list(contract: Contract, parent: Any, member: Member, items: list[Any]) -> None:
    (item_member,) = contract.types[member.type]
    for item in items:
        element = etree.SubElement(parent, _tag(item_member))
        if isinstance(item, dict):
            write(contract, element, contract.types[item_member.type], item)
        else:
            element.text = _text(item)


def _is_default(member: Member, value: Any) -> bool:
    if member.default is None:
        return False
    if isinstance(value, Decimal):
        return value == Decimal(member.default)
    return _text(value) == member.default


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return text_of(value)
    return shown(str(value))


def _tag(member: Member) -> str:
    return f"{{{NAMESPACE}}}{member.name}"
