"""Whether invoices are paid: what was answered, which orders are open by that, and when it is asked again."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    Connection,
    ScalarSelect,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)
from typing_extensions import override

from adapters.storage.amounts import kept_amount
from adapters.storage.dialects import UtcDateTime, insert_into
from adapters.storage.schema import (
    IS_LOOKED_AT_AGAIN,
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
from core.fields import plain
from core.follow_up import LOOKED_AT_WHEN_PAID, Candidate, Round, is_wanted, next_look
from core.payment import PaymentReason, PaymentReport, PaymentStatusValue, joined
from core.ports.invoice_stores import FollowUpStore, StatusStore
from core.webhook import EndpointState

_NOT_OF_THE_REPORT = {"id", "business"}
_EVERY_REPORT = select(*(column for column in status_checks.c if column.name not in _NOT_OF_THE_REPORT))
_REPORTS = _EVERY_REPORT.where(
    status_checks.c.business == bindparam("of"), status_checks.c.invoice == bindparam("number")
)


def _newest(place: int) -> ScalarSelect[int]:
    """Return the id of the newest check of a transfer's invoice, or of the one so many places before it."""
    return (
        select(status_checks.c.id)
        .where(status_checks.c.business == transfers.c.business, status_checks.c.invoice == transfers.c.invoice)
        .order_by(status_checks.c.checked_at.desc(), status_checks.c.id.desc())
        .limit(1)
        .offset(place)
        .correlate(transfers)
        .scalar_subquery()
    )


_OF_THESE = transfers.c.id.in_(bindparam("ids", expanding=True))
_TWO_NEWEST = (
    select(*(column for column in status_checks.c if column.name != "business"))
    .where(status_checks.c.id.in_(union_all(*(select(_newest(place)).where(_OF_THESE) for place in (0, 1)))))
    .order_by(status_checks.c.checked_at, status_checks.c.id)
)

# That a number follows "" is true of all: it is said because otherwise SQLite takes another index, and reads through
# all that have arrived to find that none is open.
_HAS_OPEN = exists().where(IS_OPEN, transfers.c.business == businesses.c.name, transfers.c.invoice > "")
_HAS_PAID = exists().where(
    IS_LOOKED_AT_AGAIN,
    transfers.c.business == businesses.c.name,
    transfers.c.look_again_at <= bindparam("now", type_=UtcDateTime),
    transfers.c.paid_seen_at > bindparam("paid_since", type_=UtcDateTime),
)
_IS_PAUSED = exists().where(
    pauses.c.system == businesses.c.system, pauses.c.until > bindparam("now", type_=UtcDateTime)
)
_WITH_ORDERS = (
    select(
        businesses.c.name,
        businesses.c.system,
        businesses.c.document,
        businesses.c.sealed_notify.is_not(None).label("has_notices"),
        *(follow_ups.c[name] for name in Round.model_fields),
    )
    .select_from(businesses.outerjoin(follow_ups, follow_ups.c.business == businesses.c.name))
    .where(~_IS_PAUSED, or_(_HAS_OPEN, _HAS_PAID))
    .order_by(businesses.c.name)
)
_ENABLED_ENDPOINTS = select(webhook_endpoints.c.business, webhook_endpoints.c.types).where(
    webhook_endpoints.c.state == EndpointState.ENABLED, webhook_endpoints.c.removed_at.is_(None)
)


def _row(business: str, report: PaymentReport) -> dict[str, object]:
    return {
        "business": business,
        **report.model_dump(),
        "books": report.books,
        "worker_checks": report.worker_checks,
        "open_amount": None if report.open_amount is None else plain(report.open_amount),
    }


class _Known(NamedTuple):
    """A transfer, and what was seen last of its order."""

    id: str
    invoice: str
    order_id: str | None
    seen: PaymentReason | None
    seen_at: datetime | None
    paid_seen_at: datetime | None


class _Marks(NamedTuple):
    """What is kept beside a transfer of what its order's latest report says, and when that was seen last.

    `look_again_at` is when it is asked about again although it is paid, `open_amount` what is left of what was partly
    paid.
    """

    settled: bool
    paid: bool
    seen: PaymentReason
    seen_at: datetime
    look_again_at: datetime | None
    open_amount: int | None


def _marks(report: PaymentReport, of: _Known) -> _Marks:
    paid = report.status is PaymentStatusValue.PAID
    paid_seen_at = of.paid_seen_at or report.checked_at
    return _Marks(
        settled=report.is_settled,
        paid=paid,
        seen=report.reason,
        seen_at=report.checked_at,
        look_again_at=next_look(of.id, paid_seen_at=paid_seen_at, now=report.checked_at) if paid else None,
        open_amount=kept_amount(report.open_amount),
    )


class SqlStatusStore(StatusStore):
    """What was answered about payment, as it was given, and which orders are open by what was answered last."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def add(self, business: str, *reports: PaymentReport) -> Sequence[Seen]:
        if not reports:
            return []
        known = self._locked(business, [report.invoice for report in reports])
        rows = [_row(business, report) for report in self._joined(known, reports)]
        self._database.execute(insert(status_checks), rows)
        return self._settle(known, {(report.invoice, report.order_id): report for report in reports})

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

    @override
    def to_follow_up(self, business: str, *, now: datetime, limit: int, after: str | None = None) -> Sequence[str]:
        paid = select(transfers.c.invoice).where(
            IS_LOOKED_AT_AGAIN,
            transfers.c.business == business,
            transfers.c.look_again_at <= now,
            transfers.c.paid_seen_at > now - LOOKED_AT_WHEN_PAID,
        )
        if after is not None:
            paid = paid.where(transfers.c.invoice > after)
        # Each is read from the index that holds those alone; together they would be looked for among all.
        found = self._database.scalars(paid.order_by(transfers.c.invoice).limit(limit))
        return sorted({*found, *self.open_invoices(business, limit=limit, after=after)})[:limit]

    def _locked(self, business: str, numbers: Collection[str]) -> Sequence[_Known]:
        """Return the transfers of these invoices with what was seen of them; whoever else reports on them waits."""
        known = (
            select(*(transfers.c[name] for name in _Known._fields))
            .where(
                transfers.c.business == business,
                transfers.c.invoice.in_(numbers),
                transfers.c.superseded.is_(False),
            )
            .order_by(transfers.c.id)
            .with_for_update()  # locked in one order by all, so that nobody deadlocks
        )
        return [_Known(*row) for row in self._database.execute(known)]

    def _joined(self, known: Sequence[_Known], reports: Sequence[PaymentReport]) -> Sequence[PaymentReport]:
        """Return the reports as they are kept; what one of them takes the place of is removed."""
        if not known or not any(report.worker_checks for report in reports):
            return reports
        earlier: dict[str, list[tuple[int, PaymentReport]]] = {}
        for row in self._database.execute(_TWO_NEWEST, {"ids": [one.id for one in known]}).mappings():
            fields = {name: value for name, value in row.items() if name != "id"}
            earlier.setdefault(row["invoice"], []).append((row["id"], PaymentReport.model_validate(fields)))
        kept, replaced = [], []
        for report in reports:
            match earlier.get(report.invoice):
                case [(_, before), (number, newest)] if newest.checked_at <= report.checked_at:
                    if together := joined(report, before=before, newest=newest):
                        replaced.append(number)
                    kept.append(together or report)
                case _:
                    kept.append(report)
        if replaced:
            self._database.execute(delete(status_checks).where(status_checks.c.id.in_(replaced)))
        return kept

    def _settle(self, known: Sequence[_Known], reports: Mapping[tuple[str, str], PaymentReport]) -> Sequence[Seen]:
        """Keep beside the transfers what is new of their orders, by invoice and order, and return it."""
        changed: dict[_Marks, list[str]] = {}
        news = []
        for one in known:
            report = reports.get((one.invoice, one.order_id or ""))  # of another order it says nothing
            if report is None or (one.seen_at and report.checked_at < one.seen_at):
                continue
            changed.setdefault(_marks(report, one), []).append(one.id)  # also where it is the same: it is newer
            if report.reason != one.seen:
                news.append(Seen(before=one.seen, report=report))
        for now, ids in changed.items():
            since = func.coalesce(transfers.c.paid_seen_at, now.seen_at) if now.paid else None
            values = now._asdict() | {"paid_seen_at": since}
            self._database.execute(update(transfers).where(transfers.c.id.in_(ids)).values(values))
        return news


class SqlFollowUpStore(FollowUpStore):
    """The latest round of each business.

    A row changes only while it is what it was when it was read, so of two that change it one does.
    """

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def candidates(self, *, now: datetime) -> Sequence[Candidate]:
        times = {"now": now, "paid_since": now - LOOKED_AT_WHEN_PAID}
        rows = self._database.execute(_WITH_ORDERS, times).mappings().all()
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
