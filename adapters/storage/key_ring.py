"""The API keys, read without waiting for any writer."""

from sqlalchemy import bindparam, select

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
        if row is None:
            return None
        fields = dict(row)
        digest = fields.pop("digest")
        return KeptKey(ApiKey.model_validate(fields), digest)

    def is_empty(self) -> bool:
        """Whether there is no key that opens anything. Errors: TryAgain, code `storage_busy`."""
        with self._storage.read() as database:
            return database.scalar(_ANY) is None
