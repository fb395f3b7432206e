"""Which businesses were erased."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("business", sa.String(50).with_variant(sa.String(50, collation="C"), "postgresql"), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("business", name="pk_erasures"),
        sa.ForeignKeyConstraint(["business"], ["businesses.name"], name="fk_erasures_business_businesses"),
    )
