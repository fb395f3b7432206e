"""The events of one invoice are found without those of all others.

A migration describes what was, so it takes no table from the present schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    of_invoice = sa.column("invoice").is_not(None)
    op.create_index(
        "ix_events_invoice",
        "events",
        ["business", "invoice", "position"],
        sqlite_where=of_invoice,
        postgresql_where=of_invoice,
    )


def downgrade() -> None:
    op.drop_index("ix_events_invoice", "events")
