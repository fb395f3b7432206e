"""Status checks: every answer about payment, as it was given, and which orders are open by what was answered last."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from adapters.storage.schema import IS_OPEN, status_checks, transfers
from core.payment import PaymentReport

_NOT_OF_THE_REPORT = {"id", "business"}


class SqlStatusStore:
    """The status checks."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def add(self, business: str, *reports: PaymentReport) -> None:
        """Store reports, and close or open the orders that they are about."""
        if not reports:
            return
        rows = [{"business": business, **report.model_dump(), "books": report.books} for report in reports]
        self._database.execute(insert(status_checks), rows)
        self._settle(business, {(report.invoice, report.order_id): report.is_settled for report in reports})

    def latest(self, business: str, invoice: str) -> PaymentReport | None:
        """Return the newest report of an invoice, or None; of two from one instant the one stored last."""
        query = (
            select(*(column for column in status_checks.c if column.name not in _NOT_OF_THE_REPORT))
            .where(status_checks.c.business == business, status_checks.c.invoice == invoice)
            .order_by(status_checks.c.checked_at.desc(), status_checks.c.id.desc())
            .limit(1)
        )
        row = self._database.execute(query).mappings().first()
        return PaymentReport.model_validate(dict(row)) if row else None

    def open_invoices(self, business: str, *, limit: int, after: str | None = None) -> Sequence[str]:
        """Return the numbers of the invoices whose orders are open, those after the given number, at most `limit`."""
        query = select(transfers.c.invoice).where(IS_OPEN, transfers.c.business == business)
        if after is not None:
            query = query.where(transfers.c.invoice > after)
        return list(self._database.scalars(query.order_by(transfers.c.invoice).limit(limit)))

    def _settle(self, business: str, settled: dict[tuple[str, str], bool]) -> None:
        """Note which orders are settled, by invoice and order; only what changes is written."""
        known = (
            select(transfers.c.id, transfers.c.invoice, transfers.c.order_id, transfers.c.settled)
            .where(
                transfers.c.business == business,
                transfers.c.invoice.in_([invoice for invoice, _ in settled]),
                transfers.c.superseded.is_(False),
            )
            .order_by(transfers.c.id)
            .with_for_update()  # locked in one order by all, so that nobody deadlocks
        )
        changed: dict[bool, list[str]] = {True: [], False: []}
        for transfer_id, invoice, order_id, was_settled in self._database.execute(known):
            is_settled = settled.get((invoice, order_id), was_settled)  # of another order it says nothing
            if is_settled != was_settled:
                changed[is_settled].append(transfer_id)
        for is_settled, ids in changed.items():
            if ids:
                self._database.execute(update(transfers).where(transfers.c.id.in_(ids)).values(settled=is_settled))
