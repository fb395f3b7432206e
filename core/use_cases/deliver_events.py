"""Deliver events: claim endpoints that something is due for, read what is next for each, and keep how it went.

Steps of one transaction each, none of which posts anything: whoever posts does so between them, at its own pace. An
endpoint is one claimant's at a time. What was posted and not kept is posted again: at least once, and of one invoice
never before the events that went before it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from core.audit import Action
from core.auditor import Auditor
from core.delivery_plan import after_post, after_try, is_probed
from core.errors import LeaseLost, TryAgain
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.ports.webhook_stores import EndpointLease
from core.posting import Posted
from core.webhook import Attempt, Delivery, DueDelivery, Endpoint, EndpointSecrets

ENDPOINT_LEASE = timedelta(seconds=60)
"""How long an endpoint is held at a time; longer than a posting may take, and kept again with each step."""


@dataclass(frozen=True)
class PostedDelivery:
    """A delivery that was posted, what is kept of the attempt, and how it ended."""

    delivery: Delivery
    attempt: Attempt
    posted: Posted


@dataclass(frozen=True)
class Need:
    """What a claim has to have done: keep what was posted, and read so many more (0: none).

    `release`: give the endpoint up after that.
    """

    lease: EndpointLease
    posted: Sequence[PostedDelivery] = ()
    wanted: int = 0
    release: bool = False


@dataclass(frozen=True)
class Supply:
    """What is to be posted next to an endpoint that is held.

    `secrets` are there where something was wanted, unless they can't be read. `is_paused`: nothing is to be posted now.
    """

    endpoint: Endpoint
    secrets: EndpointSecrets | None = None
    due: Sequence[DueDelivery] = ()
    is_paused: bool = False

    @property
    def is_probed(self) -> bool:
        """Whether just one at a time is to be posted."""
        return is_probed(self.endpoint)


@dataclass
class Counts:
    """How many deliveries ended how, in one step."""

    delivered: int = 0
    failed: int = 0
    given_up: int = 0
    disabled: list[str] = field(default_factory=list)


class DeliverEvents:
    """The steps. `chance` returns a number between 0 and 1."""

    def __init__(
        self,
        *,
        storage: Storage,
        clock: Clock,
        auditor: Auditor,
        new_holder: Callable[[], str],
        chance: Callable[[], float],
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._auditor = auditor
        self._chance = chance
        self._holder = new_holder()

    def claim(self, most: int, *, besides: Collection[str] = ()) -> tuple[Sequence[EndpointLease], bool]:
        """Claim endpoints that something is due for, at most so many and at most half of them, but one.

        The other half is for others who claim; whether there is something left for anybody is told, too.
        `besides` are not claimed. Where there is nothing due, nobody who writes is waited for, nor has to wait.
        """
        with self._storage.reading() as work:
            if not self._due(work, besides):
                return [], False
        with self._storage.transaction() as work:
            due = self._due(work, besides)
            claimed: list[EndpointLease] = []
            for endpoint_id in due[: min(most, -(-len(due) // 2))]:
                lease = work.endpoint_leases.acquire(endpoint_id, holder=self._holder, length=ENDPOINT_LEASE)
                if lease:
                    claimed.append(lease)
        return claimed, len(due) > len(claimed)

    def _due(self, work: UnitOfWork, besides: Collection[str]) -> Sequence[str]:
        return [id_ for id_ in work.endpoints.due(now=self._clock.now()) if id_ not in besides]

    def step(self, needs: Iterable[Need]) -> tuple[Mapping[str, Supply | None], Counts]:
        """Do what claims need, all in one transaction; return what is next for each that is still held.

        Where a lease was lost, or the endpoint was removed or disabled, that is None: nothing more is posted to it by
        this claimant. What was posted under a lost lease is not kept, because somebody else has it in hand.
        """
        supplies: dict[str, Supply | None] = {}
        counts = Counts()
        with self._storage.transaction() as work:
            for need in sorted(needs, key=lambda one: one.lease.endpoint):
                supplies[need.lease.endpoint] = self._serve(work, need, counts)
        return supplies, counts

    def _serve(self, work: UnitOfWork, need: Need, counts: Counts) -> Supply | None:
        lease = need.lease
        try:
            work.endpoint_leases.renew(lease, length=ENDPOINT_LEASE)
        except LeaseLost:
            return None
        endpoint = work.endpoints.get(lease.endpoint)
        if endpoint is not None and need.posted:
            endpoint = self._keep(work, endpoint, need.posted, counts)
        if need.release or endpoint is None or not endpoint.is_enabled:
            work.endpoint_leases.release(lease)
            return None
        now = self._clock.now()
        if endpoint.paused_until is not None and now < endpoint.paused_until:
            return Supply(endpoint, is_paused=True)
        if not need.wanted:
            return Supply(endpoint)
        try:
            secrets = work.endpoints.secrets(endpoint.id)
        except TryAgain:  # sealed with a key that this process does not have
            return Supply(endpoint)
        return Supply(endpoint, secrets, work.deliveries.due(endpoint.id, now=now, limit=need.wanted))

    def _keep(self, work: UnitOfWork, endpoint: Endpoint, posted: Sequence[PostedDelivery], counts: Counts) -> Endpoint:
        now = self._clock.now()
        kept: list[tuple[Delivery, Attempt]] = []
        fares = endpoint
        for one in posted:
            after = after_try(one.delivery, one.posted, now=now, chance=self._chance())
            kept.append((after, one.attempt))
            if fares.is_enabled:
                fares = after_post(fares, one.posted, at=one.attempt.at, now=now, chance=self._chance())
            _count(counts, after)
        work.deliveries.all_tried(kept)
        if fares == endpoint:
            return endpoint
        if not fares.is_enabled:
            return self._disable(work, fares, counts)
        if fares.failing_since is None:
            work.endpoints.fares_well(endpoint.id)
        else:
            work.endpoints.pause(
                endpoint.id,
                until=fares.paused_until or now,
                failures=fares.failures,
                failing_since=fares.failing_since,
            )
        return fares

    def _disable(self, work: UnitOfWork, disabled: Endpoint, counts: Counts) -> Endpoint:
        """Disable an endpoint, unless somebody has done that, or has removed it, at this moment."""
        present = work.endpoints.get(disabled.id, for_update=True)
        if present is None or not present.is_enabled:
            return disabled
        changes = {name: getattr(disabled, name) for name in ("state", "disabled_reason", "disabled_at")}
        work.endpoints.put(present.model_copy(update=changes))
        self._auditor.done(work, Action.WEBHOOK_DISABLED, business=present.business, subject=present.id)
        counts.disabled.append(present.id)
        return disabled


def _count(counts: Counts, after: Delivery) -> None:
    if not after.failed:
        counts.delivered += 1
    elif after.next_attempt_at is None:
        counts.given_up += 1
    else:
        counts.failed += 1
