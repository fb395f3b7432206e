"""The endpoints of webhooks, and the holds on them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, exists, func, insert, select, update
from typing_extensions import override

from adapters.storage.businesses import lock_for_sealing
from adapters.storage.dialects import UtcDateTime, put
from adapters.storage.schema import IS_PENDING, webhook_deliveries, webhook_endpoints, webhook_leases, webhook_pauses
from adapters.storage.shared_clock import SharedClock
from adapters.storage.turns import release_lease, renew_lease, take_lease
from core.errors import LeaseLost
from core.ports.secret_box import SecretBox
from core.ports.webhook_stores import EndpointLease, EndpointLeaseStore, EndpointStore
from core.webhook import Endpoint, EndpointSecrets, EndpointState

_ends, _waits = webhook_endpoints.c, webhook_pauses.c
_IS_THERE = _ends.removed_at.is_(None)
_IS_ENABLED = and_(_IS_THERE, _ends.state == EndpointState.ENABLED)
_ENDPOINTS = select(
    *(column for column in _ends if column.name not in ("removed_at", "sealed_url", "sealed_secrets")),
    func.coalesce(_waits.failures, 0).label("failures"),
    _waits.failing_since,
    _waits.paused_until,
).select_from(webhook_endpoints.outerjoin(webhook_pauses, _waits.endpoint == _ends.id))
_OF_ID = _ENDPOINTS.where(_ends.id == bindparam("id"), _IS_THERE)
_OF_ID_LOCKED = _OF_ID.with_for_update(of=webhook_endpoints, key_share=True)  # events are on their way meanwhile
_SECRETS = select(_ends.sealed_url, _ends.sealed_secrets).where(_ends.id == bindparam("id"), _IS_THERE)
ENABLED = select(_ends.id, _ends.business, _ends.types).where(_IS_ENABLED)
_FARES = ("failures", "failing_since", "paused_until")
_ways = webhook_deliveries.c
_NOW = bindparam("now", type_=UtcDateTime)
IS_DUE = and_(IS_PENDING, _ways.next_attempt_at <= _NOW)
_DUE_ENDPOINTS = (
    select(_ends.id)
    .where(
        _IS_ENABLED,
        ~exists().where(_waits.endpoint == _ends.id, _waits.paused_until > _NOW),
        ~exists().where(webhook_leases.c.endpoint == _ends.id, webhook_leases.c.expires_at > _NOW),
        exists().where(_ways.endpoint == _ends.id, IS_DUE),
    )
    .order_by(_ends.id)
)

# Whoever changes deliveries holds the lease's row of their endpoint, those of several endpoints in one order, so that
# nobody deadlocks. It is there from the endpoint's beginning.
LOCK = select(webhook_leases.c.endpoint).order_by(webhook_leases.c.endpoint).with_for_update()


class SqlEndpointStore(EndpointStore):
    """The endpoints. Whole addresses and secrets are sealed; what an address shows is kept beside it."""

    def __init__(self, database: Connection, secret_box: SecretBox) -> None:
        self._database = database
        self._secret_box = secret_box

    @override
    def add(self, endpoint: Endpoint, secrets: EndpointSecrets) -> None:
        lock_for_sealing(self._database, webhook_endpoints)
        self._database.execute(insert(webhook_endpoints).values(**_endpoint_row(endpoint), **self._sealed(secrets)))
        nobodys = {"endpoint": endpoint.id, "holder": "", "token": 0, "expires_at": endpoint.created_at}
        self._database.execute(insert(webhook_leases).values(nobodys))

    @override
    def get(self, endpoint_id: str, *, for_update: bool = False) -> Endpoint | None:
        query = _OF_ID_LOCKED if for_update else _OF_ID
        row = self._database.execute(query, {"id": endpoint_id}).mappings().first()
        return Endpoint.model_validate(dict(row)) if row else None

    @override
    def secrets(self, endpoint_id: str) -> EndpointSecrets | None:
        row = self._database.execute(_SECRETS, {"id": endpoint_id}).mappings().first()
        if row is None:
            return None
        secrets = json.loads(self._secret_box.open(row["sealed_secrets"]))
        return EndpointSecrets(url=self._secret_box.open(row["sealed_url"]), **secrets)

    @override
    def put(self, endpoint: Endpoint) -> None:
        self._change(endpoint.id, _endpoint_row(endpoint))

    @override
    def put_secrets(self, endpoint_id: str, secrets: EndpointSecrets) -> None:
        lock_for_sealing(self._database, webhook_endpoints)
        self._change(endpoint_id, self._sealed(secrets))

    @override
    def list(self, *, limit: int, after: str | None = None) -> Sequence[Endpoint]:
        return self._page(_ENDPOINTS, limit=limit, after=after)

    @override
    def list_of(self, business: str | None, *, limit: int, after: str | None = None) -> Sequence[Endpoint]:
        return self._page(_ENDPOINTS.where(_ends.business.is_not_distinct_from(business)), limit=limit, after=after)

    @override
    def remove(self, endpoint_id: str, *, now: datetime) -> None:
        lock_for_sealing(self._database, webhook_endpoints)
        nothing = self._secret_box.seal("")
        self._change(
            endpoint_id,
            {"removed_at": now, "url": "", "sealed_url": nothing, "sealed_secrets": nothing, "old_secret_until": None},
        )

    @override
    def pause(self, endpoint_id: str, *, until: datetime, failures: int, failing_since: datetime) -> None:
        row = {"endpoint": endpoint_id, "paused_until": until, "failures": failures, "failing_since": failing_since}
        put(self._database, webhook_pauses, row)

    @override
    def fares_well(self, endpoint_id: str) -> None:
        self._database.execute(delete(webhook_pauses).where(_waits.endpoint == endpoint_id))

    @override
    def due(self, *, now: datetime) -> Sequence[str]:
        return self._database.scalars(_DUE_ENDPOINTS, {"now": now}).all()

    def _page(self, query: Select[Any], *, limit: int, after: str | None) -> Sequence[Endpoint]:
        query = query.where(_IS_THERE).order_by(_ends.id).limit(limit)
        if after is not None:
            query = query.where(_ends.id > after)
        return [Endpoint.model_validate(dict(row)) for row in self._database.execute(query).mappings()]

    def _change(self, endpoint_id: str, values: Mapping[str, Any]) -> None:
        self._database.execute(
            update(webhook_endpoints).where(_ends.id == endpoint_id, _IS_THERE).values(**dict(values))
        )

    def _sealed(self, secrets: EndpointSecrets) -> dict[str, str]:
        kept = {
            "current": secrets.current.get_secret_value(),
            "previous": secrets.previous.get_secret_value() if secrets.previous else None,
        }
        return {
            "sealed_url": self._secret_box.seal(secrets.url.get_secret_value()),
            "sealed_secrets": self._secret_box.seal(json.dumps(kept)),
        }


def _endpoint_row(endpoint: Endpoint) -> dict[str, Any]:
    return {**endpoint.model_dump(exclude=set(_FARES)), "types": [type_.value for type_ in endpoint.types]}


class SqlEndpointLeaseStore(EndpointLeaseStore):
    """The holds on endpoints, timed as those on businesses are."""

    def __init__(self, database: Connection, clock: SharedClock) -> None:
        self._database = database
        self._clock = clock

    @override
    def acquire(self, endpoint_id: str, *, holder: str, length: timedelta) -> EndpointLease | None:
        now = self._clock.now()
        token = take_lease(self._database, webhook_leases, endpoint_id, holder=holder, now=now, length=length)
        return EndpointLease(endpoint=endpoint_id, holder=holder, token=token) if token is not None else None

    @override
    def renew(self, lease: EndpointLease, *, length: timedelta) -> None:
        if not renew_lease(
            self._database,
            self._clock,
            webhook_leases,
            lease.endpoint,
            holder=lease.holder,
            token=lease.token,
            length=length,
        ):
            raise LeaseLost(f"The lease on the endpoint {lease.endpoint} has expired, or another worker has it.")

    @override
    def release(self, lease: EndpointLease) -> None:
        release_lease(
            self._database, self._clock, webhook_leases, lease.endpoint, holder=lease.holder, token=lease.token
        )

    @override
    def lock(self, endpoint_id: str) -> None:
        self._database.execute(LOCK.where(webhook_leases.c.endpoint == endpoint_id))

    @override
    def end(self, endpoint_id: str) -> None:
        held = update(webhook_leases).where(webhook_leases.c.endpoint == endpoint_id)
        self._database.execute(held.values(token=webhook_leases.c.token + 1, expires_at=self._clock.now()))
