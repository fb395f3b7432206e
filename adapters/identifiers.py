"""What is drawn by chance: identifiers, which sort by the time they were made, and the texts of new API keys."""

import secrets
import time

from core.api_key import PREFIX_DIGITS, SECRET_DIGITS

_TIME_DIGITS = 12  # milliseconds since 1970 fit for some 8,900 years
_RANDOM_BYTES = 10


def time_ordered_id() -> str:
    """Return a new identifier of 32 lower-case hexadecimal digits: 48 bits of time, 80 bits of chance."""
    return f"{time.time_ns() // 1_000_000:0{_TIME_DIGITS}x}{secrets.token_hex(_RANDOM_BYTES)}"


def new_api_key_text() -> str:
    """Return a new key's text; both of its parts are drawn by the system's own source of chance for secrets."""
    prefix, secret = secrets.token_hex(PREFIX_DIGITS // 2), secrets.token_hex(SECRET_DIGITS // 2)
    return f"kvitt_{prefix}_{secret}"
