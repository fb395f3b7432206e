"""Processes that take turns at one baton, in simulated time: which of them goes on, and when, is the caller's to say.

Each process is a thread, so that the code under test runs as it is; but only one of them ever runs, and it goes on
until it sleeps. Whoever sleeps carries out what is due next. Nothing here looks at the machine's clock.
"""

import threading
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

SECOND = 1_000_000
"""Simulated time is counted in microseconds."""


class ProcessDied(BaseException):
    """Raised wherever a dead process would go on. Not an Exception: nothing in a dead process handles it."""


class Process:
    """Something that works and sleeps. A dead one wakes up once more, to be told so."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self.name = name
        self.work = work
        self.is_dead = False
        self.has_ended = False
        self.gate = threading.Lock()
        self.gate.acquire()
        self.wakes_as = -1
        """The number of the event that wakes it; earlier ones count for nothing."""


class Scheduler:
    """Carries out events in order of time, and of their making where that is the same.

    The thread that made the scheduler is the director: it is no process, can't be killed, and sleeps as they do.
    """

    def __init__(self) -> None:
        self.now = 0
        self.crashes: list[tuple[str, BaseException]] = []
        self._numbers = count()
        self._events: list[tuple[int, int, Callable[[], None] | Process]] = []
        self._director = Process("director", lambda: None)
        self._until_dry = False
        self._live: dict[Process, threading.Thread] = {}
        self.current: Process | None = None

    @property
    def processes(self) -> list[Process]:
        """Those that have not ended, in the order in which they began."""
        return list(self._live)

    def at(self, when: int, do: Callable[[], None]) -> None:
        """Have something done at that instant, by nobody's process."""
        heappush(self._events, (max(when, self.now), next(self._numbers), do))

    def spawn(self, process: Process, *, after: int = 0) -> None:
        """Have a process begin so long from now."""
        thread = threading.Thread(target=self._life, args=(process,), name=process.name, daemon=True)
        self._live[process] = thread
        self._wake(process, self.now + after)
        thread.start()

    def sleep(self, time: int) -> None:
        """Let the current process (or the director) sleep so long. Errors: ProcessDied."""
        sleeper = self.current or self._director
        self._wake(sleeper, self.now + time)
        self._go_on(sleeper)
        if sleeper.is_dead:
            raise ProcessDied

    def run_dry(self, *, longest: int) -> None:
        """Let everything happen that is due within so long; time stands where the last of it happened."""
        self._until_dry = True
        self.sleep(longest)
        self._until_dry = False

    def kill(self, process: Process) -> None:
        """Have a process die where it is."""
        process.is_dead = True
        if process is not self.current:
            self._wake(process, self.now)

    def end(self) -> None:
        """Let all that lives die, and wait for the threads."""
        threads = list(self._live.values())
        while self._live:
            for process in self.processes:
                self.kill(process)
            self.sleep(0)
        for thread in threads:
            thread.join()

    def _wake(self, process: Process, when: int) -> None:
        number = next(self._numbers)
        process.wakes_as = number
        heappush(self._events, (when, number, process))

    def _go_on(self, sleeper: Process | None) -> None:
        """Carry out what is due until it is the sleeper's turn; where it is another's, hand the baton over."""
        while True:
            process = self._next()
            if process is sleeper:
                break
            self._give(process)
            if sleeper is None:
                return
            sleeper.gate.acquire()
            break
        self.current = None if sleeper is self._director else sleeper

    def _next(self) -> Process:
        self.current = None
        while True:
            when, number, what = self._events[0]
            if what is self._director and self._until_dry and number == what.wakes_as:
                heappop(self._events)
                return what
            heappop(self._events)
            if not isinstance(what, Process):
                self.now = max(self.now, when)
                what()
            elif number == what.wakes_as and not what.has_ended:
                self.now = max(self.now, when)
                return what

    def _give(self, process: Process) -> None:
        process.gate.release()

    def _life(self, process: Process) -> None:
        process.gate.acquire()
        self.current = process
        try:
            if not process.is_dead:
                process.work()
        except ProcessDied:
            pass
        except BaseException as error:  # noqa: BLE001 - it is judged by whoever directs
            self.crashes.append((process.name, error))
        finally:
            process.has_ended = True
            del self._live[process]
            self._go_on(None)
