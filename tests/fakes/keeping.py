"""Keeping secrets, sessions and the count of calls, in memory."""

from datetime import datetime
from threading import Lock

from core.errors import TryAgain
from core.ports.surroundings import Draw


class FakeSecretBox:
    """Seals so that only a box with the same key opens; the sealed form does not hold the text as it is."""

    def __init__(self, key: str = "key") -> None:
        self._key = key

    def seal(self, text: str) -> str:
        """Return the text in another form, marked with the key."""
        return f"{self._key}:{text.encode().hex()}"

    def open(self, sealed: str) -> str:
        """Return what was sealed with this key."""
        key, _, hidden = sealed.partition(":")
        if key != self._key:
            raise TryAgain("This was sealed with another key.", code="secret_key_changed")
        return bytes.fromhex(hidden).decode()


class FakeSessionStore:
    """One session a business."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def load(self, business: str) -> str | None:
        """Return what was kept, or None."""
        return self.kept.get(business)

    def save(self, business: str, session: str) -> None:
        """Keep it."""
        self.kept[business] = session


class FakeCallCounter:
    """Counts by accounting system and hour. `draws` holds what was granted, draw by draw."""

    def __init__(self) -> None:
        self.draws: list[int] = []
        self.is_busy = False
        """As a database that can't be used at this moment."""
        self._calls: dict[tuple[str, datetime], int] = {}
        self._lock = Lock()

    def draw(self, system: str, hour: datetime, *, wanted: int, limit: int) -> Draw:
        """Count calls before they are made: all that are wanted, or one, or none."""
        self._require_database()
        with self._lock:
            used = self._calls.get((system, hour), 0)
            granted = next((size for size in (wanted, 1) if used + size <= limit), 0)
            if granted:
                self._calls[system, hour] = used + granted
            self.draws.append(granted)
            return Draw(granted=granted, used=used + granted)

    def fill(self, system: str, hour: datetime, *, limit: int) -> None:
        """Count the hour as used up."""
        self._require_database()
        with self._lock:
            self._calls[system, hour] = max(self._calls.get((system, hour), 0), limit)

    def used(self, system: str, hour: datetime) -> int:
        """Return the hour's count."""
        self._require_database()
        return self._calls.get((system, hour), 0)

    def _require_database(self) -> None:
        if self.is_busy:
            raise TryAgain("The database is busy.", code="storage_busy")
