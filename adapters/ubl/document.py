"""Read XML that others wrote into plain nodes, within limits. What the elements mean is no matter of this module.

There is no DTD, and so are no entities but XML's own; nothing is fetched; size, depth and number of elements are
bounded, and what is beyond is refused before the rest is read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from core.errors import InvalidInput

LARGEST = 20_000_000
"""In bytes: an invoice of ten thousand lines, or one with attachments."""

_DEEPEST = 32
_MOST_ELEMENTS = 400_000
_PIECE = 65_536


@dataclass(slots=True)
class Node:
    """An element. `name` is without its namespace; `was_read` tells whether anybody has asked for its text."""

    name: str
    namespace: str
    attributes: dict[str, str]
    children: list["Node"] = field(default_factory=list)
    text: str = ""
    was_read: bool = False

    def all(self, path: str) -> Iterator["Node"]:
        """Give every element at a path such as `Party/PartyName/Name`."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def take(self, path: str) -> list[str]:
        """Return the texts at a path that say something, and note that they were read."""
        texts = []
        for node in self.all(path):
            node.was_read = True
            if node.text:
                texts.append(node.text)
        return texts


def root_of(content: bytes) -> Node:
    """Parse a document.

    Errors: InvalidInput, code `bad_xml`, for what is not well-formed, has a document type, or is beyond the limits.
    """
    if len(content) > LARGEST:
        raise _bad_xml(f"it is larger than the {LARGEST // 1_000_000} MB that are read")
    target = _Target()
    parser = etree.XMLParser(
        target=target, resolve_entities=False, load_dtd=False, dtd_validation=False, no_network=True, huge_tree=False
    )
    try:
        for start in range(0, len(content), _PIECE):
            parser.feed(content[start : start + _PIECE])
        parser.close()
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise _bad_xml(f"it is not well-formed XML at line {line}, column {column}") from None
    if target.root is None:
        raise _bad_xml("it has no elements")
    return target.root


class _Target:
    """Makes nodes as the parser comes upon them."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._texts: list[list[str]] = []
        self._count = 0

    def start(self, tag: str | bytes, attrib: Mapping[Any, Any]) -> None:
        if len(self._open) == _DEEPEST:
            raise _bad_xml(f"its elements are nested more than {_DEEPEST} deep")
        self._count += 1
        if self._count > _MOST_ELEMENTS:
            raise _bad_xml(f"it has more than {_MOST_ELEMENTS:,} elements")
        namespace, _, name = str(tag).rpartition("}")
        node = Node(name, namespace.removeprefix("{"), dict(attrib))
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)
        self._texts.append([])

    def end(self, tag: str | bytes) -> None:  # noqa: ARG002 - it is the one that is open
        node = self._open.pop()
        texts = self._texts.pop()
        if not node.children:
            node.text = "".join(texts).strip()

    def data(self, data: str | bytes) -> None:
        if self._texts:
            self._texts[-1].append(str(data))

    def comment(self, text: str | bytes) -> None:
        """Pass over what is said beside the document."""

    def doctype(self, *_declared: object) -> None:
        raise _bad_xml("it has a document type (DOCTYPE), which no invoice needs")

    def close(self) -> None:
        """Nothing is left to do."""


def _bad_xml(what: str) -> InvalidInput:
    return InvalidInput(f"This XML can't be used: {what}.", code="bad_xml")
