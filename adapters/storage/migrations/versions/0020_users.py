"""Users of the console, their grants, sessions, sign-in links and attempts at their passwords.

A migration describes what was, so it takes no table from the present schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    name = sa.String(50).with_variant(sa.String(50, collation="C"), "postgresql")
    id_ = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
    word = sa.String(20)
    text = sa.Text()
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "users",
        sa.Column("name", name, nullable=False),
        sa.Column("email", text, nullable=True),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("disabled_at", instant, nullable=True),
        sa.Column("secret_hash", text, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )
    op.create_table(
        "user_grants",
        sa.Column("user_name", name, nullable=False),
        sa.Column("business", name, nullable=False),
        sa.Column("role", word, nullable=False),
        sa.PrimaryKeyConstraint("user_name", "business", name="pk_user_grants"),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name="fk_user_grants_user_name_users"),
    )
    op.create_index("ix_user_grants_business", "user_grants", ["business"])
    op.create_table(
        "console_sessions",
        sa.Column("id", id_, nullable=False),
        sa.Column("digest", id_, nullable=False),
        sa.Column("user_name", name, nullable=False),
        sa.Column("csrf", text, nullable=False),
        sa.Column("begun_by", word, nullable=False),
        sa.Column("address", id_, nullable=True),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("last_seen_at", instant, nullable=False),
        sa.Column("ended_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_console_sessions"),
        sa.UniqueConstraint("digest", name="uq_console_sessions_digest"),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name="fk_console_sessions_user_name_users"),
    )
    op.create_index("ix_console_sessions_user_name", "console_sessions", ["user_name"])
    op.create_index("ix_console_sessions_last_seen_at", "console_sessions", ["last_seen_at"])
    op.create_table(
        "sign_in_links",
        sa.Column("digest", id_, nullable=False),
        sa.Column("user_name", name, nullable=False),
        sa.Column("made_at", instant, nullable=False),
        sa.Column("used_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_in_links"),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name="fk_sign_in_links_user_name_users"),
    )
    op.create_index("ix_sign_in_links_made_at", "sign_in_links", ["made_at"])
    op.create_table(
        "sign_in_attempts",
        sa.Column("key", id_, nullable=False),
        sa.Column("begun_at", instant, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_sign_in_attempts"),
    )
    op.create_index("ix_sign_in_attempts_begun_at", "sign_in_attempts", ["begun_at"])


def downgrade() -> None:
    for table in ("sign_in_attempts", "sign_in_links", "console_sessions", "user_grants", "users"):
        op.drop_table(table)
