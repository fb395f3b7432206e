"""Signs and colours of how things stand, on a terminal: the sign says the same as the colour."""

import os
import sys
from dataclasses import dataclass
from typing import TextIO

_GREEN, _RED, _YELLOW, _DIM = "32", "31", "33", "2"
_BOLD = "1"


@dataclass(frozen=True)
class _Mark:
    sign: str
    plain: str
    colour: str


_DONE = _Mark("✓", "+", _GREEN)
_REFUSED = _Mark("✗", "x", _RED)
_WAITS = _Mark("…", "~", _YELLOW)
_OPEN = _Mark("○", "o", _YELLOW)
_OVER = _Mark("–", "-", _DIM)

_MARKS = {
    "transferred": _DONE,
    "paid": _DONE,
    "ok": _DONE,
    "done": _DONE,
    "rejected": _REFUSED,
    "refused": _REFUSED,
    "mend": _REFUSED,
    "deleted": _REFUSED,
    "not_ours": _REFUSED,
    "waiting": _WAITS,
    "queued": _WAITS,
    "running": _WAITS,
    "withdrawing": _WAITS,
    "temporary": _WAITS,
    "warning": _Mark("!", "!", _YELLOW),
    "open": _OPEN,
    "partly_paid": _OPEN,
    "not_published": _OPEN,
    "not_paid": _OPEN,
    "cancelled": _OVER,
    "withdrawn": _OVER,
    "not sent": _OVER,
}


def marked(text: str, standing: str, *, stream: TextIO | None = None) -> str:
    """Put the sign of a standing before a text, on a terminal; elsewhere, or for an unknown one, leave it as it is."""
    out = stream or sys.stdout
    mark = _MARKS.get(standing)
    return f"{_sign(mark, out)} {text}" if mark and out.isatty() else text


def is_standing(word: str) -> bool:
    """Whether there is a sign for this."""
    return word in _MARKS


def coloured_sign(line: str, standing: str, *, stream: TextIO | None = None) -> str:
    """Colour the sign that a line begins with."""
    return coloured(line, standing, line[:1], stream=stream) if line else line


def coloured(line: str, standing: str, part: str, *, stream: TextIO | None = None) -> str:
    """Colour the first occurrence of a part of a line as that standing, where colours are wanted."""
    mark = _MARKS.get(standing)
    return line.replace(part, _in(mark.colour, part), 1) if mark and wants_colour(stream or sys.stdout) else line


def bold(line: str, *, stream: TextIO | None = None) -> str:
    """Print a line bold, where colours are wanted."""
    return _in(_BOLD, line) if wants_colour(stream or sys.stdout) else line


def wants_colour(stream: TextIO) -> bool:
    """Whether colours are wanted there. Source: https://no-color.org."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") not in (None, "", "dumb")


def _sign(mark: _Mark, stream: TextIO) -> str:
    encoding = (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "")
    return mark.sign if encoding == "utf8" else mark.plain


def _in(code: str, text: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m"
