"""Customer directories are read anew: what customers are found by is kept in a form that no spelling escapes."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM customer_directory_keys")
    op.execute("DELETE FROM customer_directories")


def downgrade() -> None:
    upgrade()
