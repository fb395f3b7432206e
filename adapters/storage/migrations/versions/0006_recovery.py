"""What tells a database that was put back to an earlier day, and how businesses are recovered after that."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("leases", sa.Column("orders_noted", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "installation",
        sa.Column("only", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql"), nullable=False),
        sa.Column("noticed", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("noticed_at", sa.DateTime(timezone=True)),
        sa.Column("known_until", sa.DateTime(timezone=True)),
        sa.Column("alive_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("only", name="pk_installation"),
    )
    op.create_table(
        "recoveries",
        sa.Column("business", sa.String(50).with_variant(sa.String(50, collation="C"), "postgresql"), nullable=False),
        sa.Column("needed", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("tied", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("trouble", sa.JSON()),
        sa.PrimaryKeyConstraint("business", name="pk_recoveries"),
        sa.ForeignKeyConstraint(["business"], ["businesses.name"], name="fk_recoveries_business_businesses"),
    )
