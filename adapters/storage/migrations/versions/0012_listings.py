"""Invoices are listed by date, by where they stand and by their words.

A migration describes what was, so it takes no table from the present schema; what an invoice is found by is asked of
the core, for what is kept is to be what is searched for.
"""

import sqlalchemy as sa
from alembic import op

from core.fields import AS_STORED
from core.invoice import Invoice
from core.search_words import words_of

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000

_invoices = sa.table(
    "invoices",
    sa.column("business", sa.Text),
    sa.column("number", sa.Text),
    sa.column("document", sa.Text),
    sa.column("issue_date", sa.Date),
)
_words = sa.table("invoice_words", *(sa.column(name, sa.Text) for name in ("business", "number", "word", "kind")))

# What the latest report on the transfer's own order says.
_PAID = """
UPDATE transfers SET paid = true WHERE settled AND state = 'transferred' AND (
    SELECT status_checks.status FROM status_checks
    WHERE status_checks.business = transfers.business
    AND status_checks.invoice = transfers.invoice
    AND status_checks.order_id = transfers.order_id
    ORDER BY status_checks.checked_at DESC, status_checks.id DESC LIMIT 1
) = 'paid'
"""


def upgrade() -> None:
    exact = sa.String(50).with_variant(sa.String(50, collation="C"), "postgresql")
    word = sa.String(60).with_variant(sa.String(60, collation="C"), "postgresql")
    op.add_column("invoices", sa.Column("issue_date", sa.Date(), nullable=True))
    op.add_column("transfers", sa.Column("paid", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "invoice_words",
        sa.Column("business", exact, nullable=False),
        sa.Column("number", exact, nullable=False),
        sa.Column("word", word, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("business", "number", "word", "kind", name="pk_invoice_words"),
        sa.ForeignKeyConstraint(
            ["business", "number"],
            ["invoices.business", "invoices.number"],
            name="fk_invoice_words",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    _read_invoices()
    op.execute(_PAID)
    op.create_index("ix_invoice_words_word", "invoice_words", ["business", "word", "number", "kind"])
    op.create_index("ix_invoices_issue_date", "invoices", ["business", "issue_date", "number"])
    for name, columns, where in (
        ("ix_transfers_standing", ["business", "state", "paid", "invoice"], False),
        ("ix_transfers_superseded", ["business", "invoice", "id"], True),
    ):
        condition = sa.column("superseded", sa.Boolean).is_(where)
        op.create_index(name, "transfers", columns, sqlite_where=condition, postgresql_where=condition)


def _read_invoices() -> None:
    """Keep the date and the words of the invoices that are there, piece by piece."""
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
        database.execute(
            _words.insert(),
            [
                {"business": business, "number": invoice.number, "word": word, "kind": kind}
                for business, invoice in read
                for kind, word in words_of(invoice)
            ],
        )
        dated = [
            {"owner": business, "which": invoice.number, "day": invoice.issue_date}
            for business, invoice in read
            if invoice.issue_date
        ]
        if dated:
            database.execute(
                _invoices.update()
                .where(_invoices.c.business == sa.bindparam("owner"), _invoices.c.number == sa.bindparam("which"))
                .values(issue_date=sa.bindparam("day")),
                dated,
            )
