"""The same promises on PostgreSQL, where a server answers."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from cryptography.fernet import Fernet
from sqlalchemy import make_url

from adapters.secrets import FernetSecretBox
from adapters.storage import SqlStorage, open_storage
from adapters.storage.database import make_engine
from adapters.storage.schema import metadata
from core.errors import InvalidInput, TryAgain
from tests.storage_contract import StorageContract

BOX = FernetSecretBox([Fernet.generate_key().decode()])


class TestPostgresqlStorage(StorageContract):
    @pytest.fixture
    def storage(self, postgresql: str) -> Iterator[SqlStorage]:
        with closing(open_storage(postgresql, BOX)) as storage:
            yield storage


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
