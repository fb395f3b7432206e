"""What invoices come to, and by what transfers are counted: why they stand, when they arrived, what is due.

A migration describes what was, so it takes no table from the present schema; what an invoice comes to is asked of the
core, for what is kept is to be what is shown.
"""

import sqlalchemy as sa
from alembic import op

from adapters.storage.amounts import kept_amount
from adapters.storage.dialects import UtcDateTime
from core.fields import AS_STORED
from core.invoice import Invoice
from core.invoice_filter import known_sum
from core.norwegian_time import norwegian_date

revision = "0019"
down_revision = "0016"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000
_CURRENCY = 30
_CODE = 64

_invoices = sa.table(
    "invoices",
    *(sa.column(name, sa.Text) for name in ("business", "number", "document", "currency")),
    *(sa.column(name, sa.Date) for name in ("issue_date", "due_date")),
    sa.column("total", sa.BigInteger),
)
_transfers = sa.table(
    "transfers",
    *(sa.column(name, sa.Text) for name in ("id", "business", "invoice", "state", "currency", "error_code")),
    *(sa.column(name, UtcDateTime) for name in ("created_at", "finished_at")),
    *(sa.column(name, sa.Date) for name in ("arrived_on", "due_on")),
    sa.column("error", sa.JSON),
    sa.column("total", sa.BigInteger),
)


def upgrade() -> None:
    day, currency, total = sa.Date(), sa.String(_CURRENCY), sa.BigInteger()
    for name, kind in (("due_date", day), ("currency", currency), ("total", total)):
        op.add_column("invoices", sa.Column(name, kind, nullable=True))
    for name, kind in (
        ("error_code", sa.String(_CODE)),
        ("arrived_on", day),
        ("due_on", day),
        ("currency", currency),
        ("total", total),
    ):
        op.add_column("transfers", sa.Column(name, kind, nullable=True))
    _read_invoices()
    _read_transfers()
    op.create_index("ix_invoices_total", "invoices", ["business", "total", "number"])
    is_live = sa.column("superseded", sa.Boolean).is_(False)
    is_open = sa.column("settled", sa.Boolean).is_(False)
    is_unpaid = sa.and_(sa.column("due_on").is_not(None), is_open, is_live)
    for name, columns, where in (
        ("ix_transfers_errors", ["business", "state", "error_code", "id"], sa.column("error_code").is_not(None)),
        (
            "ix_transfers_arrived",
            ["business", "arrived_on", "currency", "total", "superseded"],
            sa.and_(sa.column("arrived_on").is_not(None), is_live),
        ),
        (
            "ix_transfers_unpaid",
            ["business", "due_on", "currency", "seen", "total", "settled", "superseded"],
            is_unpaid,
        ),
        ("ix_transfers_due_on", ["business", "due_on", "invoice", "settled", "superseded"], is_unpaid),
    ):
        op.create_index(name, "transfers", columns, sqlite_where=where, postgresql_where=where)


def _read_invoices() -> None:
    """Keep what the invoices come to that are there, piece by piece."""
    database = op.get_bind()
    place = sa.tuple_(_invoices.c.business, _invoices.c.number)
    after = ("", "")
    while True:
        query = sa.select(_invoices.c.business, _invoices.c.number, _invoices.c.document).where(
            place > sa.tuple_(*map(sa.literal, after))
        )
        rows = database.execute(query.order_by(_invoices.c.business, _invoices.c.number).limit(_AT_ONCE)).all()
        if not rows:
            return
        after = (rows[-1].business, rows[-1].number)
        read = [(row.business, Invoice.model_validate_json(row.document, context=AS_STORED)) for row in rows]
        stated = [
            {
                "owner": business,
                "which": invoice.number,
                "due": invoice.due_date,
                "coin": invoice.currency[:_CURRENCY],
                "sum": kept_amount(known_sum(invoice)),
            }
            for business, invoice in read
            if invoice.rows  # else it says nothing, or what it said was forgotten
        ]
        if stated:
            database.execute(
                _invoices.update()
                .where(_invoices.c.business == sa.bindparam("owner"), _invoices.c.number == sa.bindparam("which"))
                .values(due_date=sa.bindparam("due"), currency=sa.bindparam("coin"), total=sa.bindparam("sum")),
                stated,
            )


def _read_transfers() -> None:
    """Keep by what the transfers that are there are counted; the days of those with an order piece by piece."""
    database = op.get_bind()
    of_it = sa.and_(_invoices.c.business == _transfers.c.business, _invoices.c.number == _transfers.c.invoice)
    stated = {
        name: sa.select(_invoices.c[name]).where(of_it).correlate(_transfers).scalar_subquery()
        for name in ("currency", "total")
    }
    code = "error ->> 'code'" if database.dialect.name == "postgresql" else "json_extract(error, '$.code')"
    shortened = sa.func.substr(sa.literal_column(code), 1, _CODE)  # a plugin's own may be of any length
    database.execute(_transfers.update().values(error_code=shortened, **stated))
    due = sa.select(sa.func.coalesce(_invoices.c.due_date, _invoices.c.issue_date)).where(of_it)
    counted = (
        _transfers.update()
        .where(_transfers.c.id == sa.bindparam("which"))
        .values(
            arrived_on=sa.bindparam("day"),
            due_on=sa.func.coalesce(due.correlate(_transfers).scalar_subquery(), sa.bindparam("day")),
        )
    )
    after = ""
    while True:
        query = sa.select(_transfers.c.id, _transfers.c.finished_at, _transfers.c.created_at).where(
            _transfers.c.id > after, _transfers.c.state.in_(("transferred", "withdrawing"))
        )
        rows = database.execute(query.order_by(_transfers.c.id).limit(_AT_ONCE)).all()
        if not rows:
            return
        after = rows[-1].id
        days = [{"which": row.id, "day": norwegian_date(row.finished_at or row.created_at)} for row in rows]
        database.execute(counted, days)
