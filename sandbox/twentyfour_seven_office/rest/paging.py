"""Listings a page at a time, with the vendor's Link header to the others.

How a link names its page is the sandbox's own making, and nothing to rely on: a page number where the vendor
declares one, else an opaque token.
"""

import base64
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sandbox.twentyfour_seven_office.rest.operation import Answer, Visit
from sandbox.twentyfour_seven_office.rest.refusals import invalid

PAGE = "page"
TOKEN = "continuationToken"  # noqa: S105 - the name of a parameter

Record = TypeVar("Record")


def page_of(items: Sequence[Any], visit: Visit, *, usual: int, most: int, by: str = TOKEN) -> Answer:
    """The page asked for, of all items; `usual` and `most` are items a page.

    Errors: RestRefusedError for a page that is none.
    """
    size = _size(visit, usual, most)
    number = visit.whole(PAGE) if by == PAGE else _number_in(visit, "page")
    if number == 0:
        raise invalid(by, "minimum")
    number = number or 1
    pages = {"first": 1}
    if number > 1:
        pages["previous"] = number - 1
    if number * size < len(items):
        pages["next"] = number + 1
    links = {rel: {**visit.query, by: str(page) if by == PAGE else _token("page", page)} for rel, page in pages.items()}
    return Answer(list(items[(number - 1) * size : number * size]), links=links)


def page_by_id(
    records: Mapping[int, Record], holds: Callable[[Record], bool], visit: Visit, *, usual: int, most: int
) -> Answer:
    """The page asked for, in order of id, of the records that hold; one of many thousand is found at once.

    The next page begins after the last id of this one. Errors: RestRefusedError for a page that is none.
    """
    size = _size(visit, usual, most)
    ids = sorted(records)
    begins = bisect_right(ids, _number_in(visit, "after") or 0)
    found = list(islice(((i, records[i]) for i in islice(ids, begins, None) if holds(records[i])), size + 1))
    links = {"first": {name: value for name, value in visit.query.items() if name != TOKEN}}
    if len(found) > size:
        links["next"] = {**visit.query, TOKEN: _token("after", found[size - 1][0])}
    return Answer([record for _, record in found[:size]], links=links)


def _size(visit: Visit, usual: int, most: int) -> int:
    limit = visit.whole("limit")
    if limit == 0:
        raise invalid("limit", "minimum")
    return usual if limit is None else min(limit, most)


def _token(kind: str, number: int) -> str:
    return base64.urlsafe_b64encode(f"{kind} {number}".encode()).decode()


def _number_in(visit: Visit, kind: str) -> int | None:
    """The number in the token that came along; None without one."""
    token = visit.text(TOKEN)
    if token is None:
        return None
    try:
        named, number = base64.urlsafe_b64decode(token).decode().split()
        if named != kind:
            raise ValueError(named)
        return int(number)
    except ValueError:
        raise invalid(TOKEN, "format") from None
