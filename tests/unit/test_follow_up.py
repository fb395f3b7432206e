import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from pydantic import SecretStr

from core.business import Business, Connection
from core.call_budget import CallBudget
from core.errors import AccessRefused, KvittError, Rejected, TryAgain
from core.event import EventType
from core.follow_up import (
    HOURLY,
    LEFT_OFF,
    LOOKED_AT_WHEN_PAID,
    Candidate,
    Round,
    due_round,
    moment_before,
    next_look,
)
from core.payment import OrderState, PaymentReason, PaymentReport
from core.use_cases.follow_up import FollowedUp, FollowUp
from core.webhook import Endpoint, EndpointSecrets
from tests.fakes import Gateway
from tests.unit.samples import an_invoice

INTERVAL = timedelta(hours=1)


class Crash(BaseException):
    """What ends a worker where it stands."""


ON = date(2026, 10, 2)


def follow_up(gateway: Gateway, *, interval: timedelta | None = INTERVAL, operator_is_told: bool = False) -> FollowUp:
    return FollowUp(
        storage=gateway.storage,
        clock=gateway.clock,
        check_status=gateway.check_status,
        interval=interval,
        operator_is_told=operator_is_told,
        stopping=lambda: gateway.is_stopping,
    )


def sent(gateway: Gateway, *numbers: str, business: str = "fjell") -> list[str]:
    """Send invoices of these numbers; return the ids of their orders."""
    for number in numbers:
        gateway.add_invoice.add(business, an_invoice(number=number))
    order_ids = [gateway.send_invoice.send(business, number).order_id or "" for number in numbers]
    gateway.systems.of(business).calls.clear()
    return order_ids


def add_business(gateway: Gateway, name: str, *, system: str = "fake") -> None:
    connection = Connection.of(system, {"account_name": "Dal AS", "password": "open sesame"})
    gateway.connect_business.store(Business(name=name, accounting=connection))


def asked(gateway: Gateway, business: str = "fjell") -> list[str]:
    """Follow up once; return the invoices of the business that were reported on by that."""
    before = kept(gateway, business)
    follow_up(gateway).run()
    return [report.invoice for report in kept(gateway, business) if not any(report is earlier for earlier in before)]


def kept(gateway: Gateway, business: str) -> list[PaymentReport]:
    """The reports that are kept, in the order in which they were stored."""
    with gateway.storage.transaction() as work:
        return [report for owner, report in work.tables.statuses if owner == business]


def reports(gateway: Gateway, business: str) -> list[str]:
    """The invoices that were reported on, in order."""
    return [report.invoice for report in kept(gateway, business)]


def next_round(gateway: Gateway) -> None:
    gateway.clock.advance(seconds=INTERVAL.total_seconds())
    for business in ("fjell", "dal"):
        gateway.systems.of(business).calls.clear()


def test_all_open_orders_are_asked_about_in_one_call_and_the_reports_are_kept(gateway: Gateway) -> None:
    orders = sent(gateway, "1", "2", "3")
    gateway.books.publish(orders[1], invoice_number="10042", on=ON)
    assert follow_up(gateway).run() == [FollowedUp(business="fjell", reports=3)]
    assert gateway.system.calls == ["payments.states"]
    with gateway.storage.transaction() as work:
        latest = work.statuses.latest("fjell", "2")
    assert latest is not None
    assert latest.reason is PaymentReason.OPEN


def test_of_equal_answers_the_first_and_the_newest_are_kept_and_all_that_a_person_asked_for(gateway: Gateway) -> None:
    (order,) = sent(gateway, "1")
    for _ in range(4):
        assert asked(gateway) == ["1"]
        next_round(gateway)
    gateway.check_status.check("fjell", ["1"])
    gateway.books.publish(order, invoice_number="10042", on=ON)
    for _ in range(3):
        assert asked(gateway) == ["1"]
        next_round(gateway)
    found = kept(gateway, "fjell")
    assert [(report.reason, report.worker_checks) for report in found] == [
        (PaymentReason.NOT_PUBLISHED, 1),
        (PaymentReason.NOT_PUBLISHED, 3),
        (PaymentReason.NOT_PUBLISHED, 0),
        (PaymentReason.OPEN, 1),
        (PaymentReason.OPEN, 2),
    ]
    assert found[1].checked_at - found[0].checked_at == 3 * INTERVAL
    assert found[4].checked_at - found[3].checked_at == 2 * INTERVAL


def test_what_is_paid_is_looked_at_again_once_a_day_for_ninety_days(gateway: Gateway) -> None:
    orders = sent(gateway, "1", "2")
    for order in orders:
        gateway.books.publish(order, invoice_number=f"1{order}", on=ON)
    gateway.books.pay(orders[0], on=ON)
    looks = Counter[str]()
    for _ in range(24 * 100):
        looks.update(asked(gateway))
        next_round(gateway)
    assert looks["2"] == 24 * 100
    assert 90 <= looks["1"] <= 91


def test_a_payment_that_was_taken_back_is_told_within_a_day(gateway: Gateway) -> None:
    (order,) = sent(gateway, "1")
    gateway.books.publish(order, invoice_number="10042", on=ON)
    gateway.books.pay(order, on=ON)
    assert asked(gateway) == ["1"]
    gateway.books.orders[order] = replace(gateway.books.orders[order], paid_at=None, open_amount=None)
    rounds = 0
    while EventType.INVOICE_REOPENED not in told(gateway):
        next_round(gateway)
        asked(gateway)
        rounds += 1
        assert rounds <= 25
    next_round(gateway)
    assert asked(gateway) == ["1"]  # it is open, and asked about every hour


def told(gateway: Gateway) -> list[EventType]:
    with gateway.storage.transaction() as work:
        return [event.type for event in work.events.list("fjell", limit=99)]


def test_paid_ones_are_not_looked_at_with_calls_that_are_kept_for_single_sends(gateway: Gateway) -> None:
    (order,) = sent(gateway, "1")
    gateway.books.publish(order, invoice_number="10042", on=ON)
    gateway.books.pay(order, on=ON)
    assert asked(gateway) == ["1"]
    gateway.clock.advance(hours=25)
    gateway.system.calls.clear()
    reset = gateway.clock.now() + timedelta(minutes=30)
    gateway.system.call_budget = CallBudget(limit=100, used=80, resets_at=reset)
    (waits,) = follow_up(gateway).run()
    assert waits.trouble is not None
    assert (waits.trouble.code, gateway.system.calls) == ("quota_kept", [])


def test_what_is_paid_or_deleted_is_not_asked_about_every_round(gateway: Gateway) -> None:
    orders = sent(gateway, "1", "2", "3")
    gateway.books.publish(orders[0], invoice_number="10042", on=ON)
    gateway.books.pay(orders[0], on=ON)
    gateway.books.delete_order(orders[1])
    assert asked(gateway) == ["1", "2", "3"]
    next_round(gateway)
    assert asked(gateway) == ["3"]
    gateway.books.delete_order(orders[2])
    next_round(gateway)
    assert asked(gateway) == ["3"]
    next_round(gateway)
    assert follow_up(gateway).run() == []
    assert gateway.system.calls == []


def test_a_persons_check_closes_an_order_and_opens_it_again(gateway: Gateway) -> None:
    (order,) = sent(gateway, "1")
    gateway.books.publish(order, invoice_number="10042", on=ON)
    gateway.books.pay(order, on=ON)
    gateway.check_status.check("fjell", ["1"])
    assert asked(gateway) == []
    gateway.books.orders[order] = replace(
        gateway.books.orders[order], paid_at=None, open_amount=None
    )  # the bank took it back
    gateway.check_status.check("fjell", ["1"])
    assert asked(gateway) == ["1"]


def test_what_has_not_arrived_is_not_asked_about(gateway: Gateway) -> None:
    gateway.add(an_invoice(number="1"), an_invoice(number="2"))
    gateway.system.vat.fail_next(TryAgain("Later."))
    gateway.send("1")
    assert follow_up(gateway).run() == []


def test_the_order_that_took_the_place_of_a_deleted_one_is_followed(gateway: Gateway) -> None:
    (order,) = sent(gateway, "1")
    gateway.books.delete_order(order)
    assert asked(gateway) == ["1"]
    gateway.send_again.send("fjell", "1")
    next_round(gateway)
    assert asked(gateway) == ["1"]
    with gateway.storage.transaction() as work:
        latest = work.statuses.latest("fjell", "1")
    assert latest is not None
    assert (latest.order_id != order, latest.reason) == (True, PaymentReason.NOT_PUBLISHED)


def test_a_business_is_asked_about_once_an_interval_at_its_own_moment(gateway: Gateway) -> None:
    sent(gateway, "1")
    assert asked(gateway) == ["1"]
    gateway.clock.set(moment_before(gateway.clock.now() + INTERVAL, "fjell", interval=INTERVAL))
    gateway.clock.advance(seconds=-1)
    assert asked(gateway) == []
    gateway.clock.advance(seconds=2)
    assert asked(gateway) == ["1"]
    gateway.clock.advance(seconds=INTERVAL.total_seconds() - 2)
    assert asked(gateway) == []
    gateway.clock.advance(seconds=2)
    assert asked(gateway) == ["1"]


def test_two_followers_at_once_ask_once(gateway: Gateway) -> None:
    sent(gateway, "1", "2")
    ready = threading.Barrier(2)

    def run(_number: int) -> list[FollowedUp]:
        ready.wait()
        return follow_up(gateway).run()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(len(followed) for followed in threads.map(run, range(2))) == [0, 1]
    assert gateway.system.calls == ["payments.states"]


def test_another_follower_that_saw_the_business_as_due_leaves_it_when_it_has_begun(gateway: Gateway) -> None:
    add_business(gateway, "dal")
    sent(gateway, "1")
    sent(gateway, "1", business="dal")
    followed: list[FollowedUp] = []
    gateway.systems.of("dal").before("payments.states", lambda: followed.extend(follow_up(gateway).run()))
    first = follow_up(gateway).run()
    assert [one.business for one in (*first, *followed)] == ["dal", "fjell"]
    assert gateway.system.calls == ["payments.states"]


@pytest.mark.parametrize("error", [AccessRefused("No."), TryAgain("Later."), Rejected("No such thing.")])
def test_one_businesss_trouble_hides_none_of_the_others_and_is_told(gateway: Gateway, error: KvittError) -> None:
    add_business(gateway, "dal")
    sent(gateway, "1", business="dal")
    sent(gateway, "1")
    gateway.systems.of("dal").payments.fail_next(error)
    assert follow_up(gateway).run() == [
        FollowedUp(business="dal", reports=0, trouble=error),
        FollowedUp(business="fjell", reports=1),
    ]
    assert follow_up(gateway).run() == []
    if isinstance(error, TryAgain):
        gateway.clock.advance(seconds=LEFT_OFF.total_seconds())
    else:
        next_round(gateway)
    assert asked(gateway, "dal") == ["1"]


def test_a_business_whose_plugin_is_gone_hides_none_of_the_others(gateway: Gateway) -> None:
    add_business(gateway, "dal")
    sent(gateway, "1", business="dal")
    sent(gateway, "1")
    with gateway.storage.transaction() as work:
        work.businesses.put(Business(name="dal", accounting=Connection.of("gone", {})))
    dal, fjell = follow_up(gateway).run()
    assert dal.trouble is not None
    assert (dal.trouble.code, fjell.reports) == ("unknown_system", 1)


def test_an_order_that_cannot_be_told_hides_none_of_the_others_and_stays_open(gateway: Gateway) -> None:
    orders = sent(gateway, "1", "2")
    broken = Rejected("Broken.", code="broken")
    gateway.system.payments.fail_item(orders[0], broken)
    assert follow_up(gateway).run() == [FollowedUp(business="fjell", reports=1, trouble=broken)]
    next_round(gateway)
    assert follow_up(gateway).run() == [FollowedUp(business="fjell", reports=1, trouble=broken)]


def test_a_paused_accounting_system_is_left_alone_until_the_pause_ends(gateway: Gateway) -> None:
    add_business(gateway, "dal", system="another")
    sent(gateway, "1")
    sent(gateway, "1", business="dal")
    with gateway.storage.transaction() as work:
        work.pauses.put("fake", gateway.clock.now() + timedelta(minutes=5))
    assert [one.business for one in follow_up(gateway).run()] == ["dal"]
    assert gateway.system.calls == []
    gateway.clock.advance(minutes=5)
    assert asked(gateway) == ["1"]


def test_a_quota_that_is_used_up_pauses_everyone_and_is_no_round_lost(gateway: Gateway) -> None:
    add_business(gateway, "dal")
    sent(gateway, "1", business="dal")
    sent(gateway, "1")
    until = gateway.clock.now() + timedelta(minutes=20)
    quota = TryAgain("Quota.", code="quota_exceeded", not_before=until, for_everyone=True)
    gateway.systems.of("dal").payments.fail_next(quota)
    assert follow_up(gateway).run() == [FollowedUp(business="dal", reports=0, trouble=quota)]
    with gateway.storage.transaction() as work:
        assert work.pauses.until("fake") == until
    assert gateway.system.calls == []
    gateway.clock.set(until)
    assert follow_up(gateway).run() == [FollowedUp(business=name, reports=1) for name in ("dal", "fjell")]


def test_calls_that_are_kept_for_single_sends_are_not_used(gateway: Gateway) -> None:
    sent(gateway, "1")
    reset = gateway.clock.now() + timedelta(minutes=30)
    gateway.system.call_budget = CallBudget(limit=100, used=80, resets_at=reset)
    (waits,) = follow_up(gateway).run()
    assert waits.trouble is not None
    assert (waits.trouble.code, gateway.system.calls) == ("quota_kept", [])
    assert follow_up(gateway).run() == []
    with gateway.storage.transaction() as work:
        assert work.pauses.until("fake") is None
    gateway.clock.set(reset)
    gateway.system.call_budget = CallBudget(limit=100, used=0, resets_at=reset + timedelta(hours=1))
    assert asked(gateway) == ["1"]


class TestWhereNobodySaysHowOften:
    def told(self, gateway: Gateway, **endpoint: object) -> None:
        """Have an endpoint."""
        given = {"id": "e1", "url": "https://shop.example/", "created_at": gateway.clock.now(), **endpoint}
        secrets = EndpointSecrets(url=SecretStr("https://shop.example/"), current=SecretStr("whsec_"))
        with gateway.storage.transaction() as work:
            work.endpoints.add(Endpoint.model_validate(given), secrets)

    def test_who_is_told_is_followed_up_every_hour(self, gateway: Gateway) -> None:
        add_business(gateway, "dal")
        sent(gateway, "1", business="dal")
        sent(gateway, "1")
        assert follow_up(gateway, interval=None).run() == []
        self.told(gateway, business="dal", types=[EventType.INVOICE_PAID])
        assert follow_up(gateway, interval=None).run() == [FollowedUp(business="dal", reports=1)]
        assert follow_up(gateway, interval=None).run() == []
        next_round(gateway)
        assert follow_up(gateway, interval=None).run() == [FollowedUp(business="dal", reports=1)]

    def test_where_the_operator_is_told_of_all_businesses_all_are_followed_up(self, gateway: Gateway) -> None:
        sent(gateway, "1")
        assert follow_up(gateway, interval=timedelta(), operator_is_told=True).run() == []
        assert follow_up(gateway, interval=None, operator_is_told=True).run() == [
            FollowedUp(business="fjell", reports=1)
        ]
        assert follow_up(gateway, interval=None, operator_is_told=True).run() == []

    def test_who_is_told_of_other_things_is_not(self, gateway: Gateway) -> None:
        sent(gateway, "1")
        self.told(gateway, types=[EventType.TRANSFER_REJECTED])
        assert follow_up(gateway, interval=None).run() == []

    def test_a_business_says_how_often_for_itself(self, gateway: Gateway) -> None:
        sent(gateway, "1")
        with gateway.storage.transaction() as work:
            business = work.businesses.get("fjell")
            assert business is not None
            work.businesses.put(business.model_copy(update={"follow_up_seconds": 60}))
        for interval in (None, INTERVAL):
            assert follow_up(gateway, interval=interval).run() == [FollowedUp(business="fjell", reports=1)]
            gateway.clock.advance(seconds=60)
        assert follow_up(gateway, interval=timedelta(0)).run() == []

    def test_where_the_operator_says_never_nobody_is(self, gateway: Gateway) -> None:
        sent(gateway, "1")
        self.told(gateway)
        assert follow_up(gateway, interval=timedelta(0)).run() == []
        assert follow_up(gateway, interval=None).run() == [FollowedUp(business="fjell", reports=1)]


class TestMoments:
    def test_five_hundred_businesses_are_spread_over_the_hour(self) -> None:
        now = datetime(2026, 10, 5, 12, tzinfo=UTC)
        minutes = Counter(moment_before(now, f"business {number}", interval=HOURLY).minute for number in range(500))
        assert len(minutes) == 60
        assert max(minutes.values()) <= 20

    @pytest.mark.parametrize("seconds", [60, 900, 3600, 86_400])
    def test_a_businesss_moments_are_an_interval_apart(self, seconds: int) -> None:
        interval = timedelta(seconds=seconds)
        now = datetime(2026, 10, 5, 12, tzinfo=UTC)
        moment = moment_before(now, "fjell", interval=interval)
        assert timedelta(0) <= now - moment < interval
        after = moment_before(now + interval, "fjell", interval=interval)
        assert abs(after - moment - interval) < timedelta(milliseconds=1)

    def test_a_round_that_waits_is_no_new_one(self) -> None:
        now = datetime(2026, 10, 5, 12, tzinfo=UTC)
        waits = Round(begun_at=now - 3 * HOURLY, asked_up_to="7", resume_at=now + timedelta(seconds=1))
        candidate = Candidate(business="fjell", system="fake", is_told=True, last=waits)
        assert due_round(candidate, interval=HOURLY, now=now) is None
        assert due_round(candidate, interval=HOURLY, now=now + timedelta(seconds=1)) == waits


class TestNextLooks:
    NOW = datetime(2026, 10, 5, 12, 34, 56, tzinfo=UTC)

    def test_a_paid_order_is_looked_at_at_the_same_hour_of_each_day(self) -> None:
        first = next_look("t1", paid_seen_at=self.NOW, now=self.NOW)
        assert first is not None
        assert timedelta(0) < first - self.NOW <= timedelta(days=1)
        assert (first.minute, first.second, first.microsecond) == (0, 0, 0)
        for late in (timedelta(0), timedelta(hours=5)):
            assert next_look("t1", paid_seen_at=self.NOW, now=first + late) == first + timedelta(days=1)

    def test_many_that_were_paid_at_once_are_spread_over_the_day(self) -> None:
        looks = Counter(next_look(f"t{number}", paid_seen_at=self.NOW, now=self.NOW) for number in range(2400))
        assert len(looks) == 24
        assert max(looks.values()) <= 150

    def test_it_ends_when_it_has_been_paid_for_ninety_days(self) -> None:
        end = self.NOW + LOOKED_AT_WHEN_PAID
        assert next_look("t1", paid_seen_at=self.NOW, now=end - timedelta(days=1)) is not None
        assert next_look("t1", paid_seen_at=self.NOW, now=end) is None


class TestInPieces:
    @pytest.fixture(autouse=True)
    def small_pieces(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.use_cases.check_status.PIECE", 2)

    def test_many_are_asked_about_a_piece_a_call(self, gateway: Gateway) -> None:
        orders = sent(gateway, "1", "2", "3", "4", "5")
        gateway.books.delete_order(orders[1])  # what is closed on the way makes nobody else be missed
        assert follow_up(gateway).run() == [FollowedUp(business="fjell", reports=5)]
        assert gateway.system.calls == ["payments.states"] * 3

    def test_a_worker_that_is_told_to_stop_begins_no_further_call_and_another_goes_on(self, gateway: Gateway) -> None:
        add_business(gateway, "vidde")
        sent(gateway, "1", "2", "3")
        sent(gateway, "1", business="vidde")
        told_to_stop = iter([True])
        gateway.system.before(
            "payments.states", lambda: setattr(gateway, "is_stopping", next(told_to_stop, gateway.is_stopping))
        )
        assert follow_up(gateway).run() == [FollowedUp(business="fjell", reports=2)]
        assert follow_up(gateway).run() == []
        gateway.is_stopping = False
        assert follow_up(gateway).run() == [
            FollowedUp(business="fjell", reports=1),
            FollowedUp(business="vidde", reports=1),
        ]

    def test_what_broke_off_is_gone_on_with_within_minutes(self, gateway: Gateway) -> None:
        sent(gateway, "1", "2", "3", "4", "5")
        pieces = count()

        def break_off() -> None:
            if next(pieces) == 1:
                raise Crash

        gateway.system.before("payments.states", break_off)
        with pytest.raises(Crash):
            follow_up(gateway).run()
        assert reports(gateway, "fjell") == ["1", "2"]
        gateway.clock.advance(seconds=LEFT_OFF.total_seconds() - 1)
        assert asked(gateway) == []
        gateway.clock.advance(seconds=1)
        assert asked(gateway) == ["3", "4", "5"]
        next_round(gateway)
        assert asked(gateway) == ["1", "2", "3", "4", "5"]

    def test_who_was_thought_gone_leaves_the_round_to_the_one_who_took_it(self, gateway: Gateway) -> None:
        sent(gateway, "1", "2", "3")
        others: list[FollowedUp] = []

        def take_long() -> None:
            if not others:
                others.append(FollowedUp(business="nobody yet", reports=0))
                gateway.clock.advance(seconds=LEFT_OFF.total_seconds())
                others.extend(follow_up(gateway).run())

        gateway.system.before("payments.states", take_long)
        assert follow_up(gateway).run() == [FollowedUp(business="fjell", reports=2)]
        assert others[1:] == [FollowedUp(business="fjell", reports=3)]

    def test_what_stands_in_the_way_of_all_is_not_tried_with_the_others(self, gateway: Gateway) -> None:
        """As an adapter answers that asks about one at a time."""
        sent(gateway, "1", "2", "3", "4")
        quota = TryAgain("Quota.", not_before=gateway.clock.now() + timedelta(minutes=20))
        gateway.system.payments.states = lambda order_ids: dict.fromkeys(order_ids, quota)  # type: ignore[method-assign]
        assert follow_up(gateway).run() == [FollowedUp(business="fjell", reports=0, trouble=quota)]
        assert gateway.system.calls == []

    def test_a_system_that_is_asked_one_by_one_is_asked_about_fewer_at_a_time(self, gateway: Gateway) -> None:
        sent(gateway, "1", "2")
        gateway.system.limits = replace(gateway.system.limits, items_per_read=1)
        assert follow_up(gateway).run() == [FollowedUp(business="fjell", reports=2)]
        assert gateway.system.calls == ["payments.states"] * 2

    def test_what_was_reported_before_the_trouble_is_kept(self, gateway: Gateway) -> None:
        sent(gateway, "1", "2", "3")
        later = TryAgain("Later.")
        answered = gateway.system.payments.states

        def fail_for_the_last(order_ids: Sequence[str]) -> dict[str, OrderState | KvittError]:
            if len(order_ids) == 1:
                raise later
            return answered(order_ids)

        gateway.system.payments.states = fail_for_the_last  # type: ignore[method-assign]
        assert follow_up(gateway).run() == [FollowedUp(business="fjell", reports=2, trouble=later)]
        assert reports(gateway, "fjell") == ["1", "2"]


def test_an_order_that_is_not_ours_is_told_of_and_asked_about_until_it_is_again(gateway: Gateway) -> None:
    order, _ = sent(gateway, "1", "2")
    gateway.books.change_order(order, reference="1 checked")
    assert follow_up(gateway).run() == [FollowedUp(business="fjell", reports=1, not_ours=("1",))]
    assert reports(gateway, "fjell") == ["2"]
    gateway.books.change_order(order, reference="1")
    next_round(gateway)
    assert asked(gateway) == ["1", "2"]
