"""What was seen paid is looked at again, for a while: since when it is paid, and when it is asked about next.

A migration describes what was, so it takes no table from the present schema. Since when those are paid that are there
is taken for when they were seen last; they are asked about in the course of a day, not all at once.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from adapters.storage.dialects import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_HOURS = 24
_transfers = sa.table(
    "transfers",
    sa.column("id", sa.Text),
    *(sa.column(name, sa.Boolean) for name in ("paid", "superseded")),
    *(sa.column(name, UtcDateTime) for name in ("seen_at", "paid_seen_at", "look_again_at")),
)


def upgrade() -> None:
    for name in ("paid_seen_at", "look_again_at"):
        op.add_column("transfers", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    database = op.get_bind()
    database.execute(sa.update(_transfers).where(_transfers.c.paid.is_(True)).values(paid_seen_at=_transfers.c.seen_at))
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    recent = sa.and_(_transfers.c.superseded.is_(False), _transfers.c.paid_seen_at > now - timedelta(days=90))
    ids = database.scalars(sa.select(_transfers.c.id).where(recent).order_by(_transfers.c.id)).all()
    look = sa.update(_transfers).where(_transfers.c.id == sa.bindparam("of")).values(look_again_at=sa.bindparam("at"))
    if ids:
        moments = [now + timedelta(hours=1 + nth % _HOURS) for nth in range(len(ids))]
        database.execute(look, [{"of": id_, "at": at} for id_, at in zip(ids, moments, strict=True)])
    is_looked_at = sa.and_(sa.column("look_again_at").is_not(None), sa.column("superseded", sa.Boolean).is_(False))
    op.create_index(
        "ix_transfers_look_again",
        "transfers",
        ["business", "look_again_at", "invoice"],
        sqlite_where=is_looked_at,
        postgresql_where=is_looked_at,
    )


def downgrade() -> None:
    op.drop_index("ix_transfers_look_again", "transfers")
    op.drop_column("transfers", "look_again_at")
    op.drop_column("transfers", "paid_seen_at")
