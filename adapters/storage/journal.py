"""The stories of the transfers."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from adapters.storage.schema import journal
from core.journal import Step

_ADDITION = insert(journal)


class SqlJournalStore:
    """The journal."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def add(self, told: Sequence[tuple[str, Step]]) -> None:
        """Add steps to the ends of transfers' stories, each beside the id of its transfer."""
        if told:
            rows = [{"transfer_id": transfer_id, **step.model_dump()} for transfer_id, step in told]
            self._database.execute(_ADDITION, rows)

    def of(self, transfer_id: str) -> Sequence[Step]:
        """Return a transfer's story, in the order in which it was told."""
        query = (
            select(journal.c.at, journal.c.text, journal.c.duration_ms)
            .where(journal.c.transfer_id == transfer_id)
            .order_by(journal.c.id)
        )
        return [Step.model_validate(dict(row)) for row in self._database.execute(query).mappings()]
