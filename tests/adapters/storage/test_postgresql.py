"""The same promises on PostgreSQL, where a server answers."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from cryptography.fernet import Fernet

from adapters.secrets import FernetSecretBox
from adapters.storage import SqlStorage, open_storage
from adapters.storage.database import make_engine
from adapters.storage.schema import metadata
from tests.storage_contract import StorageContract

BOX = FernetSecretBox([Fernet.generate_key().decode()])


class TestPostgresqlStorage(StorageContract):
    @pytest.fixture
    def storage(self, postgresql: str) -> Iterator[SqlStorage]:
        with closing(open_storage(postgresql, BOX)) as storage:
            yield storage


def test_the_migrations_lead_to_the_tables_of_the_schema(postgresql: str) -> None:
    engine = make_engine(postgresql)
    with engine.connect() as database:
        context = MigrationContext.configure(database, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()
