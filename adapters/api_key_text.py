"""The texts of new API keys."""

import secrets

from core.api_key import PREFIX_DIGITS, SECRET_DIGITS


def new_api_key_text() -> str:
    """Return a new key's text; both of its parts are drawn by the system's own source of chance for secrets."""
    prefix, secret = secrets.token_hex(PREFIX_DIGITS // 2), secrets.token_hex(SECRET_DIGITS // 2)
    return f"kvitt_{prefix}_{secret}"
