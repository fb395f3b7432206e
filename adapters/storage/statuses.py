"""Whether invoices are paid: what was answered, which orders are open by that, and when it is asked again."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, exists, insert, select, update
from typing_extensions import override

from adapters.storage.dialects import UtcDateTime, insert_into
from adapters.storage.schema import (
    IS_OPEN,
    businesses,
    follow_ups,
    invoices,
    pauses,
    status_checks,
    transfers,
    webhook_endpoints,
)
from core.event import Seen
from core.follow_up import Candidate, Round, is_wanted
from core.payment import PaymentReason, PaymentReport, PaymentStatusValue
from core.ports.invoice_stores import FollowUpStore, StatusStore
from core.webhook import EndpointState

_NOT_OF_THE_REPORT = {"id", "business"}
_EVERY_REPORT = select(*(column for column in status_checks.c if column.name not in _NOT_OF_THE_REPORT))
_REPORTS = _EVERY_REPORT.where(
    status_checks.c.business == bindparam("of"), status_checks.c.invoice == bindparam("number")
)


# That a number follows "" is true of all: it is said because otherwise SQLite takes another index, and reads through
# all that have arrived to find that none is open.
_HAS_OPEN = exists().where(IS_OPEN, transfers.c.business == businesses.c.name, transfers.c.invoice > "")
_IS_PAUSED = exists().where(
    pauses.c.system == businesses.c.system, pauses.c.until > bindparam("now", type_=UtcDateTime)
)
_WITH_OPEN_ORDERS = (
    select(
        businesses.c.name,
        businesses.c.system,
        businesses.c.document,
        businesses.c.sealed_notify.is_not(None).label("has_notices"),
        *(follow_ups.c[name] for name in Round.model_fields),
    )
    .select_from(businesses.outerjoin(follow_ups, follow_ups.c.business == businesses.c.name))
    .where(~_IS_PAUSED, _HAS_OPEN)
    .order_by(businesses.c.name)
)
_ENABLED_ENDPOINTS = select(webhook_endpoints.c.business, webhook_endpoints.c.types).where(
    webhook_endpoints.c.state == EndpointState.ENABLED, webhook_endpoints.c.removed_at.is_(None)
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
    """The latest round of each business.

    A row changes only while it is what it was when it was read, so of two that change it one does.
    """

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def candidates(self, *, now: datetime) -> Sequence[Candidate]:
        rows = self._database.execute(_WITH_OPEN_ORDERS, {"now": now}).mappings().all()
        endpoints = self._database.execute(_ENABLED_ENDPOINTS).mappings().all() if rows else []
        return [
            Candidate(
                business=row["name"],
                system=row["system"],
                own_seconds=json.loads(row["document"]).get("follow_up_seconds"),
                is_told=row["has_notices"] or any(is_wanted(**endpoint, of=row["name"]) for endpoint in endpoints),
                last=Round.model_validate({name: row[name] for name in Round.model_fields})
                if row["begun_at"]
                else None,
            )
            for row in rows
        ]

    @override
    def put(self, business: str, held: Round, *, instead_of: Round | None) -> bool:
        values = {name: getattr(held, name) for name in Round.model_fields}
        if instead_of is None:
            first = insert_into(self._database.dialect.name, follow_ups).values(business=business, **values)
            begun = first.on_conflict_do_nothing(index_elements=["business"]).returning(follow_ups.c.business)
            return self._database.scalar(begun) is not None
        as_it_was = [follow_ups.c[name].is_not_distinct_from(getattr(instead_of, name)) for name in values]
        changed = update(follow_ups).where(follow_ups.c.business == business, *as_it_was).values(values)
        return self._database.execute(changed).rowcount == 1
