"""Invoices counted and summed up, each from an index that holds just what is counted."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    union_all,
)
from typing_extensions import override

from adapters.storage.amounts import read_amount
from adapters.storage.schema import HAS_ARRIVED, IS_PARTLY_PAID, IS_UNPAID, transfers
from adapters.storage.schema.parts import ID_LENGTH
from adapters.storage.transfers import TRANSFERS
from core.overview import ErrorCount
from core.payment import PaymentReason
from core.ports.sum_stores import SumStore
from core.sums import ArrivedSum, Sum
from core.transfer import Transfer, TransferState
from core.unpaid import Age, DueDates, DuePlace, UnpaidSum, due_dates

_OF_BUSINESS = transfers.c.business == bindparam("of")
_NOT_ENDED = [state for state in TransferState if not state.is_final]
_COUNTS = (
    select(transfers.c.state, func.count())
    .where(_OF_BUSINESS, transfers.c.state.in_(_NOT_ENDED))
    .group_by(transfers.c.state)
)
_BY_ERROR = (transfers.c.state, transfers.c.error_code)
_ERRORS = (
    select(*_BY_ERROR, func.count())
    .where(
        _OF_BUSINESS,
        transfers.c.state.in_([TransferState.REJECTED, *_NOT_ENDED]),
        transfers.c.error_code.is_not(None),
    )
    .group_by(*_BY_ERROR)
    .order_by(*_BY_ERROR)
)
_BILLION = 10**9
# In two parts, of which SQLite can add up billions: where a sum is too large for its whole numbers, it raises.
_SUMMED: tuple[ColumnElement[Any], ...] = (
    func.count(),
    func.sum(transfers.c.total // _BILLION),
    func.sum(transfers.c.total % _BILLION),
)
_PAID_PART = transfers.c.open_amount - transfers.c.total
_LESS_WHAT_IS_PAID: tuple[ColumnElement[Any], ...] = (
    literal_column("0"),
    func.sum(_PAID_PART // _BILLION),
    func.sum(_PAID_PART % _BILLION),
)
_BY_DAY = (transfers.c.arrived_on, transfers.c.currency)
_ARRIVED = (
    select(*_BY_DAY, *_SUMMED)
    .where(_OF_BUSINESS, HAS_ARRIVED, transfers.c.arrived_on >= bindparam("since"))
    .group_by(*_BY_DAY)
    .order_by(*_BY_DAY)
)
# First by day, which is how its index is sorted; so there are few left to be sorted by age.
_BY_DUE_DATE = (transfers.c.due_on, transfers.c.currency, transfers.c.seen)
_DAYS = union_all(
    *(
        select(*_BY_DUE_DATE, *(part.label(f"part_{nth}") for nth, part in enumerate(parts)))
        .where(_OF_BUSINESS, which)
        .group_by(*_BY_DUE_DATE)
        for parts, which in ((_SUMMED, IS_UNPAID), (_LESS_WHAT_IS_PAID, IS_PARTLY_PAID))
    )
).subquery()
_AGES = list(Age)
_AGE = case(
    *(
        (_DAYS.c.due_on >= bindparam(f"from_{age.name}"), literal_column(str(nth)))
        for nth, age in enumerate(_AGES[:-1])
    ),
    else_=literal_column(str(len(_AGES) - 1)),
)
_BY_AGE = (_AGE.label("age"), _DAYS.c.currency, _DAYS.c.seen)
_UNPAID = (
    select(*_BY_AGE, *(func.sum(_DAYS.c[f"part_{nth}"]) for nth in range(len(_SUMMED))))
    .group_by(*_BY_AGE)
    .order_by(_BY_AGE[0], *(column.nulls_first() for column in _BY_AGE[1:]))
)

SUMS = (_COUNTS, _ERRORS, _ARRIVED, _UNPAID)
"""What is counted and summed up of a business."""


class SqlSumStore(SumStore):
    """Counts and sums along the indexes of the transfers."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def counts(self, business: str) -> Mapping[TransferState, int]:
        return {TransferState(state): count for state, count in self._database.execute(_COUNTS, {"of": business})}

    @override
    def errors(self, business: str) -> Sequence[ErrorCount]:
        rows = self._database.execute(_ERRORS, {"of": business})
        return [ErrorCount(TransferState(state), code, count) for state, code, count in rows]

    @override
    def newest(self, business: str, state: TransferState, code: str, *, limit: int) -> Sequence[Transfer]:
        with_error = (transfers.c.state == state, transfers.c.error_code == code[:ID_LENGTH])
        query = (
            TRANSFERS.where(transfers.c.business == business, *with_error).order_by(transfers.c.id.desc()).limit(limit)
        )
        return [Transfer.model_validate(dict(row)) for row in self._database.execute(query).mappings()]

    @override
    def arrived(self, business: str, *, since: date) -> Sequence[ArrivedSum]:
        rows = self._database.execute(_ARRIVED, {"of": business, "since": since})
        return [ArrivedSum(day, _sum(currency, *summed)) for day, currency, *summed in rows]

    @override
    def unpaid(self, business: str, *, today: date) -> Sequence[UnpaidSum]:
        rows = self._database.execute(_UNPAID, {"of": business, **_days(today)})
        return [
            UnpaidSum(_AGES[age], PaymentReason(seen) if seen else None, _sum(currency, *summed))
            for age, currency, seen, *summed in rows
        ]

    @override
    def find_unpaid(
        self, business: str, due: DueDates, *, limit: int, after: DuePlace | None = None
    ) -> Sequence[DuePlace]:
        rows = self._database.execute(unpaid_select(business, due, limit=limit, after=after))
        return [DuePlace(due_on, number) for due_on, number in rows]


def unpaid_select(business: str, due: DueDates, *, limit: int, after: DuePlace | None) -> Select[Any]:
    """Return the select of the days and numbers of what is unpaid, along its index."""
    place = (transfers.c.due_on, transfers.c.invoice)
    query = select(*place).where(transfers.c.business == business, IS_UNPAID).order_by(*place).limit(limit)
    first = after.due_on if after else due.first
    if first is not None:
        query = query.where(transfers.c.due_on >= first)
    if due.last is not None:
        query = query.where(transfers.c.due_on <= due.last)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(literal(after.due_on), literal(after.number)))
    return query


def _days(today: date) -> Mapping[str, date | None]:
    """Return the day from which on something is of each age but the last, which has none."""
    return {f"from_{age.name}": due_dates(age, today=today).first for age in _AGES[:-1]}


def _sum(currency: str | None, count: Any, billions: Any, rest: Any) -> Sum:
    total = int(billions or 0) * _BILLION + int(rest or 0)
    return Sum(currency=currency, count=int(count), total=read_amount(total))
