"""Listings, a page at a time."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from litestar.params import QueryParameter

from core.errors import InvalidInput
from entrypoints.documents import Json

Item = TypeVar("Item")

_FARTHEST = 2**63 - 1

LONGEST_PAGE = 200
USUAL_PAGE = 50

Limit = Annotated[int, QueryParameter(ge=1, le=LONGEST_PAGE, description="How many items, at most.")]
"""The query parameter `limit`."""

After = Annotated[str | None, QueryParameter(description="Only what comes after this: the `next` of the page before.")]
"""The query parameter `after`."""

AfterPosition = Annotated[
    int | None,
    QueryParameter(ge=0, le=_FARTHEST, description="Only what comes after this: the `next` of the page before."),
]
"""The query parameter `after` where items go by a number."""


def page(
    listed: Callable[[int, str | None], Sequence[Item]],
    *,
    limit: int,
    after: str | None,
    shown: Callable[[Item], Json],
    key: Callable[[Item], str],
) -> Json:
    """Show one page: its items, and as `next` the key to go on after, or null at the end.

    `listed` takes how many and after which. One more than the page holds is fetched, to see whether there is more.
    Errors: InvalidInput, code `bad_parameter`.
    """
    if after is not None and not after.isprintable():
        raise InvalidInput("A parameter can't be used. after: holds what is not printable.", code="bad_parameter")
    found = listed(limit + 1, after)
    items = found[:limit]
    return {"items": [shown(item) for item in items], "next": key(items[-1]) if len(found) > limit else None}
