from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import event

from adapters.secrets import FernetSecretBox
from adapters.storage import SqlFigures, SqlStorage, open_storage
from core.business import Connection
from core.errors import TryAgain
from core.ports.installation import DeliveryFigures, SystemFigures
from core.transfer import Receipt, RetryPolicy, TransferError, TransferState, arrived, failed, parked, started
from core.webhook import EndpointState
from tests.storage_contract.samples import NOW, a_business, a_transfer
from tests.storage_contract.webhooks import SECRETS, SOON, an_endpoint, happened, try_one, write

BOX = FernetSecretBox([Fernet.generate_key().decode()])
NONE: dict[TransferState, int] = {state: 0 for state in TransferState if state is not TransferState.TRANSFERRED}


class FiguresContract:
    def test_where_there_is_no_business_there_are_none(self, storage: SqlStorage) -> None:
        assert SqlFigures(storage).by_system() == []

    def test_what_is_on_its_way_to_webhooks_that_are_enabled_is_counted(self, storage: SqlStorage) -> None:
        assert SqlFigures(storage).of_deliveries() == DeliveryFigures()
        with storage.transaction() as work:
            work.businesses.put(a_business("fjell"))
            for id_ in ("e1", "e2", "off", "gone"):
                work.endpoints.add(an_endpoint(id_), SECRETS)
        written = write(storage, happened("1"), happened("2"))
        write(storage, happened("3"))
        with storage.transaction() as work:
            work.endpoints.put(an_endpoint("off", state=EndpointState.DISABLED))
            work.endpoints.remove("gone", now=NOW)
            first = work.deliveries.due("e1", now=SOON, limit=1)[0].delivery
        assert SqlFigures(storage).of_deliveries() == DeliveryFigures(6, written[0].timestamp)
        try_one(storage, first, arrives=True)
        with storage.transaction() as work:
            work.endpoints.put(an_endpoint("e2", state=EndpointState.DISABLED))
        assert SqlFigures(storage).of_deliveries() == DeliveryFigures(2, written[1].timestamp)

    def test_transfers_that_have_not_arrived_are_counted_by_system_and_state(self, storage: SqlStorage) -> None:
        with storage.transaction() as work:
            for name in ("vidde", "fjell"):
                work.businesses.put(a_business(name))
            work.businesses.put(a_business("annet", accounting=Connection.of("another", {})))
            transfers = [a_transfer(f"t{nth}", str(nth), ("fjell", "vidde")[nth % 2], NOW) for nth in range(6)]
            work.transfers.add_all(transfers)
            work.transfers.save(started(transfers[0]))
            arrived_one = arrived(
                started(transfers[1]), Receipt(order_id="1", customer_id="2"), warnings=(), books="fake 7", now=NOW
            )
            work.transfers.save(arrived_one)

        assert SqlFigures(storage).by_system() == [
            SystemFigures(
                "24sevenoffice",
                "fjell",
                NONE | {TransferState.QUEUED: 4, TransferState.RUNNING: 1},
                oldest_due_at=transfers[2].next_attempt_at,
            ),
            SystemFigures("another", "annet", NONE),
        ]

    def test_parked_transfers_are_told_from_those_that_wait_for_a_time(self, storage: SqlStorage) -> None:
        refused = TransferError(code="access_refused", message="No.", hint="")
        with storage.transaction() as work:
            work.businesses.put(a_business("fjell"))
            transfers = [a_transfer(f"t{nth}", str(nth), "fjell", NOW) for nth in range(4)]
            work.transfers.add_all(transfers)
            for one in transfers[:2]:
                work.transfers.save(parked(started(one), refused))
            later = TryAgain("Busy.", not_before=NOW + timedelta(hours=1))
            work.transfers.save(failed(started(transfers[2]), later, policy=RetryPolicy(), now=NOW))

        (found,) = SqlFigures(storage).by_system()

        assert (found.parked, found.transfers[TransferState.WAITING]) == (2, 3)
        assert found.oldest_due_at == NOW

    def test_single_and_bulk_sends_are_due_alike(self, storage: SqlStorage) -> None:
        early = NOW - timedelta(minutes=5)
        with storage.transaction() as work:
            work.businesses.put(a_business("fjell"))
            work.transfers.add(a_transfer("t1", "1", "fjell", NOW))
            work.transfers.add(a_transfer("t2", "2", "fjell", early).model_copy(update={"bulk": True}))

        assert SqlFigures(storage).by_system()[0].oldest_due_at == early

    def test_what_a_pause_holds_up_is_due_when_the_pause_ends(self, storage: SqlStorage) -> None:
        until = NOW + timedelta(hours=1)
        with storage.transaction() as work:
            work.businesses.put(a_business("fjell"))
            work.transfers.add(a_transfer("t1", "1", "fjell", NOW))
            work.pauses.put("24sevenoffice", until)

        assert SqlFigures(storage).by_system()[0].oldest_due_at == until


class TestSqlite(FiguresContract):
    @pytest.fixture
    def storage(self, sqlite: str) -> Iterator[SqlStorage]:
        with closing(open_storage(sqlite, BOX)) as storage:
            yield storage

    def test_counting_reads_nothing_but_the_index_of_what_is_counted(self, storage: SqlStorage) -> None:
        asked = []
        with storage.read() as database:
            engine = database.engine
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        SqlFigures(storage).by_system()
        ((statement, parameters),) = [one for one in asked if one[0].startswith("SELECT")]
        with storage.read() as database:
            plan = [
                str(step.detail) for step in database.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]
        of_transfers = [step for step in plan if "transfers" in step]
        assert set(of_transfers) == {
            "SEARCH transfers USING COVERING INDEX ix_transfers_business_state (business=? AND state=?)",
            "SEARCH transfers USING COVERING INDEX ix_transfers_due (business=? AND bulk=? AND next_attempt_at>?)",
            "SEARCH transfers USING COVERING INDEX ix_transfers_due (business=?)",
        }, plan

    def test_counting_waits_for_no_writer(self, storage: SqlStorage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business("fjell"))
            assert SqlFigures(storage).by_system() == []


class TestPostgresql(FiguresContract):
    @pytest.fixture
    def storage(self, postgresql: str) -> Iterator[SqlStorage]:
        with closing(open_storage(postgresql, BOX)) as storage:
            yield storage
