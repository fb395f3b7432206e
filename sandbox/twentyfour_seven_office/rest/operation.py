"""One operation of the REST API: its address, what answers it, and listings a page at a time.

How a link names its page is the sandbox's own making, and nothing to rely on: a page number where the vendor
declares one, else an opaque token.
"""

import base64
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.instants import instant_from
from sandbox.twentyfour_seven_office.rest.refusals import invalid
from sandbox.twentyfour_seven_office.system import TwentyFourSevenOffice
from sandbox.twentyfour_seven_office.users import Account

Value = TypeVar("Value")

PAGING = frozenset({"limit", "page", "continuationToken"})


@dataclass(frozen=True)
class Answer:
    """What an operation answers; `links` are other pages, by their relation to this one and as query parameters."""

    content: Any = None
    status: int = 200
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Visit:
    """One call to one operation: what is asked, and in which company.

    `ids` are the numbers in the path. The query is read by name, None where it is not given; each way of
    reading raises RestRefusedError, a ValidationError, for what is not of its kind.
    """

    system: TwentyFourSevenOffice
    account: Account
    ids: Mapping[str, int]
    query: Mapping[str, str]
    body: Any

    @property
    def books(self) -> Books:
        """The company's books."""
        return self.account.books

    def text(self, name: str) -> str | None:
        """A parameter as it stands."""
        return self.query.get(name)

    def whole(self, name: str) -> int | None:
        """A whole number, not negative."""
        return self._read(name, _whole, "type")

    def flag(self, name: str) -> bool | None:
        """true or false."""
        return self._read(name, {"true": True, "false": False}.__getitem__, "type")

    def day(self, name: str) -> date | None:
        """A date."""
        return self._read(name, date.fromisoformat, "format")

    def instant(self, name: str) -> datetime | None:
        """An instant; without an offset it is Norwegian time (assumed: as over SOAP)."""
        return self._read(name, instant_from, "format")

    def _read(self, name: str, read: Callable[[str], Value], keyword: str) -> Value | None:
        given = self.query.get(name)
        try:
            return None if given is None else read(given)
        except (KeyError, ValueError):
            raise invalid(name, keyword) from None


Handler = Callable[[Visit], Answer]


@dataclass(frozen=True)
class Operation:
    """A method and a path template, such as /customers/{customerId}.

    `query` are the parameters it knows; another one is refused. Most operations are open to whoever has the
    Invoicing package; `refuses` names the accounts that this one is closed to.
    """

    method: str
    template: str
    handler: Handler
    query: frozenset[str] = frozenset()
    refuses: Callable[[Account], bool] = lambda account: not account.invoicing_package

    @property
    def name(self) -> str:
        """As it is called in the journal and by faults: GET /customers/{customerId}."""
        return f"{self.method} {self.template}"

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>\\d{1,9})", self.template))

    def ids_in(self, path: str) -> dict[str, int] | None:
        """The numbers in a path; None when the path is not of this operation."""
        found = self._pattern.fullmatch(path)
        return None if found is None else {name: int(digits) for name, digits in found.groupdict().items()}


def _whole(given: str) -> int:
    if not given.isdecimal():
        raise ValueError(given)
    return int(given)


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
