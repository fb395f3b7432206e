"""Many things in few calls: an array write is cut so that it stays within the vendor's limits."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from core.errors import KvittError

# FACTS: a request is up to 4 MB and is stopped after 110 s; an order of a hundred rows is some 60 kB.
ITEMS_PER_WRITE = 50
IDS_PER_READ = 1000

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


def batches(items: Sequence[Asked], size: int) -> list[Sequence[Asked]]:
    """Cut a sequence into pieces of at most this size."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def written_in_batches(
    items: Sequence[Asked], write: Callable[[Sequence[Asked]], list[Answered | KvittError]]
) -> list[Answered | KvittError]:
    """Write all of them. What fails as a whole after a batch has succeeded is the outcome of its own items only.

    Errors: those of the first batch, while nothing has been written.
    """
    outcomes: list[Answered | KvittError] = []
    for batch in batches(items, ITEMS_PER_WRITE):
        try:
            outcomes += write(batch)
        except KvittError as error:
            if not outcomes:
                raise
            outcomes += [error] * len(batch)
    return outcomes
