"""What people were told of what needs them, and what is on its way to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, false, func, insert, or_, select, update
from typing_extensions import override

from adapters.identifiers import time_ordered_id
from adapters.storage.database import SqlDatabase
from adapters.storage.dialects import insert_into, put
from adapters.storage.schema import (
    IS_THERE,
    access_troubles,
    businesses,
    events,
    notice_looks,
    notice_messages,
    notices,
    notifier,
    recoveries,
    transfers,
    webhook_endpoints,
)
from core.errors import LeaseLost
from core.event import EventType
from core.notice import (
    MOST_NUMBERS,
    NEED_A_PERSON,
    DaysFigures,
    Decision,
    Matter,
    News,
    Notice,
    NoticeKind,
    Standing,
    Topic,
    topic_of,
)
from core.ports.notices import DisabledWebhook, Look, NoticeStore, PendingMessage, WithNews
from core.transfer import TransferState
from core.webhook import DisabledReason

_ONLY = 1
_HAS_OWN = businesses.c.sealed_notify.is_not(None)
_NEEDS_A_PERSON = events.c.type.in_(list(NEED_A_PERSON))
_LOOKED_TO = func.coalesce(notice_looks.c.position, 0)
_TO_LOOK_AT = (
    select(businesses.c.name, _HAS_OWN.label("has_own"))
    .select_from(businesses.outerjoin(notice_looks, notice_looks.c.business == businesses.c.name))
    .where(
        IS_THERE,
        or_(
            exists().where(events.c.business == businesses.c.name, _NEEDS_A_PERSON, events.c.position > _LOOKED_TO),
            exists().where(notices.c.business == businesses.c.name),
        ),
    )
    .order_by(businesses.c.name)
)
_DISABLED_WEBHOOKS = (
    select(
        webhook_endpoints.c.id,
        webhook_endpoints.c.business,
        func.coalesce(_HAS_OWN, false()).label("has_own"),
        webhook_endpoints.c.disabled_at,
    )
    .select_from(webhook_endpoints.outerjoin(businesses, businesses.c.name == webhook_endpoints.c.business))
    .where(
        webhook_endpoints.c.disabled_reason.in_([DisabledReason.GONE, DisabledReason.FAILING]),
        webhook_endpoints.c.disabled_at.is_not(None),
        webhook_endpoints.c.removed_at.is_(None),
    )
    .order_by(webhook_endpoints.c.id)
)
_OF_ERROR = events.c.data[("error", "code")].as_string()
_REASON = transfers.c.error["code"].as_string()
_IS_REJECTED = and_(transfers.c.state == TransferState.REJECTED, transfers.c.superseded.is_(False))


class SqlNoticeStore(NoticeStore):
    """What was told, and what is to be sent.

    The lease is timed by the installation's clock. Looking waits for no writer.
    """

    def __init__(self, storage: SqlDatabase) -> None:
        self._storage = storage

    @override
    def hold(self, holder: str, *, length: timedelta) -> bool:
        now = self._storage.clock.now()
        with self._storage.write() as database:
            taken = (
                insert_into(database.dialect.name, notifier)
                .values(only=_ONLY, holder=holder, expires_at=now + length)
                .on_conflict_do_update(
                    index_elements=["only"],
                    set_={"holder": holder, "expires_at": now + length},
                    where=or_(notifier.c.expires_at <= now, notifier.c.holder == holder),
                )
                .returning(notifier.c.only)
            )
            return database.scalar(taken) is not None

    @override
    def let_go(self, holder: str) -> None:
        with self._storage.write() as database:
            mine = update(notifier).where(notifier.c.holder == holder)
            database.execute(mine.values(expires_at=self._storage.clock.now()))

    @override
    def names_somebody(self) -> bool:
        with self._storage.read() as database:
            return database.scalar(select(businesses.c.name).where(IS_THERE, _HAS_OWN).limit(1)) is not None

    @override
    def to_look_at(self) -> Sequence[WithNews]:
        with self._storage.read() as database:
            return [WithNews(row.name, bool(row.has_own)) for row in database.execute(_TO_LOOK_AT)]

    @override
    def look(self, business: str) -> Look:
        with self._storage.read() as database:
            looked_to = select(notice_looks.c.position).where(notice_looks.c.business == business)
            before = database.scalar(looked_to) or 0
            of_it = and_(events.c.business == business, _NEEDS_A_PERSON)
            now_at = database.scalar(select(func.max(events.c.position)).where(of_it))
            place = max(before, now_at or 0)
            return Look(
                business=business,
                place=place,
                matters=_matters(database, business),
                news=_news(database, business, before, place),
                standing=_standing(database, business),
            )

    @override
    def keep(self, holder: str, look: Look, decision: Decision, *, audiences: Sequence[str | None]) -> None:
        with self._storage.write() as database:
            self._require_held(database, holder)
            put(database, notice_looks, {"business": look.business, "position": look.place})
            database.execute(delete(notices).where(notices.c.business == look.business))
            if decision.matters:
                database.execute(insert(notices), [_row_of(look.business, one) for one in decision.matters])
            if decision.notices:
                self._send(database, dict.fromkeys(audiences, decision.notices))

    @override
    def due(self, *, now: datetime) -> Sequence[PendingMessage]:
        return self._messages(notice_messages.c.next_at <= now)

    @override
    def note(self, holder: str, *messages: PendingMessage) -> None:
        with self._storage.write() as database:
            self._require_held(database, holder)
            put(database, notice_messages, *(one.model_dump(mode="json") | _instants(one) for one in messages))

    @override
    def done(self, holder: str, ids: Sequence[str]) -> None:
        with self._storage.write() as database:
            self._require_held(database, holder)
            database.execute(delete(notice_messages).where(notice_messages.c.id.in_(list(ids))))

    @override
    def failing(self) -> Sequence[PendingMessage]:
        return self._messages(notice_messages.c.attempts > 0)

    @override
    def disabled_webhooks(self) -> Sequence[DisabledWebhook]:
        with self._storage.read() as database:
            return [DisabledWebhook(**row) for row in database.execute(_DISABLED_WEBHOOKS).mappings()]

    @override
    def told_webhooks(self) -> Sequence[str]:
        with self._storage.read() as database:
            return database.scalar(select(notifier.c.webhooks)) or []

    @override
    def tell_webhooks(
        self, holder: str, marks: Sequence[str], *, notices: Mapping[str | None, Sequence[Notice]]
    ) -> None:
        with self._storage.write() as database:
            self._require_held(database, holder)
            database.execute(update(notifier).values(webhooks=list(marks)))
            self._send(database, notices)

    @override
    def summed_up_at(self) -> datetime | None:
        with self._storage.read() as database:
            return database.scalar(select(notifier.c.summed_up_at))

    @override
    def figures(self, *, since: datetime) -> Mapping[str, tuple[DaysFigures, bool]]:
        of_type = {EventType.TRANSFER_TRANSFERRED: "sent", EventType.INVOICE_PAID: "paid"}
        found: dict[str, dict[str, Any]] = {}
        with self._storage.read() as database:
            has_own = {row.name: bool(row.has_own) for row in database.execute(_ALL)}
            happened = (
                select(events.c.business, events.c.type, func.count())
                .where(events.c.timestamp >= since, events.c.type.in_(list(of_type)))
                .group_by(events.c.business, events.c.type)
            )
            for business, type_, count in database.execute(happened):
                found.setdefault(business, {})[of_type[EventType(type_)]] = count
            rejected = select(transfers.c.business, func.count()).where(_IS_REJECTED).group_by(transfers.c.business)
            for business, count in database.execute(rejected):
                found.setdefault(business, {})["rejected"] = count
            for business in database.scalars(select(access_troubles.c.business)):
                found.setdefault(business, {})["is_shut_out"] = True
            for business in database.scalars(select(recoveries.c.business).where(recoveries.c.needed.is_(True))):
                found.setdefault(business, {})["needs_recovery"] = True
        return {name: (DaysFigures(**found[name]), has_own[name]) for name in sorted(found) if name in has_own}

    @override
    def sum_up(self, holder: str, *, at: datetime, notices: Mapping[str | None, Sequence[Notice]]) -> None:
        with self._storage.write() as database:
            self._require_held(database, holder)
            database.execute(update(notifier).values(summed_up_at=at))
            self._send(database, notices)

    def _require_held(self, database: Connection, holder: str) -> None:
        """See that the lease is this holder's; nobody takes it before the transaction ends."""
        held = update(notifier).where(notifier.c.holder == holder, notifier.c.expires_at > self._storage.clock.now())
        if database.execute(held.values(holder=holder)).rowcount == 0:
            raise LeaseLost("Another worker sends the notices now.")

    def _send(self, database: Connection, told: Mapping[str | None, Sequence[Notice]]) -> None:
        now = self._storage.clock.now()
        messages = [
            PendingMessage(id=time_ordered_id(), business=audience, notices=tuple(those), made_at=now, next_at=now)
            for audience, those in told.items()
            if those
        ]
        put(database, notice_messages, *(one.model_dump(mode="json") | _instants(one) for one in messages))

    def _messages(self, those: Any) -> Sequence[PendingMessage]:
        query = select(notice_messages).where(those).order_by(notice_messages.c.made_at, notice_messages.c.id)
        with self._storage.read() as database:
            return [PendingMessage.model_validate(dict(row)) for row in database.execute(query).mappings()]


_ALL = select(businesses.c.name, _HAS_OWN.label("has_own")).where(IS_THERE)


def _instants(message: PendingMessage) -> dict[str, datetime]:
    """Return a message's instants as they are: JSON would make texts of them."""
    return {"made_at": message.made_at, "next_at": message.next_at}


def _row_of(business: str, matter: Matter) -> dict[str, Any]:
    kind, code = matter.topic
    return {"business": business, "kind": kind, "code": code, **matter.model_dump(exclude={"topic"})}


def _matters(database: Connection, business: str) -> list[Matter]:
    rows = database.execute(select(notices).where(notices.c.business == business)).mappings()
    fields = set(Matter.model_fields) - {"topic"}
    return [
        Matter(topic=Topic(NoticeKind(row["kind"]), row["code"]), **{name: row[name] for name in fields})
        for row in rows
    ]


def _news(database: Connection, business: str, after: int, until: int) -> list[News]:
    rows = database.execute(
        select(
            events.c.type,
            _OF_ERROR.label("code"),
            func.min(events.c.timestamp).label("first"),
            func.max(events.c.timestamp).label("last"),
        )
        .where(
            events.c.business == business,
            _NEEDS_A_PERSON,
            events.c.position > after,
            events.c.position <= until,
        )
        .group_by(events.c.type, _OF_ERROR)
    )
    return [News(topic=topic_of(EventType(row.type), row.code), first=row.first, last=row.last) for row in rows]


def _standing(database: Connection, business: str) -> list[Standing]:
    found = []
    of_it = and_(transfers.c.business == business, _IS_REJECTED)
    counts = database.execute(select(_REASON.label("code"), func.count()).where(of_it).group_by(_REASON)).all()
    for code, count in counts:
        query = select(transfers.c.invoice).where(of_it, code == _REASON).order_by(transfers.c.id).limit(MOST_NUMBERS)
        topic = topic_of(EventType.TRANSFER_REJECTED, code)
        found.append(Standing(topic=topic, count=count, invoices=tuple(database.scalars(query))))
    if database.scalar(select(access_troubles.c.business).where(access_troubles.c.business == business)):
        found.append(Standing(topic=Topic(NoticeKind.ACCESS_REFUSED)))
    needed = select(recoveries.c.business).where(recoveries.c.business == business, recoveries.c.needed.is_(True))
    if database.scalar(needed):
        found.append(Standing(topic=Topic(NoticeKind.RECOVERY_NEEDED)))
    return found
