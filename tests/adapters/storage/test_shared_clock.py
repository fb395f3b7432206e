"""The installation's clock, kept in a real database by machines whose clocks the test sets."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from adapters.clock import MachineClocks, boot, elapsed
from adapters.secrets import FernetSecretBox
from adapters.storage import SqlStorage, open_storage
from adapters.storage.examination import Examination
from core.errors import LeaseLost
from core.intent import Intent, IntentKind, declared
from core.ports.storage import UnitOfWork
from core.timeline import KEPT_EVERY, SLEW
from core.webhook import Endpoint, EndpointSecrets
from tests.fakes.machine import FakeMachine
from tests.postgres import give_own_time, step_time, temporary_database
from tests.storage_contract.samples import a_business

BOX = FernetSecretBox([Fernet.generate_key().decode()])
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DAY = 24 * HOUR
SOON = timedelta(seconds=20)
"""Twenty seconds are more than any of these tests takes."""

Open = Callable[[MachineClocks], SqlStorage]


class SharedClockContract:
    @pytest.fixture
    def opened(self, url: str) -> Iterator[Open]:
        """Open the database, as a process of a machine would."""
        with ExitStack() as stack:
            yield lambda machine: stack.enter_context(closing(open_storage(url, BOX, machine=machine)))

    def set_server_clock(self, url: str, by: timedelta) -> None:
        """Step the clock of the database server, where there is one."""

    def test_processes_of_a_machine_agree_to_the_microsecond(self, opened: Open) -> None:
        machine = FakeMachine()
        one, other = opened(machine.clocks), opened(machine.clocks)
        machine.pass_time(MINUTE)
        assert one.clock.now() == other.clock.now()

    @pytest.mark.parametrize("by", [HOUR, -HOUR, 3 * DAY])
    def test_a_step_of_the_clocks_moves_nothing(self, opened: Open, url: str, by: timedelta) -> None:
        machine = FakeMachine(wall=datetime.now(UTC))
        storage = opened(machine.clocks)
        before = storage.clock.now()
        machine.set_wall_clock(by)
        self.set_server_clock(url, by)
        machine.pass_time(2 * KEPT_EVERY)
        write(storage)
        assert storage.clock.now() - before == 2 * KEPT_EVERY
        assert opened(machine.clocks).clock.now() - before == 2 * KEPT_EVERY
        machine.pass_time(SECOND)
        assert abs(storage.clock.now() - before - 2 * KEPT_EVERY - SECOND) <= SECOND / SLEW

    def test_time_is_told_without_asking_the_database(self, opened: Open) -> None:
        machine = FakeMachine()
        storage = opened(machine.clocks)
        with storage.transaction():
            machine.pass_time(HOUR)
            before = storage.clock.now()
            machine.pass_time(MINUTE)
            assert abs(storage.clock.now() - before - MINUTE) <= MINUTE / SLEW

    def test_after_a_restart_open_intents_begin_to_settle_anew(self, opened: Open) -> None:
        machine = FakeMachine(wall=datetime.now(UTC))
        storage = opened(machine.clocks)
        begun = storage.clock.now()
        put_intents(storage, begun)
        machine.restart("b")
        machine.set_wall_clock(HOUR)
        storage = opened(machine.clocks)
        with storage.transaction() as work:
            kept = work.intents.of_keys("fjell", IntentKind.ORDER, ["open", "refused"])
        assert kept["open"].last_at == storage.clock.now()
        assert kept["open"].first_at == kept["refused"].last_at == begun

    def test_after_a_restart_it_is_never_before_what_was_written(self, opened: Open, url: str) -> None:
        machine = FakeMachine(wall=datetime.now(UTC))
        storage = opened(machine.clocks)
        machine.pass_time(KEPT_EVERY / 2)
        put_intents(storage, written := storage.clock.now())
        machine.restart("b")
        machine.set_wall_clock(-HOUR)
        self.set_server_clock(url, -HOUR)
        storage = opened(machine.clocks)
        assert storage.clock.now() >= written - (timedelta() if "sqlite" in url else KEPT_EVERY)

    def test_a_lease_outlasts_a_step_and_ends_when_its_time_has_passed(self, opened: Open, url: str) -> None:
        machine = FakeMachine(wall=datetime.now(UTC))
        storage, other = opened(machine.clocks), opened(machine.clocks)
        write(storage)
        with storage.transaction() as work:
            assert work.leases.acquire("fjell", holder="a", length=5 * MINUTE)
        machine.set_wall_clock(HOUR)
        self.set_server_clock(url, HOUR)
        machine.pass_time(MINUTE)
        with other.transaction() as work:
            assert work.leases.acquire("fjell", holder="b", length=MINUTE) is None
        machine.pass_time(5 * MINUTE)
        with other.transaction() as work:
            assert work.leases.acquire("fjell", holder="b", length=MINUTE)

    def test_a_line_that_is_far_ahead_is_set_back_with_all_that_waits_for_it(self, opened: Open, url: str) -> None:
        """The clock was years ahead when Kvitt began, and is set right: nobody waits for the year it said."""
        years = 1000 * DAY
        right = datetime.now(UTC)
        machine = FakeMachine(wall=right + years)
        self.set_server_clock(url, years)
        storage = opened(machine.clocks)
        put_intents(storage, storage.clock.now())
        with storage.transaction() as work:
            assert work.leases.acquire("fjell", holder="a", length=MINUTE)
            work.pauses.put("24sevenoffice", storage.clock.now() + HOUR)
        machine.set_wall_clock(-years)
        self.set_server_clock(url, -years)
        machine.pass_time(MINUTE)
        write(storage)
        assert abs(storage.clock.now() - right) < SOON + MINUTE
        with storage.transaction() as work:
            until = work.pauses.until("24sevenoffice")
            assert until is not None
            assert until <= storage.clock.now()
            kept = work.intents.of_keys("fjell", IntentKind.ORDER, ["open"])["open"]
            assert kept.first_at == kept.last_at == storage.clock.now()
            assert work.leases.acquire("fjell", holder="b", length=MINUTE)

    def test_a_database_whose_places_are_gone_is_written_on(self, opened: Open) -> None:
        machine = FakeMachine()
        storage = opened(machine.clocks)
        write(storage)
        with storage.write() as database:
            database.exec_driver_sql("DELETE FROM clocks")
        machine.pass_time(MINUTE)
        write(storage)

    def test_who_only_looks_is_told_the_same_time_and_leaves_nothing_behind(self, opened: Open, url: str) -> None:
        machine = FakeMachine()
        with closing(Examination(url, machine=machine.clocks)) as examination:
            with ExitStack():
                storage = opened(machine.clocks)
            machine.pass_time(HOUR)
            _, own = examination.clocks()
        assert own == storage.clock.now()


class TestSqlite(SharedClockContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'kvitt.db'}"


class TestPostgresql(SharedClockContract):
    @pytest.fixture
    def url(self, postgresql_template: str) -> Iterator[str]:
        with temporary_database(like=postgresql_template) as url:
            with psycopg.connect(url) as database:
                database.execute("DELETE FROM clocks")
            give_own_time(url)
            yield url

    def set_server_clock(self, url: str, by: timedelta) -> None:
        step_time(url, by)

    def test_machines_whose_own_clocks_are_an_hour_apart_agree(self, opened: Open) -> None:
        now = datetime.now(UTC)
        one = opened(FakeMachine("one", wall=now).clocks)
        other = opened(FakeMachine("other", wall=now + HOUR).clocks)
        assert abs(one.clock.now() - other.clock.now()) < SOON

    @pytest.mark.parametrize("holds", ["a business", "an endpoint"])
    def test_a_machine_that_joins_right_after_the_server_s_clock_was_set_lets_nothing_settle_early(
        self, opened: Open, url: str, holds: str
    ) -> None:
        """It can't know that the clock was set; all others follow it, before they write anything."""
        first = FakeMachine("one")
        one = opened(first.clocks)
        write(one)
        renew = hold_business(one) if holds == "a business" else hold_endpoint(one)
        self.set_server_clock(url, HOUR)
        other = opened(FakeMachine("other").clocks)
        with pytest.raises(LeaseLost), one.transaction() as work:
            renew(work)
        with one.transaction() as work:
            renew(work)
            assert abs(other.clock.now() - one.clock.now()) < SOON
        put_intents(one, one.clock.now())
        assert abs(other.clock.now() - one.clock.now()) < SOON
        with other.transaction() as work:
            kept = work.intents.of_keys("fjell", IntentKind.ORDER, ["open"])["open"]
        assert abs(other.clock.now() - kept.last_at) < SOON

    def test_a_machine_that_joins_disturbs_nobody_s_turn(self, opened: Open) -> None:
        one = opened(FakeMachine("one").clocks)
        write(one)
        with one.transaction() as work:
            lease = work.leases.acquire("fjell", holder="a", length=HOUR)
            assert lease is not None
        opened(FakeMachine("other").clocks)
        with one.transaction() as work:
            work.leases.renew(lease, length=HOUR)


def write(storage: SqlStorage) -> None:
    """Write something."""
    with storage.transaction() as work:
        work.businesses.put(a_business("fjell"))


def hold_business(storage: SqlStorage) -> Callable[[UnitOfWork], None]:
    """Hold a business for three hours; return what renews that."""
    with storage.transaction() as work:
        lease = work.leases.acquire("fjell", holder="a", length=3 * HOUR)
    assert lease is not None
    return lambda work: work.leases.renew(lease, length=HOUR)


def hold_endpoint(storage: SqlStorage) -> Callable[[UnitOfWork], None]:
    """Hold an endpoint for three hours; return what renews that."""
    secret = SecretStr("s3cret")
    with storage.transaction() as work:
        endpoint = Endpoint(id="e1", url="https://shop.example", created_at=storage.clock.now())
        work.endpoints.add(endpoint, EndpointSecrets(url=secret, current=secret))
        lease = work.endpoint_leases.acquire("e1", holder="a", length=3 * HOUR)
    assert lease is not None
    return lambda work: work.endpoint_leases.renew(lease, length=HOUR)


def put_intents(storage: SqlStorage, now: datetime) -> None:
    """Mark an order as open, and another as refused."""
    write(storage)

    def mark(key: str) -> Intent:
        return declared(None, kind=IntentKind.ORDER, key=key, books="fake 7", now=now)

    with storage.transaction() as work:
        work.intents.put("fjell", mark("open"), mark("refused").model_copy(update={"refused": True}))


def test_a_real_machine_tells_its_boot_and_how_long_it_has_been_up() -> None:
    before = elapsed()
    assert timedelta() < before <= elapsed()
    assert boot() == boot()
    assert len(boot()) <= 64
