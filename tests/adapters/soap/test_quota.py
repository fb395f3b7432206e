"""The quota is kept: what is counted, what is drawn, and that nothing is sent where nothing is left."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from adapters.http_api import kept_login
from adapters.twentyfour_seven_office.soap.quota import Quota
from core.customer import Customer
from core.errors import TryAgain
from sandbox import Sandbox
from tests.adapters.ways import OpenSoap
from tests.fakes import FakeCallCounter, FakeClock

HALF_PAST = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
HOUR = HALF_PAST.replace(minute=0)
OPENS = HOUR + timedelta(hours=1)
SYSTEM = "24sevenoffice"
HERE = "24SevenOffice, reading customers"


@pytest.fixture
def clock() -> FakeClock:
    """In place of the running one: the systems that are opened see it too."""
    return FakeClock(HALF_PAST)


def a_quota(counter: FakeCallCounter, clock: FakeClock, *, limit: int = 7200) -> Quota:
    return Quota(counter, clock, system=SYSTEM, limit=limit)


def take(quota: Quota, calls: int) -> None:
    for _ in range(calls):
        quota.take(HERE)


def taken(quota: Quota) -> int:
    """Take until nothing is left, and return how many there were."""
    calls = 0
    try:
        while True:
            quota.take(HERE)
            calls += 1
    except TryAgain:
        return calls


def refused(attempt: Callable[[], object]) -> TryAgain:
    with pytest.raises(TryAgain) as error:
        attempt()
    return error.value


def quarantine(ends: datetime | None = OPENS) -> TryAgain:
    return TryAgain("Limit exceeded.", code="quota_exceeded", not_before=ends, for_everyone=True)


class TestDrawing:
    def test_lots_grow_with_the_calls_made_so_that_few_are_left_unused(
        self, counter: FakeCallCounter, clock: FakeClock
    ) -> None:
        take(a_quota(counter, clock), 100)
        assert counter.draws == [1, 2, 4, 8, *[10] * 9]

    def test_where_little_is_left_each_call_is_drawn_by_itself(
        self, counter: FakeCallCounter, clock: FakeClock
    ) -> None:
        assert taken(a_quota(counter, clock, limit=100)) == 100
        assert counter.draws == [1, 2, 4, 8, *[10] * 8, *[1] * 5, 0]

    def test_processes_share_the_hour_to_its_last_call(self, counter: FakeCallCounter, clock: FakeClock) -> None:
        first, second = a_quota(counter, clock, limit=100), a_quota(counter, clock, limit=100)
        take(first, 30)
        assert 30 + taken(second) + taken(first) == 100

    def test_threads_together_take_the_limit_and_no_more(self, counter: FakeCallCounter, clock: FakeClock) -> None:
        quota = a_quota(counter, clock, limit=333)
        ready = threading.Barrier(8)

        def take_all(_: int) -> int:
            ready.wait()
            return taken(quota)

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(take_all, range(8))) == 333

    def test_an_hour_that_is_used_up_says_when_there_is_more(self, counter: FakeCallCounter, clock: FakeClock) -> None:
        quota = a_quota(counter, clock, limit=5)
        take(quota, 5)
        refusal = refused(lambda: quota.take(HERE))
        assert (refusal.code, refusal.not_before, refusal.for_everyone) == ("quota_exceeded", OPENS, True)
        assert not refusal.at_once
        assert refusal.message == f"{HERE}: this hour's 5 calls are used up until 15:00 UTC."


class TestTheHoursTurn:
    def test_counting_starts_anew(self, counter: FakeCallCounter, clock: FakeClock) -> None:
        quota = a_quota(counter, clock, limit=5)
        assert taken(quota) == 5
        clock.set(OPENS - timedelta(microseconds=1))
        assert taken(quota) == 0
        clock.set(OPENS)
        assert taken(quota) == 5
        assert (counter.used(SYSTEM, HOUR), counter.used(SYSTEM, OPENS)) == (5, 5)

    def test_a_lot_of_a_past_hour_is_dropped(self, counter: FakeCallCounter, clock: FakeClock) -> None:
        quota = a_quota(counter, clock)
        take(quota, 16)
        clock.set(OPENS)
        take(quota, 1)
        assert counter.used(SYSTEM, OPENS) == 1

    def test_a_lot_whose_drawing_took_past_the_hours_end_is_dropped(self, clock: FakeClock) -> None:
        class Slow(FakeCallCounter):
            def draw(self, system: str, hour: datetime, *, wanted: int, limit: int):  # type: ignore[no-untyped-def]
                drawn = super().draw(system, hour, wanted=wanted, limit=limit)
                clock.set(OPENS)
                return drawn

        counter = Slow()
        take(a_quota(counter, clock), 1)
        assert (counter.used(SYSTEM, HOUR), counter.used(SYSTEM, OPENS)) == (1, 1)


class TestBudget:
    def test_it_shows_what_was_made_and_not_what_was_drawn(self, counter: FakeCallCounter, clock: FakeClock) -> None:
        quota = a_quota(counter, clock)
        for used in range(30):
            assert (quota.budget().used, quota.budget().left) == (used, 7200 - used)
            take(quota, 1)
        assert quota.budget().resets_at == OPENS

    def test_it_shows_at_once_what_other_processes_have_drawn(self, counter: FakeCallCounter, clock: FakeClock) -> None:
        quota = a_quota(counter, clock)
        counter.draw(SYSTEM, HOUR, wanted=700, limit=7200)
        assert quota.budget().left == 6500

    def test_it_begins_anew_with_the_hour(self, counter: FakeCallCounter, clock: FakeClock) -> None:
        quota = a_quota(counter, clock)
        take(quota, 12)
        clock.set(OPENS)
        assert (quota.budget().used, quota.budget().resets_at) == (0, OPENS + timedelta(hours=1))


class TestTheVendorsWord:
    def test_a_quarantine_uses_the_hour_up_for_all_processes(self, counter: FakeCallCounter, clock: FakeClock) -> None:
        first, second = a_quota(counter, clock), a_quota(counter, clock)
        take(first, 4)
        first.vendor_refused(quarantine())
        assert (first.budget().left, second.budget().left) == (0, 0)
        assert (taken(first), taken(second)) == (0, 0)
        clock.set(OPENS)
        assert first.budget().left == 7200

    @pytest.mark.parametrize("ends", [OPENS - timedelta(minutes=5), None])
    def test_one_that_opens_within_the_hour_leaves_the_count_alone(
        self, counter: FakeCallCounter, clock: FakeClock, ends: datetime | None
    ) -> None:
        quota = a_quota(counter, clock)
        take(quota, 4)
        quota.vendor_refused(quarantine(ends))
        assert quota.budget().used == 4

    def test_a_count_that_can_not_be_filled_does_not_hide_it(self, counter: FakeCallCounter, clock: FakeClock) -> None:
        quota = a_quota(counter, clock)
        take(quota, 4)
        counter.is_busy = True
        quota.vendor_refused(quarantine())
        counter.is_busy = False
        assert quota.budget().used == 7


class TestCalls:
    """Through the adapter, to the sandbox, which counts as the vendor does."""

    def test_every_call_counts_and_those_that_log_in_too(self, sandbox: Sandbox, open_system: OpenSoap) -> None:
        system = open_system()
        system.products.find_categories("x")
        system.products.find_categories("x")
        sandbox.expire_sessions()
        system.products.find_categories("x")
        assert system.budget().used == len(sandbox.journal.calls()) == 9
        assert system.budget().limit == 7200

    def test_all_businesses_of_a_process_share_one_count(self, sandbox: Sandbox, open_system: OpenSoap) -> None:
        systems = [open_system(), open_system("annet", account_name="Demo Annet AS")]
        for system in systems:
            system.account()
        assert [system.budget().used for system in systems] == [len(sandbox.journal.calls())] * 2

    def test_a_call_that_failed_counts(self, sandbox: Sandbox, open_system: OpenSoap) -> None:
        sandbox.inject("GetIdentitiesWithCredential", "reset")
        system = open_system()
        refused(system.account)
        assert system.budget().used == len(sandbox.journal.calls()) == 1

    def test_where_nothing_is_left_no_request_leaves(
        self, sandbox: Sandbox, open_system: OpenSoap, clock: FakeClock
    ) -> None:
        system = open_system(calls_per_hour="4")
        assert system.customers.create([Customer(name="Kari")])
        sandbox.journal.clear()
        for attempt in (
            lambda: system.customers.find_by_email("kari@fjell.no"),
            lambda: system.customers.create([Customer(name="Ola")]),
            system.account,
            system.rights,
            open_system("annet", account_name="Demo Annet AS", calls_per_hour="4").account,
        ):
            refusal = refused(attempt)
            assert (refusal.code, refusal.not_before, refusal.for_everyone) == ("quota_exceeded", OPENS, True)
        assert sandbox.journal.calls() == []
        clock.set(OPENS)
        assert system.customers.find_by_email("kari@fjell.no") == []
        assert [call.operation for call in sandbox.journal.calls()] == ["GetCompanies"]

    def test_bulk_is_refused_while_a_single_call_still_goes_through(self, open_system: OpenSoap) -> None:
        system = open_system(calls_per_hour="10")
        system.budget().require_for_bulk()
        for _ in range(5):
            system.products.find_categories("x")
        assert refused(system.budget().require_for_bulk).code == "quota_kept"
        assert len(system.customers.create([Customer(name="Kari")])) == 1
        assert system.budget().left == 1

    def test_a_vendors_quarantine_keeps_all_from_calling_until_the_next_hour(
        self, sandbox: Sandbox, open_system: OpenSoap, clock: FakeClock
    ) -> None:
        system = open_system()
        system.account()
        text = f"Limit exceeded by 1. Request is blocked. Quarantine ends at {OPENS.isoformat()}"
        sandbox.inject("SaveCompanies", "fault", text=text)
        refusal = refused(lambda: system.customers.create([Customer(name="Kari")]))
        assert (refusal.code, refusal.not_before) == ("quota_exceeded", OPENS)
        assert system.budget().left == 0
        sandbox.journal.clear()
        assert refused(lambda: system.customers.find_by_email("kari@fjell.no")).code == "quota_exceeded"
        assert sandbox.journal.calls() == []
        clock.set(OPENS)
        assert system.account().name

    def test_a_count_that_can_not_be_reached_is_temporary_and_nothing_is_sent(
        self, sandbox: Sandbox, open_system: OpenSoap, counter: FakeCallCounter
    ) -> None:
        counter.is_busy = True
        assert refused(open_system().account).code == "storage_busy"
        assert sandbox.journal.calls() == []

    def test_a_write_that_waited_long_for_its_place_is_not_sent(
        self, sandbox: Sandbox, open_system: OpenSoap, counter: FakeCallCounter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        system = open_system()
        system.account()
        monkeypatch.setattr(kept_login, "_LONG_WAIT", -1.0)  # whatever it takes is long
        refusal = refused(lambda: system.customers.create([Customer(name="Kari")]))
        assert refusal.at_once
        assert sandbox.journal.count("SaveCompanies") == 0
