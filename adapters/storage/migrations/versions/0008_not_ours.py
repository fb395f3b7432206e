"""Orders are known by number and customer: what was reported of others' orders is dropped, and asked about anew.

A migration describes what was, so it takes nothing from the present schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Reports on orders that carried another number have this warning, and may tell of another's payment.
_REOPEN = """
UPDATE transfers SET settled = false WHERE settled AND EXISTS (
    SELECT 1 FROM status_checks
    WHERE status_checks.business = transfers.business
    AND status_checks.invoice = transfers.invoice
    AND status_checks.order_id = transfers.order_id
    AND CAST(status_checks.warnings AS TEXT) LIKE '%does not carry the number of invoice%'
)
"""
_FORGET = "DELETE FROM status_checks WHERE CAST(warnings AS TEXT) LIKE '%does not carry the number of invoice%'"


def upgrade() -> None:
    op.add_column("transfers", sa.Column("order_reference", sa.Text(), nullable=True))
    op.execute(_REOPEN)
    op.execute(_FORGET)
