"""A home's mark, in memory."""

from collections.abc import Callable

from core.errors import TryAgain
from core.recovery import Mark


class FakeMarks:
    """The MarkKeeper port. `file` is what tells the database's file from a copy of it; `is_full` is the disk."""

    def __init__(self) -> None:
        self.mark: Mark | None = None
        self.file: str | None = None
        self.is_full = False

    def read(self) -> Mark | None:
        """Return the mark."""
        return self.mark

    def change(self, how: Callable[[Mark | None], Mark]) -> Mark:
        """Change the mark, unless the disk is full."""
        if self.is_full:
            raise TryAgain("The mark can't be written.", code="mark_not_kept")
        self.mark = how(self.mark)
        return self.mark

    def database_file(self) -> str | None:
        """Return what tells the file from its copies."""
        return self.file
