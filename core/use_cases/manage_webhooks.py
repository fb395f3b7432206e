"""Webhooks: add, look at, change and remove them, try one out, see what was sent, and send it again."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from pydantic import SecretStr

from core.audit import Action
from core.auditor import Auditor
from core.errors import Conflict, InvalidInput, NotFound
from core.event import Event, EventType
from core.example_event import example_event
from core.fields import Document
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.ports.webhook_stores import EndpointPoster
from core.stored import require_known
from core.webhook import (
    OLD_SECRET_SIGNS_FOR,
    Again,
    Attempt,
    Delivery,
    DeliveryFilter,
    DisabledReason,
    Endpoint,
    EndpointSecrets,
    EndpointState,
    Whose,
    shown_url,
)

MOST_OF_BUSINESS, MOST_IN_ALL = 20, 100
"""How many webhooks there may be: each event of a business is sent to so many of its own, at most."""

_PIECE = 1000

ANYBODYS: Whose | None = None
"""For whoever may see every webhook."""


class Tested(Document):
    """What was sent to try a webhook out, and how that ended."""

    event: Event
    attempt: Attempt


class FollowedDelivery(Document):
    """A delivery, and the attempts that were made, in their order."""

    delivery: Delivery
    attempts: tuple[Attempt, ...]


class ManageWebhooks:
    """What people do with webhooks. Each is named by its id, and found only among those that `whose` says.

    `judge` returns an address in its one spelling, or refuses it; `new_secret` draws a secret by chance.
    Errors of everything that names a webhook: NotFound, code `unknown_webhook`.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        clock: Clock,
        auditor: Auditor,
        poster: EndpointPoster,
        judge: Callable[[str], str],
        new_id: Callable[[], str],
        new_secret: Callable[[], str],
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._auditor = auditor
        self._poster = poster
        self._judge = judge
        self._new_id = new_id
        self._new_secret = new_secret

    def add(self, url: str, *, business: str | None, types: Collection[EventType] = ()) -> tuple[Endpoint, str]:
        """Add a webhook, for one business or (None) all, and return it with its secret, which is seen just now.

        Errors: NotFound for an unknown business; InvalidInput, code `bad_webhook_address`; Conflict, code
        `too_many_webhooks`.
        """
        with self._auditor.refusals(Action.WEBHOOK_ADDED, business=business):
            whole, secret = self._judge(url), self._new_secret()
            with self._storage.transaction() as work:
                if business is not None:
                    require_known(work, business)
                _require_room(work, business)
                endpoint = Endpoint(
                    id=self._new_id(),
                    url=shown_url(whole),
                    business=business,
                    types=_in_order(types),
                    created_at=self._clock.now(),
                )
                work.endpoints.add(endpoint, EndpointSecrets(url=SecretStr(whole), current=SecretStr(secret)))
                self._auditor.done(work, Action.WEBHOOK_ADDED, business=business, subject=endpoint.id)
        return endpoint, secret

    def list(self, whose: Whose | None = ANYBODYS, *, limit: int, after: str | None = None) -> Sequence[Endpoint]:
        """Return webhooks in the order in which they were added, those after the given one. Errors: NotFound."""
        with self._storage.transaction() as work:
            if whose is None:
                return work.endpoints.list(limit=limit, after=after)
            if whose.business is not None:
                require_known(work, whose.business)
            return work.endpoints.list_of(whose.business, limit=limit, after=after)

    def get(self, endpoint_id: str, whose: Whose | None = ANYBODYS) -> Endpoint:
        """Return a webhook."""
        with self._storage.transaction() as work:
            return _require(work, endpoint_id, whose)

    def change(
        self,
        endpoint_id: str,
        whose: Whose | None = ANYBODYS,
        *,
        url: str | None = None,
        types: Collection[EventType] | None = None,
    ) -> Endpoint:
        """Send to another address, or events of other types (none: of all); None stays as it is. Return it, changed.

        At another address it starts anew: how the old one failed, or that it was disabled for that, is forgotten, and
        so is what was under way there. It stays disabled where a person said so.
        Errors: InvalidInput, code `bad_webhook_address`.
        """
        with self._auditor.refusals(Action.WEBHOOK_CHANGED, **_about(endpoint_id, whose)):
            whole = self._judge(url) if url is not None else None
            with self._storage.transaction() as work:
                earlier = _require_alone(work, endpoint_id, whose)
                changes: dict[str, Any] = {} if types is None else {"types": _in_order(types)}
                if whole is not None:
                    changes |= _moved(work, earlier, whole)
                self._put(work, earlier, Action.WEBHOOK_CHANGED, **changes)
                return _require(work, endpoint_id, whose)

    def remove(self, endpoint_id: str, whose: Whose | None = ANYBODYS) -> Endpoint:
        """Remove a webhook: nothing is sent there any more. Return what it was."""
        with (
            self._auditor.refusals(Action.WEBHOOK_REMOVED, **_about(endpoint_id, whose)),
            self._storage.transaction() as work,
        ):
            endpoint = _require(work, endpoint_id, whose, for_update=True)
            work.endpoints.remove(endpoint_id, now=self._clock.now())
            self._note(work, Action.WEBHOOK_REMOVED, endpoint)
        return endpoint

    def disable(self, endpoint_id: str, whose: Whose | None = ANYBODYS) -> Endpoint:
        """Send nothing there until it is enabled. What is on its way waits; events from now on are not put there."""
        with (
            self._auditor.refusals(Action.WEBHOOK_DISABLED, **_about(endpoint_id, whose)),
            self._storage.transaction() as work,
        ):
            endpoint = _require(work, endpoint_id, whose, for_update=True)
            if not endpoint.is_enabled:
                return endpoint
            return self._put(
                work,
                endpoint,
                Action.WEBHOOK_DISABLED,
                state=EndpointState.DISABLED,
                disabled_reason=DisabledReason.BY_PERSON,
                disabled_at=self._clock.now(),
            )

    def enable(self, endpoint_id: str, whose: Whose | None = ANYBODYS) -> Endpoint:
        """Send events there from now on, and what was on its way before."""
        with (
            self._auditor.refusals(Action.WEBHOOK_ENABLED, **_about(endpoint_id, whose)),
            self._storage.transaction() as work,
        ):
            endpoint = _require(work, endpoint_id, whose, for_update=True)
            if endpoint.is_enabled:
                return endpoint
            work.endpoints.fares_well(endpoint_id)
            self._put(
                work,
                endpoint,
                Action.WEBHOOK_ENABLED,
                state=EndpointState.ENABLED,
                disabled_reason=None,
                disabled_at=None,
            )
            return _require(work, endpoint_id, whose)

    def rotate_secret(
        self, endpoint_id: str, whose: Whose | None = ANYBODYS, *, at_once: bool = False
    ) -> tuple[Endpoint, str]:
        """Make a new secret, and return the webhook with it: it is seen just now.

        The one before signs along for `OLD_SECRET_SIGNS_FOR`, so that receivers can change over; not so with `at_once`,
        for a secret that others have seen.
        """
        secret, now = self._new_secret(), self._clock.now()
        with (
            self._auditor.refusals(Action.WEBHOOK_SECRET_ROTATED, **_about(endpoint_id, whose)),
            self._storage.transaction() as work,
        ):
            endpoint = _require(work, endpoint_id, whose, for_update=True)
            secrets = _require_secrets(work, endpoint)
            previous = None if at_once else secrets.current
            rotated = secrets.model_copy(update={"current": SecretStr(secret), "previous": previous})
            work.endpoints.put_secrets(endpoint_id, rotated)
            until = None if at_once else now + OLD_SECRET_SIGNS_FOR
            return self._put(work, endpoint, Action.WEBHOOK_SECRET_ROTATED, old_secret_until=until), secret

    def test(
        self, endpoint_id: str, whose: Whose | None = ANYBODYS, *, type_: EventType = EventType.INVOICE_PAID
    ) -> Tested:
        """Send an example of an event of this type there, also while it is disabled, and return how that ended.

        It is signed and sent as every event is, but it is no event of the business's: it is kept nowhere, and tried
        just once.
        """
        now = self._clock.now()
        with (
            self._auditor.refusals(Action.WEBHOOK_TESTED, **_about(endpoint_id, whose)),
            self._storage.transaction() as work,
        ):
            endpoint = _require(work, endpoint_id, whose)
            secrets = _require_secrets(work, endpoint)
            self._note(work, Action.WEBHOOK_TESTED, endpoint)
        event = example_event(type_, event_id=self._new_id(), business=endpoint.business, now=now)
        return Tested(event=event, attempt=self._poster.post(endpoint, secrets, event))

    def deliveries(
        self,
        endpoint_id: str,
        whose: Whose | None = ANYBODYS,
        *,
        wanted: DeliveryFilter,
        limit: int,
        before: str | None = None,
    ) -> Sequence[Delivery]:
        """Return deliveries, that of the newest event first, those before the one of that event."""
        with self._storage.transaction() as work:
            _require(work, endpoint_id, whose)
            return work.deliveries.list(endpoint_id, wanted, limit=limit, before=before)

    def delivery(self, endpoint_id: str, event_id: str, whose: Whose | None = ANYBODYS) -> FollowedDelivery:
        """Return the delivery of an event, and its attempts. Errors: NotFound, code `unknown_delivery` too."""
        with self._storage.transaction() as work:
            _require(work, endpoint_id, whose)
            delivery = _require_delivery(work, endpoint_id, event_id)
            attempts = tuple(work.deliveries.attempts(endpoint_id, event_id))
        return FollowedDelivery(delivery=delivery, attempts=attempts)

    def resend_one(self, endpoint_id: str, event_id: str, whose: Whose | None = ANYBODYS) -> Delivery:
        """Send one event again, whatever became of it, as soon as its turn has come.

        Errors: NotFound, code `unknown_delivery` too; Conflict, code `webhook_disabled`.
        """
        with (
            self._auditor.refusals(Action.WEBHOOK_RESENT, **_about(endpoint_id, whose)),
            self._storage.transaction() as work,
        ):
            endpoint = self._resending(work, endpoint_id, whose)
            delivery = _require_delivery(work, endpoint_id, event_id)
            self._note(work, Action.WEBHOOK_RESENT, endpoint)
            return work.deliveries.make_one_due(delivery, now=self._clock.now())

    def resend(self, endpoint_id: str, which: Again, whose: Whose | None = ANYBODYS) -> int:
        """Send events again, in their order, and return how many there are.

        Piece by piece, so that nobody waits for it: broken off, the first of them are sent again.
        Errors: Conflict, code `webhook_disabled`.
        """
        with (
            self._auditor.refusals(Action.WEBHOOK_RESENT, **_about(endpoint_id, whose)),
            self._storage.transaction() as work,
        ):
            endpoint = self._resending(work, endpoint_id, whose)
            self._note(work, Action.WEBHOOK_RESENT, endpoint)
        number, after, now = 0, 0, self._clock.now()
        while True:
            with self._storage.transaction() as work:
                work.endpoint_leases.lock(endpoint_id)
                found, place = work.deliveries.make_due(endpoint, which, now=now, limit=_PIECE, after=after)
            number += found
            if place is None:
                return number
            after = place

    def _resending(self, work: UnitOfWork, endpoint_id: str, whose: Whose | None) -> Endpoint:
        """Return the webhook, which is not left alone any more: whoever sends again says that it can be reached."""
        endpoint = _require_alone(work, endpoint_id, whose)
        if not endpoint.is_enabled:
            raise Conflict(
                "The webhook is disabled, so nothing is sent there.",
                code="webhook_disabled",
                hint="Run webhook enable first, then this again.",
            )
        work.endpoints.fares_well(endpoint_id)
        return endpoint

    def _put(self, work: UnitOfWork, earlier: Endpoint, action: Action, **changes: Any) -> Endpoint:
        endpoint = earlier.model_copy(update=changes)
        work.endpoints.put(endpoint)
        self._note(work, action, endpoint)
        return endpoint

    def _note(self, work: UnitOfWork, action: Action, endpoint: Endpoint) -> None:
        self._auditor.done(work, action, business=endpoint.business, subject=endpoint.id)


def event_types_from(texts: Collection[str]) -> tuple[EventType, ...]:
    """Read the names of types. Errors: InvalidInput, code `bad_event_type`, naming those that are none."""
    unknown = [text for text in texts if text not in set(EventType)]
    if unknown:
        named = ", ".join(f'"{text[:50]}"' for text in unknown[:5])
        raise InvalidInput(
            f"There is no event type {named}.",
            code="bad_event_type",
            hint=f"Choose among {', '.join(EventType)}.",
        )
    return _in_order([EventType(text) for text in texts])


def _in_order(types: Collection[EventType]) -> tuple[EventType, ...]:
    return tuple(type_ for type_ in EventType if type_ in types)


def _about(endpoint_id: str, whose: Whose | None) -> dict[str, str | None]:
    return {"business": whose.business if whose else None, "subject": endpoint_id}


def _require(work: UnitOfWork, endpoint_id: str, whose: Whose | None, *, for_update: bool = False) -> Endpoint:
    endpoint = work.endpoints.get(endpoint_id, for_update=for_update)
    if endpoint is not None and (whose is None or whose.business == endpoint.business):
        return endpoint
    if whose is not None and whose.business is not None:
        require_known(work, whose.business)
    raise NotFound("There is no webhook with this id.", code="unknown_webhook", hint="Run webhook list for the ids.")


def _require_alone(work: UnitOfWork, endpoint_id: str, whose: Whose | None) -> Endpoint:
    """Return the webhook, which nobody else changes, nor posts anything more to, until the transaction ends."""
    _require(work, endpoint_id, whose)
    work.endpoint_leases.lock(endpoint_id)
    return _require(work, endpoint_id, whose, for_update=True)


def _moved(work: UnitOfWork, endpoint: Endpoint, url: str) -> dict[str, Any]:
    """Have events go to that address from now on; return what changes of the endpoint."""
    secrets = _require_secrets(work, endpoint)
    if secrets.url.get_secret_value() == url:
        return {}
    work.endpoint_leases.end(endpoint.id)
    work.endpoints.put_secrets(endpoint.id, secrets.model_copy(update={"url": SecretStr(url)}))
    work.endpoints.fares_well(endpoint.id)
    changes: dict[str, Any] = {"url": shown_url(url)}
    if endpoint.disabled_reason in (DisabledReason.GONE, DisabledReason.FAILING):
        changes |= {"state": EndpointState.ENABLED, "disabled_reason": None, "disabled_at": None}
    return changes


def _require_secrets(work: UnitOfWork, endpoint: Endpoint) -> EndpointSecrets:
    secrets = work.endpoints.secrets(endpoint.id)
    assert secrets is not None  # noqa: S101 - stored with the endpoint, which was just found
    return secrets


def _require_delivery(work: UnitOfWork, endpoint_id: str, event_id: str) -> Delivery:
    if delivery := work.deliveries.get(endpoint_id, event_id):
        return delivery
    raise NotFound(
        "No such event is, or was, on its way to this webhook.",
        code="unknown_delivery",
        hint="Run webhook deliveries for the events' ids.",
    )


def _require_room(work: UnitOfWork, business: str | None) -> None:
    of_business = work.endpoints.list_of(business, limit=MOST_OF_BUSINESS) if business is not None else ()
    if len(of_business) < MOST_OF_BUSINESS and len(work.endpoints.list(limit=MOST_IN_ALL)) < MOST_IN_ALL:
        return
    raise Conflict(
        f"There are as many webhooks as there may be: {MOST_OF_BUSINESS} for a business, {MOST_IN_ALL} in all.",
        code="too_many_webhooks",
        hint="Remove one that is not needed (webhook remove).",
    )
