"""What happens is kept as events, each once: what was seen last of a payment, and which batches have been told of.

A migration describes what was, so it takes no table from the present schema. What happened before is not told.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# What the latest report on the transfer's own order says.
_LATEST = """
UPDATE transfers SET {column} = (
    SELECT status_checks.{source} FROM status_checks
    WHERE status_checks.business = transfers.business
    AND status_checks.invoice = transfers.invoice
    AND status_checks.order_id = transfers.order_id
    ORDER BY status_checks.checked_at DESC, status_checks.id DESC LIMIT 1
) WHERE order_id IS NOT NULL
"""


def upgrade() -> None:
    name = sa.String(50).with_variant(sa.String(50, collation="C"), "postgresql")
    id_ = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "events",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", id_, nullable=False),
        sa.Column("type", sa.String(30), nullable=False),
        sa.Column("timestamp", instant, nullable=False),
        sa.Column("business", name, nullable=False),
        sa.Column("invoice", name, nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_events"),
        sa.ForeignKeyConstraint(["business"], ["businesses.name"], name="fk_events_business_businesses"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_events_id", "events", ["id"], unique=True)
    op.create_index("ix_events_business", "events", ["business", "position"])
    op.create_index("ix_events_type", "events", ["business", "type", "position"])
    op.create_index("ix_events_timestamp", "events", ["business", "timestamp", "position"])
    op.create_table(
        "access_troubles",
        sa.Column("business", name, nullable=False),
        sa.Column("sending", sa.Boolean(), nullable=False),
        sa.Column("asking", sa.Boolean(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("since", instant, nullable=False),
        sa.PrimaryKeyConstraint("business", name="pk_access_troubles"),
        sa.ForeignKeyConstraint(["business"], ["businesses.name"], name="fk_access_troubles_business_businesses"),
    )
    op.add_column("transfers", sa.Column("seen", sa.String(20), nullable=True))
    op.add_column("transfers", sa.Column("seen_at", instant, nullable=True))
    for column, source in (("seen", "reason"), ("seen_at", "checked_at")):
        op.execute(_LATEST.format(column=column, source=source))
    op.add_column("batches", sa.Column("recorded", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("batches", sa.Column("finished_at", instant, nullable=True))
    op.execute("UPDATE batches SET finished_at = created_at")
    op.create_index("ix_batch_members_transfer", "batch_members", ["transfer_id"])


def downgrade() -> None:
    op.drop_index("ix_batch_members_transfer", "batch_members")
    for table, column in (
        ("batches", "finished_at"),
        ("batches", "recorded"),
        ("transfers", "seen_at"),
        ("transfers", "seen"),
    ):
        op.drop_column(table, column)
    op.drop_table("access_troubles")
    op.drop_table("events")
