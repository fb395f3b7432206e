"""Settings that 24SevenOffice's APIs have in common: the operator's, read from the environment, and a business's."""

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
    """What docs/settings.md says of a variable: its meaning, the values it takes, and what it is when not given."""

    name: str
    meaning: str
    values: str
    default: str


TIMEOUT = "KVITT_TFSO_TIMEOUT"

_DEFAULT_TIMEOUT = 100.0
_LONGEST_TIMEOUT = 3600.0

VARIABLES = (
    Variable(
        TIMEOUT,
        "how long a call to either of 24SevenOffice's APIs may take; keep it below the 110 s after which the vendor"
        " ends a request, and below `KVITT_SETTLING_SECONDS`",
        values=f"seconds, above 0 and up to {_LONGEST_TIMEOUT:g}",
        default=f"{_DEFAULT_TIMEOUT:g}",
    ),
)


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


def timeout_in(environment: Mapping[str, str]) -> float:
    """Read how many seconds a call may take.

    Errors: InvalidInput, code `bad_settings`.
    """
    text = environment.get(TIMEOUT) or str(_DEFAULT_TIMEOUT)
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST_TIMEOUT:
        raise bad_setting(TIMEOUT, f"must be a number of seconds above 0 and up to {_LONGEST_TIMEOUT:g}")
    return seconds


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


def require_only_at(only_at: str | None, *addresses: str) -> None:
    """Refuse to send credentials to other addresses than those that they are for, and what is under it.

    Errors: InvalidInput, code `credentials_elsewhere`.
    """
    for address in addresses:
        if only_at is not None and address != only_at and not address.startswith(f"{only_at}/"):
            raise InvalidInput(
                f"The credentials of this business are for {only_at} only, and 24SevenOffice is reached at {address}.",
                code="credentials_elsewhere",
                hint="Give the business the credentials for that address, or correct the operator's settings.",
            )


def _address(only_at: str) -> str:
    if not only_at.strip():
        raise ValueError("must not be blank")
    try:
        return address_in({"only_at": only_at}, "only_at", default="https://api.24sevenoffice.com")
    except InvalidInput as error:
        raise ValueError(error.message) from None


OnlyAt = Annotated[str, AfterValidator(_address)]
"""The one address that a business's credentials are for."""

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
