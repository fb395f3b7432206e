"""Settings that 24SevenOffice's APIs have in common."""

from collections.abc import Mapping

from adapters.http_api.settings import LONGEST_TIMEOUT, Variable, seconds_in

TIMEOUT = "KVITT_TFSO_TIMEOUT"

_DEFAULT_TIMEOUT = 100.0

VARIABLES = (
    Variable(
        TIMEOUT,
        "how long a call to either of 24SevenOffice's APIs may take; keep it below the 110 s after which the vendor"
        " ends a request, and below `KVITT_SETTLING_SECONDS`",
        values=f"seconds, above 0 and up to {LONGEST_TIMEOUT:g}",
        default=f"{_DEFAULT_TIMEOUT:g}",
    ),
)


def timeout_in(environment: Mapping[str, str]) -> float:
    """Read how many seconds a call may take.

    Errors: InvalidInput, code `bad_settings`.
    """
    return seconds_in(environment, TIMEOUT, default=_DEFAULT_TIMEOUT)
