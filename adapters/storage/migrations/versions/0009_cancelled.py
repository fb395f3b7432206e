"""A cancelled transfer has a state of its own: until then it was a rejected one with the error `cancelled`.

A migration describes what was, so it takes nothing from the present schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_transfers = sa.table("transfers", sa.column("state", sa.Text), sa.column("error", sa.JSON))


def upgrade() -> None:
    was_cancelled = sa.and_(_transfers.c.state == "rejected", _transfers.c.error["code"].as_string() == "cancelled")
    op.execute(_transfers.update().where(was_cancelled).values(state="cancelled"))
