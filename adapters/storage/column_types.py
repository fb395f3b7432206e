"""Column types that the databases do not have alike."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, TypeDecorator
from sqlalchemy.types import TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, to the microsecond. Goes in aware, is stored in UTC, comes out aware.

    SQLite knows no time zones and keeps text, which sorts by time because every value has the same form.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring an instant to UTC. A time without zone is a bug: ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone can't be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def exact_text(length: int | None = None) -> TypeEngine[str]:
    """Return a type for text that is compared and sorted by its code points, whatever the database's language."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def serial_number() -> TypeEngine[int]:
    """Return a type for a key that the database counts up itself (SQLite does so for INTEGER alone)."""
    return BigInteger().with_variant(Integer(), "sqlite")
