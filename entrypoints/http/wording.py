"""Hints as they are read over HTTP: they name routes where the core names commands.

The core, and whoever else says what to do, names an action by its command, in English in every language: "Run business
verify", "(invoice withdraw)", "kvitt recover". Sentences are translated first. What a command needs that HTTP says
otherwise stands beside it: `--yes (HTTP: "accept_differences": true)`.
"""

import re
from collections.abc import Mapping
from typing import Any

_BUSINESS = "/v1/businesses/{business}"
_INVOICE = f"{_BUSINESS}/invoices/{{number}}"
_WEBHOOK = "/v1/webhooks/{webhook}"
_TRANSFER = f"{_BUSINESS}/transfers/{{transfer}}"

ROUTES: Mapping[str, str] = {
    "business add": f"PUT {_BUSINESS}",
    "business set": f"PATCH {_BUSINESS}",
    "business show": f"GET {_BUSINESS}",
    "business list": "GET /v1/businesses",
    "business verify": f"POST {_BUSINESS}/verify",
    "invoice add": f"PUT {_INVOICE}",
    "invoice list": f"GET {_BUSINESS}/invoices",
    "invoice show": f"GET {_INVOICE}",
    "invoice history": f"GET {_INVOICE}/history",
    "invoice delete": f"DELETE {_INVOICE}",
    "invoice preview": f"GET {_INVOICE}/preview",
    "invoice send": f"POST {_INVOICE}/send",
    "invoice withdraw": f"POST {_INVOICE}/withdraw",
    "invoice credit": f"POST {_INVOICE}/credit",
    "invoice adopt": f"POST {_INVOICE}/adopt",
    "invoice status": f"POST {_INVOICE}/status",
    "customer link": f"POST {_INVOICE}/customer",
    "customer unlink": f"DELETE {_INVOICE}/customer",
    "transfer list": f"GET {_BUSINESS}/transfers",
    "transfer show": f"GET {_TRANSFER}",
    "transfer retry": f"POST {_TRANSFER}/retry",
    "transfer cancel": f"POST {_TRANSFER}/cancel",
    "api-key list": "GET /v1/api-keys",
    "api-key revoke": "DELETE /v1/api-keys/{prefix}",
    "events list": f"GET {_BUSINESS}/events",
    "webhook add": "POST /v1/webhooks",
    "webhook list": "GET /v1/webhooks",
    "webhook show": f"GET {_WEBHOOK}",
    "webhook remove": f"DELETE {_WEBHOOK}",
    "webhook enable": f"POST {_WEBHOOK}/enable",
    "webhook disable": f"POST {_WEBHOOK}/disable",
    "webhook rotate-secret": f"POST {_WEBHOOK}/rotate-secret",
    "webhook test": f"POST {_WEBHOOK}/test",
    "webhook deliveries": f"GET {_WEBHOOK}/deliveries",
    "webhook resend": f"POST {_WEBHOOK}/resend",
    "recover": "POST /v1/recover",
}
"""The route of each command that has one. A command of one word is known by "kvitt" before it."""

_ONE_WORD = [command for command in ROUTES if " " not in command]
_TWO_WORDS = [command for command in ROUTES if " " in command]
_SAID_FOR_HTTP = re.compile(r"(?:(?P<command>kvitt [\w-]+)|--[\w-]+) \(HTTP: (?P<http>[^)]*)\)")
COMMAND = re.compile(
    r"(?P<verb>\b(?:Run|run|Kjør så|kjør så|Kjør|kjør) )?"
    r"(?<![\w/-])(?:"
    rf"(?:kvitt )?(?P<two>{'|'.join(_TWO_WORDS)})|kvitt (?P<one>{'|'.join(_ONE_WORD)})"
    r")(?![\w-])(?![^.;)]* --again)"  # sending again where the order is gone has no route
    r"(?:(?<=kvitt invoice adopt) \S+ \w+|(?<=kvitt recover) --since (?P<since>\w+))?"
)
"""A command that a sentence names, as `two` words or `one`, with the `verb` before it that says to run it."""

_VERBS = {"Run": "Send", "run": "send", "Kjør": "Send", "kjør": "send"}
_OWN_WEBHOOKS = re.compile(r"/v1/businesses/[^/]+/webhooks(/|$)")
_FIELDS = frozenset({"hint", "message"})
_HOLDS_ONE = (b'"hint":"', b'"message":"', b'"warnings":["')


def worded(text: str, *, of_business: bool = False) -> str:
    """Return a sentence with the routes of the commands that it names; a command without a route stays.

    `of_business`: webhooks are named by the routes of a business's own.
    """
    said = _SAID_FOR_HTTP.sub(lambda found: found["command"] or found["http"], text)
    return COMMAND.sub(lambda found: _route_of(found, of_business=of_business), said)


def may_name_commands(body: bytes) -> bool:
    """Whether anything in a JSON answer is to be worded: what most answers are spared is reading them again."""
    if not any(mark in body for mark in _HOLDS_ONE):
        return False
    text = body.decode()
    return bool(COMMAND.search(text) or _SAID_FOR_HTTP.search(text))


def worded_document(value: Any, *, of_business: bool = False) -> Any:
    """Return a document whose hints, messages and warnings name routes; everything else is as it was."""
    if isinstance(value, dict):
        return {name: _worded_field(name, held, of_business=of_business) for name, held in value.items()}
    if isinstance(value, list):
        return [worded_document(item, of_business=of_business) for item in value]
    return value


def is_of_business_s_webhooks(path: str) -> bool:
    """Whether a path is that of a business's own webhooks, or below it."""
    return _OWN_WEBHOOKS.match(path) is not None


def _worded_field(name: str, value: Any, *, of_business: bool) -> Any:
    if name in _FIELDS and isinstance(value, str):
        return worded(value, of_business=of_business)
    if name == "warnings" and isinstance(value, list):
        return [(worded if isinstance(item, str) else worded_document)(item, of_business=of_business) for item in value]
    return worded_document(value, of_business=of_business)


def said_with(verbs: Mapping[str, str], said: str) -> str:
    """Say another verb for that of a command, with what stands behind it: `Kjør så ` is `Send så `."""
    verb, space, rest = said.partition(" ")
    return verbs.get(verb, verb) + space + rest


def _route_of(found: re.Match[str], *, of_business: bool) -> str:
    verb = found["verb"] or ""
    sent = f' {{"since": "{found["since"]}"}}' if found["since"] else ""
    route = ROUTES[found["two"] or found["one"]]
    if of_business:
        route = route.replace("/v1/webhooks", f"{_BUSINESS}/webhooks")
    return said_with(_VERBS, verb) + route + sent
