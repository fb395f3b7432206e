"""Open the storage, with its tables brought up to date first."""

from datetime import timedelta

from sqlalchemy import Engine, inspect, text

from adapters.clock import MachineClocks
from adapters.storage.database_errors import translated
from adapters.storage.engine import BUSY_TIMEOUT, READ_ONLY, make_engine
from adapters.storage.schema import LATEST_REVISION
from adapters.storage.shared_clock import SharedClock
from adapters.storage.unit_of_work import SqlStorage
from core.ports.secret_box import SecretBox

_THIS_MACHINE = MachineClocks()


def open_storage(
    url: str,
    secret_box: SecretBox,
    *,
    busy_timeout: timedelta = BUSY_TIMEOUT,
    outlives_power_cuts: bool = True,
    machine: MachineClocks = _THIS_MACHINE,
) -> SqlStorage:
    """Open the database of that URL; tables that are missing or old are made or migrated.

    `busy_timeout` is how long a transaction waits for its turn. `outlives_power_cuts` as for the engine. `machine` has
    the clocks from which the installation's is kept.
    Errors: InvalidInput, code `bad_database_url` or, when a newer Kvitt was here, `database_too_new`; TryAgain, code
    `storage_busy`.
    """
    engine = make_engine(url, busy_timeout=busy_timeout, outlives_power_cuts=outlives_power_cuts)
    try:
        with translated():
            if not _is_up_to_date(engine):
                # Imported here because a start that has nothing to migrate should not pay for it.
                from adapters.storage.migrate import upgrade

                upgrade(engine)
            clock = SharedClock(engine, machine)
            clock.open()
    except BaseException:
        engine.dispose()
        raise
    return SqlStorage(engine, secret_box, clock)


def _is_up_to_date(engine: Engine) -> bool:
    with engine.connect().execution_options(**READ_ONLY) as database:
        if not inspect(database).has_table("alembic_version"):
            return False
        revision: str | None = database.scalar(text("SELECT version_num FROM alembic_version"))
        return revision == LATEST_REVISION
