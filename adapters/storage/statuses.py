"""Whether invoices are paid: what was answered, which orders are open by that, and when it is asked again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, exists, insert, select, update
from typing_extensions import override

from adapters.storage.dialects import insert_into
from adapters.storage.schema import IS_OPEN, businesses, follow_ups, invoices, pauses, status_checks, transfers
from core.event import Seen
from core.payment import PaymentReason, PaymentReport, PaymentStatusValue
from core.ports.invoice_stores import FollowUpStore, StatusStore

_NOT_OF_THE_REPORT = {"id", "business"}
_EVERY_REPORT = select(*(column for column in status_checks.c if column.name not in _NOT_OF_THE_REPORT))
_REPORTS = _EVERY_REPORT.where(
    status_checks.c.business == bindparam("of"), status_checks.c.invoice == bindparam("number")
)


class _Marks(NamedTuple):
    """What is kept beside a transfer of what its order's latest report says, and when that was seen last."""

    settled: bool
    paid: bool
    seen: PaymentReason
    seen_at: datetime


def _marks(report: PaymentReport) -> _Marks:
    return _Marks(
        settled=report.is_settled,
        paid=report.status is PaymentStatusValue.PAID,
        seen=report.reason,
        seen_at=report.checked_at,
    )


class SqlStatusStore(StatusStore):
    """Every answer about payment, as it was given, and which orders are open by what was answered last."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def add(self, business: str, *reports: PaymentReport) -> Sequence[Seen]:
        if not reports:
            return []
        rows = [{"business": business, **report.model_dump(), "books": report.books} for report in reports]
        self._database.execute(insert(status_checks), rows)
        return self._settle(business, {(report.invoice, report.order_id): report for report in reports})

    @override
    def latest(self, business: str, invoice: str) -> PaymentReport | None:
        """Return the newest report of an invoice, or None; of two from one instant the one stored last."""
        newest_first = _REPORTS.order_by(status_checks.c.checked_at.desc(), status_checks.c.id.desc()).limit(1)
        row = self._database.execute(newest_first, {"of": business, "number": invoice}).mappings().first()
        return PaymentReport.model_validate(dict(row)) if row else None

    @override
    def of_invoice(self, business: str, invoice: str) -> Sequence[PaymentReport]:
        in_order = _REPORTS.order_by(status_checks.c.checked_at, status_checks.c.id)
        rows = self._database.execute(in_order, {"of": business, "number": invoice}).mappings()
        return [PaymentReport.model_validate(dict(row)) for row in rows]

    @override
    def latest_of(self, business: str, numbers: Collection[str]) -> Mapping[str, PaymentReport]:
        other = status_checks.alias()
        newest = (
            select(other.c.id)
            .where(other.c.business == business, other.c.invoice == invoices.c.number)
            .order_by(other.c.checked_at.desc(), other.c.id.desc())
            .limit(1)
            .correlate(invoices)
            .scalar_subquery()
        )
        ids = select(newest).where(invoices.c.business == business, invoices.c.number.in_(numbers))
        rows = self._database.execute(_EVERY_REPORT.where(status_checks.c.id.in_(ids))).mappings()
        return {row["invoice"]: PaymentReport.model_validate(dict(row)) for row in rows}

    @override
    def open_invoices(self, business: str, *, limit: int, after: str | None = None) -> Sequence[str]:
        query = select(transfers.c.invoice).where(IS_OPEN, transfers.c.business == business)
        if after is not None:
            query = query.where(transfers.c.invoice > after)
        return list(self._database.scalars(query.order_by(transfers.c.invoice).limit(limit)))

    def _settle(self, business: str, reports: Mapping[tuple[str, str], PaymentReport]) -> Sequence[Seen]:
        """Keep beside the transfers what is new of their orders, by invoice and order, and return it."""
        known = (
            select(transfers.c.id, transfers.c.invoice, transfers.c.order_id, transfers.c.seen, transfers.c.seen_at)
            .where(
                transfers.c.business == business,
                transfers.c.invoice.in_([invoice for invoice, _ in reports]),
                transfers.c.superseded.is_(False),
            )
            .order_by(transfers.c.id)
            .with_for_update()  # locked in one order by all, so that nobody deadlocks
        )
        changed: dict[_Marks, list[str]] = {}
        news = []
        for transfer_id, invoice, order_id, seen, seen_at in self._database.execute(known):
            report = reports.get((invoice, order_id))  # of another order it says nothing
            if report is None or (seen_at and report.checked_at < seen_at):
                continue
            changed.setdefault(_marks(report), []).append(transfer_id)  # also where it is the same: it is newer
            if report.reason != seen:
                news.append(Seen(before=seen, report=report))
        for now, ids in changed.items():
            self._database.execute(update(transfers).where(transfers.c.id.in_(ids)).values(now._asdict()))
        return news


class SqlFollowUpStore(FollowUpStore):
    """When each business's open orders were last asked about.

    A business's row changes only while what it is compared with still holds, so of two that begin one wins.
    """

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def due(self, *, now: datetime, begun_before: datetime) -> Sequence[str]:
        # That a number follows "" is true of all: it is said because otherwise SQLite takes another index, and reads
        # through all that have arrived to find that none is open.
        has_open = exists().where(IS_OPEN, transfers.c.business == businesses.c.name, transfers.c.invoice > "")
        is_fresh = exists().where(follow_ups.c.business == businesses.c.name, follow_ups.c.begun_at > begun_before)
        is_paused = exists().where(pauses.c.system == businesses.c.system, pauses.c.until > now)
        query = select(businesses.c.name).where(~is_fresh, ~is_paused, has_open).order_by(businesses.c.name)
        return list(self._database.scalars(query))

    @override
    def begin(self, business: str, *, now: datetime, begun_before: datetime) -> bool:
        statement = insert_into(self._database.dialect.name, follow_ups).values(business=business, begun_at=now)
        begun = statement.on_conflict_do_update(
            index_elements=["business"],
            set_={"begun_at": statement.excluded.begun_at},
            where=follow_ups.c.begun_at <= begun_before,
        ).returning(follow_ups.c.business)
        return self._database.scalar(begun) is not None

    @override
    def count_as_begun(self, business: str, at: datetime) -> None:
        self._database.execute(update(follow_ups).where(follow_ups.c.business == business).values(begun_at=at))
