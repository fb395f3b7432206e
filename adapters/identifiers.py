"""Identifiers that sort by the time they were made."""

import secrets
import time

_TIME_DIGITS = 12  # milliseconds since 1970 fit for some 8,900 years
_RANDOM_BYTES = 10


def time_ordered_id() -> str:
    """Return a new identifier of 32 lower-case hexadecimal digits: 48 bits of time, 80 bits of chance."""
    return f"{time.time_ns() // 1_000_000:0{_TIME_DIGITS}x}{secrets.token_hex(_RANDOM_BYTES)}"
