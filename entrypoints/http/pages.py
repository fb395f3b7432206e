"""Listings, a page at a time."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from litestar.params import QueryParameter

from core.errors import Fault, InvalidInput
from core.fields import PRINTABLE

Item = TypeVar("Item")

_POSITION = re.compile("[0-9]{1,18}")

LONGEST_PAGE = 200
USUAL_PAGE = 50

Limit = Annotated[int, QueryParameter(ge=1, le=LONGEST_PAGE, description="How many items, at most.")]
"""The query parameter `limit`."""

After = Annotated[
    str | None,
    QueryParameter(
        description="Only what comes after this: the `next` of the page before.", schema_extra={"pattern": PRINTABLE}
    ),
]
"""The query parameter `after`."""

AfterPosition = Annotated[
    str | None,
    QueryParameter(
        description="Only what comes after this: the `next` of the page before.",
        schema_extra={"pattern": "^[0-9]{1,18}$"},
    ),
]
"""The query parameter `after` where items go by a number."""


def bad_parameter(name: str, message: str) -> InvalidInput:
    """Say what is wrong with a query parameter, as the framework's own refusals are shown."""
    return InvalidInput(
        f"A parameter can't be used. {name}: {message}.", code="bad_parameter", faults=[Fault(name, message)]
    )


def position_from(after: str | None) -> int | None:
    """Read the number after which to go on. Errors: InvalidInput, code `bad_parameter`."""
    if after is None:
        return None
    if not _POSITION.fullmatch(after):
        raise bad_parameter("after", "Not the `next` of a page")
    return int(after)


def page(
    listed: Callable[[int, str | None], Sequence[Item]],
    *,
    limit: int,
    after: str | None,
    key: Callable[[Item], str],
) -> tuple[Sequence[Item], str | None]:
    """Return the items of one page, and the key to go on after, or None at the end.

    `listed` takes how many and after which. One more than the page holds is fetched, to see whether there is more.
    Errors: InvalidInput, code `bad_parameter`.
    """
    if after is not None and not after.isprintable():
        raise bad_parameter("after", "Holds what is not printable")
    found = listed(limit + 1, after)
    items = found[:limit]
    return items, key(items[-1]) if len(found) > limit else None
