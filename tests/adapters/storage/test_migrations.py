import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from cryptography.fernet import Fernet
from sqlalchemy import Engine, text

from adapters.secrets import FernetSecretBox
from adapters.storage import open_storage
from adapters.storage.engine import make_engine
from adapters.storage.migrate import current, upgrade
from adapters.storage.schema import LATEST_REVISION, metadata
from core.errors import InvalidInput

BOX = FernetSecretBox([Fernet.generate_key().decode()])


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'kvitt.db'}"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


def test_the_migrations_lead_to_the_tables_of_the_schema(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as database:
        context = MigrationContext.configure(database, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_the_migrations_lead_to_the_very_statements_of_the_schema(engine: Engine, tmp_path: Path) -> None:
    """Partial indexes and the names of constraints, which the comparison above does not look at, are the same too."""
    upgrade(engine)
    fresh = make_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
    metadata.create_all(fresh)
    assert _statements(engine) == _statements(fresh)
    fresh.dispose()


def test_the_revision_that_opening_expects_is_the_latest() -> None:
    config = Config()
    config.set_main_option("script_location", "adapters.storage:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [LATEST_REVISION]


def test_a_database_knows_its_revision(engine: Engine) -> None:
    assert current(engine) is None
    upgrade(engine)
    assert current(engine) == LATEST_REVISION


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    before = _statements(engine)
    upgrade(engine)
    assert _statements(engine) == before


def test_a_migration_that_fails_leaves_nothing_behind(engine: Engine) -> None:
    with engine.begin() as database:
        database.execute(text("CREATE TABLE leases (a INTEGER)"))
    with pytest.raises(Exception, match="leases already exists"):
        upgrade(engine)
    assert current(engine) is None
    assert list(_statements(engine)) == ["leases"]


def test_a_database_of_a_newer_version_is_refused_and_left_alone(engine: Engine, url: str) -> None:
    upgrade(engine)
    with engine.begin() as database:
        database.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(InvalidInput) as refusal:
        open_storage(url, BOX)
    assert refusal.value.code == "database_too_new"
    assert "9999" in refusal.value.message
    assert current(engine) == "9999"


def test_opening_what_is_up_to_date_needs_no_alembic(url: str) -> None:
    open_storage(url, BOX).close()
    program = f"""
import sys
from cryptography.fernet import Fernet
from adapters.secrets import FernetSecretBox
from adapters.storage import open_storage
open_storage({url!r}, FernetSecretBox([Fernet.generate_key().decode()])).close()
sys.exit("alembic" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_migrating_sets_up_no_logging(url: str) -> None:
    program = f"""
import logging, sys
from cryptography.fernet import Fernet
from adapters.secrets import FernetSecretBox
from adapters.storage import open_storage
open_storage({url!r}, FernetSecretBox([Fernet.generate_key().decode()])).close()
loggers = [logging.getLogger(), *(logging.getLogger(name) for name in logging.root.manager.loggerDict)]
sys.exit(any(not isinstance(h, logging.NullHandler) for logger in loggers for h in logger.handlers))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


def test_a_storage_opens_an_empty_database_and_one_that_is_there(url: str) -> None:
    for _ in range(2):
        with closing(open_storage(url, BOX)) as storage:
            storage.ping()


def _statements(engine: Engine) -> dict[str, str]:
    """Return what made each table and index, by name, with white space evened out."""
    with engine.connect() as database:
        made = database.execute(
            text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'")
        )
        return {name: re.sub(r"\s+", " ", sql) for name, sql in made}
