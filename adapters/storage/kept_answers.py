"""Answers kept under the callers' own keys; of two requests with one key, one claims it."""

from datetime import datetime

from sqlalchemy import Connection, and_, delete, select, update

from adapters.storage.insertion import insert_into
from adapters.storage.schema import kept_answers
from core.kept_answer import KeptAnswer


class SqlAnswerStore:
    """The kept answers."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def begin(self, key: str, fingerprint: str, *, now: datetime, stale_before: datetime) -> KeptAnswer | None:
        """Claim a key for a request, or return what is kept under it."""
        claim = insert_into(self._database.dialect.name, kept_answers).values(
            key=key, fingerprint=fingerprint, begun_at=now, status=None, headers={}, body=""
        )
        claimed = self._database.scalar(
            claim.on_conflict_do_update(
                index_elements=["key"],
                set_={"fingerprint": claim.excluded.fingerprint, "begun_at": claim.excluded.begun_at},
                where=and_(kept_answers.c.status.is_(None), kept_answers.c.begun_at < stale_before),
            ).returning(kept_answers.c.key)
        )
        return None if claimed is not None else self._kept(key)

    def finish(self, key: str, answer: KeptAnswer) -> None:
        """Keep the answer under the key that was claimed."""
        self._database.execute(
            update(kept_answers)
            .where(kept_answers.c.key == key)
            .values(status=answer.status, headers=dict(answer.headers), body=answer.body)
        )

    def forget(self, key: str) -> None:
        """Give the key up, so that the same request is carried out again."""
        self._database.execute(delete(kept_answers).where(kept_answers.c.key == key))

    def forget_older(self, than: datetime) -> None:
        """Forget what was claimed before that instant."""
        self._database.execute(delete(kept_answers).where(kept_answers.c.begun_at < than))

    def _kept(self, key: str) -> KeptAnswer:
        row = (
            self._database.execute(
                select(
                    kept_answers.c.fingerprint, kept_answers.c.status, kept_answers.c.headers, kept_answers.c.body
                ).where(kept_answers.c.key == key)
            )
            .mappings()
            .one()
        )
        return KeptAnswer.model_validate(dict(row))
