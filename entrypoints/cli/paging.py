"""Going through a whole listing, page by page."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

PAGE = 200

Item = TypeVar("Item")
Listed = TypeVar("Listed", covariant=True)


class Page(Protocol[Listed]):
    """A listing that goes by `limit` and `after`."""

    def __call__(self, *, limit: int, after: str | None = None) -> Sequence[Listed]:
        """Return the items after that key, at most `limit`."""


def every(page: Page[Item], *, key: Callable[[Item], str]) -> Iterator[Item]:
    """Yield all items; `key` tells the one by which a page continues."""
    after: str | None = None
    while items := page(limit=PAGE, after=after):
        yield from items
        if len(items) < PAGE:
            return
        after = key(items[-1])
