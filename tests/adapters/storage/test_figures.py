from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import event

from adapters.secrets import FernetSecretBox
from adapters.storage import SqlFigures, SqlStorage, open_storage
from core.business import Connection
from core.ports.figures import SystemFigures
from core.transfer import Receipt, TransferState, arrived, started
from tests.postgres import temporary_database
from tests.storage_contract import NOW, a_business, a_transfer

BOX = FernetSecretBox([Fernet.generate_key().decode()])
NONE = {TransferState.QUEUED: 0, TransferState.RUNNING: 0, TransferState.WAITING: 0, TransferState.REJECTED: 0}


class FiguresContract:
    def test_where_there_is_no_business_there_are_none(self, storage: SqlStorage) -> None:
        assert SqlFigures(storage).by_system() == []

    def test_transfers_that_have_not_arrived_are_counted_by_system_and_state(self, storage: SqlStorage) -> None:
        with storage.transaction() as work:
            for name in ("vidde", "fjell"):
                work.businesses.put(a_business(name))
            work.businesses.put(a_business("annet", accounting=Connection.of("another", {})))
            transfers = [a_transfer(f"t{nth}", str(nth), ("fjell", "vidde")[nth % 2], NOW) for nth in range(6)]
            work.transfers.add_all(transfers)
            work.transfers.save(started(transfers[0]))
            arrived_one = arrived(started(transfers[1]), Receipt(order_id="1", customer_id="2"), warnings=(), now=NOW)
            work.transfers.save(arrived_one)

        assert SqlFigures(storage).by_system() == [
            SystemFigures("24sevenoffice", "fjell", NONE | {TransferState.QUEUED: 4, TransferState.RUNNING: 1}),
            SystemFigures("another", "annet", NONE),
        ]


class TestSqlite(FiguresContract):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> Iterator[SqlStorage]:
        with closing(open_storage(f"sqlite:///{tmp_path / 'kvitt.db'}", BOX)) as storage:
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
        assert len(of_transfers) == len(NONE)
        index = "SEARCH transfers USING COVERING INDEX ix_transfers_business_state (business=? AND state=?)"
        assert set(of_transfers) == {index}, plan

    def test_counting_waits_for_no_writer(self, storage: SqlStorage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business("fjell"))
            assert SqlFigures(storage).by_system() == []


class TestPostgresql(FiguresContract):
    @pytest.fixture
    def storage(self) -> Iterator[SqlStorage]:
        with temporary_database() as url, closing(open_storage(url, BOX)) as storage:
            yield storage
