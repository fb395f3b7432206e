"""The same promises on PostgreSQL, where a server answers."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from cryptography.fernet import Fernet

from adapters.secrets import FernetSecretBox
from adapters.storage import SqlStorage, open_storage
from adapters.storage.engine import make_engine
from adapters.storage.schema import metadata
from tests.postgres import temporary_database
from tests.storage_contract import StorageContract

BOX = FernetSecretBox([Fernet.generate_key().decode()])


@pytest.fixture(scope="module")
def migrated() -> Iterator[str]:
    """A database with tables and nothing in them: copying it is quicker than making one for each test."""
    with temporary_database() as url:
        open_storage(url, BOX).close()
        yield url


class TestPostgresqlStorage(StorageContract):
    @pytest.fixture
    def storage(self, migrated: str) -> Iterator[SqlStorage]:
        with temporary_database(like=migrated) as url, closing(open_storage(url, BOX)) as storage:
            yield storage


def test_the_migrations_lead_to_the_tables_of_the_schema(migrated: str) -> None:
    engine = make_engine(migrated)
    with engine.connect() as database:
        context = MigrationContext.configure(database, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()
