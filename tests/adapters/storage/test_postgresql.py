"""The same promises on PostgreSQL, where a server answers."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from cryptography.fernet import Fernet
from sqlalchemy import delete, make_url, select, text

from adapters.identifiers import new_api_key_text, new_secret_text
from adapters.secrets import FernetSecretBox
from adapters.storage import SqlStorage, open_storage
from adapters.storage.database import make_engine
from adapters.storage.schema import access_troubles, metadata
from core.audit import Actor, ActorKind
from core.auditor import Auditor
from core.batch import Batch, BatchMember
from core.errors import Conflict, InvalidInput, NotFound, TryAgain
from core.event import AccessUse, EventType, Happening
from core.ports.storage import Storage
from core.rights import Role
from core.transfer import Receipt, arrived, started
from core.use_cases.api_keys import ManageApiKeys
from core.use_cases.manage_users import ManageUsers
from core.user import Grant, User
from tests.fakes.users import FakePasswordHasher
from tests.storage_contract import StorageContract
from tests.storage_contract.samples import NOW, a_business, a_transfer

BOX = FernetSecretBox([Fernet.generate_key().decode()])


@pytest.fixture
def storage(postgresql: str) -> Iterator[SqlStorage]:
    with closing(open_storage(postgresql, BOX)) as storage:
        yield storage


class TestPostgresqlStorage(StorageContract):
    @pytest.fixture
    def storage(self, storage: SqlStorage) -> Storage:  # the module's fixture, as the port that it is
        return storage


_PATIENCE_SECONDS = 10


def _waits_for_a_lock(storage: SqlStorage) -> bool:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < give_up_at:
        with storage.read() as database:
            if database.scalar(waiting):
                return True
        time.sleep(0.01)
    return False


def test_there_is_no_way_in_also_where_it_was_opened_at_that_very_moment(storage: SqlStorage) -> None:
    def shut() -> bool:
        with storage.transaction() as work:
            return work.access.shut("fjell", AccessUse.SENDING, code="access_refused", now=NOW)

    with storage.transaction() as work:
        work.businesses.put(a_business())
    assert shut()
    with ThreadPoolExecutor(1) as other:
        with storage.write() as database:  # as `open` does it, slowly
            database.execute(select(access_troubles).with_for_update())
            again = other.submit(shut)
            assert _waits_for_a_lock(storage)
            database.execute(delete(access_troubles))
        assert again.result()
    with storage.transaction() as work:
        assert work.access.open("fjell", [AccessUse.SENDING])


def test_a_batch_is_finished_also_where_its_last_ends_while_it_is_recorded(storage: SqlStorage) -> None:
    """Whoever ends a transfer does not see a batch that it was put into since."""
    batch = Batch(id="b1", business="fjell", created_at=NOW)
    with storage.transaction() as work:
        work.businesses.put(a_business())
        work.transfers.add(a_transfer())
        work.batches.put(batch)

    def record() -> bool:
        with storage.transaction() as work:
            return work.batches.finish_recorded(batch, now=NOW)

    receipt = Receipt(order_id="900", customer_id="7")
    with ThreadPoolExecutor(1) as other:
        with storage.transaction() as ending:
            ending.transfers.save(arrived(started(a_transfer()), receipt, warnings=(), books="fake 7", now=NOW))
            assert list(ending.batches.finish(["t1"], now=NOW)) == []
            other.submit(_put_into, storage, batch).result()
            recorded = other.submit(record)
            assert _waits_for_a_lock(storage)
        assert recorded.result()


def _put_into(storage: SqlStorage, batch: Batch) -> None:
    with storage.transaction() as work:
        work.batches.add_members(batch.id, [BatchMember(invoice="1001", transfer_id="t1")])


def test_of_two_who_get_one_address_at_the_same_moment_one_is_refused(storage: SqlStorage) -> None:
    def add() -> None:
        with storage.transaction() as work:
            work.users.add(User(name="ola", email="one@example.com", created_at=NOW))

    def change() -> None:
        with storage.transaction() as work:
            work.users.put(User(name="per", email="one@example.com", created_at=NOW))

    with storage.transaction() as work:
        work.users.add(User(name="per", created_at=NOW))
    for late in (add, change):
        with ThreadPoolExecutor(1) as other:
            with storage.transaction() as work:
                if late is add:
                    work.users.add(User(name="kari", email="one@example.com", created_at=NOW))
                else:
                    work.users.put(User(name="kari", email="one@example.com", created_at=NOW))
                second = other.submit(late)
                assert _waits_for_a_lock(storage)
            with pytest.raises(Conflict) as refusal:
                second.result()
        assert refusal.value.code == "email_taken"
        with storage.transaction() as work:
            work.users.put(User(name="kari", created_at=NOW))


def test_nobody_is_let_in_to_a_business_that_is_erased_at_that_moment(storage: SqlStorage) -> None:
    auditor = Auditor(storage=storage, clock=storage.clock, actor=lambda: Actor(kind=ActorKind.COMMAND_LINE))
    keys = ManageApiKeys(storage=storage, clock=storage.clock, auditor=auditor, new_text=new_api_key_text)
    users = ManageUsers(
        storage=storage, clock=storage.clock, auditor=auditor, hasher=FakePasswordHasher(), new_text=new_secret_text
    )
    users.add("kari")
    ways_in: list[Callable[[], object]] = [
        lambda: users.grant("kari", [Grant(business="fjell", role=Role.READ)]),
        lambda: keys.create("shop", business="fjell", role=Role.READ),
    ]
    for let_in in ways_in:
        with storage.transaction() as work:
            work.businesses.put(a_business())
        with ThreadPoolExecutor(1) as other:
            with storage.transaction() as work:
                work.forgetting.erase("fjell", at=NOW)
                late = other.submit(let_in)
                assert _waits_for_a_lock(storage)
            with pytest.raises(NotFound):
                late.result()


def test_events_of_one_business_wait_for_each_other_and_those_of_others_do_not(storage: SqlStorage) -> None:
    """Else one that is written earlier could be seen later, by a reader who has gone on by then."""
    with storage.transaction() as work:
        for name in ("fjell", "vidde"):
            work.businesses.put(a_business(name))

    def tell(business: str) -> None:
        with storage.transaction() as work:
            work.events.add(Happening(type=EventType.ACCESS_RESTORED, business=business, data={}))

    with ThreadPoolExecutor(1) as other:
        with storage.transaction() as work:
            work.events.add(Happening(type=EventType.ACCESS_RESTORED, business="fjell", data={}))
            other.submit(tell, "fjell").result()  # nobody waits for one that goes on for long
            work.finish()
            other.submit(tell, "vidde").result()
            last = other.submit(tell, "fjell")
            assert _waits_for_a_lock(storage)
        last.result()
    with storage.transaction() as work:
        assert len(work.events.list("fjell", limit=9)) == 3


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_a_database_that_is_not_there_is_said_to_be_missing(postgresql: str, scheme: str) -> None:
    url = make_url(postgresql).set(database="kvitt_that's_missing", drivername=scheme, query={})

    with pytest.raises(InvalidInput) as refusal:
        open_storage(url.render_as_string(hide_password=False), BOX)

    assert refusal.value.code == "database_missing"
    assert "kvitt_that's_missing" in refusal.value.message
    assert "createdb --host=" in refusal.value.hint
    assert url.password is None or url.password not in refusal.value.hint


def test_a_server_that_does_not_run_is_said_not_to() -> None:
    with pytest.raises(TryAgain, match=r"No PostgreSQL server answers at 127\.0\.0\.1:1\."):
        open_storage("postgresql://kvitt:hunter22@127.0.0.1:1/kvitt", BOX)


def test_the_migrations_lead_to_the_tables_of_the_schema(postgresql: str) -> None:
    engine = make_engine(postgresql)
    with engine.connect() as database:
        context = MigrationContext.configure(database, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()
