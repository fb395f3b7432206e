"""Passkeys: what is kept of one, and where browsers use them.

Pure. A passkey signs challenges; no more than its public half is here.
Source: Web Authentication, Level 3 (W3C).
"""

import ipaddress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlsplit

from core.errors import NotAuthenticated
from core.fields import Document, Instant, KeyName
from core.user import User

CHALLENGE_HOLDS = timedelta(minutes=5)


class Credential(Document):
    """What an authenticator has made: its id and its public key, both in base64url, and how often it has signed.

    An authenticator that does not count says 0 for ever. `transports` is how browsers reach it.
    """

    credential: str
    public_key: str
    sign_count: int
    transports: tuple[str, ...] = ()


class Passkey(Credential):
    """A passkey that signs its user in, under the name that the user has given it."""

    id: str
    user: KeyName
    name: KeyName
    created_at: Instant
    last_used_at: Instant | None = None


class Challenge(Document):
    """What is to be signed, once: to sign in, or in a session (its id) to add a passkey."""

    session: str | None = None
    made_at: Instant


class Site(NamedTuple):
    """Where a browser has the console: a passkey is for the name of the host, and signs for the origin."""

    origin: str
    host: str


def site_of(scheme: str, host: str) -> Site | None:
    """Return the site of a request, by its scheme and its Host header; None where browsers use no passkeys.

    They do over https, and on localhost; nowhere by an IP address.
    """
    try:
        parts = urlsplit(f"{scheme}://{host}")
        name, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    is_local = name == "localhost" or name.endswith(".localhost")
    if not name or parts.netloc != host or _is_ip_address(name) or not (scheme == "https" or is_local):
        return None
    usual = {"https": 443, "http": 80}[scheme]
    return Site(f"{scheme}://{name}" if port in (None, usual) else f"{scheme}://{name}:{port}", name)


def user_handle(user: User) -> bytes:
    """Return by what an authenticator knows the user: always the same, and telling nothing of who it is."""
    return sha256(f"{user.name} {user.created_at.isoformat()}".encode()).digest()


def is_challenge_over(challenge: Challenge, now: datetime) -> bool:
    """Whether the challenge is too old to be answered."""
    return now - challenge.made_at >= CHALLENGE_HOLDS


def has_gone_back(kept: int, stated: int) -> bool:
    """Whether an authenticator states that it has signed no more often than it had before: there are two of it.

    Source: Web Authentication, section 6.1.1.
    """
    return (kept > 0 or stated > 0) and stated <= kept


def wrong_passkey() -> NotAuthenticated:
    """Say that an answer does not prove what it was asked for, and no more."""
    return NotAuthenticated(
        "The passkey did not prove who you are.",
        code="wrong_passkey",
        hint="Try again, within five minutes. Or sign in in another way.",
    )


def passkey_copied() -> NotAuthenticated:
    """Say that there are two of one passkey."""
    return NotAuthenticated(
        "This passkey has signed less often than it had before: somebody may have copied it.",
        code="passkey_copied",
        hint="Sign in in another way, remove the passkey from your account, and tell an administrator.",
    )


def _is_ip_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
