"""Sessions with accounting systems, encrypted, each stored in a short transaction of its own."""

from sqlalchemy import select

from adapters.storage.insertion import put
from adapters.storage.schema import sessions
from adapters.storage.sealed import lock_for_sealing
from adapters.storage.unit_of_work import SqlStorage
from core.errors import TryAgain
from core.ports.secret_box import SecretBox


class SqlSessionStore:
    """The sessions. Not for use within a transaction of the storage, which would have to wait for itself."""

    def __init__(self, storage: SqlStorage, secret_box: SecretBox) -> None:
        self._storage = storage
        self._secret_box = secret_box

    def load(self, business: str) -> str | None:
        """Return what was kept for the business, or None; also None when the secret key has changed since.

        A session is soon made anew, so there is nothing in that for a person to mend.
        Errors: TryAgain, code `storage_busy`.
        """
        with self._storage.read() as database:
            sealed = database.scalar(select(sessions.c.sealed_session).where(sessions.c.business == business))
        try:
            return self._secret_box.open(sealed) if sealed is not None else None
        except TryAgain:
            return None

    def save(self, business: str, session: str) -> None:
        """Keep this for the business instead of what was kept before. Errors: TryAgain, code `storage_busy`."""
        with self._storage.write() as database:
            lock_for_sealing(database, sessions)
            put(database, sessions, {"business": business, "sealed_session": self._secret_box.seal(session)})
