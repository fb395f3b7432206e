"""All that is kept of a business beside its invoices and transfers, page by page, row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, FromClause, select, tuple_

from adapters.storage.schema import (
    batch_members,
    batches,
    books,
    customer_directories,
    customer_directory_keys,
    customer_links,
    intents,
    journal,
    reference_data,
    status_checks,
    transfers,
)
from core.records import Place, Record, RecordKind


@dataclass(frozen=True)
class _Source:
    """Where a kind's records are: their order is that of `place`; `left_out` are columns that say nothing more."""

    table: FromClause
    business: Column[str]
    place: tuple[Column[Any], ...]
    columns: Sequence[Column[Any]]


def _source(
    place: tuple[Column[Any], ...], *, left_out: Sequence[str] = ("business",), of: tuple[Any, Any] | None = None
) -> _Source:
    table = place[0].table
    joined, business = of or (table, table.c.business)
    return _Source(joined, business, place, [column for column in table.c if column.name not in left_out])


_SOURCES = {
    RecordKind.STEP: _source(
        (journal.c.id,),
        left_out=("id",),
        of=(journal.join(transfers, transfers.c.id == journal.c.transfer_id), transfers.c.business),
    ),
    RecordKind.STATUS: _source((status_checks.c.id,), left_out=("business", "id")),
    RecordKind.LINK: _source((customer_links.c.key,)),
    RecordKind.INTENT: _source((intents.c.kind, intents.c.key)),
    RecordKind.BOOKS: _source((books.c.key,)),
    RecordKind.BATCH: _source((batches.c.id,)),
    RecordKind.BATCH_MEMBER: _source(
        (batch_members.c.position,),
        left_out=("position",),
        of=(batch_members.join(batches, batches.c.id == batch_members.c.batch), batches.c.business),
    ),
    RecordKind.REFERENCE: _source((reference_data.c.name,)),
    RecordKind.DIRECTORY: _source((customer_directories.c.books,)),
    RecordKind.DIRECTORY_KEY: _source(
        (customer_directory_keys.c.books, customer_directory_keys.c.key, customer_directory_keys.c.customer_id)
    ),
}


class SqlRecordStore:
    """The records."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def page(self, business: str, kind: RecordKind, *, limit: int, after: Place | None = None) -> Sequence[Record]:
        """Return a business's records of a kind, those after that place, at most `limit`."""
        source = _SOURCES[kind]
        places = [column.label(f"place_{nth}") for nth, column in enumerate(source.place)]
        query = select(*places, *source.columns).select_from(source.table).where(source.business == business)
        if after is not None:
            query = query.where(_follows(source, after))
        rows = self._database.execute(query.order_by(*source.place).limit(limit))
        names, width = [column.name for column in source.columns], len(places)
        return [
            Record(
                place=tuple(row[:width]),
                content={name: _plain(value) for name, value in zip(names, row[width:], strict=True)},
            )
            for row in rows
        ]


def _follows(source: _Source, after: Place) -> ColumnElement[bool]:
    if len(source.place) == 1:
        return source.place[0] > after[0]
    return tuple_(*source.place) > tuple_(*after)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
