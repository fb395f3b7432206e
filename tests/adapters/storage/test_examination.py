from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from adapters.secrets import FernetSecretBox
from adapters.storage import open_storage
from adapters.storage.examination import Examination, is_there
from adapters.storage.schema import LATEST_REVISION
from core.errors import InvalidInput, Rejected, TryAgain
from core.transfer import RetryPolicy, cancelled, failed, started
from tests.postgres import temporary_database
from tests.storage_contract.samples import NOW, a_business, a_transfer

BOX = FernetSecretBox([Fernet.generate_key().decode()])


class ExaminationContract:
    @pytest.fixture
    def filled(self, url: str) -> str:
        """A database with a business, and a transfer that is running."""
        with closing(open_storage(url, BOX)) as storage, storage.transaction() as work:
            work.businesses.put(a_business("fjell"))
            work.transfers.add(a_transfer("t1", "1", "fjell", NOW))
            (transfer,) = work.transfers.due("fjell", now=NOW, limit=1)
            work.transfers.save(started(transfer))
        return url

    @pytest.fixture
    def examination(self, filled: str) -> Iterator[Examination]:
        with closing(Examination(filled)) as examination:
            yield examination

    def test_tables_are_told_and_not_made(self, bare_url: str) -> None:
        with closing(Examination(bare_url)) as examination:
            assert examination.revision() is None
            assert examination.revision() is None

    def test_the_revision_is_told(self, examination: Examination) -> None:
        assert examination.revision() == LATEST_REVISION

    def test_trying_to_write_leaves_nothing_behind(self, examination: Examination) -> None:
        before = examination.sealed_settings()
        examination.require_writable()
        assert examination.sealed_settings() == before

    def test_what_is_sealed_is_handed_over_by_business(self, examination: Examination) -> None:
        assert {name: BOX.open(sealed) != "" for name, sealed in examination.sealed_settings().items()} == {
            "fjell": True
        }

    def test_each_business_is_told_with_its_system_until_it_is_erased(
        self, examination: Examination, filled: str
    ) -> None:
        assert examination.systems() == {"fjell": "24sevenoffice"}
        with closing(open_storage(filled, BOX)) as storage, storage.transaction() as work:
            work.forgetting.erase("fjell", at=NOW)
        assert examination.systems() == {}

    def test_the_databases_clock_is_told_and_the_installations(self, examination: Examination) -> None:
        wall, own = examination.clocks()
        assert own is not None
        assert max(abs(datetime.now(UTC) - one) for one in (wall, own)) < timedelta(seconds=5)

    def test_a_running_transfer_is_left_behind_unless_somebody_holds_its_business(
        self, examination: Examination, filled: str
    ) -> None:
        assert examination.left_running() == 1
        with closing(open_storage(filled, BOX)) as storage, storage.transaction() as work:
            assert work.leases.acquire("fjell", holder="worker", length=timedelta(minutes=5))
        assert examination.left_running() == 0

    def test_why_transfers_were_rejected_is_counted_by_system_and_code(
        self, examination: Examination, filled: str
    ) -> None:
        assert examination.rejections() == {}
        with closing(open_storage(filled, BOX)) as storage, storage.transaction() as work:
            more = [a_transfer(f"r{nth}", f"R{nth}", "fjell", NOW) for nth in range(3)]
            work.transfers.add_all(more)
            no = Rejected("No code for 17 %.", code="unknown_vat_rate", hint="Map it.")
            for one in more[:2]:
                work.transfers.save(failed(started(one), no, policy=RetryPolicy(), now=NOW))
            work.transfers.save(cancelled(more[2], now=NOW))
        ((system, (reason,)),) = examination.rejections().items()
        assert (system, reason.code, reason.count, reason.invoice) == ("24sevenoffice", "unknown_vat_rate", 2, "R0")
        assert (reason.message, reason.hint) == ("No code for 17 %.", "Map it.")


class TestSqlite(ExaminationContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'kvitt.db'}"

    @pytest.fixture
    def bare_url(self, url: str) -> str:
        return url

    def test_the_journal_is_told(self, examination: Examination) -> None:
        assert examination.journal_mode() == "wal"

    def test_a_missing_file_is_not_there(self, url: str, tmp_path: Path) -> None:
        assert not is_there(url)
        assert list(tmp_path.iterdir()) == []

    def test_a_file_that_is_no_database_is_told(self, url: str, tmp_path: Path) -> None:
        (tmp_path / "kvitt.db").write_bytes(b"not a database" * 1000)
        assert is_there(url)
        with closing(Examination(url)) as examination, pytest.raises(InvalidInput):
            examination.revision()


class TestPostgresql(ExaminationContract):
    @pytest.fixture
    def url(self, postgresql: str) -> str:
        return postgresql

    @pytest.fixture
    def bare_url(self) -> Iterator[str]:
        with temporary_database() as url:
            yield url

    def test_there_is_no_journal_to_tell_of(self, examination: Examination) -> None:
        assert examination.journal_mode() is None


def test_a_server_out_of_reach_is_trouble_that_passes() -> None:
    with closing(Examination("postgresql://kvitt@127.0.0.1:1/kvitt")) as examination, pytest.raises(TryAgain):
        examination.revision()


def test_a_url_that_can_not_be_read_is_looked_at() -> None:
    assert is_there("nonsense")
