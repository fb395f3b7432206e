"""A backup that is taken in the middle of a storm, and put back later in its middle: exactly one order each.

Workers, backups and `kvitt recover` are real: processes that are killed, the databases' own tools, the command that an
operator runs. The sources give all invoices again, for the backup knows nothing of the later ones. On PostgreSQL the
workers have homes of their own, as on two machines; each keeps its own mark there.
"""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet
from dependency_injector import providers

from entrypoints.cli.exit_codes import ExitCode
from entrypoints.container import Container, make_container
from entrypoints.settings import read_settings
from sandbox import Sandbox
from tests.attack.backups import Backup
from tests.attack.books import held_books
from tests.attack.installation import Unattended
from tests.attack.storm_crew import ENDED, FIRST_STRIKE_SECONDS, ROOT, Crew, bad_connection, crew, surround
from tests.attack.storm_world import (
    Scale,
    add_invoices,
    businesses_of,
    people_the_world,
    see_exactly_one_of_each,
    stories,
    unfinished,
)
from tests.systems import SYSTEMS

SCALE = Scale(workers=3, businesses=8, invoices=12, customers=4, pause=1.0, patience=300)
EARLIER = range(SCALE.invoices // 2)
EVERY = range(SCALE.invoices)
TOTAL = SCALE.businesses * SCALE.invoices
BACKED_UP_AT, PUT_BACK_AT = TOTAL // 4, TOTAL * 3 // 4
"""So many orders are there when the backup is taken, and when it is put back, at least."""

RECOVER = (sys.executable, "-u", "-c", "from entrypoints.cli.main import main; main()", "recover")


class Storm:
    """A storm to wait in: workers are killed and sessions expire while somebody waits for something."""

    def __init__(self, seed: str, workers: Crew, office: Sandbox) -> None:
        self._chance = random.Random(f"{seed} strikes")
        self._workers = workers
        self._office = office
        self._strikes_at = time.monotonic() + self._chance.uniform(0, FIRST_STRIKE_SECONDS)
        self._ends = time.monotonic() + SCALE.patience

    def until(self, there: Callable[[], bool], *, stuck: Callable[[], str] = str) -> None:
        """Wait until it is so. Errors: the test fails, with what `stuck` says, when that takes too long."""
        while not there():
            if time.monotonic() > self._ends:
                pytest.fail("\n".join([f"stuck: {stuck()}", *self._workers.complaints()]))
            if time.monotonic() >= self._strikes_at:
                self._strikes_at = time.monotonic() + self._chance.uniform(0, 2 * SCALE.pause)
                self._workers.kill_one_at_work()
                if self._chance.random() < 0.5:
                    self._office.expire_sessions()
            time.sleep(0.05)


@pytest.mark.attack
@pytest.mark.parametrize("stopped", [False, True], ids=["while_workers_run", "while_workers_are_stopped"])
def test_a_backup_is_put_back_in_the_middle_of_a_storm(
    seed: str,
    database_url: str | None,
    office: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stopped: bool,
) -> None:
    homes = [tmp_path / "home"] if database_url is None else [tmp_path / "home", tmp_path / "other-home"]
    surround(monkeypatch, office, homes[0], database_url)
    monkeypatch.setenv("KVITT_SECRET_KEY", Fernet.generate_key().decode())
    chance = random.Random(seed)
    with operator() as container:
        people_the_world(SCALE, container, office, invoices=EARLIER)
    with crew(SCALE.workers, chance, tmp_path, homes=homes) as workers, bad_connection(chance, office) as connection:
        workers.begin(patience=SCALE.patience)
        began, storm = time.monotonic(), Storm(seed, workers, office)
        storm.until(lambda: orders(office) >= BACKED_UP_AT)
        backup = Backup(read_settings(), tmp_path / "kept")
        kept, noted = orders(office), noted_by_now()
        give_all()
        storm.until(lambda: orders(office) >= PUT_BACK_AT and all(marked(home) > noted for home in homes))
        put_back(backup, workers, database_url, stopped=stopped)
        forgotten = orders(office) - kept
        interrupted = recover(storm, tmp_path)
        give_all()
        with operator() as container:
            storm.until(lambda: not unfinished(container), stuck=lambda: stories(container, unfinished(container)))
    office.settle()
    print(  # noqa: T201 - figures
        f"{TOTAL} invoices, {workers.killed} kills, {kept} orders at the backup, {forgotten} more after it, "
        f"recover was killed after {interrupted} businesses, {connection.lost} answers lost {dict(connection.kinds)}, "
        f"{time.monotonic() - began:.0f} s"
    )
    with operator() as container:
        see_exactly_one_of_each(SCALE, container, office)
    complaints = workers.complaints()
    if not stopped:  # under them invoices went and tables were locked, which they rightly said; none may have ended
        complaints = [one for one in complaints if one.startswith(ENDED)]
    assert complaints == []
    assert workers.killed > 0
    assert connection.lost > 0
    assert forgotten > 0


@contextmanager
def operator() -> Iterator[Container]:
    """The installation, as a process that starts now sees it; the turns are the workers' to take."""
    container = make_container(read_settings())
    container.queue.override(providers.Object(Unattended()))
    try:
        yield container
    finally:
        container.storage().close()


def orders(office: Sandbox) -> int:
    """How many orders there are, finished or not."""
    each = {system.family: system for system in SYSTEMS.values()}
    return sum(len(books.orders) for system in each.values() for books in held_books(office, system))


def noted_by_now() -> int:
    """How many orders the database has noted."""
    with operator() as container, container.storage().transaction() as work:
        return sum(work.installation.latest_noted(limit=SCALE.businesses).values())


def marked(home: Path) -> int:
    """How many orders a home knows to have been noted: it notices only that the database forgot one of those."""
    return sum(json.loads((home / "mark.json").read_text())["noted"].values())


def give_all() -> None:
    """Have the sources give every invoice, those too that are there, and send them; workers find them."""
    with operator() as container:
        add_invoices(SCALE, container, EVERY)
        for business in businesses_of(SCALE):
            container.send_many().send_all(business)


def put_back(backup: Backup, workers: Crew, database_url: str | None, *, stopped: bool) -> None:
    """Put the backup back: under the workers, or as it is written for operators, with the turns taken away."""
    if not stopped:
        backup.put_back(in_place=True)
        return
    workers.kill_all()
    backup.put_back()
    if database_url:
        with psycopg.connect(database_url) as database:
            database.execute("DROP SCHEMA IF EXISTS dbos CASCADE")
    for file in read_settings().home.glob("turns.db*"):
        file.unlink()
    for _ in range(SCALE.workers):
        workers.join()


def recover(storm: Storm, folder: Path) -> int:
    """Run the command, kill it after it told of a business, and run it until all is recovered.

    Return how many businesses it had told of when it was killed.
    """
    told = folder / "recover.log"

    def run(killed_when: Callable[[str], bool]) -> int:
        with told.open("w") as output, subprocess.Popen(RECOVER, cwd=ROOT, stdout=output, stderr=output) as command:
            try:
                storm.until(lambda: command.poll() is not None or killed_when(told.read_text()), stuck=told.read_text)
            finally:
                command.kill()
        return command.returncode

    assert run(lambda said: "orders read" in said) == -signal.SIGKILL, f"recover ended by itself: {told.read_text()}"
    interrupted = told.read_text().count("orders read")
    storm.until(lambda: run(lambda _said: False) == ExitCode.DONE, stuck=told.read_text)
    return interrupted
