"""Keeping secrets and sessions, in memory."""

from core.errors import InvalidInput


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
            raise InvalidInput("This was sealed with another key.", code="secret_key_changed")
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
