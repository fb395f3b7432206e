"""Notices to people: where a business's are told, what they were told of, and what is still to be sent.

A migration describes what was, so it takes no table from the present schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    name = sa.String(50).with_variant(sa.String(50, collation="C"), "postgresql")
    id_ = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
    text = sa.Text()
    instant = sa.DateTime(timezone=True)
    op.add_column("businesses", sa.Column("sealed_notify", text, nullable=True))
    op.create_table(
        "notice_looks",
        sa.Column("business", name, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("business", name="pk_notice_looks"),
        sa.ForeignKeyConstraint(["business"], ["businesses.name"], name="fk_notice_looks_business_businesses"),
    )
    op.create_table(
        "notices",
        sa.Column("business", name, nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("code", id_, nullable=False),
        sa.Column("since", instant, nullable=False),
        sa.Column("news_since", instant, nullable=True),
        sa.Column("latest", instant, nullable=False),
        sa.Column("told_at", instant, nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("business", "kind", "code", name="pk_notices"),
        sa.ForeignKeyConstraint(["business"], ["businesses.name"], name="fk_notices_business_businesses"),
    )
    op.create_table(
        "notice_messages",
        sa.Column("id", id_, nullable=False),
        sa.Column("business", name, nullable=True),
        sa.Column("notices", sa.JSON(), nullable=False),
        sa.Column("made_at", instant, nullable=False),
        sa.Column("next_at", instant, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reached", sa.JSON(), nullable=False),
        sa.Column("failing", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notice_messages"),
        sa.ForeignKeyConstraint(["business"], ["businesses.name"], name="fk_notice_messages_business_businesses"),
    )
    op.create_table(
        "notifier",
        sa.Column("only", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", id_, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("summed_up_at", instant, nullable=True),
        sa.Column("webhooks", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("only", name="pk_notifier"),
    )


def downgrade() -> None:
    for table in ("notifier", "notice_messages", "notices", "notice_looks"):
        op.drop_table(table)
    op.drop_column("businesses", "sealed_notify")
