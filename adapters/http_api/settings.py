"""Settings that APIs over HTTP have in common: the operator's, read from the environment, and a business's."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

from core.errors import InvalidInput


@dataclass(frozen=True)
class Variable:
    """What docs/settings.md says of a variable: its meaning, the values it takes, and what it is when not given.

    A `secret` one is shown to nobody.
    """

    name: str
    meaning: str
    values: str
    default: str
    secret: bool = False


LONGEST_TIMEOUT = 3600.0
"""In seconds."""

MOST_PARALLEL_CALLS = 32
"""For one business at once."""


def address_in(environment: Mapping[str, str], name: str, *, default: str) -> str:
    """Read the address of a service, without a slash at its end; https, unless it is on this machine.

    Errors: InvalidInput, code `bad_settings`, naming the variable.
    """
    url = (environment.get(name) or default).strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise bad_setting(name, f"is not an address such as {default}") from None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise bad_setting(name, f"is not an address such as {default}")
    if parts.scheme == "http" and not _is_own_machine(host):
        raise bad_setting(name, "must begin with https: passwords are sent over it (http is for this machine only)")
    return url


def seconds_in(environment: Mapping[str, str], name: str, *, default: float) -> float:
    """Read how many seconds a call may take.

    Errors: InvalidInput, code `bad_settings`.
    """
    text = environment.get(name) or str(default)
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_TIMEOUT:
        raise bad_setting(name, f"must be a number of seconds above 0 and up to {LONGEST_TIMEOUT:g}")
    return seconds


def parallel_calls_in(environment: Mapping[str, str], name: str, *, default: int) -> int:
    """Read how many calls are made at once for one business.

    Errors: InvalidInput, code `bad_settings`.
    """
    text = (environment.get(name) or str(default)).strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    if not 1 <= number <= MOST_PARALLEL_CALLS:
        raise bad_setting(name, f"must be a whole number from 1 to {MOST_PARALLEL_CALLS}")
    return number


def bad_setting(name: str, trouble: str) -> InvalidInput:
    """Return the error for a setting that can't be used."""
    return InvalidInput(
        f"The setting {name} {trouble}.", code="bad_settings", hint="Correct this environment variable."
    )


def _is_own_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_only_at(only_at: str | None, *addresses: str, vendor: str) -> None:
    """Refuse to send credentials to other addresses than those that they are for, and what is under it.

    Errors: InvalidInput, code `credentials_elsewhere`.
    """
    for address in addresses:
        if only_at is not None and address != only_at and not address.startswith(f"{only_at}/"):
            raise InvalidInput(
                f"The credentials of this business are for {only_at} only, and {vendor} is reached at {address}.",
                code="credentials_elsewhere",
                hint="Give the business the credentials for that address, or correct the operator's settings.",
            )


def _address(only_at: str) -> str:
    if not only_at.strip():
        raise ValueError("must not be blank")
    try:
        return address_in({"only_at": only_at}, "only_at", default="https://api.example.com")
    except InvalidInput as error:
        raise ValueError(error.message) from None


OnlyAt = Annotated[str, AfterValidator(_address)]
"""The one address that a business's credentials are for."""

ONLY_AT = "Only at this address"
ONLY_AT_TOLD = "The only address that these credentials are sent to; if given, other ones are refused."
"""What a person reads who is asked for it."""

_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def _filled(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if not value.strip():
        raise ValueError("must not be blank")
    if _UNWRITABLE.search(value):
        raise ValueError("holds a control character")
    return secret


FilledSecret = Annotated[SecretStr, AfterValidator(_filled)]
"""A secret that says something. No message ever shows it."""
