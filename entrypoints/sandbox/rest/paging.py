"""Listings a page at a time, with the vendor's Link header to the others.

How a link names its page is the sandbox's own making, and nothing to rely on: a page number where the vendor
declares one, else an opaque token.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from entrypoints.sandbox.rest.operation import Answer, Visit
from entrypoints.sandbox.rest.refusals import invalid

PAGE = "page"
TOKEN = "continuationToken"  # noqa: S105 - the name of a parameter


def page_of(items: Sequence[Any], visit: Visit, *, usual: int, most: int, by: str = TOKEN) -> Answer:
    """The page asked for; `usual` and `most` are items a page. Errors: RestRefusedError for a page that is none."""
    limit = visit.whole("limit")
    size = usual if limit is None else min(limit, most)
    if size == 0:
        raise invalid("limit", "minimum")
    number = _asked(visit, by)
    links = {"first": 1}
    if number > 1:
        links["previous"] = number - 1
    if number * size < len(items):
        links["next"] = number + 1
    start = (number - 1) * size
    return Answer(
        list(items[start : start + size]),
        links={rel: {**visit.query, by: str(page) if by == PAGE else _token(page)} for rel, page in links.items()},
    )


def _asked(visit: Visit, by: str) -> int:
    number = visit.whole(PAGE) if by == PAGE else _number(visit.text(TOKEN))
    if number is not None and number < 1:
        raise invalid(by, "minimum")
    return number or 1


def _token(page: int) -> str:
    return base64.urlsafe_b64encode(f"page {page}".encode()).decode()


def _number(token: str | None) -> int | None:
    if token is None:
        return None
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("page "))
    except (ValueError, binascii.Error):
        raise invalid(TOKEN, "format") from None
