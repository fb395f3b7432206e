"""What may be shown of the vendor's error texts.

docs/24sevenoffice.md, "Calls and errors": messages may hold addresses of servers and stack traces, so they go to the
support log and are never shown. Pure text in, text out.
"""

import re
from collections.abc import Iterable

_LONGEST = 300
_SHORTEST_SECRET = 4
_HIDDEN = "[…]"

_STACK = re.compile(r"\s+at (?:[\w.`<>+\[\]]+|[\w<>]+(?:\.[\w<>]+)+ )\(.*", re.DOTALL)  # of .NET, of JavaScript
_TYPE_PREFIX = re.compile(r"^(?:[\w.]+(?:Exception|Error)\s*(?:\([^)]*\))?\s*:\s*)+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_ADDRESSES = re.compile(
    "|".join(
        (
            r"\b[a-z][a-z0-9+.-]{1,15}://\S+",  # an URL of any kind
            r"\\\\[^\s'\"]+",  # \\server\share
            r"\b[A-Za-z]:[\\/][^\s'\"]*",  # C:\path
            r"(?<![\w/.])/(?:[\w.-]+/)+[\w.-]*",  # /path/to/file
            r"\b\d{1,3}(?:\.\d{1,3}){3}(?:[:,]\d+)?\b",  # IPv4, with a port or SQL Server's ",1433"
            r"\[?(?<![\w:])(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}(?![\w:])\]?(?::\d+)?",  # IPv6
            r"\b(?:[\w-]+\.)+[A-Za-z][\w-]*:\d{2,5}\b",  # host.name:port
            r"\b(?!\d+:\d+\b)[A-Za-z][\w-]*:\d{4,5}\b",  # host:port
            r"\b(?:[\w-]+\.)+(?:local|internal|intra|lan|corp|home|localdomain)\b",  # inside names
            r"\blocalhost\b",
        )
    ),
    re.IGNORECASE,
)


def cause_of(text: str | None) -> str:
    """Return the real cause in a faultstring: what stands after the last "--->", without its stack trace.

    Source: docs/24sevenoffice.md, "Calls and errors".
    """
    cause = (text or "").rsplit("--->", 1)[-1].strip()
    first_line = cause.splitlines()[0] if cause else ""
    return _STACK.sub("", first_line).strip()


def cleaned(text: str | None, *, secrets: Iterable[str] = ()) -> str:
    """Return the cause as a person may see it: one line, no stack trace, no address, no path, no secret."""
    cause = _TYPE_PREFIX.sub("", masked(cause_of(text), secrets))
    cause = _CONTROL.sub(" ", _ADDRESSES.sub(_HIDDEN, cause))
    cause = " ".join(cause.split())
    return cause if len(cause) <= _LONGEST else cause[: _LONGEST - 1].rstrip() + "…"


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return the text with every secret in it hidden, in whatever case.

    One that is too short to tell from a part of a word is left alone: hiding it everywhere would point it out.
    """
    for secret in sorted((secret for secret in secrets if len(secret) >= _SHORTEST_SECRET), key=len, reverse=True):
        text = re.sub(re.escape(secret), "***", text, flags=re.IGNORECASE)
    return text


def nameless(text: str) -> str:
    """Return the text with every e-mail address in it hidden: who asked may see it, who reads logs may not."""
    return _EMAIL.sub(_HIDDEN, text)


def sentence(text: str) -> str:
    """Return the text with a full stop, unless it ends like a sentence already."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
