"""Passkeys, and the challenges that they sign.

A migration describes what was, so it takes no table from the present schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    name = sa.String(50).with_variant(sa.String(50, collation="C"), "postgresql")
    id_ = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
    text = sa.Text()
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "passkeys",
        sa.Column("id", id_, nullable=False),
        sa.Column("user_name", name, nullable=False),
        sa.Column("name", text, nullable=False),
        sa.Column("credential", text, nullable=False),
        sa.Column("public_key", text, nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("last_used_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name="fk_passkeys_user_name_users"),
        sa.UniqueConstraint("credential", name="uq_passkeys_credential"),
    )
    op.create_index("ix_passkeys_user_name", "passkeys", ["user_name"])
    op.create_table(
        "passkey_challenges",
        sa.Column("digest", id_, nullable=False),
        sa.Column("session", id_, nullable=True),
        sa.Column("made_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_passkey_challenges"),
    )
    op.create_index("ix_passkey_challenges_made_at", "passkey_challenges", ["made_at"])


def downgrade() -> None:
    for table in ("passkey_challenges", "passkeys"):
        op.drop_table(table)
