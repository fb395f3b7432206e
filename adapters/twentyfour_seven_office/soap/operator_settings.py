"""The operator's settings for 24SevenOffice's SOAP services: where they are, how long calls take, and how many."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.twentyfour_seven_office.settings import Variable, address_in, bad_setting, timeout_in

API_URL = "KVITT_TFSO_API_URL"
CALLS_PER_HOUR = "KVITT_TFSO_CALLS_PER_HOUR"

_DEFAULT_API_URL = "https://api.24sevenoffice.com"
_DEFAULT_CALLS_PER_HOUR = 7200
_MOST_CALLS_PER_HOUR = 10_000_000

VARIABLES = (
    Variable(API_URL, "where 24SevenOffice's SOAP API is", values="address", default=f"`{_DEFAULT_API_URL}`"),
    Variable(
        CALLS_PER_HOUR,
        "how many calls this installation makes in a clock hour; when not given all that 24SevenOffice grants an"
        " integration, so lower it where others share them",
        values=f"calls, 1 to {_MOST_CALLS_PER_HOUR}",
        default=f"{_DEFAULT_CALLS_PER_HOUR}",
    ),
)
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
        api_url=address_in(environment, API_URL, default=_DEFAULT_API_URL),
        timeout=timeout_in(environment),
        calls_per_hour=_calls_per_hour(environment),
    )


def _calls_per_hour(environment: Mapping[str, str]) -> int:
    text = environment.get(CALLS_PER_HOUR) or str(_DEFAULT_CALLS_PER_HOUR)
    calls = int(text) if _WHOLE_NUMBER.fullmatch(text) else 0
    if not 0 < calls <= _MOST_CALLS_PER_HOUR:
        raise bad_setting(CALLS_PER_HOUR, f"must be a whole number from 1 to {_MOST_CALLS_PER_HOUR}")
    return calls
