"""Our own side of the ports, simulated: where the simulation meets the wiring of an installation, and nowhere else.

What a process holds for itself (its clock, its queue, whether it was asked to stop) is looked up for the process that
runs at that moment, so one container serves them all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path

from dependency_injector import providers

from adapters.clock import MachineClocks
from adapters.storage import open_storage
from adapters.storage.unit_of_work import SqlStorage
from core.business import Business, Connection
from core.errors import AccessRefused, InvalidInput, KvittError, LeaseLost, TryAgain
from core.ports.clock import Clock
from core.ports.observers import Unobserved
from core.ports.storage import UnitOfWork
from core.transfer import Transfer
from core.use_cases.recover import Recover
from entrypoints.container import Container, make_container
from entrypoints.settings import Settings
from tests.fakes.marks import FakeMarks
from tests.homes import furnish
from tests.simulation.faults import Fault
from tests.simulation.line import Company
from tests.simulation.scheduler import SECOND
from tests.simulation.threads import simulated_threads
from tests.simulation.vendor import SimulatedSystem
from tests.simulation.world import START, Worker, World

SYSTEM = "fake"
LEASE_SECONDS, SETTLING_SECONDS = 220.0, 120.0
UP_FOR = timedelta(hours=1)
"""So long has the machine been up when a history begins."""


class Stage:
    """An installation that histories are played in, one after the other: its wiring and its database are used again."""

    def __init__(self, home: Path) -> None:
        self._world: World | None = None
        self._numbers = 0
        self.companies: dict[str, Company] = {}
        self._threads = ExitStack()
        self._threads.enter_context(simulated_threads(lambda: self.world))
        furnish(home)
        settings = Settings(
            home=home, settling_seconds=SETTLING_SECONDS, lease_seconds=LEASE_SECONDS, follow_up_seconds=1e-3
        )
        self.database = Database(home / "kvitt.db", lambda: self._world)
        self.queue = SimulatedQueue(lambda: self.world)
        self.marks = FakeMarks()
        self.container = _wired(settings, self)
        self.queue.take_turn = self.container.take_turn().take

    @property
    def world(self) -> World:
        """The world of the history that is played."""
        assert self._world is not None, "no history is played"
        return self._world

    def begin(self, world: World) -> None:
        """Begin a history: with empty tables and nothing in any queue or books."""
        self._world = world
        self.companies = {}
        self.marks.mark = None
        self.database.empty()
        self.queue.forget()
        self._numbers = 0

    def close(self) -> None:
        """Close the database, and leave threads as they are."""
        self.database.storage.close()
        self._threads.close()

    def new_id(self) -> str:
        """Return an identifier that is later than those before it."""
        self._numbers += 1
        return f"id-{self._numbers:06}"

    def recover(self) -> None:
        """Do what an operator does after the database was put back: have it recovered, until nothing is left to be."""
        recover = self.container.recover()
        recover.begin()
        self._recovered(recover)
        if recover.left():  # a backup from before the first order: only the operator knows of when it is
            recover.begin(START - timedelta(hours=1))
            self._recovered(recover)
        if left := recover.left():
            self.world.breaks(f"{', '.join(left)} can't be recovered")

    def _recovered(self, recover: Recover) -> None:
        for business in recover.left():
            for seconds in (SETTLING_SECONDS, LEASE_SECONDS, LEASE_SECONDS):
                try:
                    recover.recover(business)
                    break
                except TryAgain as error:
                    self.world.tell(f"{business} can't be recovered yet: {error.message} [{error.code}]")
                    self.world.scheduler.sleep(round(seconds * 1.1) * SECOND)


class Database:
    """The SQLite file: emptied, copied and put back while nobody has a transaction."""

    def __init__(self, file: Path, world: Callable[[], World | None]) -> None:
        self._file = file
        machine = _simulated_clocks(world)
        url = f"sqlite:///{file}"
        self.storage: SqlStorage = open_storage(url, PlainBox(), machine=machine, outlives_power_cuts=False)
        self.storage.close()
        self._empty = file.read_bytes()

    def empty(self) -> None:
        """Put the tables back as they are at first, for a history whose processes know of no time yet."""
        self.put_back(self._empty)
        self.storage.clock._place = None

    def copy(self) -> bytes:
        """Return a backup, as it is taken from a running installation."""
        self.storage.close()  # the last connection writes what is in the log into the file
        return self._file.read_bytes()

    def put_back(self, backup: bytes) -> None:
        """Put a backup in the place of what is there."""
        self.storage.close()
        for log in ("-wal", "-shm"):
            self._file.with_name(self._file.name + log).unlink(missing_ok=True)
        self._file.write_bytes(backup)


def _simulated_clocks(world: Callable[[], World | None]) -> MachineClocks:
    """The clocks of the one machine that an SQLite file can be on.

    Time passes alike for all of its processes. Its wall clock is set by whoever steps clocks, and differently for each
    process: none of them may go by it.
    """

    def wall() -> datetime:
        if (seen := world()) is None:
            return START
        return seen.now_on(seen.worker.machine if seen.worker else seen.database)

    def elapsed() -> timedelta:
        seen = world()
        return UP_FOR + timedelta(microseconds=seen.scheduler.now if seen else 0)

    return MachineClocks(wall=wall, elapsed=elapsed, boot=lambda: "simulated")


class PlainBox:
    """A secret box that hides nothing: no history is secret."""

    def seal(self, text: str) -> str:
        return text

    def open(self, sealed: str) -> str:
        return sealed


class SimulatedStorage:
    """The real storage, in which a process may die before a commit or after it, and which may be busy."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @property
    def clock(self) -> Clock:
        """The installation's."""
        return self._stage.database.storage.clock

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        with self._stage.database.storage.reading() as work:
            yield work

    @contextmanager
    def transaction(self) -> Iterator[UnitOfWork]:
        world = self._stage.world
        worker = world.worker
        if worker is None:
            with self._stage.database.storage.transaction() as work:
                yield work
            return
        world.point("between transactions")
        if worker.chance.happens(world.weather.rate(Fault.BUSY_STORAGE)):
            world.saw["busy storage"] += 1
            raise TryAgain("The database is busy.", code="storage_busy")
        with self._stage.database.storage.transaction() as work:
            worker.is_in_transaction = True
            try:
                yield work
                dies, at_commit = worker.chance.happens(world.weather.rate(Fault.KILLS)), worker.chance.happens(0.5)
                if dies and at_commit:
                    self._die(worker, "before a commit")
            finally:
                worker.is_in_transaction = False
        if dies:
            self._die(worker, "after a commit")

    def _die(self, worker: Worker, where: str) -> None:
        world = self._stage.world
        world.kill(worker, where)
        world.scheduler.sleep(0)


class SimulatedSystems:
    """The one plugin: the account name says whose books they are."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def open(self, business: Business) -> SimulatedSystem:
        company = self._stage.companies.get(business.accounting.settings.get("account_name", ""))
        if company is None:
            raise AccessRefused("There is no such account.")
        return SimulatedSystem(company)

    def checked(self, connection: Connection) -> Connection:
        self.secrets(connection.system)
        if set(connection.settings) != {"account_name", "password"}:
            raise InvalidInput("The connection can't be used.")
        return connection

    def shown(self, connection: Connection) -> Mapping[str, str]:
        return {"system": connection.system, "account_name": connection.settings["account_name"]}

    def secrets(self, system: str) -> frozenset[str]:
        if system != SYSTEM:
            raise InvalidInput("There is no such plugin.", code="unknown_system")
        return frozenset({"password"})

    def deciding_books(self, system: str) -> frozenset[str]:
        return frozenset({"account_name"})


class SimulatedQueue:
    """Turns that workers take, one of a business at a time; a dead one stays, as in the real queue, until put anew.

    A process that takes turns itself, as a command does, takes them before `put` returns.
    """

    def __init__(self, world: Callable[[], World]) -> None:
        self._world = world
        self._turns: dict[str, Worker] = {}
        self._count = 0
        self.take_turn: Callable[[str], None] = lambda _business: None

    def forget(self) -> None:
        """Have nothing in the queue."""
        self._turns.clear()
        self._count = 0

    def put(self, business: str) -> None:
        worker = self._world().worker
        if worker and worker.process.takes_turns_itself:
            self._take(business)
        elif business not in self._turns:
            self._begin(business)

    def put_anew(self, business: str) -> None:
        worker = self._world().worker
        if worker and worker.takes_turns_itself:
            self._take(business)
        else:
            self._begin(business)

    def _begin(self, business: str) -> None:
        world = self._world()
        self._count += 1
        chance = world.chance.stream("turn", self._count)
        turn = Worker(
            f"turn {self._count}", lambda: self._work(business), machine=chance.pick(world.machines), chance=chance
        )
        turn.will_stop = chance.happens(world.weather.rate(Fault.STOPS))
        self._turns[business] = turn
        world.saw["turns"] += 1
        world.scheduler.spawn(turn, after=chance.time(0, 0.1))

    def _work(self, business: str) -> None:
        turn = self._world().worker
        self._world().tell(f"takes a turn at {business}")
        self._take(business)
        if self._turns.get(business) is turn:
            del self._turns[business]

    def _take(self, business: str) -> None:
        world = self._world()
        try:
            self.take_turn(business)
        except LeaseLost:
            world.saw["leases lost"] += 1
            world.tell("has lost the lease")
        except KvittError as error:
            world.tell(f"the turn ends: {error.message} [{error.code}]")


class Onlooker(Unobserved):
    """Looks on at the work, and counts what a history is worth."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def took_over(self, business: str, transfers: Sequence[Transfer]) -> None:
        self._stage.world.saw["takeovers"] += 1

    def ended(self, system: str, transfers: Sequence[Transfer]) -> None:
        for one in transfers:
            self._stage.world.saw[f"attempts: {one.state}"] += 1
            if one.error:
                self._stage.world.saw[f"because: {one.error.code}"] += 1


def _wired(settings: Settings, stage: Stage) -> Container:
    """Wire an installation over the stage."""
    container = make_container(settings)
    for provider, simulated in (
        (container.storage, SimulatedStorage(stage)),
        (container.systems, SimulatedSystems(stage)),
        (container.queue, stage.queue),
        (container.telemetry, Onlooker(stage)),
        (container.marks, stage.marks),
        (container.new_id, stage.new_id),
        (container.new_holder, stage.new_id),
        (container.is_stopping, lambda: _is_stopping(stage)),
        (container.chance, lambda: _spread(stage)),
    ):
        provider.override(providers.Object(simulated))
    # It is one for all processes, and one that dies in it must not shut the others out.
    container.restore_watch()._joining = nullcontext()  # type: ignore[assignment]
    return container


def _is_stopping(stage: Stage) -> bool:
    """Whether the process was asked to stop: one that will be, is so from some point on."""
    worker = stage.world.worker and stage.world.worker.process
    if worker is None:
        return False
    if worker.will_stop and worker.chance.happens(0.1):
        worker.will_stop, worker.is_stopping = False, True
        stage.world.saw["stops"] += 1
        stage.world.tell("is asked to stop")
    return worker.is_stopping


def _spread(stage: Stage) -> float:
    worker = stage.world.worker
    return worker.chance.fraction() if worker else 0
