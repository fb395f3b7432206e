"""API keys; of their texts no more than digests are kept."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, or_, select, update

from adapters.storage.insertion import insert_into
from adapters.storage.schema import api_keys
from core.api_key import ApiKey
from core.errors import Conflict

SHOWN = select(*(column for column in api_keys.c if column.name != "digest"))
"""Keys as they may be shown."""


class SqlApiKeyStore:
    """The API keys."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def add(self, key: ApiKey, *, digest: str) -> None:
        """Store a new key.

        Errors: Conflict, code `prefix_taken`, when there is one of this prefix, revoked or not.
        """
        statement = insert_into(self._database.dialect.name, api_keys).values(**key.model_dump(), digest=digest)
        added = self._database.scalar(statement.on_conflict_do_nothing().returning(api_keys.c.prefix))
        if added is None:
            raise Conflict(
                f"There is an API key {key.prefix} already.", code="prefix_taken", hint="Make the key once more."
            )

    def get(self, prefix: str) -> ApiKey | None:
        """Return a key, revoked or not, or None."""
        row = self._database.execute(SHOWN.where(api_keys.c.prefix == prefix)).mappings().first()
        return ApiKey.model_validate(dict(row)) if row else None

    def list(self, *, limit: int, after: str | None = None) -> Sequence[ApiKey]:
        """Return keys by prefix, revoked ones too, those after the given prefix, at most `limit`."""
        query = SHOWN.order_by(api_keys.c.prefix).limit(limit)
        if after is not None:
            query = query.where(api_keys.c.prefix > after)
        return [ApiKey.model_validate(dict(row)) for row in self._database.execute(query).mappings()]

    def revoke(self, prefix: str, *, now: datetime) -> None:
        """Note that the key opens nothing any more; one that was revoked before stays as it is."""
        self._revoke(api_keys.c.prefix == prefix, now=now)

    def revoke_of(self, business: str, *, now: datetime) -> None:
        """Revoke every key of this business, as `revoke` does."""
        self._revoke(api_keys.c.business == business, now=now)

    def _revoke(self, these: ColumnElement[bool], *, now: datetime) -> None:
        self._database.execute(update(api_keys).where(these, api_keys.c.revoked_at.is_(None)).values(revoked_at=now))

    def note_use(self, prefix: str, *, now: datetime) -> None:
        """Note that the key was used; of several instants the latest stays."""
        is_later = or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at < now)
        self._database.execute(update(api_keys).where(api_keys.c.prefix == prefix, is_later).values(last_used_at=now))
