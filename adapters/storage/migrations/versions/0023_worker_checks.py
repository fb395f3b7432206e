"""Which status checks a worker made; and each endpoint has the row that is locked, whether it was claimed or not.

Who made the checks that are there is not known: they are kept as those of people are. A migration describes what was,
so it takes no table from the present schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("status_checks", sa.Column("worker_checks", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        """
        INSERT INTO webhook_leases (endpoint, holder, token, expires_at)
        SELECT id, '', 0, created_at FROM webhook_endpoints
        WHERE id NOT IN (SELECT endpoint FROM webhook_leases)
        """
    )


def downgrade() -> None:
    op.drop_column("status_checks", "worker_checks")
