"""What is left to pay of orders that were partly paid.

Of those that are there it is not known before they are asked about again: until then they count whole, as they did. A
migration describes what was, so it takes no table from the present schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_COLUMNS = ["business", "due_on", "currency", "seen", "total", "open_amount", "settled", "superseded"]


def upgrade() -> None:
    op.add_column("status_checks", sa.Column("open_amount", sa.Text(), nullable=True))
    op.add_column("transfers", sa.Column("open_amount", sa.BigInteger(), nullable=True))
    is_partly_paid = sa.and_(
        sa.column("open_amount").is_not(None),
        sa.column("due_on").is_not(None),
        sa.column("settled", sa.Boolean).is_(False),
        sa.column("superseded", sa.Boolean).is_(False),
    )
    op.create_index(
        "ix_transfers_partly_paid",
        "transfers",
        _COLUMNS,
        sqlite_where=is_partly_paid,
        postgresql_where=is_partly_paid,
    )


def downgrade() -> None:
    op.drop_index("ix_transfers_partly_paid", "transfers")
    op.drop_column("transfers", "open_amount")
    op.drop_column("status_checks", "open_amount")
