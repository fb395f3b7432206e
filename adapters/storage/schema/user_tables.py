"""Users of the console, their sessions, sign-in links and passkeys, and attempts at their passwords.

What opens something is here as a digest alone.
"""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from adapters.storage.dialects import UtcDateTime, exact_text
from adapters.storage.schema.parts import ID_LENGTH, NAME_LENGTH, WORD_LENGTH, metadata

EVERY_BUSINESS = ""
"""In the place of a business's name, which is never empty."""


def _of_user(*, primary_key: bool = False) -> Column[str]:
    return Column(
        "user_name", exact_text(NAME_LENGTH), ForeignKey("users.name"), primary_key=primary_key, nullable=False
    )


users = Table(
    "users",
    metadata,
    Column("name", exact_text(NAME_LENGTH), primary_key=True),
    Column("email", Text, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    Column("secret_hash", Text),
)

# A grant may be for a business that is erased later, so no foreign key holds that.
user_grants = Table(
    "user_grants",
    metadata,
    _of_user(primary_key=True),
    Column("business", exact_text(NAME_LENGTH), primary_key=True),
    Column("role", String(WORD_LENGTH), nullable=False),
)
Index("ix_user_grants_business", user_grants.c.business)

console_sessions = Table(
    "console_sessions",
    metadata,
    Column("id", exact_text(ID_LENGTH), primary_key=True),
    Column("digest", exact_text(ID_LENGTH), nullable=False, unique=True),
    _of_user(),
    Column("csrf", Text, nullable=False),
    Column("begun_by", String(WORD_LENGTH), nullable=False),
    Column("address", exact_text(ID_LENGTH)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)
Index("ix_console_sessions_user_name", console_sessions.c.user_name)
Index("ix_console_sessions_last_seen_at", console_sessions.c.last_seen_at)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("digest", exact_text(ID_LENGTH), primary_key=True),
    _of_user(),
    Column("made_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)
Index("ix_sign_in_links_made_at", sign_in_links.c.made_at)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("key", exact_text(ID_LENGTH), primary_key=True),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("count", Integer, nullable=False),
)
Index("ix_sign_in_attempts_begun_at", sign_in_attempts.c.begun_at)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", exact_text(ID_LENGTH), primary_key=True),
    _of_user(),
    Column("name", Text, nullable=False),
    Column("credential", Text, nullable=False, unique=True),
    Column("public_key", Text, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("transports", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
)
Index("ix_passkeys_user_name", passkeys.c.user_name)

passkey_challenges = Table(
    "passkey_challenges",
    metadata,
    Column("digest", exact_text(ID_LENGTH), primary_key=True),
    Column("session", exact_text(ID_LENGTH)),
    Column("made_at", UtcDateTime, nullable=False),
)
Index("ix_passkey_challenges_made_at", passkey_challenges.c.made_at)
