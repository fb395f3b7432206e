"""In which books things lie: orders, marks, status checks; and the books that each business's login has led to.

What was there before is claimed by the first login after this. Directories and reference data are read anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _exact_text(length: int | None = None) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "books",
        sa.Column("business", _exact_text(50), nullable=False),
        sa.Column("key", _exact_text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("business", "key", name="pk_books"),
        sa.ForeignKeyConstraint(["business"], ["businesses.name"], name="fk_books_business_businesses"),
    )
    for table in ("transfers", "intents", "status_checks"):
        op.add_column(table, sa.Column("books", _exact_text(), nullable=True))
    for table in ("customer_directory_keys", "customer_directories", "reference_data"):
        op.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 - names of ours
