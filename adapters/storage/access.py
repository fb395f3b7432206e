"""Who may call, what they were answered, and what they did. Of a key's text no more than a digest is kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)
from typing_extensions import override

from adapters.storage.database import SqlDatabase
from adapters.storage.dialects import insert_into
from adapters.storage.schema import api_keys, audit, kept_answers
from core.api_key import ApiKey
from core.audit import Actor, AuditEntry, KeptEntry
from core.errors import Conflict
from core.ports.access_stores import AnswerStore, ApiKeyStore, AuditStore, KeptAnswer, KeptKey, KeyRing

SHOWN = select(*(column for column in api_keys.c if column.name != "digest"))
"""Keys as they may be shown."""


class SqlApiKeyStore(ApiKeyStore):
    """The API keys."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def add(self, key: ApiKey, *, digest: str) -> None:
        statement = insert_into(self._database.dialect.name, api_keys).values(**key.model_dump(), digest=digest)
        added = self._database.scalar(statement.on_conflict_do_nothing().returning(api_keys.c.prefix))
        if added is None:
            raise Conflict(
                f"There is an API key {key.prefix} already.", code="prefix_taken", hint="Create the key again."
            )

    @override
    def get(self, prefix: str) -> ApiKey | None:
        row = self._database.execute(SHOWN.where(api_keys.c.prefix == prefix)).mappings().first()
        return ApiKey.model_validate(dict(row)) if row else None

    @override
    def list(self, *, limit: int, after: str | None = None) -> Sequence[ApiKey]:
        query = SHOWN.order_by(api_keys.c.prefix).limit(limit)
        if after is not None:
            query = query.where(api_keys.c.prefix > after)
        return [ApiKey.model_validate(dict(row)) for row in self._database.execute(query).mappings()]

    @override
    def revoke(self, prefix: str, *, now: datetime) -> None:
        self._revoke(api_keys.c.prefix == prefix, now=now)

    @override
    def revoke_of(self, business: str, *, now: datetime) -> None:
        self._revoke(api_keys.c.business == business, now=now)

    def _revoke(self, these: ColumnElement[bool], *, now: datetime) -> None:
        self._database.execute(update(api_keys).where(these, api_keys.c.revoked_at.is_(None)).values(revoked_at=now))

    @override
    def note_use(self, prefix: str, *, now: datetime) -> None:
        is_later = or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at < now)
        self._database.execute(update(api_keys).where(api_keys.c.prefix == prefix, is_later).values(last_used_at=now))


_LIVE = select(api_keys).where(api_keys.c.revoked_at.is_(None))
_OF_PREFIX = _LIVE.where(api_keys.c.prefix == bindparam("prefix"))
_ANY = _LIVE.with_only_columns(api_keys.c.prefix).limit(1)


class SqlKeyRing(KeyRing):
    """The API keys, read without waiting for any writer."""

    def __init__(self, storage: SqlDatabase) -> None:
        self._storage = storage

    @override
    def find(self, prefix: str) -> KeptKey | None:
        with self._storage.read() as database:
            row = database.execute(_OF_PREFIX, {"prefix": prefix}).mappings().first()
        return _kept_key(row) if row else None

    @override
    def all(self) -> Mapping[str, KeptKey]:
        with self._storage.read() as database:
            rows = database.execute(_LIVE).mappings().all()
        return {row["prefix"]: _kept_key(row) for row in rows}

    @override
    def is_empty(self) -> bool:
        with self._storage.read() as database:
            return database.scalar(_ANY) is None


def _kept_key(row: RowMapping) -> KeptKey:
    fields: dict[str, Any] = dict(row)
    digest = fields.pop("digest")
    return KeptKey(ApiKey.model_validate(fields), digest)


_AUDIT_ADDITION = insert(audit)


class SqlAuditStore(AuditStore):
    """The audit trail, which the database itself keeps from being changed."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def add(self, *entries: AuditEntry) -> None:
        if entries:
            self._database.execute(_AUDIT_ADDITION, [_audit_row(entry) for entry in entries])

    @override
    def list(
        self,
        *,
        business: str | None = None,
        invoice: str | None = None,
        since: datetime | None = None,
        limit: int,
        after: int | None = None,
    ) -> Sequence[KeptEntry]:
        query = _audit_query(business, invoice, since).order_by(audit.c.id).limit(limit)
        if after is not None:
            query = query.where(audit.c.id > after)
        return [_audit_entry(row) for row in self._database.execute(query).mappings()]

    @override
    def newest(
        self,
        *,
        business: str | None = None,
        invoice: str | None = None,
        since: datetime | None = None,
        limit: int,
        before: int | None = None,
    ) -> Sequence[KeptEntry]:
        query = _audit_query(business, invoice, since).order_by(audit.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.id < before)
        return [_audit_entry(row) for row in self._database.execute(query).mappings()]


def _audit_query(business: str | None, invoice: str | None, since: datetime | None) -> Select[Any]:
    query = select(audit)
    if business is not None:
        query = query.where(audit.c.business == business)
    if invoice is not None:
        query = query.where(audit.c.invoice == invoice)
    return query if since is None else query.where(audit.c.at >= since)


def _audit_row(entry: AuditEntry) -> dict[str, Any]:
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


def _audit_entry(row: RowMapping) -> KeptEntry:
    fields = dict(row)
    actor = Actor(kind=fields.pop("actor"), key=fields.pop("key_prefix"), name=fields.pop("key_name"))
    return KeptEntry.model_validate({**fields, "actor": actor})


class SqlAnswerStore(AnswerStore):
    """The kept answers; of two requests with one key, one claims it."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def begin(self, key: str, fingerprint: str, *, now: datetime, stale_before: datetime) -> KeptAnswer | None:
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
        return None if claimed is not None else self._read(key)

    @override
    def finish(self, key: str, answer: KeptAnswer) -> None:
        self._database.execute(
            update(kept_answers)
            .where(kept_answers.c.key == key)
            .values(status=answer.status, headers=dict(answer.headers), body=answer.body)
        )

    @override
    def forget(self, key: str) -> None:
        self._database.execute(delete(kept_answers).where(kept_answers.c.key == key))

    @override
    def forget_older(self, than: datetime) -> None:
        self._database.execute(delete(kept_answers).where(kept_answers.c.begun_at < than))

    def _read(self, key: str) -> KeptAnswer:
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
