"""The audit trail, which the database itself keeps from being changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from adapters.storage.schema import audit
from core.audit import Actor, AuditEntry, KeptEntry

_ADDITION = insert(audit)


class SqlAuditStore:
    """The audit trail."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def add(self, *entries: AuditEntry) -> None:
        """Add entries, in this order."""
        if entries:
            self._database.execute(_ADDITION, [_row(entry) for entry in entries])

    def list(
        self,
        *,
        business: str | None = None,
        invoice: str | None = None,
        since: datetime | None = None,
        limit: int,
        after: int | None = None,
    ) -> Sequence[KeptEntry]:
        """Return entries by id (the newest last), those after the given id, at most `limit`.

        Those of the business or invoice, and from the instant `since` on, where these are given.
        """
        query = select(audit).order_by(audit.c.id).limit(limit)
        if business is not None:
            query = query.where(audit.c.business == business)
        if invoice is not None:
            query = query.where(audit.c.invoice == invoice)
        if since is not None:
            query = query.where(audit.c.at >= since)
        if after is not None:
            query = query.where(audit.c.id > after)
        return [_entry(row) for row in self._database.execute(query).mappings()]


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "actor": entry.actor.kind,
        "key_prefix": entry.actor.key,
        "key_name": entry.actor.name,
        "action": entry.action,
        "business": entry.business,
        "invoice": entry.invoice,
        "subject": entry.subject,
        "result": entry.result,
        "code": entry.code,
    }


def _entry(row: RowMapping) -> KeptEntry:
    fields = dict(row)
    actor = Actor(kind=fields.pop("actor"), key=fields.pop("key_prefix"), name=fields.pop("key_name"))
    return KeptEntry.model_validate({**fields, "actor": actor})
