"""The API keys, read without waiting for any writer."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, bindparam, select

from adapters.storage.schema import api_keys
from adapters.storage.unit_of_work import SqlStorage
from core.api_key import ApiKey
from core.ports.key_ring import KeptKey

_LIVE = select(api_keys).where(api_keys.c.revoked_at.is_(None))
_OF_PREFIX = _LIVE.where(api_keys.c.prefix == bindparam("prefix"))
_ANY = _LIVE.with_only_columns(api_keys.c.prefix).limit(1)


class SqlKeyRing:
    """The KeyRing port."""

    def __init__(self, storage: SqlStorage) -> None:
        self._storage = storage

    def find(self, prefix: str) -> KeptKey | None:
        """Return the key of that prefix unless it was revoked, or None. Errors: TryAgain, code `storage_busy`."""
        with self._storage.read() as database:
            row = database.execute(_OF_PREFIX, {"prefix": prefix}).mappings().first()
        return _kept(row) if row else None

    def all(self) -> Mapping[str, KeptKey]:
        """Return every key that was not revoked, by its prefix. Errors: TryAgain, code `storage_busy`."""
        with self._storage.read() as database:
            rows = database.execute(_LIVE).mappings().all()
        return {row["prefix"]: _kept(row) for row in rows}

    def is_empty(self) -> bool:
        """Whether there is no key that opens anything. Errors: TryAgain, code `storage_busy`."""
        with self._storage.read() as database:
            return database.scalar(_ANY) is None


def _kept(row: RowMapping) -> KeptKey:
    fields: dict[str, Any] = dict(row)
    digest = fields.pop("digest")
    return KeptKey(ApiKey.model_validate(fields), digest)
