"""One operation of the REST API: its address, and what answers it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.norwegian_time import instant_from
from sandbox.twentyfour_seven_office.rest.refusals import invalid
from sandbox.twentyfour_seven_office.users import Account
from sandbox.twentyfour_seven_office.world import World

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

    world: World
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
