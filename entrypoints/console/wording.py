"""Hints as they are read in the console: they name its pages and buttons where the core names commands."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from entrypoints.console.texts import gettext as _
from entrypoints.http.wording import COMMAND, said_with
from entrypoints.language.at_hand import Language, language_at_hand, translated, translated_document

_VERBS = {"Run": "Use", "run": "use", "Kjør": "Bruk", "kjør": "bruk"}
_QUOTED = {Language.ENGLISH: "“{}”", Language.NORWEGIAN: "«{}»"}
_OPTIONS = re.compile(r"(?<=[”»])(?: --(?:state|business|invoice) [^\s,;.]+)+")
"""What follows a command and has no meaning after a page's name."""

_TEMPLATE = "kvitt invoice template"
"""It has no route, and a link beside the upload."""

_DECIMAL = re.compile(r"(?<![^\s(])(?P<whole>[-–]?\d+)\.(?P<part>\d{2}(?![^\s,;:.)])(?!\.\S)|\d+(?= ?%))")
"""An amount, to the øre, or a percentage; what is joined to anything else, such as a version, is none."""

_KEPT = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"")
"""What somebody else said, word for word."""

_FIELDS = frozenset({"detail", "hint", "message"})


def said(text: str) -> str:
    """Say a sentence of the core's in the language at hand, with the pages and buttons of the commands it names."""
    return _worded(translated(text))


def said_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """Say a problem document so, with its faults."""
    return {name: _part_said(name, value) for name, value in translated_document(document).items()}


def _part_said(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return _worded(value) if name in _FIELDS else value
    if name == "faults":
        return [{part: _part_said(part, held) for part, held in fault.items()} for fault in value]
    return value


def _worded(text: str) -> str:
    names = _names()
    quoted = _QUOTED[language_at_hand()]

    def named(found: re.Match[str]) -> str:
        name = names.get(found["two"] or found["one"])
        verb = found["verb"] or ""
        return said_with(_VERBS, verb) + quoted.format(name()) if name else found[0]

    text = text.replace(_TEMPLATE, quoted.format(_("CSV template")))
    return _with_its_decimals(_OPTIONS.sub("", COMMAND.sub(named, text)))


def _with_its_decimals(text: str) -> str:
    """Write the decimals of amounts and percentages as the language at hand does, but in what is quoted."""
    if language_at_hand() is not Language.NORWEGIAN or "." not in text:
        return text
    told, after = "", 0
    for quoted in _KEPT.finditer(text):
        told += _DECIMAL.sub(r"\g<whole>,\g<part>", text[after : quoted.start()]) + quoted[0]
        after = quoted.end()
    return told + _DECIMAL.sub(r"\g<whole>,\g<part>", text[after:])


def _names() -> Mapping[str, Callable[[], str]]:
    """Return what does in the console what a command does elsewhere; what is not here has the command's name."""
    return {
        "business add": lambda: _("Connect a business"),
        "business set": lambda: _("Change settings"),
        "business show": lambda: _("Settings"),
        "business list": lambda: _("Businesses"),
        "business verify": lambda: _("Try the connection"),
        "invoice add": lambda: _("Upload invoices"),
        "invoice list": lambda: _("Invoices"),
        "invoice send": lambda: _("Send Invoice"),
        "invoice status": lambda: _("Check Status"),
        "invoice adopt": lambda: _("Adopt an order"),
        "invoice preview": lambda: _("Preview"),
        "invoice credit": lambda: _("Credit"),
        "invoice withdraw": lambda: _("Withdraw"),
        "invoice delete": lambda: _("Delete"),
        "customer link": lambda: _("Link a customer"),
        "customer unlink": lambda: _("Forget the record"),
        "transfer list": lambda: _("Invoices"),
        "transfer retry": lambda: _("Retry"),
        "transfer cancel": lambda: _("Cancel"),
        "api-key list": lambda: _("API keys"),
        "webhook list": lambda: _("Webhooks"),
        "events list": lambda: _("Events"),
    }
