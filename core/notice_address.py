"""Where people are told of what needs them: which addresses a business may name, and what they are called.

Pure: nothing is looked up. An address is a secret, and holds what opens the service; so it is shown as the service's
name alone. A business's addresses may come from whoever holds an API key. Therefore just those services are taken whose
hosts are their own, with no parameter that has a file read or another host reached; and e-mail, whose server has to be
a public one, and is judged again whenever it is connected to. The operator's addresses are the operator's affair.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from core.endpoint_address import Reach, endpoint_address
from core.errors import Fault, InvalidInput

MOST_ADDRESSES = 10
LONGEST_ADDRESS = 1000

EMAIL = "e-mail"
TEAMS = "Microsoft Teams"


@dataclass(frozen=True)
class _Service:
    name: str
    parameters: frozenset[str] = frozenset()


_EMAIL = _Service(EMAIL, frozenset({"to", "cc", "bcc", "from", "name", "smtp", "mode", "reply", "user", "pass"}))
_OWN_HOSTS = {
    "slack": _Service("Slack"),
    "workflow": _Service(TEAMS, frozenset({"api-version", "sp", "sv", "sig"})),
    "workflows": _Service(TEAMS, frozenset({"api-version", "sp", "sv", "sig"})),
    "gchat": _Service("Google Chat", frozenset({"key", "token"})),
    "discord": _Service("Discord"),
    "wxteams": _Service("Webex"),
    "webex": _Service("Webex"),
    "tgram": _Service("Telegram"),
    "pover": _Service("Pushover"),
    "opsgenie": _Service("Opsgenie", frozenset({"region"})),
    "pagerduty": _Service("PagerDuty", frozenset({"region"})),
    "twilio": _Service("Twilio"),
}
_BY_HOST = {
    "hooks.slack.com": "slack",
    "discord.com": "discord",
    "chat.googleapis.com": "gchat",
    "webexapis.com": "webex",
}
"""Services whose own https addresses are taken as they are."""

_MICROSOFT = (".logic.azure.com", ".api.powerplatform.com")
_OTHERS = {
    "signal": "Signal", "signals": "Signal", "ntfy": "ntfy", "ntfys": "ntfy", "matrix": "Matrix", "matrixs": "Matrix",
    "mmost": "Mattermost", "mmosts": "Mattermost", "rocket": "Rocket.Chat", "rockets": "Rocket.Chat",
    "zulip": "Zulip", "gotify": "Gotify", "gotifys": "Gotify", "ses": "Amazon SES", "sns": "Amazon SNS",
    "sendgrid": "SendGrid", "mailgun": "Mailgun", "azure": "Office 365", "o365": "Office 365", "json": "JSON",
    "jsons": "JSON", "syslog": "syslog", "pbul": "Pushbullet",
}  # fmt: skip
"""What else operators use, by its scheme: only its name matters here."""

_ANOTHER = "another service"
_SCHEME = re.compile(r"([a-z][a-z0-9]*)://(.*)", re.IGNORECASE)
_MAIL_PORTS = frozenset({None, 25, 465, 587, 2525})


def service_of(address: str) -> str:
    """Return what the service of an address is called: nothing else of an address may be shown."""
    scheme = _scheme_of(address)
    if scheme in _MAIL:
        return EMAIL
    service = _OWN_HOSTS.get(scheme)
    return service.name if service else _OTHERS.get(scheme, _ANOTHER)


def services_of(addresses: Iterable[str]) -> list[str]:
    """Return what the services of addresses are called, in their order."""
    return [service_of(address) for address in addresses]


def addresses_in(text: str) -> tuple[str, ...]:
    """Return the addresses in a text, which has white space between them."""
    return tuple(text.split())


def require_allowed(addresses: Sequence[str], judged: Mapping[str, str]) -> None:
    """See that a business may name these; `judged` says of an address what else is wrong with it, if anything.

    Errors: InvalidInput, code `not_a_business`, naming every one that it may not by its place, `notify[0]`, and never
    by anything that is in it.
    """
    faults = [
        Fault(f"notify[{place}]", fault)
        for place, address in enumerate(addresses)
        if (fault := fault_of(address) or judged.get(address, ""))
    ]
    if len(addresses) > MOST_ADDRESSES:
        faults = [Fault("notify", f"holds more than {MOST_ADDRESSES}")]
    if faults:
        told = "; ".join(fault.sentence for fault in faults)
        raise InvalidInput(
            f"People can't be told at these addresses. {told}.",
            code="not_a_business",
            hint="docs/notices.md shows what an address looks like.",
            faults=faults,
        )


def require_usable(addresses: Sequence[str], judge: Callable[[str], str]) -> None:
    """See that the operator's people can be told at these; `judge` says what is wrong with one, or nothing.

    Errors: InvalidInput, code `bad_settings`, naming by place and service every one at which nobody can be.
    """
    told = [
        f"Address {place} of {len(addresses)}, of {service_of(address)}, {fault}."
        for place, address in enumerate(addresses, start=1)
        if (fault := judge(address))
    ]
    if told:
        raise InvalidInput(
            f"People can't be told at what KVITT_NOTIFY names. {' '.join(told)}",
            code="bad_settings",
            hint="docs/notices.md shows what an address looks like.",
        )


def fault_of(address: str) -> str:
    """Return why a business may not name an address; empty where it may."""
    if len(address) > LONGEST_ADDRESS:
        return f"is longer than {LONGEST_ADDRESS} characters"
    if not address.isascii() or not address.isprintable() or " " in address or not _SCHEME.fullmatch(address):
        return "is not an address, such as slack://... or mailtos://..."
    scheme = _scheme_of(address)
    service = _EMAIL if scheme in _MAIL else _OWN_HOSTS.get(scheme)
    if service is None:
        return f"is of a service that is not for businesses; there are: {', '.join(_NAMES)}"
    if address.endswith("://"):
        return "names nobody"
    try:
        parts = urlsplit(address)
        has_port = service is _EMAIL or parts.scheme.lower() == "https"
        host, port = parts.hostname or "", parts.port if has_port else None
    except ValueError:
        return "can't be read"
    given = parse_qsl(parts.query, keep_blank_values=True, separator="&")
    if parts.fragment or ";" in parts.query or any(name.lower() not in service.parameters for name, _ in given):
        taken = ", ".join(sorted(service.parameters)) or "none"
        return f"has a parameter that is not taken for {service.name}; these are: {taken}"
    if service is _EMAIL:
        servers = [unquote(value) for name, value in given if name.lower() == "smtp"]
        return _fault_of_server((servers or [unquote(host)])[-1], port)
    if service.name == TEAMS and not is_microsofts(host):
        return "is not of one of Microsoft's hosts, such as prod-1.westeurope.logic.azure.com"
    if service is not _EMAIL and port not in (None, 443):
        return "has a port that is not its service's"
    return ""


def is_microsofts(host: str) -> bool:
    """Whether a host is one at which Microsoft takes messages for Teams."""
    return host.lower().endswith(_MICROSOFT)


def _fault_of_server(host: str, port: int | None) -> str:
    if port not in _MAIL_PORTS:
        return "has a port that is none for sending e-mail: 25, 465, 587 or 2525"
    try:
        endpoint_address(f"https://{host.rpartition('@')[2]}/", reach=Reach())
    except InvalidInput:
        return "names a mail server that is not public: give the name of one on the internet"
    return ""


def _scheme_of(address: str) -> str:
    """Return the scheme that an address counts as: that of its service, where it is the service's own https address."""
    found = _SCHEME.fullmatch(address)
    scheme = found[1].lower() if found else ""
    if scheme != "https":
        return scheme
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return scheme
    return "workflows" if is_microsofts(host) else _BY_HOST.get(host, scheme)


_MAIL = ("mailto", "mailtos")
_NAMES = list(dict.fromkeys([EMAIL, *(service.name for service in _OWN_HOSTS.values())]))
