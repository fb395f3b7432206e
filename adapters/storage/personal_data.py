"""What is kept of people and businesses: forgotten, and handed out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Label,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)
from typing_extensions import override

from adapters.storage.businesses import lock_for_sealing
from adapters.storage.dialects import put
from adapters.storage.events import SqlEventStore
from adapters.storage.schema import (
    IS_OPEN_ORDER,
    access_troubles,
    batch_members,
    batches,
    books,
    businesses,
    customer_directories,
    customer_directory_keys,
    customer_links,
    erasures,
    events,
    follow_ups,
    intents,
    invoice_words,
    invoices,
    journal,
    notice_looks,
    notice_messages,
    notices,
    recoveries,
    reference_data,
    sessions,
    status_checks,
    transfers,
    webhook_attempts,
    webhook_deliveries,
    webhook_endpoints,
)
from adapters.storage.webhook_deliveries import forget_business, forget_events
from core.invoice import Invoice, InvoiceType
from core.ports.personal_data_stores import ForgettingStore, Place, Record, RecordKind, RecordStore
from core.ports.secret_box import SecretBox
from core.search_words import WordKind
from core.transfer import TransferError, TransferState

_FORGOTTEN = TransferError(code="forgotten", message="The error is no longer kept.", hint="")
_OF_ONE = (
    sessions,
    status_checks,
    customer_links,
    customer_directories,
    customer_directory_keys,
    reference_data,
    follow_ups,
    books,
    access_troubles,
    notice_looks,
    notice_messages,
    notices,
)
_RECOVERY_BEGUN_ANEW: dict[str, Any] = {
    "needed": True,
    "ended_at": None,
    "orders": 0,
    "tied": 0,
    "findings": [],
    "trouble": None,
}
_SUMS_GONE: dict[str, Any] = {"arrived_on": None, "due_on": None, "currency": None, "total": None, "open_amount": None}
_SAYS_NOTHING = (
    update(invoices)
    .where(invoices.c.business == bindparam("owner"), invoices.c.number == bindparam("which"))
    .values(document=bindparam("left"), replacement=None, issue_date=None, due_date=None, currency=None, total=None)
)
_WORDS_GONE = delete(invoice_words).where(
    invoice_words.c.business == bindparam("owner"),
    invoice_words.c.number == bindparam("which"),
    invoice_words.c.kind != WordKind.NUMBER,
)


class SqlForgettingStore(ForgettingStore):
    """Forgets what is personal: a business when it is erased, and day by day what has grown old enough.

    The transfers stay, without what they say of people: each is the proof of what was sent, and keeps it from being
    sent again.
    """

    def __init__(self, database: Connection, secret_box: SecretBox, happened: SqlEventStore) -> None:
        self._database = database
        self._secret_box = secret_box
        self._happened = happened

    @override
    def was_erased(self, business: str) -> bool:
        query = select(erasures.c.business).where(erasures.c.business == business)
        return self._database.scalar(query) is not None

    @override
    def erase(self, business: str, *, at: datetime) -> None:
        of_transfers = select(transfers.c.id).where(transfers.c.business == business)
        of_batches = select(batches.c.id).where(batches.c.business == business)
        self._database.execute(delete(batch_members).where(batch_members.c.batch.in_(of_batches)))
        self._database.execute(delete(batches).where(batches.c.business == business))
        self._database.execute(delete(journal).where(journal.c.transfer_id.in_(of_transfers)))
        forget_business(self._database, business)
        self._happened.forget(business)
        for table in _OF_ONE:
            self._database.execute(delete(table).where(table.c.business == business))
        # The marks that recovery left are gone with the rest, so orders are read again if the business comes back.
        self._database.execute(
            update(recoveries).where(recoveries.c.business == business).values(**_RECOVERY_BEGUN_ANEW)
        )
        self._database.execute(delete(intents).where(intents.c.business == business, ~IS_OPEN_ORDER))
        self._database.execute(delete(invoices).where(invoices.c.business == business, invoices.c.sent.is_(False)))
        numbers = self._database.scalars(select(invoices.c.number).where(invoices.c.business == business)).all()
        self._say_nothing([(business, number) for number in numbers])
        self._forget_people(transfers.c.business == business, customer_id=None, **_SUMS_GONE)
        lock_for_sealing(self._database, businesses)
        self._database.execute(
            update(businesses)
            .where(businesses.c.name == business)
            .values(sealed_settings=self._secret_box.seal("{}"), document="{}", sealed_notify=None)
        )
        put(self._database, erasures, {"business": business, "erased_at": at})

    @override
    def invoices_ended(self, *, before: datetime, limit: int, after: str | None = None) -> str | None:
        query = select(transfers.c.id, transfers.c.business, transfers.c.invoice).where(
            transfers.c.finished_at < before,
            transfers.c.superseded.is_(False),
            transfers.c.state != TransferState.WITHDRAWING,
        )
        if after is not None:
            query = query.where(transfers.c.id > after)
        found = self._database.execute(query.order_by(transfers.c.id).limit(limit).with_for_update()).all()
        self._say_nothing([(business, invoice) for _, business, invoice in found])
        for business in {business for _, business, _ in found}:
            numbers = [invoice for _, owner, invoice in found if owner == business]
            self._forget_people(and_(transfers.c.business == business, transfers.c.invoice.in_(numbers)))
        return found[-1][0] if len(found) == limit else None

    @override
    def invoices_unsent(self, *, issued_before: date, limit: int) -> bool:
        query = (
            select(invoices.c.business, invoices.c.number)
            .where(invoices.c.sent.is_(False), self._issue_date() < issued_before.isoformat())
            .limit(limit)
            .with_for_update()
        )
        found = self._database.execute(query).all()
        for business in {business for business, _ in found}:
            numbers = [number for owner, number in found if owner == business]
            self._database.execute(
                delete(invoices).where(invoices.c.business == business, invoices.c.number.in_(numbers))
            )
        return len(found) == limit

    @override
    def steps(self, *, before: datetime, limit: int) -> bool:
        # Steps are numbered as time goes.
        oldest = self._database.execute(select(journal.c.id, journal.c.at).order_by(journal.c.id).limit(limit)).all()
        old = [number for number, at in oldest if at < before]
        self._database.execute(delete(journal).where(journal.c.id.in_(old)))
        return len(old) == limit

    @override
    def statuses(self, *, before: datetime, limit: int, after: int = 0) -> int | None:
        later = status_checks.alias()
        is_latest = ~(
            select(later.c.id)
            .where(
                later.c.business == status_checks.c.business,
                later.c.invoice == status_checks.c.invoice,
                or_(
                    later.c.checked_at > status_checks.c.checked_at,
                    and_(later.c.checked_at == status_checks.c.checked_at, later.c.id > status_checks.c.id),
                ),
            )
            .exists()
        )
        query = (
            select(status_checks.c.id, status_checks.c.checked_at, is_latest)
            .where(status_checks.c.id > after)
            .order_by(status_checks.c.id)
            .limit(limit)
        )
        found = self._database.execute(query).all()
        old = [number for number, at, latest in found if at < before and not latest]
        self._database.execute(delete(status_checks).where(status_checks.c.id.in_(old)))
        return found[-1][0] if len(found) == limit and found[-1][1] < before else None

    @override
    def batches(self, *, before: datetime, limit: int) -> bool:
        query = select(batches.c.id).where(batches.c.created_at < before).order_by(batches.c.id).limit(limit)
        old = self._database.scalars(query).all()
        self._database.execute(delete(batch_members).where(batch_members.c.batch.in_(old)))
        self._database.execute(delete(batches).where(batches.c.id.in_(old)))
        return len(old) == limit

    @override
    def events(self, *, before: datetime, limit: int) -> bool:
        # Positions grow as time goes.
        first = select(events.c.position, events.c.timestamp).order_by(events.c.position).limit(limit)
        old = [position for position, at in self._database.execute(first) if at < before]
        forget_events(self._database, old)
        self._database.execute(delete(events).where(events.c.position.in_(old)))
        return len(old) == limit

    def _say_nothing(self, which: Collection[tuple[str, str]]) -> None:
        """Leave of invoices that were sent their numbers alone."""
        if which:
            self._database.execute(_WORDS_GONE, [{"owner": business, "which": number} for business, number in which])
            self._database.execute(
                _SAYS_NOTHING,
                [{"owner": business, "which": number, "left": _nothing_said(number)} for business, number in which],
            )

    def _forget_people(self, these: ColumnElement[bool], **also: Any) -> None:
        """Take out of transfers what was said about them: it may name a customer."""
        self._database.execute(update(transfers).where(these).values(warnings=[], **also))
        self._database.execute(
            update(transfers)
            .where(these, transfers.c.error.is_not(None))
            .values(error=_FORGOTTEN.model_dump(), error_code=_FORGOTTEN.code)
        )

    def _issue_date(self) -> ColumnElement[str]:
        if self._database.dialect.name == "postgresql":
            return cast(invoices.c.document, JSON).op("->>")("issue_date").cast(Text)
        return func.json_extract(invoices.c.document, "$.issue_date")


def _nothing_said(number: str) -> str:
    return Invoice(number=number, type=InvoiceType.DATA_FOR_ACCOUNTING).model_dump_json()


@dataclass(frozen=True)
class _Source:
    """Where a kind's records are: their order is that of `place`; `left_out` are columns that say nothing more."""

    table: FromClause
    business: Column[str]
    place: tuple[Column[Any], ...]
    columns: Sequence[Column[Any] | Label[Any]]


def _source(
    place: tuple[Column[Any], ...], *, left_out: Sequence[str] = ("business",), of: tuple[Any, Any] | None = None
) -> _Source:
    table = place[0].table
    joined, business = of or (table, table.c.business)
    return _Source(joined, business, place, [column for column in table.c if column.name not in left_out])


def _on_their_way(table: Table, *place: Column[Any]) -> _Source:
    """Events on their way, each by its id in the place of its position."""
    columns = [column for column in table.c if column.name not in ("business", "position")]
    joined = table.join(events, events.c.position == table.c.position)
    return _Source(joined, events.c.business, (table.c.endpoint, *place), [events.c.id.label("event"), *columns])


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
    RecordKind.WEBHOOK: _source((webhook_endpoints.c.id,), left_out=("business", "sealed_url", "sealed_secrets")),
    RecordKind.WEBHOOK_DELIVERY: _on_their_way(webhook_deliveries, webhook_deliveries.c.position),
    RecordKind.WEBHOOK_ATTEMPT: _on_their_way(webhook_attempts, webhook_attempts.c.position, webhook_attempts.c.number),
    RecordKind.EVENT: _source((events.c.position,), left_out=("business", "position")),
}


class SqlRecordStore(RecordStore):
    """All that is kept of a business beside its invoices and transfers, page by page, row by row."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def page(self, business: str, kind: RecordKind, *, limit: int, after: Place | None = None) -> Sequence[Record]:
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
