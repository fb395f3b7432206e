"""Notices to people: what they were told of, what is still to be sent, and who is at it."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer, String, Table

from adapters.storage.dialects import UtcDateTime, exact_text
from adapters.storage.schema.parts import ID_LENGTH, NAME_LENGTH, TYPE_LENGTH, metadata, of_business

# Up to which of a business's events was looked at; a position, for events are forgotten one day.
notice_looks = Table(
    "notice_looks",
    metadata,
    of_business(primary_key=True),
    Column("position", BigInteger, nullable=False),
)

# What needs a person. `news_since` is null where all of it was told.
notices = Table(
    "notices",
    metadata,
    of_business(primary_key=True),
    Column("kind", String(TYPE_LENGTH), primary_key=True),
    Column("code", exact_text(ID_LENGTH), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("news_since", UtcDateTime),
    Column("latest", UtcDateTime, nullable=False),
    Column("told_at", UtcDateTime),
    Column("count", Integer, nullable=False),
)

# What is still to be sent: to whom a business names, or where `business` is null to whom the operator does.
notice_messages = Table(
    "notice_messages",
    metadata,
    Column("id", exact_text(ID_LENGTH), primary_key=True),
    Column("business", exact_text(NAME_LENGTH), ForeignKey("businesses.name")),
    Column("notices", JSON, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reached", JSON, nullable=False),
    Column("failing", JSON, nullable=False),
)

# One row: which worker sends notices, and until when; when it was last summed up what had happened; and of which
# endpoints it was told that nothing is sent to them any more.
notifier = Table(
    "notifier",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("holder", exact_text(ID_LENGTH), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("summed_up_at", UtcDateTime),
    Column("webhooks", JSON(none_as_null=True)),
)
