"""Find invoices by what a listing is filtered by, at the same cost however many there are.

Where few invoices have one of the things that are asked for, they are all looked at. Else the listing is gone through
in its order, along an index, and so many invoices are looked at for one page. Source: docs/decisions/listings.md.
"""

from collections.abc import Collection, Iterator, Sequence
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, literal, null, select, true, tuple_

from adapters.storage.amounts import least_kept, most_kept, read_amount
from adapters.storage.schema import invoice_words, invoices, transfers
from core.invoice import InvoiceType
from core.invoice_filter import UNSENT, FoundInvoices, InvoiceFilter, Place
from core.transfer import TransferState

FEW = 500
"""Where so many invoices, at most, have one of the things that are asked for, all of them are looked at."""

MOST_LOOKED_AT = 2_000
"""So many invoices are looked at for one page."""

_STEP = 200
_WITH_AN_ORDER = (TransferState.TRANSFERRED, TransferState.WITHDRAWING)
_BEHIND_ALL = "\U0010ffff"

Ordered = Select[*tuple[Any, ...]]
"""Selects dates (null where the listing goes by number alone) and numbers."""


def find_invoices(
    database: Connection, business: str, wanted: InvoiceFilter, *, limit: int, after: Place | None
) -> FoundInvoices:
    """Return a page of the numbers of the invoices that are wanted, as InvoiceStore.find promises."""
    finding = _Finding(database, business, wanted)
    few = finding.few()
    if few is not None:
        places = [place for place in finding.matching(few) if wanted.is_after(place, after)]
        return _cut(places, limit)
    return finding.walk(limit=limit, after=after)


def ordered_selects(business: str, wanted: InvoiceFilter, *, after: Place | None, limit: int) -> Sequence[Ordered]:
    """Return the selects, each along one index, whose rows together are those to go through in the listing's order."""
    if wanted.by_date:
        return [query.limit(limit) for query in _by_date(business, wanted, after)]
    number = after.number if after else None
    if wanted.state is None and wanted.paid is None:
        kept = invoices.c.business == business
        return [_by_number(invoices.c.number, kept, wanted, number).limit(limit)]
    selects = []
    if wanted.state in (None, UNSENT) and not wanted.paid:
        for kind in InvoiceType:
            kept = and_(invoices.c.business == business, invoices.c.type == kind, invoices.c.sent.is_(False))
            selects.append(_by_number(invoices.c.number, kept, wanted, number).limit(limit))
    for state in TransferState:
        if wanted.state not in (None, state):
            continue
        for is_paid in (True, False) if state in _WITH_AN_ORDER else (False,):
            if wanted.paid in (None, is_paid):
                kept = and_(
                    transfers.c.business == business,
                    transfers.c.state == state,
                    transfers.c.paid.is_(is_paid),
                    transfers.c.superseded.is_(False),
                )
                selects.append(_by_number(transfers.c.invoice, kept, wanted, number).limit(limit))
    return selects


def word_selects(business: str, wanted: InvoiceFilter) -> Sequence[Ordered]:
    """Return for each word that is searched for the select of the numbers of the invoices that have it."""
    return [
        select(invoice_words.c.number).where(
            invoice_words.c.business == business, _begins(invoice_words.c.word, word), _stands_in(kind)
        )
        for kind, word in wanted.words
    ]


def sum_select(business: str, wanted: InvoiceFilter) -> Ordered:
    """Return the select of the numbers of the invoices that come to what is asked for."""
    query = select(invoices.c.number).where(invoices.c.business == business, invoices.c.total.is_not(None))
    if wanted.least is not None:
        query = query.where(invoices.c.total >= least_kept(wanted.least))
    if wanted.most is not None:
        query = query.where(invoices.c.total <= most_kept(wanted.most))
    return query


def matching_select(business: str, wanted: InvoiceFilter, numbers: Collection[str]) -> Ordered:
    """Return the select of those of these invoices to which all applies but for dates, sums and numbers.

    SQLite, which keeps no statistics, would go through all of these dates, sums or numbers instead of looking these few
    invoices up. So what it can read from an index of them is left out, and the type, which is in no index, is read too.
    """
    live = and_(
        transfers.c.business == invoices.c.business,
        transfers.c.invoice == invoices.c.number,
        transfers.c.superseded.is_(False),
    )
    day = invoices.c.issue_date if wanted.by_date else null()
    query = select(day, invoices.c.number, invoices.c.total, invoices.c.type).where(
        invoices.c.business == business, invoices.c.number.in_(numbers)
    )
    if wanted.state is not None or wanted.paid is not None:
        query = query.select_from(invoices.outerjoin(transfers, live))
    if wanted.state is not None:
        query = query.where(transfers.c.id.is_(None) if wanted.state == UNSENT else transfers.c.state == wanted.state)
    if wanted.paid is not None:
        is_paid = and_(transfers.c.id.is_not(None), transfers.c.paid.is_(True))
        query = query.where(is_paid if wanted.paid else ~is_paid)
    for kind, word in wanted.words:
        query = query.where(
            select(literal(1))
            .where(
                invoice_words.c.business == business,
                invoice_words.c.number == invoices.c.number,
                _begins(invoice_words.c.word, word),
                _stands_in(kind),
            )
            .correlate(invoices)
            .exists()
        )
    return query


class _Finding:
    """One search of a business's invoices."""

    def __init__(self, database: Connection, business: str, wanted: InvoiceFilter) -> None:
        self._database = database
        self._business = business
        self._wanted = wanted
        beside_the_date = wanted.state is not None or wanted.paid is not None or bool(wanted.number)
        self._walk_is_exact = not (wanted.words or wanted.by_sum or (wanted.by_date and beside_the_date))

    def few(self) -> Collection[str] | None:
        """Return all invoices that have one of the things that are asked for, where these are few; else None."""
        if self._walk_is_exact:
            return None
        queries = list(word_selects(self._business, self._wanted))
        if self._wanted.by_sum:
            queries.append(sum_select(self._business, self._wanted))
        for query in queries:
            if (found := self._numbers_of(query)) is not None:
                return found
        undated = self._wanted.model_copy(update={"first": None, "last": None, "newest_first": False})
        if not self._wanted.by_date or (undated.state, undated.paid, undated.number) == (None, None, None):
            return None
        places = list(islice(self._ordered(undated, after=None, limit=FEW + 1), FEW + 1))
        return {place.number for place in places} if len(places) <= FEW else None

    def matching(self, numbers: Collection[str]) -> list[Place]:
        """Return the places of those of these invoices that are wanted, in order."""
        numbered = [number for number in numbers if number.startswith(self._wanted.number or "")]
        if not numbered:
            return []
        rows = self._database.execute(matching_select(self._business, self._wanted, numbered))
        return self._wanted.in_order(
            Place(day, number)
            for day, number, total, _ in rows
            if self._wanted.includes(day) and self._wanted.spans(None if total is None else read_amount(total))
        )

    def walk(self, *, limit: int, after: Place | None) -> FoundInvoices:
        """Go through the listing from there, until the page is full, the listing ends or enough was looked at."""
        step = limit + 1 if self._walk_is_exact else max(limit + 1, _STEP)
        found: list[Place] = []
        looked_at = 0
        while looked_at < MOST_LOOKED_AT:
            seen = list(islice(self._ordered(self._wanted, after=after, limit=step), step))
            found += seen if self._walk_is_exact else self.matching([place.number for place in seen])
            if len(found) > limit or len(seen) < step:
                return _cut(found, limit)
            looked_at += step
            after = seen[-1]
        return FoundInvoices([place.number for place in found], after)

    def _numbers_of(self, query: Ordered) -> Collection[str] | None:
        found = self._database.scalars(query.limit(FEW + 1)).all()
        return set(found) if len(found) <= FEW else None

    def _ordered(self, wanted: InvoiceFilter, *, after: Place | None, limit: int) -> Iterator[Place]:
        selects = ordered_selects(self._business, wanted, after=after, limit=limit)
        stretches = ([Place(day, number) for day, number in self._database.execute(one)] for one in selects)
        return merge(*stretches, key=lambda place: place.key, reverse=wanted.newest_first)


def _cut(places: Sequence[Place], limit: int) -> FoundInvoices:
    numbers = [place.number for place in places[:limit]]
    return FoundInvoices(numbers, places[limit - 1] if len(places) > limit else None)


def _by_number(
    number: ColumnElement[str], kept: ColumnElement[bool], wanted: InvoiceFilter, after: str | None
) -> Ordered:
    query = select(null(), number).where(kept).order_by(number)
    if wanted.number:
        query = query.where(_begins(number, wanted.number))
    return query if after is None else query.where(number > after)


def _by_date(business: str, wanted: InvoiceFilter, after: Place | None) -> Iterator[Ordered]:
    day, number = invoices.c.issue_date, invoices.c.number
    of_business = invoices.c.business == business
    if not wanted.is_dated and (after is None or after.date is None):  # the newest first: what has no date yet
        query = select(null(), number).where(of_business, day.is_(None)).order_by(number.desc())
        yield query if after is None else query.where(number < after.number)
    query = select(day, number).where(of_business, *_issued(wanted))
    query = query.order_by(day.desc(), number.desc()) if wanted.newest_first else query.order_by(day, number)
    if after is not None and after.date is not None:
        here, there = tuple_(day, number), tuple_(literal(after.date), literal(after.number))
        query = query.where(here < there if wanted.newest_first else here > there)
    yield query


def _issued(wanted: InvoiceFilter) -> Iterator[ColumnElement[bool]]:
    yield invoices.c.issue_date.is_not(None)
    if wanted.first is not None:
        yield invoices.c.issue_date >= wanted.first
    if wanted.last is not None:
        yield invoices.c.issue_date <= wanted.last


def _begins(text: ColumnElement[str], beginning: str) -> ColumnElement[bool]:
    # Texts are sorted by their code points: those that begin so are one stretch of an index.
    return and_(text >= beginning, text < f"{beginning}{_BEHIND_ALL}")


def _stands_in(kind: str | None) -> ColumnElement[bool]:
    return true() if kind is None else invoice_words.c.kind == kind
