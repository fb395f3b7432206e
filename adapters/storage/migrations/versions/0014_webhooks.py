"""Endpoints, and the events on their way to them.

A migration describes what was, so it takes no table from the present schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    id_ = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
    name = sa.String(50).with_variant(sa.String(50, collation="C"), "postgresql")
    word, type_ = sa.String(20), sa.String(30)
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", id_, nullable=False),
        sa.Column("business", name, nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("state", word, nullable=False),
        sa.Column("disabled_reason", word, nullable=True),
        sa.Column("disabled_at", instant, nullable=True),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("removed_at", instant, nullable=True),
        sa.Column("old_secret_until", instant, nullable=True),
        sa.Column("sealed_url", sa.Text(), nullable=False),
        sa.Column("sealed_secrets", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_endpoints"),
        sa.ForeignKeyConstraint(["business"], ["businesses.name"], name="fk_webhook_endpoints_business_businesses"),
    )
    op.create_table(
        "webhook_leases",
        sa.Column("endpoint", id_, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("endpoint", name="pk_webhook_leases"),
        sa.ForeignKeyConstraint(
            ["endpoint"], ["webhook_endpoints.id"], name="fk_webhook_leases_endpoint_webhook_endpoints"
        ),
    )
    op.create_table(
        "webhook_pauses",
        sa.Column("endpoint", id_, nullable=False),
        sa.Column("paused_until", instant, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", instant, nullable=False),
        sa.PrimaryKeyConstraint("endpoint", name="pk_webhook_pauses"),
        sa.ForeignKeyConstraint(
            ["endpoint"], ["webhook_endpoints.id"], name="fk_webhook_pauses_endpoint_webhook_endpoints"
        ),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("endpoint", id_, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", type_, nullable=False),
        sa.Column("business", name, nullable=False),
        sa.Column("invoice", name, nullable=False),
        sa.Column("state", word, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("next_attempt_at", instant, nullable=True),
        sa.Column("delivered_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("endpoint", "position", name="pk_webhook_deliveries"),
        sa.ForeignKeyConstraint(
            ["endpoint"], ["webhook_endpoints.id"], name="fk_webhook_deliveries_endpoint_webhook_endpoints"
        ),
    )
    is_pending = sa.column("next_attempt_at").is_not(None)
    has_failed = sa.column("failed", sa.Boolean).is_(True)
    for index, columns, condition in (
        ("due", ["endpoint", "next_attempt_at", "position"], is_pending),
        ("invoice", ["endpoint", "business", "invoice", "position"], is_pending),
        ("failed", ["endpoint", "position"], has_failed),
        ("state", ["endpoint", "state", "position"], None),
        ("type", ["endpoint", "type", "position"], None),
        ("created_at", ["endpoint", "created_at", "position"], None),
    ):
        op.create_index(
            f"ix_webhook_deliveries_{index}",
            "webhook_deliveries",
            columns,
            sqlite_where=condition,
            postgresql_where=condition,
        )
    op.create_table(
        "webhook_attempts",
        sa.Column("endpoint", id_, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("trouble", type_, nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("endpoint", "position", "number", name="pk_webhook_attempts"),
        sa.ForeignKeyConstraint(
            ["endpoint", "position"],
            ["webhook_deliveries.endpoint", "webhook_deliveries.position"],
            name="fk_webhook_attempts_endpoint_webhook_deliveries",
        ),
    )


def downgrade() -> None:
    for table in (
        "webhook_attempts",
        "webhook_deliveries",
        "webhook_pauses",
        "webhook_leases",
        "webhook_endpoints",
    ):
        op.drop_table(table)
