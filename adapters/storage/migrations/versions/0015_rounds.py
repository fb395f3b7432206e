"""Rounds of following up remember how far they came, so that what broke off is gone on with.

A migration describes what was, so it takes nothing from the present schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.String(50).with_variant(sa.String(50, collation="C"), "postgresql")
    op.add_column("follow_ups", sa.Column("asked_up_to", number, nullable=True))
    op.add_column("follow_ups", sa.Column("resume_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("follow_ups", "resume_at")
    op.drop_column("follow_ups", "asked_up_to")
