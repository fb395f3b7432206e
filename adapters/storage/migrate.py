"""Bring a database's tables up to date, whole or not at all."""

import threading

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from adapters.storage.dialects import READ_ONLY
from core.errors import InvalidInput

_PLACE = "adapters.storage:migrations"
_LOCK_NUMBER = 5_489_201  # any number will do that nobody else locks in the same PostgreSQL database
_one_at_a_time = threading.Lock()  # Alembic keeps what it is about in module variables


def upgrade(engine: Engine) -> None:
    """Migrate to the latest tables. Of several processes one migrates while the others wait, and then find it done.

    Errors: InvalidInput, code `database_too_new`, when the database was made by a newer Kvitt.
    """
    config = Config()
    config.set_main_option("script_location", _PLACE)
    with _one_at_a_time, engine.begin() as database:
        if database.dialect.name == "postgresql":  # on SQLite the transaction holds the whole database
            database.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
        _require_known(_revision(database), ScriptDirectory.from_config(config))
        config.attributes["connection"] = database
        command.upgrade(config, "head")


def current(engine: Engine) -> str | None:
    """Return the revision of the database's tables, or None when there are none."""
    with engine.connect().execution_options(**READ_ONLY) as database:
        return _revision(database)


def known_revisions() -> frozenset[str]:
    """Return the revisions of the tables that this version knows."""
    config = Config()
    config.set_main_option("script_location", _PLACE)
    return frozenset(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())


def _revision(database: Connection) -> str | None:
    return MigrationContext.configure(database).get_current_revision()


def _require_known(revision: str | None, scripts: ScriptDirectory) -> None:
    if revision is None or revision in {script.revision for script in scripts.walk_revisions()}:
        return
    raise InvalidInput(
        f"The database was made by a newer version of Kvitt (its tables are at revision {revision}).",
        code="database_too_new",
        hint="Install that version again, or use another database.",
    )
