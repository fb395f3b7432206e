"""The events on their way to the endpoints of webhooks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    null,
    or_,
    select,
    tuple_,
    update,
)
from typing_extensions import override

from adapters.storage.dialects import UtcDateTime, insert_into
from adapters.storage.schema import (
    HAS_FAILED,
    IS_PENDING,
    events,
    webhook_attempts,
    webhook_deliveries,
    webhook_endpoints,
    webhook_leases,
    webhook_pauses,
)
from adapters.storage.webhook_endpoints import ENABLED, IS_DUE, LOCK
from core.event import Event, Happening
from core.ports.webhook_stores import DeliveryStore
from core.webhook import Again, Attempt, Delivery, DeliveryFilter, DeliveryState, DueDelivery, Endpoint, is_for

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

_ends = webhook_endpoints.c
_ways = webhook_deliveries.c
_before = webhook_deliveries.alias("before")
_GOES_BEFORE = exists().where(
    _before.c.endpoint == _ways.endpoint,
    _before.c.business == _ways.business,
    _before.c.invoice == _ways.invoice,
    _before.c.position < _ways.position,
    _before.c.next_attempt_at.is_not(None),
)
_DELIVERIES = select(webhook_deliveries, events.c.id.label("event")).join(events, events.c.position == _ways.position)
_OF_EVENT = _DELIVERIES.where(_ways.endpoint == bindparam("endpoint"), events.c.id == bindparam("event"))
_DUE = (
    select(webhook_deliveries, events.c.id.label("event"), events.c.timestamp, events.c.data)
    .join(events, events.c.position == _ways.position)
    .where(_ways.endpoint == bindparam("endpoint"), IS_DUE, not_(_GOES_BEFORE))
    .order_by(_ways.next_attempt_at, _ways.position)
    .limit(bindparam("most"))
)
_THIS_ONE = and_(_ways.endpoint == bindparam("of_endpoint"), _ways.position == bindparam("of_position"))
_CHANGES = ("state", "attempts", "tries", "failed", "next_attempt_at", "delivered_at")
_STANDS = (
    update(webhook_deliveries)
    .where(_THIS_ONE)
    .values({name: bindparam(f"the_{name}", type_=_ways[name].type) for name in _CHANGES})
)
_HOLDS_UP = (
    update(webhook_deliveries)
    .where(
        _ways.endpoint == bindparam("of_endpoint"),
        _ways.business == bindparam("of_business"),
        _ways.invoice == bindparam("of_invoice"),
        _ways.position > bindparam("of_position"),
        IS_PENDING,
        _ways.next_attempt_at < bindparam("until", type_=UtcDateTime),
    )
    .values(next_attempt_at=bindparam("until", type_=UtcDateTime))
)
_ATTEMPTS = (
    select(*(column for column in webhook_attempts.c if column.name not in ("endpoint", "position", "number")))
    .join(events, events.c.position == webhook_attempts.c.position)
    .where(webhook_attempts.c.endpoint == bindparam("endpoint"), events.c.id == bindparam("event"))
    .order_by(webhook_attempts.c.number)
)


@cache
def _attempt(dialect: str) -> "postgresql.Insert | sqlite.Insert":
    """Return the statement that adds an attempt, if its delivery is there: it may have been forgotten meanwhile."""
    row = select(
        _ways.endpoint,
        _ways.position,
        *(
            bindparam(f"the_{column.name}", type_=column.type)
            for column in webhook_attempts.c
            if column.name not in ("endpoint", "position")
        ),
    ).where(_THIS_ONE)
    return insert_into(dialect, webhook_attempts).from_select(list(webhook_attempts.c), row).on_conflict_do_nothing()


class SqlDeliveryStore(DeliveryStore):
    """The events on their way. How many have arrived makes no difference to what is due, or to a page of them."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    @override
    def due(self, endpoint_id: str, *, now: datetime, limit: int) -> Sequence[DueDelivery]:
        rows = self._database.execute(_DUE, {"endpoint": endpoint_id, "now": now, "most": limit}).mappings()
        return [_due(row) for row in rows]

    @override
    def get(self, endpoint_id: str, event_id: str) -> Delivery | None:
        row = self._database.execute(_OF_EVENT, {"endpoint": endpoint_id, "event": event_id}).mappings().first()
        return _delivery(row) if row else None

    @override
    def of_events(self, event_ids: Collection[str]) -> Sequence[Delivery]:
        if not event_ids:
            return []
        # Endpoint by endpoint: the key of a delivery begins with it, and there are few.
        every = select(webhook_endpoints.c.id)
        query = _DELIVERIES.where(_ways.endpoint.in_(every), events.c.id.in_(event_ids))
        rows = self._database.execute(query.order_by(_ways.position, _ways.endpoint)).mappings()
        return [_delivery(row) for row in rows]

    @override
    def tried(self, delivery: Delivery, attempt: Attempt) -> None:
        self.all_tried([(delivery, attempt)])

    @override
    def all_tried(self, done: Sequence[tuple[Delivery, Attempt]]) -> None:
        if not done:
            return
        self._put(*(delivery for delivery, _ in done))
        attempts = [
            _of(delivery) | {f"the_{name}": value for name, value in attempt} | {"the_number": delivery.attempts}
            for delivery, attempt in done
        ]
        self._database.execute(_attempt(self._database.dialect.name), attempts)
        held_up = [
            {
                "of_business": delivery.business,
                "of_invoice": delivery.invoice or "",
                "until": delivery.next_attempt_at,
                **_of(delivery),
            }
            for delivery, _ in done
            if delivery.next_attempt_at is not None
        ]
        if held_up:
            self._database.execute(_HOLDS_UP, held_up)

    @override
    def attempts(self, endpoint_id: str, event_id: str) -> Sequence[Attempt]:
        rows = self._database.execute(_ATTEMPTS, {"endpoint": endpoint_id, "event": event_id}).mappings()
        return [Attempt.model_validate(dict(row)) for row in rows]

    @override
    def list(
        self, endpoint_id: str, wanted: DeliveryFilter, *, limit: int, before: str | None = None
    ) -> Sequence[Delivery]:
        query = _DELIVERIES.where(_ways.endpoint == endpoint_id, *_wanted(wanted))
        if wanted.since is not None:
            first = (
                select(_ways.position)
                .where(_ways.endpoint == endpoint_id, _ways.created_at >= wanted.since)
                .order_by(_ways.created_at, _ways.position)
                .limit(1)
            )
            query = query.where(_ways.position >= first.scalar_subquery())
        if before is not None:
            query = query.where(
                _ways.position < select(events.c.position).where(events.c.id == before).scalar_subquery()
            )
        rows = self._database.execute(query.order_by(_ways.position.desc()).limit(limit)).mappings()
        return [_delivery(row) for row in rows]

    @override
    def make_due(
        self, endpoint: Endpoint, which: Again, *, now: datetime, limit: int, after: int = 0
    ) -> tuple[int, int | None]:
        joined = events.outerjoin(
            webhook_deliveries, and_(_ways.endpoint == endpoint.id, _ways.position == events.c.position)
        )
        query = (
            select(events.c.position, events.c.id)
            .select_from(joined)
            .where(events.c.position > after, *_of_endpoint(endpoint), *_of_again(which))
            .order_by(events.c.position)
            .limit(limit)
        )
        found = self._database.execute(query).all()
        self._make_due(endpoint.id, [position for position, _ in found], now=now)
        return len(found), found[-1].position if len(found) == limit else None

    @override
    def make_one_due(self, delivery: Delivery, *, now: datetime) -> Delivery:
        due = delivery.model_copy(
            update={"state": DeliveryState.PENDING, "tries": 0, "next_attempt_at": now, "delivered_at": None}
        )
        self._put(due)
        return due

    @override
    def forget(self, *, before: datetime, limit: int) -> bool:
        self._database.execute(LOCK)
        removed = self._database.scalars(select(_ends.id).where(_ends.removed_at < before)).all()
        for endpoint in removed:
            if self._forget(_ways.endpoint == endpoint, limit=limit):
                return True
            for table in (webhook_leases, webhook_pauses):
                self._database.execute(delete(table).where(table.c.endpoint == endpoint))
            self._database.execute(delete(webhook_endpoints).where(_ends.id == endpoint))
        for endpoint in self._database.scalars(select(_ends.id)).all():
            old = and_(_ways.endpoint == endpoint, _ways.created_at < before, not_(IS_PENDING))
            if self._forget(old, limit=limit):
                return True
        return False

    def _forget(self, these: ColumnElement[bool], *, limit: int) -> bool:
        found = self._database.execute(select(_ways.endpoint, _ways.position).where(these).limit(limit)).all()
        if found:
            keys = [tuple(row) for row in found]
            for table in (webhook_attempts, webhook_deliveries):
                self._database.execute(delete(table).where(tuple_(table.c.endpoint, table.c.position).in_(keys)))
        return len(found) == limit

    def _make_due(self, endpoint_id: str, positions: Sequence[int], *, now: datetime) -> None:
        if not positions:
            return
        new = insert_into(self._database.dialect.name, webhook_deliveries).from_select(
            _ROW, _rows(literal(endpoint_id), literal(now, UtcDateTime)).where(events.c.position.in_(positions))
        )
        self._database.execute(
            new.on_conflict_do_update(
                index_elements=["endpoint", "position"],
                set_={
                    "state": DeliveryState.PENDING.value,
                    "tries": 0,
                    "next_attempt_at": now,
                    "delivered_at": None,
                },
            )
        )

    def _put(self, *deliveries: Delivery) -> None:
        rows = [_of(one) | {f"the_{name}": getattr(one, name) for name in _CHANGES} for one in deliveries]
        self._database.execute(_STANDS, rows)


def _of(delivery: Delivery) -> dict[str, Any]:
    return {"of_endpoint": delivery.endpoint, "of_position": delivery.position}


_FIELDS = frozenset(Delivery.model_fields)  # once: it is asked of every column of every row


def _delivery(row: RowMapping) -> Delivery:
    fields = {name: value for name, value in row.items() if name in _FIELDS}
    return Delivery.model_validate({**fields, "invoice": row["invoice"] or None})


def _due(row: RowMapping) -> DueDelivery:
    delivery = _delivery(row)
    event = Event(
        id=delivery.event,
        type=delivery.type,
        timestamp=row["timestamp"],
        business=delivery.business,
        invoice=delivery.invoice,
        data=row["data"],
    )
    return DueDelivery(delivery=delivery, event=event)


def _wanted(wanted: DeliveryFilter) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        conditions.append(_ways.state == wanted.state)
    if wanted.type is not None:
        conditions.append(_ways.type == wanted.type)
    if wanted.failed is not None:
        conditions.append(HAS_FAILED if wanted.failed else _ways.failed.is_(False))
    return conditions


def _of_endpoint(endpoint: Endpoint) -> Sequence[ColumnElement[bool]]:
    """Return what holds of the events that the endpoint wants."""
    conditions: list[ColumnElement[bool]] = []
    if endpoint.business is not None:
        conditions.append(events.c.business == endpoint.business)
    if endpoint.types:
        conditions.append(events.c.type.in_([type_.value for type_ in endpoint.types]))
    return conditions


def _of_again(which: Again) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if which.since is not None:
        conditions.append(events.c.timestamp >= which.since)
    if which.until is not None:
        conditions.append(events.c.timestamp < which.until)
    if which.failed_only:
        conditions.append(HAS_FAILED)
    elif not which.delivered_too:
        conditions.append(or_(_ways.state.is_(None), _ways.state != DeliveryState.DELIVERED))
    return conditions


_ROW = tuple(column.name for column in _ways)


def _rows(endpoint: ColumnElement[Any], now: ColumnElement[Any]) -> Select[Any]:
    """Return new deliveries of events to an endpoint, due at once, as a query over the events."""
    values: dict[str, ColumnElement[Any]] = {
        "endpoint": endpoint,
        "position": events.c.position,
        "type": events.c.type,
        "business": events.c.business,
        "invoice": func.coalesce(events.c.invoice, ""),
        "state": literal(DeliveryState.PENDING.value),
        "attempts": literal(0),
        "tries": literal(0),
        "failed": literal(False),
        "created_at": events.c.timestamp,
        "next_attempt_at": now,
        "delivered_at": null(),
    }
    return select(*(values[name].label(name) for name in _ROW))


_FAN_OUT = insert(webhook_deliveries).from_select(
    _ROW,
    _rows(bindparam("endpoint"), bindparam("now", type_=UtcDateTime)).where(
        events.c.id.in_(bindparam("ids", expanding=True))
    ),
)
_AT_ONCE = 500


def fan_out(database: Connection, happened: Mapping[str, Happening], *, now: datetime) -> None:
    """Put events that were just written, by their ids, on their way to the endpoints that want them.

    Where there is no endpoint that is one small query.
    """
    for endpoint, business, types in database.execute(ENABLED).all():
        wanted = [id_ for id_, one in happened.items() if is_for(one, business=business, types=types)]
        for start in range(0, len(wanted), _AT_ONCE):
            database.execute(_FAN_OUT, {"endpoint": endpoint, "now": now, "ids": wanted[start : start + _AT_ONCE]})


def forget_business(database: Connection, business: str) -> None:
    """Forget the endpoints of a business, and its events that are, or were, on their way to any."""
    database.execute(LOCK)
    its_endpoints = select(_ends.id).where(_ends.business == business)
    its_events = select(events.c.position).where(events.c.business == business)
    for table in (webhook_attempts, webhook_deliveries):
        database.execute(delete(table).where(table.c.endpoint.in_(its_endpoints)))
        for endpoint in database.scalars(select(_ends.id)).all():
            database.execute(delete(table).where(table.c.endpoint == endpoint, table.c.position.in_(its_events)))
    for table in (webhook_leases, webhook_pauses):
        database.execute(delete(table).where(table.c.endpoint.in_(its_endpoints)))
    database.execute(delete(webhook_endpoints).where(_ends.business == business))


def forget_events(database: Connection, positions: Collection[int]) -> None:
    """Forget that these events are, or were, on their way to any endpoint."""
    if not positions:
        return
    database.execute(LOCK)
    for endpoint in database.scalars(select(_ends.id)).all():
        for table in (webhook_attempts, webhook_deliveries):
            database.execute(delete(table).where(table.c.endpoint == endpoint, table.c.position.in_(positions)))
