"""The mark that is kept outside the database."""

from collections.abc import Callable
from typing import Protocol

from core.recovery import Mark


class MarkKeeper(Protocol):
    """Keeps a home's mark, for all processes that share the home."""

    def read(self) -> Mark | None:
        """Return the mark, or None where this home has none yet (or one that can't be read)."""

    def change(self, how: Callable[[Mark | None], Mark]) -> Mark:
        """Change the mark; of several processes one does so at a time.

        Errors: TryAgain, code `mark_not_kept`, when it can't be written.
        """

    def database_file(self) -> str | None:
        """Return what tells the database's file from a copy of it; None where it is no file, or not there."""
