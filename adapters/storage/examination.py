"""Look at a database as it is: nothing is made, migrated or left behind."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, make_url, select, text, update
from sqlalchemy.exc import ArgumentError

from adapters.clock import MachineClocks
from adapters.storage.database import make_engine, read_revision, translated
from adapters.storage.dialects import READ_ONLY
from adapters.storage.schema import IS_THERE, businesses, leases, transfers
from adapters.storage.shared_clock import read_clocks
from core.reasons import Reason, Verdict, in_order
from core.transfer import TransferState

_THIS_MACHINE = MachineClocks()
_PATIENCE = timedelta(seconds=5)


class Examination:
    """One look at the database of a URL, from a machine with these clocks.

    Errors of everything here: InvalidInput, code `bad_database_url`; TryAgain, code `storage_busy`.
    """

    def __init__(self, url: str, *, machine: MachineClocks = _THIS_MACHINE) -> None:
        self._machine = machine
        self._engine = make_engine(url, busy_timeout=_PATIENCE)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def revision(self) -> str | None:
        """Return the revision of the tables, or None where there are none yet."""
        with self._read() as database:
            return read_revision(database)

    def require_writable(self) -> None:
        """Write a little, and take it back."""
        with translated(), self._engine.connect() as database, database.begin() as transaction:
            database.execute(text("UPDATE alembic_version SET version_num = version_num"))
            database.execute(update(businesses).values(system=businesses.c.system))
            transaction.rollback()

    def journal_mode(self) -> str | None:
        """Return how SQLite keeps its journal (`wal` is what we need), or None of another database."""
        if self._engine.dialect.name != "sqlite":
            return None
        with self._read() as database:
            return str(database.scalar(text("PRAGMA journal_mode"))).lower()

    def clocks(self) -> tuple[datetime, datetime | None]:
        """Return the wall clock that the installation goes by, and what time it is there; None where nobody began."""
        with self._read() as database:
            return read_clocks(database, self._machine)

    def sealed_settings(self) -> dict[str, str]:
        """Return what is kept encrypted of each business's connection, by the business's name."""
        query = select(businesses.c.name, businesses.c.sealed_settings).order_by(businesses.c.name)
        with self._read() as database:
            return {row.name: row.sealed_settings for row in database.execute(query)}

    def systems(self) -> dict[str, str]:
        """Return the name of each business's accounting system, by the business's name; erased ones are left out."""
        query = select(businesses.c.name, businesses.c.system).where(IS_THERE).order_by(businesses.c.name)
        with self._read() as database:
            return {row.name: row.system for row in database.execute(query)}

    def left_running(self) -> int:
        """Return how many transfers are running that no worker holds: their worker died."""
        with self._read() as database:
            wall, instant = read_clocks(database, self._machine)
            held = select(leases.c.business).where(leases.c.expires_at > (instant or wall))
            query = select(func.count()).where(
                transfers.c.state == TransferState.RUNNING, transfers.c.business.not_in(held)
            )
            return database.scalar(query) or 0

    def rejections(self) -> dict[str, Sequence[Reason]]:
        """Return why transfers were rejected, the most frequent reason first, by accounting system."""
        code = transfers.c.error["code"].as_string()
        groups = (
            select(businesses.c.system, func.count().label("count"), func.min(transfers.c.id).label("example"))
            .select_from(transfers.join(businesses, businesses.c.name == transfers.c.business))
            .where(transfers.c.state == TransferState.REJECTED)
            .group_by(businesses.c.system, code)
            .subquery()
        )
        query = select(groups.c.system, groups.c.count.label("number"), transfers.c.invoice, transfers.c.error).join(
            transfers, transfers.c.id == groups.c.example
        )
        found: dict[str, list[Reason]] = {}
        with self._read() as database:
            for row in database.execute(query):
                reason = Reason(verdict=Verdict.REJECTED, count=row.number, invoice=row.invoice, **_told(row.error))
                found.setdefault(row.system, []).append(reason)
        return {system: in_order(reasons) for system, reasons in found.items()}

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with translated(), self._engine.connect().execution_options(**READ_ONLY) as database:
            yield database


def _told(error: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: (error or {}).get(name, "") for name in ("code", "message", "hint")}


def is_there(url: str) -> bool:
    """Whether there is anything to look at: an SQLite file that is missing would be made by looking."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return True  # looking tells what is wrong with it
    return parsed.get_backend_name() != "sqlite" or not parsed.database or Path(parsed.database).exists()
