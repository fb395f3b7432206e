"""Status checks: every answer about payment, as it was given."""

from sqlalchemy import Connection, insert, select

from adapters.storage.schema import status_checks
from core.payment import PaymentReport

_NOT_OF_THE_REPORT = {"id", "business"}


class SqlStatusStore:
    """The status checks."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def add(self, business: str, report: PaymentReport) -> None:
        """Store a report."""
        self._database.execute(insert(status_checks).values(business=business, **report.model_dump()))

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
