"""Take values out of a document's elements, noting what can't be read and what nobody has asked for."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from adapters.ubl.document import Node
from core.errors import Fault

_DECIMAL = re.compile(r"([+-]?)0*([0-9]*)(?:\.([0-9]*))?")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?")
_NTH = re.compile(r"\[[0-9]+\]")
_MOST_DIGITS, _MOST_DECIMALS = 15, 10


@dataclass
class Reading:
    """What came of reading a document so far: what is wrong with it, and what has to be told."""

    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _refused: set[str] = field(default_factory=set)

    def refuse(self, place: str, why: str) -> None:
        """Note what keeps the invoice from being taken."""
        self.faults.append(Fault(place, why))
        self._refused.add(place)

    def miss(self, place: str) -> None:
        """Note that something is missing, unless it is there and can't be read."""
        if place not in self._refused:
            self.refuse(place, "is missing")


@dataclass(frozen=True)
class Part:
    """An element with its place in the document, such as `InvoiceLine[2]/Price`."""

    node: Node
    place: str
    reading: Reading

    def at(self, path: str) -> str:
        """Name an element below this one."""
        return f"{self.place}/{path}" if self.place else path

    def parts(self, path: str) -> list["Part"]:
        """Return the elements at a path; several are counted from one."""
        nodes = list(self.node.all(path))
        if len(nodes) == 1:
            return [Part(nodes[0], self.at(path), self.reading)]
        return [Part(node, f"{self.at(path)}[{nth}]", self.reading) for nth, node in enumerate(nodes, start=1)]

    def text(self, path: str) -> str | None:
        """Return the text at a path; None where there is none. Several that differ are a fault."""
        texts = list(dict.fromkeys(self.node.take(path)))
        if len(texts) > 1:
            self.reading.refuse(self.at(path), "is given several times, with different content")
        return texts[0] if texts else None

    def day(self, path: str) -> str | None:
        """Return a date as our JSON has it; its time zone, which a date may carry in XML, says nothing."""
        text = self.text(path)
        if text is None:
            return None
        if not (found := _DATE.fullmatch(text)):
            self.reading.refuse(self.at(path), "is not a date such as 2026-12-31")
            return None
        return found[1]

    def number(self, path: str) -> Decimal | None:
        """Return a number, exactly as it is written."""
        text = self.text(path)
        if text is None:
            return None
        found = _DECIMAL.fullmatch(text)
        if not found or not any(sign.isdigit() for sign in text):
            self.reading.refuse(self.at(path), 'is not a number such as "1200.00"')
            return None
        sign, whole, fraction = found[1], found[2], found[3] or ""
        if len(fraction) > _MOST_DECIMALS:
            fraction = fraction.rstrip("0")
        if len(whole) > _MOST_DIGITS or len(fraction) > _MOST_DECIMALS:
            self.reading.refuse(self.at(path), f"has more than {_MOST_DIGITS} digits or {_MOST_DECIMALS} decimals")
            return None
        return Decimal(f"{sign}{whole or 0}.{fraction}") + 0

    def amount(self, path: str, *, currency: str | None) -> Decimal | None:
        """Return an amount, which must be in this currency."""
        for node in self.node.all(path):
            if node.attributes.get("currencyID", currency) != currency:
                self.reading.refuse(self.at(path), "is in another currency than the invoice (DocumentCurrencyCode)")
        return self.number(path)


def left_out(root: Node, *, known: Collection[str]) -> Iterator[tuple[str, int]]:
    """Name what nobody has read, and how often it is there: whole elements where nothing in them was.

    `known` are the paths of what says nothing that is not carried.
    """
    counted = Counter(_unread(root, "", known))
    yield from counted.items()


def told_once(warnings: Sequence[str]) -> Iterator[str]:
    """Say what is so of several lines or charges once, with how often: each of a thousand may be by the day."""
    by_kind: dict[str, list[str]] = {}
    for warning in warnings:
        by_kind.setdefault(_NTH.sub("", warning), []).append(warning)
    for kind, alike in by_kind.items():
        yield alike[0] if len(alike) == 1 else f"{kind} ({len(alike)} times)"


def _unread(node: Node, path: str, known: Collection[str]) -> Iterator[str]:
    for child in node.children:
        place = f"{path}/{child.name}" if path else child.name
        if place in known or child.name == "TaxScheme":
            continue
        if not _was_touched(child):
            if _says_something(child):
                yield place
        elif child.children:
            yield from _unread(child, place, known)


def _was_touched(node: Node) -> bool:
    return node.was_read or any(_was_touched(child) for child in node.children)


def _says_something(node: Node) -> bool:
    return bool(node.text) or any(_says_something(child) for child in node.children)
