"""What an invoice is to become once its order is withdrawn, where it is sent again.

A migration describes what was, so it takes nothing from the present schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invoices", sa.Column("replacement", sa.Text(), nullable=True))
