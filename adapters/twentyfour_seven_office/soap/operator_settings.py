"""The operator's settings for reaching 24SevenOffice: where its API is, how long calls may take, how many there are.

KVITT_TFSO_API_URL: the API's root, https://api.24sevenoffice.com when not given.
KVITT_TFSO_TIMEOUT: how many seconds a call may take, 100 when not given. The vendor stops a request after 110 s
(FACTS), so keep it below that, and below KVITT_SETTLING_SECONDS.
KVITT_TFSO_CALLS_PER_HOUR: how many calls this installation makes in a clock hour, 7200 when not given, which is all
that the vendor allows an integration (FACTS, "SOAP: quota and errors"). Lower it where others share them.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.errors import InvalidInput

API_URL = "KVITT_TFSO_API_URL"
TIMEOUT = "KVITT_TFSO_TIMEOUT"
CALLS_PER_HOUR = "KVITT_TFSO_CALLS_PER_HOUR"

_DEFAULT_API_URL = "https://api.24sevenoffice.com"
_DEFAULT_TIMEOUT = 100.0
_LONGEST_TIMEOUT = 3600.0
_DEFAULT_CALLS_PER_HOUR = 7200
_MOST_CALLS_PER_HOUR = 10_000_000
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class OperatorSettings:
    """`api_url` has no slash at its end; `timeout` is in seconds."""

    api_url: str
    timeout: float
    calls_per_hour: int = _DEFAULT_CALLS_PER_HOUR


def operator_settings(environment: Mapping[str, str]) -> OperatorSettings:
    """Read the operator's settings.

    Errors: InvalidInput, code `bad_settings`, naming the variable.
    """
    return OperatorSettings(
        api_url=_api_url(environment),
        timeout=_timeout(environment),
        calls_per_hour=_calls_per_hour(environment),
    )


def _api_url(environment: Mapping[str, str]) -> str:
    url = (environment.get(API_URL) or _DEFAULT_API_URL).strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _bad(API_URL, "is not an address such as https://api.24sevenoffice.com") from None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise _bad(API_URL, "is not an address such as https://api.24sevenoffice.com")
    if parts.scheme == "http" and not _is_own_machine(host):
        raise _bad(API_URL, "must begin with https: passwords travel this way (http is for this machine only)")
    return url


def _timeout(environment: Mapping[str, str]) -> float:
    text = environment.get(TIMEOUT) or str(_DEFAULT_TIMEOUT)
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST_TIMEOUT:
        raise _bad(TIMEOUT, f"must be a number of seconds above 0 and up to {_LONGEST_TIMEOUT:g}")
    return seconds


def _calls_per_hour(environment: Mapping[str, str]) -> int:
    text = environment.get(CALLS_PER_HOUR) or str(_DEFAULT_CALLS_PER_HOUR)
    calls = int(text) if _WHOLE_NUMBER.fullmatch(text) else 0
    if not 0 < calls <= _MOST_CALLS_PER_HOUR:
        raise _bad(CALLS_PER_HOUR, f"must be a whole number from 1 to {_MOST_CALLS_PER_HOUR}")
    return calls


def _is_own_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bad(name: str, trouble: str) -> InvalidInput:
    return InvalidInput(
        f"The setting {name} {trouble}.", code="bad_settings", hint="Correct this environment variable."
    )
