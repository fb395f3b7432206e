"""Telling people, over the stores as they are: what is told, to whom, and how often."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert, text
from typing_extensions import override

from adapters.secrets import FernetSecretBox
from adapters.storage import SqlNoticeStore, SqlSealedTexts, SqlStorage, open_storage
from adapters.storage.schema import webhook_endpoints
from core.errors import InvalidInput, LeaseLost, NotFound, Rejected
from core.event import AccessUse, access_refused, access_restored, ends_told, recoveries_told
from core.notice import GIVEN_UP_AFTER, LONGEST_HELD, QUIET, RETRY_PAUSES, TOLD_AGAIN_AFTER
from core.recovery import Recovery
from core.transfer import Receipt, Transfer, arrived, due_now, failed, started
from core.use_cases.tell_people import LEASE, Sending, TellPeople
from tests.adapters.notices.messenger import FakeMessenger
from tests.fakes.machine import FakeMachine
from tests.postgres import empty, give_own_time, step_time, temporary_database
from tests.storage_contract.samples import MINUTE, POLICY, a_business, a_transfer

OPERATOR = "slack://operator/s/secret"
OWN = "mailtos://own:secret@fjell.no"
BOX_KEYS = [Fernet.generate_key().decode()]
BOX = FernetSecretBox(BOX_KEYS)
SECOND = timedelta(seconds=1)

Tell = Callable[[], list[Sending]]


class TellingContract:
    @pytest.fixture
    def machine(self) -> FakeMachine:
        return FakeMachine()

    @pytest.fixture
    def messenger(self) -> FakeMessenger:
        return FakeMessenger()

    @pytest.fixture
    def store(self, storage: SqlStorage) -> SqlNoticeStore:
        return SqlNoticeStore(storage)

    @pytest.fixture
    def people(self, storage: SqlStorage, store: SqlNoticeStore, messenger: FakeMessenger) -> Callable[..., TellPeople]:
        def make(
            *, operator: tuple[str, ...] = (OPERATOR,), at: time | None = None, holder: str = "a", stops: bool = False
        ) -> TellPeople:
            return TellPeople(
                storage=storage,
                notices=store,
                messenger=messenger,
                clock=storage.clock,
                operator=operator,
                sum_up_at=at,
                translate=lambda text: text,
                new_holder=lambda: holder,
                stopping=lambda: stops,
            )

        return make

    @pytest.fixture
    def tell(self, people: Callable[..., TellPeople], machine: FakeMachine) -> Tell:
        """Tell people once the rush is over."""
        worker = people()

        def tell() -> list[Sending]:
            machine.pass_time(QUIET)
            return worker.run()

        return tell

    def test_three_hundred_invoices_rejected_for_one_reason_are_one_message(
        self, storage: SqlStorage, tell: Tell, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell")
        reject(storage, *map(str, range(1000, 1300)))

        assert tell() == [Sending("Slack")]
        assert tell() == []

        ((address, message),) = messenger.sent
        assert (address, message.title) == (OPERATOR, "Kvitt: 300 invoices of fjell were rejected")
        assert "Invoices: 1000, 1001, 1002, 1003, 1004, and 295 more" in message.lines

    def test_a_reason_s_code_may_be_as_long_as_a_plugin_likes(
        self, storage: SqlStorage, tell: Tell, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell")
        reject(storage, "1", "2", code="plugin." + 100 * "long")
        tell()
        tell()
        assert messenger.titles == ["Kvitt: 2 invoices of fjell were rejected"]

    @pytest.mark.parametrize("what", ["look", "keep", "note"])
    def test_a_business_that_fails_keeps_no_other_s_notices_back(
        self,
        storage: SqlStorage,
        store: SqlNoticeStore,
        people: Callable[..., TellPeople],
        machine: FakeMachine,
        messenger: FakeMessenger,
        caplog: pytest.LogCaptureFixture,
        what: str,
    ) -> None:
        """Whatever fails: its store, in looking or keeping, or what is kept of its messages."""
        for name in ("blaa", "fjell", "vidde"):
            connect(storage, name, notify=[f"slack://{name}/s/secret"])
            reject(storage, "1", business=name)
        machine.pass_time(QUIET)
        works = getattr(store, what)

        def fails(*given: object, **named: object) -> object:
            if "blaa" in str(given):
                raise RuntimeError("slack://blaa/s/secret")
            return works(*given, **named)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store, what, fails)
            people(operator=()).run()
        told = {address for address, _ in messenger.sent}
        assert told - {"slack://blaa/s/secret"} == {"slack://fjell/s/secret", "slack://vidde/s/secret"}
        assert "business blaa" in caplog.text
        assert "secret" not in caplog.text

    def test_a_rush_is_told_when_it_is_over(
        self, storage: SqlStorage, people: Callable[..., TellPeople], machine: FakeMachine, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell")
        worker = people()
        waited = timedelta()
        while waited < LONGEST_HELD - QUIET:
            reject(storage, f"n{waited.seconds}")
            assert worker.run() == []
            machine.pass_time(QUIET - SECOND)
            waited += QUIET - SECOND
        machine.pass_time(QUIET)

        worker.run()
        assert len(messenger.sent) == 1

    def test_what_lasts_is_not_repeated_and_its_news_only_after_a_day(
        self, storage: SqlStorage, tell: Tell, machine: FakeMachine, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell")
        reject(storage, "1")
        tell()
        reject(storage, "2")
        tell()
        machine.pass_time(TOLD_AGAIN_AFTER - 2 * QUIET)
        assert len(messenger.sent) == 1

        tell()
        assert messenger.titles[1:] == ["Kvitt: 2 invoices of fjell were rejected"]
        machine.pass_time(3 * TOLD_AGAIN_AFTER)
        tell()
        assert len(messenger.sent) == 2

    def test_what_was_over_in_between_is_told_again(
        self, storage: SqlStorage, tell: Tell, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell")
        (transfer,) = reject(storage, "1")
        tell()
        again = retry(storage, transfer)
        tell()
        assert len(messenger.sent) == 1

        with storage.transaction() as work:
            ended = work.transfers.save_all([refused(again, storage, "unknown_vat_rate")])
            work.events.add(*ends_told(ended))
        tell()
        assert len(messenger.sent) == 2

    def test_a_rejection_that_a_person_mends_at_once_is_not_told(
        self, storage: SqlStorage, tell: Tell, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell")
        (transfer,) = reject(storage, "1")
        retry(storage, transfer)

        tell()
        assert messenger.sent == []

    def test_reasons_are_told_apart_and_in_one_message(
        self, storage: SqlStorage, tell: Tell, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell")
        reject(storage, "1", "2")
        reject(storage, "3", code="ambiguous_customer")

        tell()
        ((_, message),) = messenger.sent
        assert message.title == "Kvitt: 2 things to know"
        said = "\n".join(message.lines)
        assert "fjell: 2 invoices were rejected" in said
        assert "fjell: invoice 3 was rejected" in said
        assert "Several customer records may be the customer" in said

    def test_access_is_told_of_when_it_ends_and_when_it_is_back(
        self, storage: SqlStorage, tell: Tell, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell")
        error = Rejected("no", code="login_refused")
        with storage.transaction() as work:
            work.access.shut("fjell", AccessUse.SENDING, code="login_refused", now=storage.clock.now())
            work.events.add(access_refused("fjell", error))
        tell()
        tell()
        with storage.transaction() as work:
            work.access.open("fjell", [AccessUse.SENDING])
            work.events.add(access_restored("fjell"))
        tell()
        tell()

        assert messenger.titles == [
            "Kvitt: no access to the account of fjell",
            "Kvitt: the account of fjell can be reached again",
        ]

    def test_a_restored_database_is_told_in_one_message(
        self, storage: SqlStorage, tell: Tell, messenger: FakeMessenger
    ) -> None:
        for number in range(3):
            connect(storage, f"b{number}")
            recovery = Recovery(business=f"b{number}", since=None)
            with storage.transaction() as work:
                work.installation.put_recovery(recovery)
                work.events.add(*recoveries_told([recovery]))

        tell()
        ((_, message),) = messenger.sent
        assert message.lines[0].endswith("nothing is sent for 3 businesses.")

    def test_the_operator_hears_of_all_and_a_business_of_its_own(
        self, storage: SqlStorage, tell: Tell, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell", notify=[OWN])
        connect(storage, "dal")
        reject(storage, "1")
        reject(storage, "1", business="dal")

        tell()

        told = dict(messenger.sent)
        assert messenger.trusted == {OPERATOR: True, OWN: False}
        assert told[OPERATOR].title == "Kvitt: 2 things to know"
        assert told[OWN].title == "Kvitt: an invoice of fjell was rejected"

    def test_where_nobody_is_named_nothing_is_done_until_somebody_is(
        self,
        storage: SqlStorage,
        people: Callable[..., TellPeople],
        machine: FakeMachine,
        messenger: FakeMessenger,
        store: SqlNoticeStore,
    ) -> None:
        connect(storage, "fjell")
        reject(storage, "1")
        machine.pass_time(QUIET)
        assert people(operator=()).run() == []
        assert store.hold("b", length=LEASE)
        store.let_go("b")

        connect(storage, "fjell", notify=[OWN])
        people(operator=()).run()
        assert [address for address, _ in messenger.sent] == [OWN]

    def test_a_clock_that_was_years_ahead_keeps_nobody_from_being_told(
        self, storage: SqlStorage, people: Callable[..., TellPeople], machine: FakeMachine, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell")
        reject(storage, "1")
        machine.pass_time(QUIET)
        worker = people()
        messenger.down = {OPERATOR}
        worker.run()  # what could not be sent is due later, by the clock that is years ahead
        reject(storage, "2", code="unknown_currency")
        worker.run()
        messenger.down = set()
        machine.set_wall_clock(-timedelta(days=1000))
        machine.pass_time(MINUTE)
        connect(storage, "dal")

        machine.pass_time(QUIET)
        worker.run()
        assert messenger.titles == ["Kvitt: 2 things to know"]

    def test_events_that_are_forgotten_stand_in_no_ones_way(
        self, storage: SqlStorage, tell: Tell, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell")
        reject(storage, "1")
        tell()
        forget_events(storage)
        reject(storage, "2", code="unknown_currency")

        tell()
        assert len(messenger.sent) == 2

    def test_who_did_not_take_it_gets_it_again_after_growing_pauses_and_nobody_else(
        self, storage: SqlStorage, people: Callable[..., TellPeople], machine: FakeMachine, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell", notify=[OWN, "slack://own"])
        messenger.down = {OWN}
        reject(storage, "1")
        machine.pass_time(QUIET)
        worker = people(operator=())

        assert [sending.trouble is None for sending in worker.run()] == [False, True]
        assert worker.run() == []
        for pause in RETRY_PAUSES:
            machine.pass_time(pause - SECOND)
            assert worker.run() == []
            machine.pass_time(SECOND)
            assert [sending.service for sending in worker.run()] == ["e-mail"]
        messenger.down = set()
        machine.pass_time(RETRY_PAUSES[-1])
        assert worker.run() == [Sending("e-mail")]
        machine.pass_time(RETRY_PAUSES[-1])
        assert worker.run() == []
        assert sorted(address for address, _ in messenger.sent) == [OWN, "slack://own"]

    def test_what_can_not_be_sent_for_days_is_given_up(
        self,
        storage: SqlStorage,
        people: Callable[..., TellPeople],
        machine: FakeMachine,
        messenger: FakeMessenger,
        store: SqlNoticeStore,
    ) -> None:
        connect(storage, "fjell")
        messenger.down = {OPERATOR}
        reject(storage, "1")
        machine.pass_time(QUIET)
        worker = people()
        worker.run()
        ((failing,),) = [one.failing for one in store.failing()]
        assert failing == "Slack"
        machine.pass_time(GIVEN_UP_AFTER + SECOND)

        worker.run()
        assert store.failing() == []

    def test_of_two_workers_one_tells(
        self, storage: SqlStorage, people: Callable[..., TellPeople], machine: FakeMachine, store: SqlNoticeStore
    ) -> None:
        connect(storage, "fjell")
        reject(storage, "1")
        machine.pass_time(QUIET)
        assert store.hold("other", length=LEASE)

        assert people().run() == []
        machine.pass_time(LEASE)
        assert people().run() == [Sending("Slack")]
        with pytest.raises(LeaseLost):
            store.done("other", [])

    def test_who_dies_before_it_is_sent_leaves_it_to_the_next(
        self,
        storage: SqlStorage,
        people: Callable[..., TellPeople],
        machine: FakeMachine,
        messenger: FakeMessenger,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        connect(storage, "fjell")
        reject(storage, "1")
        machine.pass_time(QUIET)
        with monkeypatch.context() as dying:
            dying.setattr(FakeMessenger, "send", die)
            dying.setattr(SqlNoticeStore, "let_go", die)
            with pytest.raises(SystemExit):
                people().run()
        machine.pass_time(LEASE)

        assert people(holder="b").run() == [Sending("Slack")]
        assert len(messenger.sent) == 1

    def test_who_is_asked_to_stop_leaves_it_to_the_next(
        self, storage: SqlStorage, people: Callable[..., TellPeople], machine: FakeMachine, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell")
        reject(storage, "1")
        machine.pass_time(QUIET)
        assert people(stops=True).run() == []

        assert people(holder="b").run() == [Sending("Slack")]

    def test_who_dies_between_sending_and_noting_it_repeats_it_once(
        self,
        storage: SqlStorage,
        people: Callable[..., TellPeople],
        machine: FakeMachine,
        messenger: FakeMessenger,
        store: SqlNoticeStore,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        connect(storage, "fjell")
        reject(storage, "1")
        machine.pass_time(QUIET)
        with monkeypatch.context() as dying:
            for method in ("note", "done", "let_go"):
                dying.setattr(SqlNoticeStore, method, die)
            with pytest.raises(SystemExit):
                people().run()
        assert people(holder="b").run() == []
        machine.pass_time(LEASE)

        assert people(holder="b").run() == [Sending("Slack")]
        machine.pass_time(LEASE)
        assert people(holder="c").run() == []
        assert len(messenger.sent) == 2

    def test_the_morning_summary_is_sent_once_and_only_where_there_is_something_to_say(
        self, storage: SqlStorage, people: Callable[..., TellPeople], machine: FakeMachine, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell", notify=[OWN])
        connect(storage, "dal")
        worker = people(at=in_an_hour(storage))
        worker.run()
        arrive(storage, "1", "2")
        assert messenger.sent == []

        machine.pass_time(timedelta(hours=1))
        worker.run()
        worker.run()
        told = {address: message.lines for address, message in messenger.sent}
        assert told == {OPERATOR: ("fjell:", "Sent since yesterday: 2"), OWN: ("fjell:", "Sent since yesterday: 2")}
        assert len(messenger.sent) == 2
        machine.pass_time(timedelta(days=1))
        worker.run()
        assert len(messenger.sent) == 2

    def test_the_summary_says_what_waits(
        self, storage: SqlStorage, people: Callable[..., TellPeople], machine: FakeMachine, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell")
        worker = people(at=in_an_hour(storage))
        worker.run()
        reject(storage, "1")
        with storage.transaction() as work:
            work.access.shut("fjell", AccessUse.ASKING, code="x", now=storage.clock.now())
            work.installation.put_recovery(Recovery(business="fjell", since=None))
        machine.pass_time(QUIET)
        worker.run()
        messenger.sent.clear()
        machine.pass_time(timedelta(hours=1))

        worker.run()
        ((_, message),) = messenger.sent
        assert message.lines == (
            "fjell:",
            "Rejected, and waiting for a person: 1",
            "There is no access to its account.",
            "Nothing is sent before kvitt recover was run.",
        )

    def test_a_webhook_that_failed_for_days_is_told_of_once_each_time(
        self, storage: SqlStorage, tell: Tell, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell", notify=[OWN])
        add_webhook(storage, "w1", business="fjell")
        add_webhook(storage, "w2", business=None)
        add_webhook(storage, "w3", business="fjell", reason="by_person")

        tell()
        tell()
        told = dict(messenger.sent)
        assert len(messenger.sent) == 2
        assert told[OPERATOR].title == "Kvitt: 2 things to know"
        assert told[OWN].lines[1] == "Mend what answers there, then run kvitt webhook enable w1."

        change_webhook(storage, "state = 'enabled', disabled_reason = NULL")
        tell()
        gone_at = "disabled_at = '2027-01-01 00:00:00.000000'"
        change_webhook(storage, f"state = 'disabled', disabled_reason = 'gone', {gone_at}")
        tell()
        assert len(messenger.sent) == 4

    def test_a_business_that_is_erased_is_forgotten(
        self, storage: SqlStorage, people: Callable[..., TellPeople], machine: FakeMachine, messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell", notify=[OWN])
        messenger.down = {OWN}
        reject(storage, "1")
        machine.pass_time(QUIET)
        worker = people(operator=())
        worker.run()
        with storage.transaction() as work:
            work.forgetting.erase("fjell", at=storage.clock.now())
        messenger.down = set()
        machine.pass_time(RETRY_PAUSES[0])

        worker.run()
        assert messenger.sent == []

    def test_secrets_that_no_key_opens_keep_nobody_else_from_being_told(
        self,
        storage: SqlStorage,
        people: Callable[..., TellPeople],
        machine: FakeMachine,
        messenger: FakeMessenger,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        connect(storage, "fjell", notify=[OWN])
        reject(storage, "1")
        machine.pass_time(QUIET)
        other = FernetSecretBox([Fernet.generate_key().decode()])
        monkeypatch.setattr(storage, "_secret_box", other)

        sendings = people().run()
        assert [(one.service, one.trouble and one.trouble.code) for one in sendings] == [
            ("Slack", None),
            ("notify", "secret_key_changed"),
        ]

    def test_a_try_out_goes_to_whoever_is_named(
        self, storage: SqlStorage, people: Callable[..., TellPeople], messenger: FakeMessenger
    ) -> None:
        connect(storage, "fjell", notify=[OWN])
        connect(storage, "dal")

        assert people().try_out(None) == [Sending("Slack")]
        assert people().try_out("fjell") == [Sending("e-mail")]
        assert [address for address, _ in messenger.sent] == [OPERATOR, OWN]
        for worker, business, error in (
            (people(operator=()), None, InvalidInput),
            (people(), "dal", InvalidInput),
            (people(), "nobody", NotFound),
        ):
            with pytest.raises(error):
                worker.try_out(business)

    def test_where_people_are_told_is_sealed_and_sealed_anew(self, storage: SqlStorage) -> None:
        connect(storage, "fjell", notify=[OWN])
        connect(storage, "dal")
        before = sealed(storage)
        assert before["dal"] is None
        assert OWN not in str(before)

        new = FernetSecretBox([Fernet.generate_key().decode(), *BOX_KEYS])
        done = SqlSealedTexts(storage, new).reseal()

        assert (done.count, done.unreadable) == (3, ())
        assert sealed(storage)["fjell"] != before["fjell"]
        assert new.open(sealed(storage)["fjell"] or "") == f'["{OWN}"]'
        assert sealed(storage)["dal"] is None


class TestSqlite(TellingContract):
    @pytest.fixture
    def storage(self, sqlite: str, machine: FakeMachine) -> Iterator[SqlStorage]:
        storage = open_storage(sqlite, BOX, machine=machine.clocks, outlives_power_cuts=False)
        yield storage
        storage.close()


class _MachineWithServer(FakeMachine):
    """Time passes for its database server too."""

    def __init__(self, url: str) -> None:
        super().__init__(wall=datetime.now(UTC))
        self._url = url

    @override
    def pass_time(self, length: timedelta) -> None:
        super().pass_time(length)
        step_time(self._url, length)

    @override
    def set_wall_clock(self, by: timedelta) -> None:
        super().set_wall_clock(by)
        step_time(self._url, by)


class TestPostgresql(TellingContract):
    @pytest.fixture(scope="class")
    @classmethod
    def server(cls, postgresql_template: str) -> Iterator[str]:
        with temporary_database(like=postgresql_template) as url:
            give_own_time(url)
            yield url

    @pytest.fixture
    def url(self, server: str) -> Iterator[str]:
        yield server
        empty(server)

    @pytest.fixture
    def machine(self, url: str) -> FakeMachine:
        return _MachineWithServer(url)

    @pytest.fixture
    def storage(self, url: str, machine: FakeMachine) -> Iterator[SqlStorage]:
        storage = open_storage(url, BOX, machine=machine.clocks)
        yield storage
        storage.close()


def connect(storage: SqlStorage, name: str, **changes: object) -> None:
    with storage.transaction() as work:
        work.businesses.put(a_business(name, **changes))


def refused(transfer: Transfer, storage: SqlStorage, code: str) -> Transfer:
    error = Rejected("Kari Nordmann is not known.", code=code)
    return failed(started(transfer), error, policy=POLICY, now=storage.clock.now())


def reject(
    storage: SqlStorage, *numbers: str, code: str = "unknown_vat_rate", business: str = "fjell"
) -> list[Transfer]:
    """Have invoices sent, and rejected."""
    with storage.transaction() as work:
        sent = [a_transfer(f"{business}-{number}", number, business, at=storage.clock.now()) for number in numbers]
        for transfer in sent:
            work.transfers.add(transfer)
        ended = work.transfers.save_all([refused(transfer, storage, code) for transfer in sent])
        work.events.add(*ends_told(ended))
    return list(ended)


def retry(storage: SqlStorage, transfer: Transfer) -> Transfer:
    with storage.transaction() as work:
        (again,) = work.transfers.save_all([due_now(transfer, now=storage.clock.now())])
    return again


def arrive(storage: SqlStorage, *numbers: str) -> None:
    with storage.transaction() as work:
        for number in numbers:
            transfer = a_transfer(f"t{number}", number, at=storage.clock.now())
            work.transfers.add(transfer)
            ended = arrived(
                transfer,
                Receipt(order_id=number, customer_id="1"),
                warnings=(),
                books="b",
                now=storage.clock.now(),
            )
            work.transfers.save_all([ended])
            work.events.add(*ends_told([ended]))


def in_an_hour(storage: SqlStorage) -> time:
    return (storage.clock.now() + timedelta(hours=1)).astimezone(ZoneInfo("Europe/Oslo")).time()


def add_webhook(storage: SqlStorage, name: str, *, business: str | None, reason: str = "failing") -> None:
    with storage.write() as database:
        database.execute(
            insert(webhook_endpoints).values(
                id=name,
                business=business,
                url="https://example.com",
                types=[],
                state="disabled",
                disabled_reason=reason,
                disabled_at=storage.clock.now(),
                created_at=storage.clock.now(),
                sealed_url="x",
                sealed_secrets="x",
            )
        )


def change_webhook(storage: SqlStorage, to: str) -> None:
    with storage.write() as database:
        database.execute(text(f"UPDATE webhook_endpoints SET {to} WHERE id = 'w1'"))


def forget_events(storage: SqlStorage) -> None:
    with storage.write() as database:
        database.execute(text("DELETE FROM events"))


def sealed(storage: SqlStorage) -> dict[str, str | None]:
    with storage.read() as database:
        rows = database.execute(text("SELECT name, sealed_notify FROM businesses"))
        return {row.name: row.sealed_notify for row in rows}


def die(*_: object, **__: object) -> None:
    raise SystemExit
