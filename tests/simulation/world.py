"""The world of one history: its time and clocks, its chance, its trouble, its processes, and what is told of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.simulation.chance import Chance
from tests.simulation.faults import Fault, Weather
from tests.simulation.scheduler import SECOND, Process, ProcessDied, Scheduler

_STEPS_SECONDS = (-36_000, -3_600, -130, -5, 5, 130, 3_600, 36_000)
_FARTHEST = 72_000 * SECOND
"""No clock goes farther from the true time: an order is looked for from a day before its intent."""

START = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)


@dataclass(eq=False)
class Machine:
    """A machine on which processes run. Its wall clock is `off` from the true time, in the scheduler's units."""

    name: str
    off: int = 0


class Worker(Process):
    """A process of the installation, on a machine, with a stream of chance of its own; or a thread of a `process`."""

    def __init__(
        self,
        name: str,
        work: Callable[[], None],
        *,
        machine: Machine,
        chance: Chance,
        process: "Worker | None" = None,
    ) -> None:
        super().__init__(name, work)
        self.process: Worker = process or self
        self.threads = 0
        self.machine = machine
        self.chance = chance
        self.will_stop = False
        self.is_stopping = False
        self.is_in_transaction = False
        self.takes_turns_itself = False


@dataclass
class World:
    """What everything in a history shares."""

    chance: Chance
    weather: Weather
    machines: list[Machine]
    scheduler: Scheduler = field(default_factory=Scheduler)
    database: Machine = field(default_factory=lambda: Machine("database"))
    story: list[str] = field(default_factory=list)
    saw: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    """What was promised and does not hold; the history ends with the first."""

    @property
    def worker(self) -> Worker | None:
        """The process that runs now; None while the director does, and what it does meets no trouble."""
        current = self.scheduler.current
        return current if isinstance(current, Worker) else None

    @property
    def true_now(self) -> datetime:
        """The instant by a clock that nobody steps: the accounting system's."""
        return START + timedelta(microseconds=self.scheduler.now)

    def now_on(self, machine: Machine) -> datetime:
        """The instant by a machine's wall clock."""
        return self.true_now + timedelta(microseconds=machine.off)

    def tell(self, text: str) -> None:
        """Add a step to the story: when, who, what."""
        who = self.scheduler.current.name if self.scheduler.current else "-"
        self.story.append(f"{self.scheduler.now / SECOND:12.6f}  {who:<14} {text}")

    def breaks(self, promise: str) -> None:
        """Note a promise that does not hold."""
        self.tell(f"BROKEN: {promise}")
        self.broken.append(promise)

    def point(self, where: str) -> None:
        """A point at which others may run, clocks may be stepped, and the process may die. Errors: ProcessDied."""
        worker = self.worker
        if worker is None:
            return
        if worker.is_dead:
            raise ProcessDied
        if worker.chance.happens(self.weather.rate(Fault.KILLS)):
            self.kill(worker, where)
            raise ProcessDied
        if worker.chance.happens(self.weather.rate(Fault.CLOCK_STEPS)):
            self.step_clocks(worker.chance)
        self.scheduler.sleep(worker.chance.time(0, 0.02))

    def step_clocks(self, chance: Chance) -> None:
        """Step one machine's wall clock, be it the database's, or all, by seconds or hours, forward or back."""
        machines = [*self.machines, self.database]
        some, step = (
            (machines if chance.happens(0.5) else [chance.pick(machines)]),
            chance.pick(_STEPS_SECONDS) * SECOND,
        )
        self.saw["clock steps"] += 1
        for machine in some:
            if abs(machine.off + step) <= _FARTHEST:
                machine.off += step
                self.tell(f"the clock of {machine.name} is stepped by {step // SECOND} s")

    def kill(self, worker: Process, where: str) -> None:
        """Have a process die, all its threads with it; what it asked of the accounting system may still be done."""
        self.saw[f"killed {where}"] += 1
        self.tell(f"{worker.name} is killed {where}")
        self.scheduler.kill(worker)
        if isinstance(worker, Worker):
            for one in self.scheduler.processes:
                if isinstance(one, Worker) and one.process is worker.process and one is not worker:
                    self.scheduler.kill(one)
