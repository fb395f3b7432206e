"""A session as it is kept between processes: through `SessionStore`, which encrypts it."""

import hashlib
import json
from dataclasses import asdict, dataclass, field

from adapters.twentyfour_seven_office.soap.connection import SoapConnection


@dataclass(frozen=True)
class KeptSession:
    """A session id, the identity that it stands in, and the company behind that. The session id is a secret.

    `fingerprint` tells for which connection it was made: another connection never uses it.
    """

    fingerprint: str
    identity_id: str
    company_id: str
    company: str
    session_id: str = field(repr=False)

    def to_text(self) -> str:
        """Write it down."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str | None) -> "KeptSession | None":
        """Read what was written down; None for nothing, or for what some other version wrote."""
        try:
            found = json.loads(text or "null")
            kept = cls(**{name: found[name] for name in cls.__dataclass_fields__})
        except (ValueError, TypeError, KeyError):
            return None
        return kept if all(isinstance(value, str) for value in asdict(kept).values()) else None


def fingerprint_of(connection: SoapConnection, *, api_url: str) -> str:
    """Digest everything that decides whose books a session reaches."""
    password = hashlib.sha256(connection.password.get_secret_value().encode()).hexdigest()
    parts = [
        api_url,
        connection.application_id.get_secret_value(),
        connection.username,
        password,
        connection.account_name,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
