"""What is drawn by chance: identifiers, which sort by the time they were made, API keys, and other secrets."""

import base64
import secrets
import time

from core.api_key import PREFIX_DIGITS, SECRET_DIGITS
from core.webhook import SECRET_PREFIX

_TIME_DIGITS = 12  # milliseconds since 1970 fit for some 8,900 years
_RANDOM_BYTES = 10
_SECRET_BYTES = 32  # Standard Webhooks takes 24 to 64


def time_ordered_id() -> str:
    """Return a new identifier of 32 lower-case hexadecimal digits: 48 bits of time, 80 bits of chance."""
    return f"{time.time_ns() // 1_000_000:0{_TIME_DIGITS}x}{secrets.token_hex(_RANDOM_BYTES)}"


def new_api_key_text() -> str:
    """Return a new key's text; both of its parts are drawn by the system's own source of chance for secrets."""
    prefix, secret = secrets.token_hex(PREFIX_DIGITS // 2), secrets.token_hex(SECRET_DIGITS // 2)
    return f"kvitt_{prefix}_{secret}"


def new_secret_text() -> str:
    """Return the text of a new session or sign-in link: 256 bits of chance, fit for a cookie and an address."""
    return secrets.token_urlsafe(32)


def new_webhook_secret() -> str:
    """Return a new secret that events are signed with, as Standard Webhooks writes them."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
