"""What the database itself holds about keys and the audit trail, beside the contract of every storage."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from cryptography.fernet import Fernet
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.secrets import FernetSecretBox
from adapters.storage import SqlKeyRing, SqlStorage, open_storage
from adapters.storage.database import make_engine
from adapters.storage.users import SqlSessionRing
from core.api_key import ApiKey
from core.audit import WORKER, Action, AuditEntry
from core.ports.user_stores import KeptSession
from core.rights import Role
from core.user import User
from tests.storage_contract.samples import NOW
from tests.storage_contract.users import KARI, a_session

BOX = FernetSecretBox([Fernet.generate_key().decode()])
KEY = ApiKey(prefix="a1", name="shop", role=Role.READ, business="fjell", created_at=NOW)


class AccessContract:
    @pytest.mark.parametrize("change", ["UPDATE audit SET code = 'x'", "DELETE FROM audit"])
    def test_the_audit_trail_can_neither_be_changed_nor_removed(self, storage: SqlStorage, change: str) -> None:
        with storage.transaction() as work:
            work.audit.add(AuditEntry(at=NOW, actor=WORKER, action=Action.STATUS_CHECKED, business="fjell"))

        with pytest.raises(DBAPIError, match="append-only"), storage.write() as database:
            database.execute(text(change))

        with storage.transaction() as work:
            assert len(work.audit.list(limit=10)) == 1

    def test_a_session_is_found_with_its_user_and_all_its_grants(self, storage: SqlStorage) -> None:
        nobody = User(name="liv", created_at=NOW, disabled_at=NOW)
        with storage.transaction() as work:
            for user in (KARI, nobody):
                work.users.add(user)
                work.sign_ins.add_session(a_session(user.name, user=user.name), digest=user.name)
            work.users.put_password(KARI.name, "kept")
        ring = SqlSessionRing(storage)
        kari = KARI.model_copy(update={"has_password": True})
        assert ring.find_session(KARI.name) == KeptSession(a_session(KARI.name), kari)
        assert ring.find_session("liv") == KeptSession(a_session("liv", user="liv"), nobody)
        assert ring.find_session("ola") is None

    def test_a_ring_holds_the_keys_that_open_something(self, storage: SqlStorage) -> None:
        ring = SqlKeyRing(storage)
        assert ring.is_empty()
        with storage.transaction() as work:
            work.api_keys.add(KEY, digest="d")
        found = ring.find("a1")
        assert found is not None
        assert (found.key, found.digest) == (KEY, "d")
        assert ring.all() == {"a1": found}
        assert ring.find("b2") is None
        assert not ring.is_empty()

        with storage.transaction() as work:
            work.api_keys.revoke("a1", now=NOW)
        assert ring.find("a1") is None
        assert ring.all() == {}
        assert ring.is_empty()


class TestSqlite(AccessContract):
    @pytest.fixture
    def storage(self, sqlite: str) -> Iterator[SqlStorage]:
        with closing(open_storage(sqlite, BOX)) as storage:
            yield storage

    def test_a_database_from_before_there_were_keys_is_brought_up_to_date(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'old.db'}"
        engine = make_engine(url)
        config = Config()
        config.set_main_option("script_location", "adapters.storage:migrations")
        with engine.begin() as database:
            config.attributes["connection"] = database
            command.upgrade(config, "0001")
        engine.dispose()

        with closing(open_storage(url, BOX)) as storage, storage.transaction() as work:
            work.api_keys.add(KEY, digest="d")
            assert work.audit.list(limit=1) == []

    def test_a_key_is_checked_while_another_writes(self, storage: SqlStorage) -> None:
        with storage.transaction() as work:
            work.api_keys.add(KEY, digest="d")
        with storage.transaction():
            assert SqlKeyRing(storage).find("a1") is not None


class TestPostgresql(AccessContract):
    @pytest.fixture
    def storage(self, postgresql: str) -> Iterator[SqlStorage]:
        with closing(open_storage(postgresql, BOX)) as storage:
            yield storage

    def test_the_audit_trail_can_not_be_emptied_at_once(self, storage: SqlStorage) -> None:
        with pytest.raises(DBAPIError, match="append-only"), storage.write() as database:
            database.execute(text("TRUNCATE audit"))
