"""What an invoice credits has a column, so that the credits of an invoice are found without reading all invoices.

A migration describes what was, so it takes nothing from the present schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_STATED = {
    "sqlite": "json_extract(document, '$.credits')",
    "postgresql": "CAST(document AS json) ->> 'credits'",
}


def upgrade() -> None:
    text = sa.String(50).with_variant(sa.String(50, collation="C"), "postgresql")
    op.add_column("invoices", sa.Column("credits", text, nullable=True))
    stated: sa.ColumnElement[str] = sa.literal_column(_STATED[op.get_bind().dialect.name])
    invoices = sa.table("invoices", sa.column("credits"))
    op.execute(invoices.update().where(stated.is_not(None)).values(credits=stated))
    is_credit = sa.text("credits IS NOT NULL")
    op.create_index(
        "ix_invoices_credits",
        "invoices",
        ["business", "credits", "number"],
        sqlite_where=is_credit,
        postgresql_where=is_credit,
    )


def downgrade() -> None:
    op.drop_index("ix_invoices_credits", "invoices")
    op.drop_column("invoices", "credits")
