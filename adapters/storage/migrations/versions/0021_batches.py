"""A business's batches are listed, the newest first."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_batches_business", "batches", ["business", "id"])
