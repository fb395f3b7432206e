"""How text is laid out on a terminal of some width: no word, id or instant is broken over lines.

Pure. A table that is too wide first wraps its texts, then shows columns under their row instead of beside it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

_GAP = "  "
_INDENT = "    "
_NARROWEST_TEXT = 20
"""A column of words is not made narrower than this: then its cells go below their row."""

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[ ](\d\d:\d\d(?::\d\d)?)(?:[ ]([A-Z]{3,5}))?")
_HELD = "\u00a0"
_TO_COPY = re.compile(r"^(?P<before>.*:) (?P<command>(?:kvitt|pg_dump|pg_restore|createdb) .+)$")
_COMMAND = re.compile(r"^ +(?:rm|install|kvitt|pg_dump|createdb) ")
_LEAD = re.compile(r"^ *\S+(?: \S+)*? {2,}(?=\S)")
"""What stands before a text with a gap, such as an instant: the text goes on under itself."""
_CLOCK_TIME = re.compile(r"(\d\d:\d\d(?::\d\d)?) ([A-Z]{3,5}\b)")
_PERCENT = re.compile(r"(\d) %")
_SECONDS = re.compile(r"\((\d+\.\d) s\)")

Row = Sequence[str]


def wrapped(text: str, width: int) -> str:
    """Break lines between words where they are longer than the terminal is wide; each keeps its indent.

    A word longer than a line stays whole, and so does a command that somebody may copy: it gets a line of its own.
    """
    return "\n".join(part for line in text.split("\n") for part in _broken(line, width))


def table_lines(
    headers: Row, rows: Sequence[Row], *, width: int, right: Sequence[str] = (), below: Sequence[str] = ()
) -> Iterator[str]:
    """Lay a table out. `right` are the columns that are aligned to the right, `below` those that leave it first."""
    order = [header for header in below if header in headers]
    order += [header for header in reversed(headers[1:]) if header not in order]
    moved: list[str] = []
    while (widths := _widths(headers, rows, moved, width)) is None and order:
        moved.append(order.pop(0))
    shown = [place for place, header in enumerate(headers) if header not in moved]
    lines = widths or [max([_length(row[0]) for row in (headers, *rows)])]
    yield from _aligned(headers, shown, lines, headers, right)
    for row in rows:
        yield from _aligned(row, shown, lines, headers, right)
        under = [f"{header} {row[place]}" for place, header in enumerate(headers) if header in moved and row[place]]
        yield from _joined(under, width)


def _joined(parts: Sequence[str], width: int) -> Iterator[str]:
    """Put parts on lines under a row, as many on each as fit."""
    line = ""
    for part in parts:
        if line and _length(_INDENT + line) + len(_GAP) + _length(part) > width:
            yield from _broken(_INDENT + line, width)
            line = ""
        line = f"{line}{_GAP}{part}" if line else part
    if line:
        yield from _broken(_INDENT + line, width)


def _widths(headers: Row, rows: Sequence[Row], moved: Sequence[str], width: int) -> list[int] | None:
    """Return how wide each column that is left can be, or None where they do not fit beside each other."""
    columns = [[row[place] for row in (headers, *rows)] for place, header in enumerate(headers) if header not in moved]
    natural = [max(map(_length, column)) for column in columns]
    least = [min(full, max(_narrowest(column), _NARROWEST_TEXT)) for full, column in zip(natural, columns, strict=True)]
    room = width - len(_GAP) * (len(columns) - 1)
    if sum(least) > room:
        return None
    spare = room - sum(least)
    widths = []
    for full, small in zip(natural, least, strict=True):
        more = min(full - small, spare)
        spare -= more
        widths.append(small + more)
    return widths


def _narrowest(column: Sequence[str]) -> int:
    return max((_length(word) for cell in column for word in _words(cell)), default=0)


def _aligned(
    row: Row, shown: Sequence[int], widths: Sequence[int], headers: Row, right: Sequence[str]
) -> Iterator[str]:
    cells = [list(_folded(row[place], room)) for place, room in zip(shown, widths, strict=True)]
    for nth in range(max(map(len, cells))):
        parts = []
        for place, room, lines in zip(shown, widths, cells, strict=True):
            text = lines[nth] if nth < len(lines) else ""
            pad = " " * max(room - _length(text), 0)
            parts.append(pad + text if headers[place] in right else text + pad)
        yield _GAP.join(parts).rstrip()


def _broken(line: str, width: int) -> Iterator[str]:
    if _length(line) <= width or _COMMAND.match(line):
        yield line
        return
    indent = " " * (len(line) - len(line.lstrip(" ")))
    if copied := _TO_COPY.match(line):
        yield from _broken(copied["before"], width)
        yield f"{indent}{_INDENT}{copied['command']}"
        return
    if (led := _LEAD.match(line)) and len(led[0]) <= width // 2:
        lead, indent = led[0], " " * len(led[0])
    else:
        lead = indent
    for part in _folded(line.removeprefix(lead).strip(" "), width - len(indent)):
        yield lead + part
        lead = indent


def _folded(text: str, room: int) -> Iterator[str]:
    line = ""
    for word in _words(text):
        if line and _length(line) + 1 + _length(word) > room:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _words(text: str) -> list[str]:
    held = _INSTANT.sub(lambda found: _HELD.join(part for part in found.groups() if part), text)
    held = _CLOCK_TIME.sub(rf"\1{_HELD}\2", held)
    held = _PERCENT.sub(rf"\1{_HELD}%", held)
    held = _SECONDS.sub(rf"(\1{_HELD}s)", held)
    return [word.replace(_HELD, " ") for word in held.split(" ") if word]


def _length(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )
