"""Sessions and the links that begin them: how long each holds.

Pure: no chance, no clock. The texts that open them are 256 bits of chance each, of which no more than a digest is kept.
"""

import ipaddress
import re
from datetime import datetime, timedelta
from enum import StrEnum

from core.fields import Document, Instant, KeyName

IDLE = timedelta(hours=8)
"""A session is over when nothing was asked with it for so long: a working day."""

LONGEST = timedelta(days=7)
"""A session is over so long after it began, however much it is used."""

LINK_HOLDS = timedelta(minutes=15)

SEEN_EVERY = timedelta(minutes=1)
"""How often it is noted, at most, that a session is used."""

REMEMBERED_FOR = timedelta(days=30)
"""How long sessions and links that are over are kept, to know from where a user signs in, and a link used twice."""

_TEXT = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in URL-safe base64


class SignInWay(StrEnum):
    """How a session was begun."""

    LINK = "link"
    PASSWORD = "password"  # noqa: S105 - a way, not a secret
    PASSKEY = "passkey"
    OPENID = "openid"


class Session(Document):
    """Somebody signed in somewhere. `last_seen_at` is true to the minute.

    `csrf` is what each form of the session carries. `address` is where it was begun from, as far as that is known.
    """

    id: str
    user: KeyName
    csrf: str
    by: SignInWay
    address: str | None = None
    created_at: Instant
    last_seen_at: Instant
    ended_at: Instant | None = None


class SignInLink(Document):
    """A link that signs its user in, once."""

    user: KeyName
    made_at: Instant
    used_at: Instant | None = None


def is_over(session: Session, now: datetime) -> bool:
    """Whether the session opens nothing any more: ended, unused for `IDLE`, or older than `LONGEST`."""
    return session.ended_at is not None or now - session.last_seen_at >= IDLE or now - session.created_at >= LONGEST


def is_link_over(link: SignInLink, now: datetime) -> bool:
    """Whether the link is too old."""
    return now - link.made_at >= LINK_HOLDS


def may_be_text(text: str) -> bool:
    """Whether this can be the text of a session or a link at all."""
    return _TEXT.fullmatch(text) is not None


def network_of(address: str | None) -> str | None:
    """Return what attempts from an address are counted by: an IPv4 address, or what one customer has of IPv6 (a /64).

    None for what is no IP address.
    """
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(parsed) >> 64 << 64, 64)))
    return str(parsed)
