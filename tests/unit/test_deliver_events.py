"""The steps of delivering: who claims what, what is read next, and what is kept of how it went."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from pydantic import SecretStr

from core.audit import WORKER, Action
from core.auditor import Auditor
from core.event import EventType, Happening
from core.posting import Posted, PostTrouble
from core.use_cases.deliver_events import ENDPOINT_LEASE, Counts, DeliverEvents, Need, PostedDelivery, Supply
from core.webhook import (
    Attempt,
    Delivery,
    DeliveryFilter,
    DeliveryState,
    DisabledReason,
    DueDelivery,
    Endpoint,
    EndpointSecrets,
    EndpointState,
)
from tests.fakes.clock import FakeClock
from tests.fakes.storage import FakeStorage

SECRETS = EndpointSecrets(url=SecretStr("https://shop.example/hooks"), current=SecretStr("whsec_new"))
TAKEN = Posted(status=204, duration_ms=1)
FAULT = Posted(status=500, duration_ms=1)
DOWN = Posted(trouble=PostTrouble.UNREACHABLE, duration_ms=1)
GONE = Posted(status=410, duration_ms=1)


class World:
    """A few endpoints, and those who deliver."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.storage = FakeStorage(self.clock)
        self._holders = iter("abcdefgh")

    def endpoints(self, *ids: str) -> None:
        with self.storage.transaction() as work:
            for id_ in ids:
                endpoint = Endpoint(id=id_, url="https://shop.example/hooks", created_at=self.clock.now())
                work.endpoints.add(endpoint, SECRETS)

    def happens(self, *invoices: str) -> None:
        with self.storage.transaction() as work:
            work.events.add(
                *(Happening(type=EventType.INVOICE_PAID, business="fjell", invoice=one, data={}) for one in invoices)
            )

    def deliverer(self) -> DeliverEvents:
        auditor = Auditor(storage=self.storage, clock=self.clock, actor=lambda: WORKER)
        return DeliverEvents(
            storage=self.storage,
            clock=self.clock,
            auditor=auditor,
            new_holder=lambda: next(self._holders),
            chance=lambda: 0.0,
        )

    def endpoint(self, id_: str = "e1") -> Endpoint:
        with self.storage.transaction() as work:
            found = work.endpoints.get(id_)
        assert found is not None
        return found

    def deliveries(self, id_: str = "e1") -> Sequence[Delivery]:
        with self.storage.transaction() as work:
            return list(reversed(work.deliveries.list(id_, DeliveryFilter(), limit=99)))

    def put(self, endpoint: Endpoint) -> None:
        with self.storage.transaction() as work:
            work.endpoints.put(endpoint)


@pytest.fixture
def world() -> World:
    return World()


def first_supply(steps: DeliverEvents, *, wanted: int = 9) -> tuple[Need, Supply]:
    """Claim the only endpoint, and read what is due there."""
    ((lease,), _) = steps.claim(1)
    supplies, _ = steps.step([Need(lease, wanted=wanted)])
    supply = supplies[lease.endpoint]
    assert supply is not None
    return Need(lease), supply


def posted(world: World, *ended: tuple[DueDelivery, Posted]) -> Sequence[PostedDelivery]:
    at = world.clock.now()
    return [
        PostedDelivery(due.delivery, Attempt(at=at, status=how.status, trouble=how.trouble, duration_ms=1), how)
        for due, how in ended
    ]


def test_each_claims_half_of_what_is_due_and_nothing_that_another_holds(world: World) -> None:
    world.endpoints("e1", "e2", "e3", "e4", "e5")
    world.happens("1")
    one, another = world.deliverer(), world.deliverer()
    first, is_more = one.claim(64)
    assert (len(first), is_more) == (3, True)
    second, is_more = another.claim(64)
    assert (len(second), is_more) == (1, True)
    third, is_more = another.claim(64)
    assert (len(third), is_more) == (1, False)
    assert one.claim(64) == ([], False)
    assert sorted(lease.endpoint for lease in (*first, *second, *third)) == ["e1", "e2", "e3", "e4", "e5"]


def test_no_more_is_claimed_than_asked_for_and_nothing_that_is_named(world: World) -> None:
    world.endpoints("e1", "e2", "e3", "e4", "e5")
    world.happens("1")
    steps = world.deliverer()
    claimed, _ = steps.claim(1, besides={"e1"})
    assert [lease.endpoint for lease in claimed] == ["e2"]


def test_a_hold_that_runs_out_is_anybodys(world: World) -> None:
    world.endpoints("e1")
    world.happens("1")
    dead, alive = world.deliverer(), world.deliverer()
    need, supply = first_supply(dead)
    assert alive.claim(9) == ([], False)
    world.clock.advance(seconds=ENDPOINT_LEASE.total_seconds() + 1)
    ((taken,), _) = alive.claim(9)
    (due,) = supply.due
    supplies, counts = dead.step([Need(need.lease, posted(world, (due, TAKEN)), wanted=9)])
    assert supplies == {"e1": None}
    assert counts.delivered == 0
    assert world.deliveries()[0].state is DeliveryState.PENDING
    supplies, _ = alive.step([Need(taken, wanted=9)])
    again = supplies["e1"]
    assert again is not None
    assert [one.delivery.event for one in again.due] == [due.delivery.event]


def test_what_one_endpoint_lost_takes_nothing_from_the_others(world: World) -> None:
    world.endpoints("e1", "e2")
    world.happens("1")
    steps = world.deliverer()
    leases = [*steps.claim(9)[0], *steps.claim(9)[0]]
    supplies, _ = steps.step([Need(lease, wanted=9) for lease in leases])
    lost = leases[0].model_copy(update={"token": 99})
    ended = {id_: posted(world, (supply.due[0], TAKEN)) for id_, supply in supplies.items() if supply}
    supplies, counts = steps.step([Need(lost, ended["e1"]), Need(leases[1], ended["e2"])])
    assert supplies["e1"] is None
    assert supplies["e2"] is not None
    assert counts.delivered == 1
    assert [world.deliveries(id_)[0].state for id_ in ("e1", "e2")] == [DeliveryState.PENDING, DeliveryState.DELIVERED]


def test_the_next_of_an_invoice_is_read_as_the_one_before_it_is_kept(world: World) -> None:
    world.endpoints("e1")
    world.happens("1", "1", "2")
    steps = world.deliverer()
    need, supply = first_supply(steps)
    assert [one.delivery.position for one in supply.due] == [1, 3]
    supplies, counts = steps.step([Need(need.lease, posted(world, (supply.due[0], TAKEN)), wanted=9)])
    then = supplies["e1"]
    assert then is not None
    assert sorted(one.delivery.position for one in then.due) == [2, 3]
    assert (counts.delivered, counts.failed, counts.given_up, counts.disabled) == (1, 0, 0, [])


def test_what_failed_is_kept_and_the_endpoint_is_probed(world: World) -> None:
    world.endpoints("e1")
    world.happens("1", "1", "2")
    steps = world.deliverer()
    need, supply = first_supply(steps)
    assert not supply.is_probed
    supplies, counts = steps.step([Need(need.lease, posted(world, (supply.due[0], FAULT)), wanted=9)])
    then = supplies["e1"]
    assert then is not None
    assert (then.is_probed, then.is_paused, counts.failed) == (True, False, 1)
    assert [one.delivery.position for one in then.due] == [3]
    assert world.deliveries()[0].next_attempt_at == world.clock.now() + timedelta(seconds=5)
    supplies, _ = steps.step([Need(need.lease, posted(world, (then.due[0], TAKEN)), wanted=9)])
    assert supplies["e1"] is not None
    assert not supplies["e1"].is_probed
    assert world.endpoint().failing_since is None


def test_nothing_is_read_of_an_endpoint_that_is_left_alone(world: World) -> None:
    world.endpoints("e1")
    world.happens("1", "2")
    steps = world.deliverer()
    need, supply = first_supply(steps)
    for wanted in (9, 0):
        ended = posted(world, (supply.due[0], DOWN)) if wanted else ()
        supplies, _ = steps.step([Need(need.lease, ended, wanted=wanted)])
        then = supplies["e1"]
        assert then is not None
        assert (then.is_paused, then.secrets, then.due) == (True, None, ())
    steps.step([Need(need.lease, release=True)])
    assert steps.claim(9) == ([], False)
    world.clock.advance(seconds=3)
    assert len(steps.claim(9)[0]) == 1


def test_what_is_released_is_anybodys_at_once(world: World) -> None:
    world.endpoints("e1")
    world.happens("1", "2")
    steps = world.deliverer()
    need, supply = first_supply(steps)
    supplies, counts = steps.step([Need(need.lease, posted(world, (supply.due[0], TAKEN)), release=True)])
    assert supplies == {"e1": None}
    assert counts.delivered == 1
    assert len(world.deliverer().claim(9)[0]) == 1


@pytest.mark.parametrize("is_removed", [True, False])
def test_nothing_more_is_posted_to_what_was_disabled_or_removed(world: World, is_removed: bool) -> None:
    world.endpoints("e1")
    world.happens("1", "2")
    steps = world.deliverer()
    need, supply = first_supply(steps)
    if is_removed:
        with world.storage.transaction() as work:
            work.endpoints.remove("e1", now=world.clock.now())
    else:
        world.put(world.endpoint().model_copy(update={"state": EndpointState.DISABLED}))
    supplies, counts = steps.step([Need(need.lease, posted(world, (supply.due[0], TAKEN)), wanted=9)])
    assert supplies == {"e1": None}
    assert counts.delivered == (0 if is_removed else 1)


def test_gone_disables_and_is_noted_once(world: World) -> None:
    world.endpoints("e1")
    world.happens("1", "2", "3")
    steps = world.deliverer()
    need, supply = first_supply(steps)
    ended = posted(world, *((one, GONE) for one in supply.due))
    supplies, counts = steps.step([Need(need.lease, ended, wanted=9)])
    assert supplies == {"e1": None}
    assert (counts.failed, counts.disabled) == (3, ["e1"])
    endpoint = world.endpoint()
    assert (endpoint.state, endpoint.disabled_reason) == (EndpointState.DISABLED, DisabledReason.GONE)
    with world.storage.transaction() as work:
        noted = [entry for entry in work.audit.list(limit=9) if entry.action is Action.WEBHOOK_DISABLED]
    assert [entry.subject for entry in noted] == ["e1"]


def test_what_a_person_disabled_at_the_same_moment_is_left_as_that_person_left_it(world: World) -> None:
    world.endpoints("e1")
    world.happens("1")
    steps = world.deliverer()
    need, supply = first_supply(steps)
    by_person = {"state": EndpointState.DISABLED, "disabled_reason": DisabledReason.BY_PERSON}
    world.put(world.endpoint().model_copy(update=by_person))
    _, counts = steps.step([Need(need.lease, posted(world, (supply.due[0], GONE)))])
    assert counts.disabled == []
    assert world.endpoint().disabled_reason is DisabledReason.BY_PERSON


@pytest.mark.parametrize("how", [GONE, DOWN, TAKEN])
def test_what_an_address_answers_that_is_not_the_endpoints_any_more_counts_for_nothing(
    world: World, how: Posted
) -> None:
    """Neither for the new address, nor for the events: they go to the new one."""
    world.endpoints("e1")
    world.happens("1")
    steps = world.deliverer()
    need, supply = first_supply(steps)
    before = world.endpoint()
    with world.storage.transaction() as work:
        work.endpoint_leases.end("e1")
    supplies, counts = steps.step([Need(need.lease, posted(world, (supply.due[0], how)), wanted=9)])
    assert supplies == {"e1": None}
    assert counts == Counts()
    assert world.endpoint() == before
    ((taken,), _) = world.deliverer().claim(9)
    assert taken.token > need.lease.token
    assert world.deliveries()[0].attempts == 0
