"""One operation of the API: its address, what answers it, and listings a page at a time."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

from sandbox.tripletex.assumed import MOST_ON_A_PAGE
from sandbox.tripletex.books import Books
from sandbox.tripletex.companies import Company, Login
from sandbox.tripletex.fields import Filter, Kind, check, filter_from, shown
from sandbox.tripletex.refusals import RefusedError, bad_parameter, forbidden, missing
from sandbox.tripletex.shown import KINDS
from sandbox.tripletex.system import Tripletex

Value = TypeVar("Value")
Record = TypeVar("Record")

FIELDS = frozenset({"fields"})
PAGING = frozenset({"from", "count", "sorting", "fields"})
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Answer:
    """What an operation answers; None is without a body."""

    content: dict[str, Any] | None = None
    status: int = 200


@dataclass(frozen=True)
class Visit:
    """One call to one operation: what is asked, by whom, and in which company.

    `ids` are what the path names. The query is read by name, None where it is not given; each way of reading raises
    RefusedError for what is not of its kind.
    """

    system: Tripletex
    login: Login
    company: Company
    ids: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    body: Any
    root: str

    @property
    def books(self) -> Books:
        """The company's books."""
        return self.company.books

    @property
    def id(self) -> int:
        """The id in the path."""
        return int(self.ids["id"])

    def text(self, name: str) -> str | None:
        """A parameter as it stands; an empty one is none."""
        given = self.query.get(name, ("",))
        if len(given) > 1:
            raise bad_parameter(name, "May be given once.")
        return given[0] or None

    def texts(self, name: str) -> set[str] | None:
        """A parameter that may be given several times, or name several with commas between."""
        given = {part.strip() for text in self.query.get(name, ()) for part in text.split(",")} - {""}
        return given or None

    def numbers(self, name: str) -> set[int] | None:
        """A list of ids, with commas between them."""
        return self._read(name, lambda given: {_whole(part.strip()) for part in given.split(",")}, "Must be ids.")

    def whole(self, name: str) -> int | None:
        """A whole number, not negative."""
        return self._read(name, _whole, "Must be a whole number.")

    def flag(self, name: str) -> bool | None:
        """true or false."""
        return self._read(name, {"true": True, "false": False}.__getitem__, "Must be true or false.")

    def period(self, begins: str, ends: str) -> tuple[date, date]:
        """Two dates that have to be given."""
        first, last = self.day(begins), self.day(ends)
        if first is None or last is None:
            raise bad_parameter(begins if first is None else ends, "Is required.")
        return first, last

    def day(self, name: str) -> date | None:
        """A date."""
        return self._read(name, date.fromisoformat, "Must be a date, yyyy-MM-dd.")

    def instant(self, name: str) -> datetime | None:
        """An instant; without an offset it is UTC (assumed)."""
        return self._read(name, _instant, "Must be a date and a time.")

    def one(self, kind: str, record: Any, *, status: int = 200) -> Answer:
        """Answer one record, wrapped; None is one that is not there. Errors: RefusedError."""
        if record is None:
            raise missing()
        return Answer({"value": self._shown(KINDS[kind], record, self._filter(KINDS[kind]))}, status)

    def listing(self, kind: str, records: Sequence[Any], *, status: int = 200) -> Answer:
        """Answer these records, all of them."""
        wanted = self._filter(KINDS[kind])
        return _listed([self._shown(KINDS[kind], record, wanted) for record in records], 0, False, status)

    def page(
        self, kind: str, records: Iterable[Record], holds: Callable[[Record], bool] = lambda _record: True
    ) -> Answer:
        """Answer the page asked for, of the records that hold, in order of id unless `sorting` says otherwise.

        Of how many there are it is told no more than whether there are others after these, as the vendor says of it.
        """
        shape = KINDS[kind]
        wanted = self._filter(shape)
        begins, size = self.whole("from") or 0, self.whole("count")
        if size is None or size > MOST_ON_A_PAGE:
            if size is not None:
                raise bad_parameter("count", f"May be at most {MOST_ON_A_PAGE}.")
            size = MOST_ON_A_PAGE
        found: Iterable[Record] = filter(holds, records)
        if sorting := self.text("sorting"):
            found = self._sorted(shape, list(found), sorting)
        window = list(islice(found, begins, begins + size + 1))
        values = [self._shown(shape, record, wanted) for record in window[:size]]
        return _listed(values, begins, len(window) > size, 200)

    def _filter(self, kind: Kind) -> Filter:
        wanted = filter_from(self.text("fields") or "")
        check(kind, wanted)
        return wanted

    def _shown(self, kind: Kind, record: Any, wanted: Filter) -> dict[str, Any]:
        return shown(kind, record, wanted, self.books, self.root)

    def _sorted(self, kind: Kind, records: list[Record], sorting: str) -> list[Record]:
        for name in reversed(sorting.split(",")):
            sorted_by = kind.fields.get(name.strip().removeprefix("-"))
            if sorted_by is None or sorted_by.kind is not None:
                raise bad_parameter("sorting", f"{name.strip()} is no field to sort by.")
            read = sorted_by.read
            records.sort(key=lambda record: _sortable(read(self.books, record)), reverse=name.strip().startswith("-"))
        return records

    def _read(self, name: str, read: Callable[[str], Value], message: str) -> Value | None:
        given = self.text(name)
        try:
            return None if given is None else read(given)
        except (KeyError, ValueError):
            raise bad_parameter(name, message) from None


Handler = Callable[[Visit], Answer]


def invoicing(login: Login, company: Company) -> RefusedError | None:  # noqa: ARG001 - one shape for all
    """Most operations are open to who may invoice."""
    return None if login.may_invoice else forbidden()


def logistics(login: Login, company: Company) -> RefusedError | None:
    """Product groups are there only with the Logistics module."""
    if not company.has_logistics:
        return forbidden("The company does not have the module Logistics Basic.")
    return invoicing(login, company)


def anybody(login: Login, company: Company) -> RefusedError | None:  # noqa: ARG001 - one shape for all
    """Open to whoever has logged in."""
    return None


@dataclass(frozen=True)
class Operation:
    """A method and a path template, such as /customer/{id}.

    `query` are the parameters it knows; another one is refused. `refuses` names who it is closed to, and why.
    """

    method: str
    template: str
    handler: Handler
    query: frozenset[str] = frozenset()
    refuses: Callable[[Login, Company], RefusedError | None] = field(default=invoicing)
    has_body: bool = False

    @property
    def name(self) -> str:
        """As it is called in the journal and by faults: GET /customer/{id}."""
        return f"{self.method} {self.template}"

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        names = {"id": r"\d{1,18}", "token": r"[\w.~-]+"}
        pattern = "".join(
            f"(?P<{part[1:-1]}>{names[part[1:-1]]})" if part.startswith("{") else re.escape(part)
            for part in re.split(r"(\{\w+\})", self.template)
        )
        return re.compile(pattern)

    def ids_in(self, path: str) -> dict[str, str] | None:
        """What a path names; None when it is not of this operation."""
        found = self._pattern.fullmatch(path)
        return None if found is None else found.groupdict()


def _listed(values: list[dict[str, Any]], begins: int, has_more: bool, status: int) -> Answer:
    size = begins + len(values) + has_more
    return Answer({"fullResultSize": size, "from": begins, "count": len(values), "values": values}, status)


def _whole(given: str) -> int:
    if not given.isdecimal() or int(given) > LARGEST_ID:
        raise ValueError(given)
    return int(given)


def _instant(given: str) -> datetime:
    instant = datetime.fromisoformat(given)
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def _sortable(value: Any) -> tuple[bool, Any]:
    return value is not None, value
