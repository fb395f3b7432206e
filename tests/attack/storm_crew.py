"""What makes a storm: worker processes that are killed, a bad connection, and settings with short times."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.faults import Fault
from tests.systems import SYSTEMS

ROOT = Path(__file__).parents[2]

LOST = ("reset_after", "http_502_after", "login_page_after", "truncated", "malformed", "reset", "late", "drip")
MOODS = (*LOST, "throttled")
"""What befalls a call in a storm: its answer is lost, or it is turned away."""

CALLS_PER_LOST_ANSWER = 20
LONGEST_LATE_SECONDS = 1.5

TAKEN_OVER = "Took over what a worker whose lease had expired left running"
"""What workers say, rightly, where others were killed."""

FIRST_STRIKE_SECONDS = 0.5

ENDED = "ended with"
"""What begins a complaint about a worker that ended though nobody had killed it."""

SETTINGS = {
    **dict.fromkeys((system.timeout for system in SYSTEMS.values()), "2"),
    "KVITT_SETTLING_SECONDS": "5",  # longer than the latest a call may take effect, with room for a crowded machine
    "KVITT_LEASE_SECONDS": "4",
    "KVITT_RETRY_FIRST_SECONDS": "0.1",
    "KVITT_RETRY_LONGEST_SECONDS": "1",
    "KVITT_SWEEP_SECONDS": "0.5",
    "KVITT_STOP_SECONDS": "10",
    "KVITT_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
}


def surround(monkeypatch: pytest.MonkeyPatch, office: Sandbox, home: Path, database_url: str | None) -> None:
    """Give this process, and those that it starts, the environment of a storm. `database_url` None is SQLite."""
    for name in [name for name in os.environ if name.startswith("KVITT_")]:
        monkeypatch.delenv(name)
    installation = {"KVITT_HOME": str(home), **({"KVITT_DATABASE_URL": database_url} if database_url else {})}
    for system in SYSTEMS.values():
        installation.update(system.environment(office))
    for name, value in {**installation, **SETTINGS}.items():
        monkeypatch.setenv(name, value)


class Crew:
    """Worker processes; one that is killed is replaced at once. Where there are several homes, they take turns."""

    def __init__(self, chance: random.Random, logs: Path, homes: Sequence[Path] = ()) -> None:
        self.killed = 0
        self._chance = chance
        self._logs = logs
        self._homes = homes
        self._go = logs / "go"
        self._started = 0
        self._at_work: list[subprocess.Popen[bytes]] = []
        self._begun: dict[int, Path] = {}
        self._exits: list[int] = []

    def join(self) -> None:
        """Start another worker."""
        self._started += 1
        begun, log = self._logs / f"worker-{self._started}.begun", self._logs / f"worker-{self._started}.log"
        command = [sys.executable, "-m", "tests.attack.storm_worker", str(self._chance.random()), str(self._go)]
        with begun.open("wb") as output, log.open("wb") as errors:
            worker = subprocess.Popen(command, cwd=ROOT, env=self._environment(), stdout=output, stderr=errors)
        self._at_work.append(worker)
        self._begun[worker.pid] = begun

    def kill_one_at_work(self) -> None:
        """Kill a worker, whatever it does, and let another take its place.

        Only while all have begun: on a crowded machine nobody would get to work else.
        """
        if not self._all_have_begun():
            return
        self._kill(self._chance.choice(self._at_work))
        self.join()

    def kill_all(self) -> None:
        """Kill every worker; nobody takes their places."""
        for victim in list(self._at_work):
            self._kill(victim)

    def _kill(self, victim: subprocess.Popen[bytes]) -> None:
        self._at_work.remove(victim)
        victim.kill()
        if victim.wait() != -signal.SIGKILL:
            self._exits.append(victim.returncode)
        self.killed += 1

    def _environment(self) -> dict[str, str]:
        home = {"KVITT_HOME": str(self._homes[self._started % len(self._homes)])} if self._homes else {}
        return {**os.environ, **home}

    def begin(self, *, patience: float) -> None:
        """Let them send, once all are at work; `patience` is in seconds."""
        ends = time.monotonic() + patience
        while not self._all_have_begun():
            assert time.monotonic() < ends, ["the workers do not begin", *self.complaints()]
            time.sleep(0.05)
        self._go.touch()

    def _all_have_begun(self) -> bool:
        return all(self._begun[worker.pid].stat().st_size or worker.poll() is not None for worker in self._at_work)

    def dismiss(self) -> None:
        """Ask all to stop, and see that they do."""
        for worker in self._at_work:
            worker.terminate()
        try:
            for worker in self._at_work:
                if worker.wait(timeout=30) not in (0, -signal.SIGTERM):  # the latter: while still importing
                    self._exits.append(worker.returncode)
        finally:
            for worker in self._at_work:
                worker.kill()
                worker.wait()

    def complaints(self) -> list[str]:
        """What workers said, and how they ended where nobody had killed them."""
        lines = [line for path in self._logs.glob("worker-*.log") for line in path.read_text().splitlines()]
        said = [line for line in lines if line != TAKEN_OVER]
        return said + [f"{ENDED} {code}" for code in self._exits]


@contextmanager
def crew(size: int, chance: random.Random, logs: Path, homes: Sequence[Path] = ()) -> Iterator[Crew]:
    """Have so many workers at work for the length of the block."""
    workers = Crew(chance, logs, homes)
    try:
        for _ in range(size):
            workers.join()
        yield workers
    finally:
        workers.dismiss()


@dataclass
class BadConnection:
    """What was lost so far."""

    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def lost(self) -> int:
        """How many answers were lost."""
        return self.kinds.total()


@contextmanager
def bad_connection(chance: random.Random, office: Sandbox) -> Iterator[BadConnection]:
    """Lose one answer in CALLS_PER_LOST_ANSWER, in one way or another, or turn that call away, within the block."""
    own_chance = random.Random(chance.random())
    connection, over = BadConnection(), threading.Event()

    def keep_losing() -> None:
        waiting: Fault | None = None
        while not over.wait(0.01):
            if waiting is not None and waiting.times:
                continue
            if waiting is not None:
                connection.kinds[waiting.kind] += 1
            waiting = office.inject(
                "*",
                own_chance.choice(MOODS),
                after=own_chance.randrange(2 * CALLS_PER_LOST_ANSWER - 1),
                delay=own_chance.uniform(0, LONGEST_LATE_SECONDS),
            )

    thread = threading.Thread(target=keep_losing, name="bad-connection", daemon=True)
    thread.start()
    try:
        yield connection
    finally:
        over.set()
        thread.join()
        office.clear_faults()
