"""The stories of the transfers."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from adapters.storage.schema import journal
from core.journal import Step


class SqlJournalStore:
    """The journal."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def add(self, transfer_id: str, steps: Sequence[Step]) -> None:
        """Add steps to the end of a transfer's story."""
        if steps:
            self._database.execute(
                insert(journal), [{"transfer_id": transfer_id, **step.model_dump()} for step in steps]
            )

    def of(self, transfer_id: str) -> Sequence[Step]:
        """Return a transfer's story, in the order in which it was told."""
        query = (
            select(journal.c.at, journal.c.text, journal.c.duration_ms)
            .where(journal.c.transfer_id == transfer_id)
            .order_by(journal.c.id)
        )
        return [Step.model_validate(dict(row)) for row in self._database.execute(query).mappings()]
