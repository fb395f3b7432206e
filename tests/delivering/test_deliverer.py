"""Events that go out to endpoints on real sockets, from real databases: in order, at once, and to nobody's delay."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from standardwebhooks import Webhook
from typing_extensions import override

from adapters.storage.schema import businesses, webhook_leases
from adapters.storage.webhook_deliveries import forget_business
from adapters.webhooks.courier import Courier
from core.audit import Action
from core.errors import TryAgain
from core.event import EventType, Happening
from core.posting import LONGEST_EXCERPT, PostTrouble
from core.use_cases.deliver_events import Counts, DeliverEvents, Need, Supply
from core.webhook import DeliveryState, DisabledReason, Endpoint, EndpointSecrets, EndpointState
from entrypoints.deliverer import GRACE_SECONDS
from tests.delivering.conftest import LOOPBACK, SECRET, House, until
from tests.delivering.receiver import HANGS, Receiver, Taken, receiving
from tests.storage_contract.samples import a_business


def has_come(receiver: Receiver, number: int, path: str = "/a") -> None:
    until(lambda: len(receiver.of(path)) >= number)


def test_an_event_is_posted_as_it_stands_and_signed(house: House) -> None:
    with receiving() as receiver:
        endpoint = house.endpoint(f"{receiver.url}/a?token=s3cret")
        house.happens("1001")
        house.deliverer()
        has_come(receiver, 1, "/a?token=s3cret")
        until(lambda: house.deliveries(endpoint)[0].state is DeliveryState.DELIVERED)
    (taken,) = receiver.taken
    with house.storage.transaction() as work:
        (event,) = work.events.list("fjell", limit=9)
    assert taken.body.decode() == event.model_dump_json()
    assert taken.headers["webhook-id"] == event.id
    assert Webhook(SECRET).verify(taken.body, dict(taken.headers)) == taken.event
    (delivery,) = house.deliveries(endpoint)
    assert (delivery.attempts, delivery.failed, delivery.next_attempt_at) == (1, False, None)
    (attempt,) = house.attempts(delivery)
    assert (attempt.status, attempt.trouble, attempt.answer) == (200, None, "said")


def test_one_that_has_nothing_to_deliver_writes_nothing_and_waits_for_nobody_who_writes(house: House) -> None:
    steps: DeliverEvents = house.steps()
    for has_webhook in (False, True):
        if has_webhook:
            house.endpoint("https://shop.example/hooks")
        with house.storage.write() as database:
            database.execute(update(businesses).values(system="fake"))  # on PostgreSQL too somebody writes
            began = time.monotonic()
            assert steps.claim(9) == ([], False)
            assert time.monotonic() - began < 5


def test_events_of_one_invoice_come_strictly_in_their_order_and_of_others_at_once(house: House) -> None:
    """Whatever fails meanwhile: a later one never comes before an earlier one has been taken."""
    numbers: dict[str, list[int]] = defaultdict(list)
    lock = threading.Lock()
    seen: dict[str, int] = defaultdict(int)

    def answers(taken: Taken) -> int:
        with lock:
            seen[taken.headers["webhook-id"]] += 1
            if taken.event["data"]["number"] % 11 == 3 and seen[taken.headers["webhook-id"]] == 1:
                return 500
            numbers[taken.event["invoice"]].append(taken.event["data"]["number"])
        return 200

    with receiving(answers, seconds=0.02) as receiver, pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.delivery_plan.RETRY_WAITS", (timedelta(seconds=0.2),) * 11)
        endpoint = house.endpoint(f"{receiver.url}/a")
        house.happens(*(str(1000 + number % 7) for number in range(140)))
        house.deliverer()
        until(lambda: all(one.state is DeliveryState.DELIVERED for one in house.deliveries(endpoint)), seconds=60)
        assert receiver.most_at_once["/a"] in range(2, 9)
    assert {invoice: sorted(taken) for invoice, taken in numbers.items()} == numbers
    assert sum(map(len, numbers.values())) == 140


def test_a_later_event_waits_until_an_earlier_one_of_its_invoice_is_given_up(house: House) -> None:
    with receiving(lambda taken: 500 if taken.event["data"]["number"] == 0 else 200) as receiver:
        endpoint = house.endpoint(f"{receiver.url}/a")
        house.happens("1001", "1001", "1002")
        house.deliverer()
        until(lambda: house.deliveries(endpoint)[2].state is DeliveryState.DELIVERED)
        for number in range(1, 12):
            until(lambda: house.deliveries(endpoint)[0].attempts == number)  # noqa: B023 - called at once
            assert [event["data"]["number"] for event in receiver.of("/a")].count(1) == 0
            house.make_due(endpoint)
        until(lambda: house.deliveries(endpoint)[0].attempts == 12)
        house.make_due(endpoint)
        until(lambda: house.deliveries(endpoint)[1].state is DeliveryState.DELIVERED)
        first, second, _ = house.deliveries(endpoint)
    assert (first.state, first.attempts, first.next_attempt_at) == (DeliveryState.GIVEN_UP, 12, None)
    assert second.attempts == 1
    assert len(house.attempts(first)) == 12


def test_endpoints_that_hang_delay_nobody_else(house: House) -> None:
    hanging = {f"/{number}" for number in range(25)}
    with receiving(lambda taken: HANGS if taken.path in hanging else 200) as receiver:
        good = [house.endpoint(f"{receiver.url}/{number}") for number in range(25, 50)]
        bad = [house.endpoint(f"{receiver.url}{path}") for path in sorted(hanging)]
        house.happens(*map(str, range(20)))
        house.deliverer()
        began = time.monotonic()
        until(lambda: all(len(receiver.of(f"/{number}")) == 20 for number in range(25, 50)), seconds=60)
        until(
            lambda: all(one.state is DeliveryState.DELIVERED for end in good for one in house.deliveries(end)),
            seconds=30,
        )
        took = time.monotonic() - began
        until(lambda: all(house.now_is(end).failures for end in bad))
        tried = sum(delivery.attempts for end in bad for delivery in house.deliveries(end))
        came = len([one for one in receiver.taken if one.path in hanging])
    assert took < 45  # of a machine that is busy: it takes a second
    assert came < 25 * 12  # the first few, and then one at a time
    assert tried <= came
    assert all(house.attempts(one)[0].trouble == PostTrouble.TIMEOUT for one in house.deliveries(bad[0])[:1])


def test_an_endpoint_that_is_not_there_is_tried_one_at_a_time_with_growing_pauses(house: House) -> None:
    endpoint = house.endpoint("http://127.0.0.1:9/a")
    house.happens(*map(str, range(50)))
    house.deliverer()
    until(lambda: sum(one.attempts for one in house.deliveries(endpoint)) == 8)
    first = house.now_is(endpoint)
    assert first.failures == 1  # those that were under way together tell no more than one of them
    assert first.paused_until is not None
    house.make_due(endpoint)
    until(lambda: house.now_is(endpoint).failures >= 2)
    before = house.now_is(endpoint)
    attempts = sum(one.attempts for one in house.deliveries(endpoint))
    after = house.now_is(endpoint)
    assert before.failing_since == first.failing_since
    assert 7 + before.failures <= attempts <= 7 + after.failures
    house.make_due(endpoint)
    until(lambda: house.now_is(endpoint).failures >= 4)
    paused = house.now_is(endpoint).paused_until
    assert paused is not None
    assert paused - house.clock.now() > timedelta(seconds=5)


def test_an_endpoint_that_is_well_again_gets_everything_at_once(house: House) -> None:
    is_well = threading.Event()
    with receiving(lambda _: 200 if is_well.is_set() else 503) as receiver:
        endpoint = house.endpoint(f"{receiver.url}/a")
        house.happens(*map(str, range(50)))
        house.deliverer()
        until(lambda: house.now_is(endpoint).failures >= 1)
        is_well.set()
        house.make_due(endpoint)
        until(lambda: all(one.state is DeliveryState.DELIVERED for one in house.deliveries(endpoint)))
    fares = house.now_is(endpoint)
    assert (fares.failures, fares.failing_since, fares.paused_until) == (0, None, None)


def test_gone_disables_at_once(house: House) -> None:
    with receiving(lambda _: 410) as receiver:
        endpoint = house.endpoint(f"{receiver.url}/a", business="fjell")
        house.happens(*map(str, range(100)))
        house.deliverer()
        until(lambda: not house.now_is(endpoint).is_enabled)
        time.sleep(0.3)
        came = len(receiver.of("/a"))
        house.happens("1")
        time.sleep(0.3)
        assert len(receiver.of("/a")) == came <= 24
    now = house.now_is(endpoint)
    assert (now.state, now.disabled_reason) == (EndpointState.DISABLED, DisabledReason.GONE)
    assert now.disabled_at is not None
    with house.storage.transaction() as work:
        entries = [entry for entry in work.audit.list(limit=20) if entry.action is Action.WEBHOOK_DISABLED]
    assert [(entry.subject, entry.business) for entry in entries] == [(endpoint.id, "fjell")]


def test_what_has_failed_for_days_is_disabled(house: House) -> None:
    with receiving(lambda _: 500) as receiver:
        endpoint = house.endpoint(f"{receiver.url}/a")
        house.happens("1001")
        long_ago = house.clock.now() - timedelta(days=3)
        with house.storage.transaction() as work:
            work.endpoints.pause(endpoint.id, until=long_ago, failures=9, failing_since=long_ago)
        house.deliverer()
        until(lambda: not house.now_is(endpoint).is_enabled)
    assert house.now_is(endpoint).disabled_reason is DisabledReason.FAILING
    assert house.deliveries(endpoint)[0].state is DeliveryState.PENDING


def test_a_disabled_endpoint_gets_nothing_and_goes_on_when_it_is_enabled(house: House) -> None:
    with receiving(seconds=0.05) as receiver:
        endpoint = house.endpoint(f"{receiver.url}/a")
        house.happens(*map(str, range(200)))
        house.deliverer()
        has_come(receiver, 10)
        with house.storage.transaction() as work:
            disabled = endpoint.model_copy(update={"state": EndpointState.DISABLED})
            work.endpoints.put(disabled)
        time.sleep(0.5)
        came = len(receiver.of("/a"))
        assert came < 200
        time.sleep(0.5)
        assert len(receiver.of("/a")) == came
        with house.storage.transaction() as work:
            work.endpoints.put(endpoint)
        until(lambda: all(one.state is DeliveryState.DELIVERED for one in house.deliveries(endpoint)))
        assert set(receiver.ids("/a")) == set(house.ids())


def test_an_endpoint_that_is_removed_in_the_middle_stops_nothing_else(house: House) -> None:
    with receiving(seconds=0.05) as receiver:
        removed = house.endpoint(f"{receiver.url}/a")
        other = house.endpoint(f"{receiver.url}/b")
        house.happens(*map(str, range(100)))
        house.deliverer()
        has_come(receiver, 5)
        with house.storage.transaction() as work:
            work.endpoints.remove(removed.id, now=house.clock.now())
            while work.deliveries.forget(before=house.clock.now(), limit=1000):
                pass
        until(lambda: all(one.state is DeliveryState.DELIVERED for one in house.deliveries(other)))
        assert len(receiver.of("/a")) < 100


def test_a_business_that_is_erased_in_the_middle_stops_nothing_else(house: House) -> None:
    """What was under way has nowhere to be kept, and nothing else waits for it."""
    with house.storage.transaction() as work:
        work.businesses.put(a_business("vidde"))
    with receiving(seconds=0.1) as receiver:
        house.endpoint(f"{receiver.url}/a")
        house.happens(*map(str, range(60)))
        house.deliverer()
        has_come(receiver, 5)
        with house.storage.write() as database:
            forget_business(database, "fjell")
        with house.storage.transaction() as work:
            work.events.add(Happening(type=EventType.INVOICE_PAID, business="vidde", invoice="v", data={"number": 1}))
        until(lambda: any(event["business"] == "vidde" for event in receiver.of("/a")))


def test_sending_again_and_erasing_beside_deliverers_deadlock_nowhere_and_lose_nothing(house: House) -> None:
    """Each of them locks the rows of several endpoints: all in one order."""
    others = [f"other-{number}" for number in range(6)]
    with house.storage.transaction() as work:
        for name in others:
            work.businesses.put(a_business(name))
    with receiving(seconds=0.01) as receiver:
        ends = [house.endpoint(f"{receiver.url}/{number}") for number in range(4)]
        house.happens(*(str(number % 10) for number in range(40)))
        with house.storage.transaction() as work:
            work.events.add(
                *(
                    Happening(type=EventType.INVOICE_PAID, business=name, invoice=str(number), data={"number": number})
                    for name in others
                    for number in range(20)
                )
            )
        for _ in range(2):
            house.deliverer()
        has_come(receiver, 5, "/0")

        def send_again(end: Endpoint) -> None:
            for _ in range(6):
                for delivery in house.deliveries(end)[:10]:
                    with house.storage.transaction() as work:
                        work.endpoint_leases.lock(end.id)
                        if found := work.deliveries.get(end.id, delivery.event):
                            work.deliveries.make_one_due(found, now=house.clock.now())

        def erase(name: str) -> None:
            with house.storage.write() as database:
                forget_business(database, name)

        with ThreadPoolExecutor(10) as threads:
            done = [*(threads.submit(send_again, end) for end in ends), *(threads.submit(erase, one) for one in others)]
        assert [one.exception() for one in done] == [None] * 10
        until(lambda: all(one.state is DeliveryState.DELIVERED for end in ends for one in house.deliveries(end)))
        for number in range(4):
            assert set(house.ids()) <= set(receiver.ids(f"/{number}"))


def test_two_deliverers_share_the_work_and_post_nothing_twice(house: House) -> None:
    with receiving(seconds=0.03) as receiver:
        ends = [house.endpoint(f"{receiver.url}/{number}") for number in range(8)]
        house.happens(*(str(number % 10) for number in range(60)))
        for _ in range(2):
            house.deliverer()
        until(lambda: all(one.state is DeliveryState.DELIVERED for end in ends for one in house.deliveries(end)))
        for number in range(8):
            ids = receiver.ids(f"/{number}")
            assert sorted(ids) == sorted(set(ids)) == sorted(house.ids())
            by_invoice: dict[str, list[int]] = defaultdict(list)
            for event in receiver.of(f"/{number}"):
                by_invoice[event["invoice"]].append(event["data"]["number"])
            assert all(numbers == sorted(numbers) for numbers in by_invoice.values())
            assert receiver.most_at_once[f"/{number}"] <= 8


def test_it_stops_soon_while_endpoints_hang_and_the_next_goes_on(house: House) -> None:
    hangs = threading.Event()
    hangs.set()
    with receiving(lambda taken: HANGS if taken.path == "/a" and hangs.is_set() else 200) as receiver:
        hanging = house.endpoint(f"{receiver.url}/a")
        good = house.endpoint(f"{receiver.url}/b")
        house.happens(*map(str, range(5)))
        deliverer = house.deliverer(seconds=15.0)
        has_come(receiver, 5)
        until(lambda: all(one.state is DeliveryState.DELIVERED for one in house.deliveries(good)))
        began = time.monotonic()
        deliverer.stop(timedelta(seconds=20))
        assert time.monotonic() - began < GRACE_SECONDS + 2
        assert not deliverer._thread.is_alive()
        assert {one.state for one in house.deliveries(hanging)} == {DeliveryState.PENDING}
        hangs.clear()
        house.deliverer()  # the endpoint was given up, so that nobody waits for a lease to run out
        until(lambda: all(one.state is DeliveryState.DELIVERED for one in house.deliveries(hanging)), seconds=5.0)


def test_what_is_under_way_when_it_is_stopped_is_kept(house: House) -> None:
    with receiving(seconds=0.5) as receiver:
        endpoint = house.endpoint(f"{receiver.url}/a")
        house.happens(*map(str, range(30)))
        deliverer = house.deliverer()
        has_come(receiver, 8)
        deliverer.stop(timedelta(seconds=10))
        delivered = [one for one in house.deliveries(endpoint) if one.state is DeliveryState.DELIVERED]
        assert {one.event for one in delivered} == set(receiver.ids("/a"))
        assert len(delivered) < 30


def test_one_that_lost_its_hold_keeps_nothing_and_posts_no_more(house: House) -> None:
    with receiving(seconds=0.3) as receiver:
        endpoint = house.endpoint(f"{receiver.url}/a")
        house.happens(*(["1001"] * 3))
        house.deliverer()
        has_come(receiver, 1)
        with house.storage.transaction() as work:
            taken_by_another = {"expires_at": house.clock.now() - timedelta(hours=1), "holder": "another", "token": 99}
            work.deliveries._database.execute(update(webhook_leases).values(taken_by_another))
        until(lambda: all(one.state is DeliveryState.DELIVERED for one in house.deliveries(endpoint)))
        ids = receiver.ids("/a")
    assert ids[0] == ids[1] == house.ids()[0]  # what was posted under the lost hold came again
    assert ids[1:] == house.ids()


def test_an_answer_that_is_too_long_is_told_and_is_no_reason_to_post_again(house: House) -> None:
    with receiving() as receiver:
        receiver.says = b"x" * 10_000_000
        endpoint = house.endpoint(f"{receiver.url}/a")
        house.happens("1001", "1001")
        house.deliverer()
        until(lambda: house.deliveries(endpoint)[1].state is DeliveryState.DELIVERED)
    assert receiver.ids("/a") == house.ids()
    (attempt,) = house.attempts(house.deliveries(endpoint)[0])
    assert (attempt.status, attempt.trouble) == (200, PostTrouble.ANSWER_TOO_LARGE)
    assert attempt.answer == "x" * LONGEST_EXCERPT


def test_a_secret_that_is_being_rotated_signs_twice(house: House) -> None:
    new = "whsec_" + "bmV3" * 8
    with receiving() as receiver:
        endpoint = house.endpoint(f"{receiver.url}/a", old_secret_until=house.clock.now() + timedelta(hours=1))
        with house.storage.transaction() as work:
            secrets = EndpointSecrets(
                url=SecretStr(f"{receiver.url}/a"), current=SecretStr(new), previous=SecretStr(SECRET)
            )
            work.endpoints.put_secrets(endpoint.id, secrets)
        house.happens("1001")
        house.deliverer()
        has_come(receiver, 1)
    (taken,) = receiver.taken
    assert len(taken.headers["webhook-signature"].split(" ")) == 2
    for secret in (new, SECRET):
        Webhook(secret).verify(taken.body, dict(taken.headers))


class _Wall:
    """A machine's clock that is wrong."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


@pytest.mark.parametrize("years", [-3, 3])
def test_a_machine_whose_clock_is_wrong_delivers_in_time_all_the_same(house: House, years: int) -> None:
    """The date in the signature is that clock's; when is what due is not."""
    wrong = datetime.now(UTC) + timedelta(days=365 * years)
    with receiving(lambda taken: 500 if taken.event["data"]["number"] == 0 else 200) as receiver:
        endpoint = house.endpoint(f"{receiver.url}/a")
        house.happens("1001", "1002")
        house.deliverer(wall=_Wall(wrong))
        until(lambda: house.deliveries(endpoint)[1].state is DeliveryState.DELIVERED)
        until(lambda: house.deliveries(endpoint)[0].attempts == 1)
    (failed, _) = house.deliveries(endpoint)
    assert failed.next_attempt_at is not None
    assert timedelta() < failed.next_attempt_at - house.clock.now() < timedelta(seconds=5)
    assert {taken.headers["webhook-timestamp"] for taken in receiver.taken} == {str(int(wrong.timestamp()))}


class _Flaky(DeliverEvents):
    """Steps that fail as a test wants."""

    fails: Callable[[Sequence[Need]], Exception | None] = staticmethod(lambda _: None)

    @override
    def step(self, needs: Iterable[Need]) -> tuple[Mapping[str, Supply | None], Counts]:
        needs = list(needs)
        if error := self.fails(needs):
            raise error
        return super().step(needs)


def test_a_database_out_of_reach_loses_nothing(house: House) -> None:
    broken = threading.Event()
    steps = house.steps(_Flaky)
    steps.fails = lambda _: TryAgain("The database is out of reach.") if broken.is_set() else None
    with receiving(seconds=0.05) as receiver:
        endpoint = house.endpoint(f"{receiver.url}/a")
        house.happens(*map(str, range(40)))
        house.deliverer(steps=steps)
        has_come(receiver, 9)
        broken.set()
        time.sleep(0.5)
        broken.clear()
        until(lambda: all(one.state is DeliveryState.DELIVERED for one in house.deliveries(endpoint)))
    assert sorted(receiver.ids("/a")) == sorted(house.ids())


def test_a_bug_with_one_endpoint_holds_up_no_other(house: House) -> None:
    steps = house.steps(_Flaky)
    with receiving() as receiver:
        bad, good = (house.endpoint(f"{receiver.url}/{name}") for name in ("bad", "good"))
        steps.fails = lambda needs: (
            ZeroDivisionError() if any(need.lease.endpoint == bad.id and need.posted for need in needs) else None
        )
        house.happens(*map(str, range(40)))
        house.deliverer(steps=steps)
        until(lambda: all(one.state is DeliveryState.DELIVERED for one in house.deliveries(good)))
    assert {one.attempts for one in house.deliveries(bad)} == {0}


def test_a_bug_of_ours_ends_nothing_for_good(house: House) -> None:
    made: list[Courier] = []

    def new_courier() -> Courier:
        if not made:
            made.append(Courier(LOOPBACK))
            raise ZeroDivisionError
        return Courier(LOOPBACK)

    with receiving() as receiver:
        house.endpoint(f"{receiver.url}/a")
        house.happens("1001")
        house.deliverer(new_courier=new_courier)
        has_come(receiver, 1)


def test_an_endpoint_with_much_to_come_is_given_up_now_and_then_and_loses_nothing(house: House) -> None:
    with receiving(seconds=0.02) as receiver, pytest.MonkeyPatch.context() as patch:
        patch.setattr("entrypoints.deliverer.HELD_SECONDS", 0.3)
        endpoint = house.endpoint(f"{receiver.url}/a")
        house.happens(*map(str, range(400)))
        house.deliverer()
        until(lambda: all(one.state is DeliveryState.DELIVERED for one in house.deliveries(endpoint)))
        with house.storage.read() as database:
            holds = database.scalar(select(webhook_leases.c.token))
    assert sorted(receiver.ids("/a")) == sorted(house.ids())
    assert holds is not None
    assert holds > 1
