"""A token: what it is bought with, how it is read, and how it is kept between processes (encrypted, `SessionStore`)."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from adapters.twentyfour_seven_office.rest.operations import LOGIN
from adapters.twentyfour_seven_office.rest.settings import RestConnection, RestSettings
from core.errors import TryAgain

AUDIENCE = "https://api.24sevenoffice.com"  # docs/24sevenoffice.md, "REST"

_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")  # it goes into a header
_MARGIN = timedelta(seconds=60)
_LIFETIME_WHEN_NOT_TOLD = 600
_LONGEST_LIFETIME = 30 * 24 * 3600


@dataclass(frozen=True)
class Token:
    """A token, and until when (UTC) it is used: a while before it ends. The token itself is a secret.

    `fingerprint` tells for which connection it was made: another connection never uses it.
    """

    fingerprint: str
    usable_until: datetime
    text: str = field(repr=False)

    def to_text(self) -> str:
        """Write it down."""
        return json.dumps(
            {"fingerprint": self.fingerprint, "usable_until": self.usable_until.isoformat(), "token": self.text}
        )

    @classmethod
    def from_text(cls, text: str | None) -> "Token | None":
        """Read what was written down; None for nothing, or for what some other version or system wrote."""
        try:
            found = json.loads(text or "null")
            until = datetime.fromisoformat(found["usable_until"])
            kept = cls(str(found["fingerprint"]), until, str(found["token"]))
        except (ValueError, TypeError, KeyError):
            return None
        return kept if until.tzinfo and _TOKEN.fullmatch(kept.text) else None


def login_request(connection: RestConnection) -> dict[str, str]:
    """Describe the token that is asked for (docs/24sevenoffice.md, "REST")."""
    return {
        "grant_type": "client_credentials",
        "client_id": connection.client_id,
        "client_secret": connection.client_secret.get_secret_value(),
        "audience": AUDIENCE,
        "login_organization": connection.organization_id,
    }


def token_in(answer: Any, *, fingerprint: str, asked_at: datetime) -> Token:
    """Read the token in the login server's answer.

    It is used until a minute before it ends, or half its life where that is short.
    Errors: TryAgain, code `broken_answer`, when there is none.
    """
    told = answer if isinstance(answer, dict) else {}
    text, kind, lifetime = told.get("access_token"), told.get("token_type", "Bearer"), told.get("expires_in")
    if not isinstance(text, str) or not _TOKEN.fullmatch(text) or str(kind).lower() != "bearer":
        raise TryAgain(f"{LOGIN.where}: the answer was broken.", code="broken_answer")
    seconds = lifetime if isinstance(lifetime, int) and lifetime > 0 else _LIFETIME_WHEN_NOT_TOLD
    lives = timedelta(seconds=min(seconds, _LONGEST_LIFETIME))
    return Token(fingerprint, asked_at + max(lives - _MARGIN, lives / 2), text)


def fingerprint_of(connection: RestConnection, settings: RestSettings) -> str:
    """Digest everything that decides whose books a token reaches, and whether they were the ones that are meant."""
    secret = hashlib.sha256(connection.client_secret.get_secret_value().encode()).hexdigest()
    parts = [
        settings.rest_url,
        settings.login_url,
        connection.client_id,
        secret,
        connection.organization_id,
        connection.account_name,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
