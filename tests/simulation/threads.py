"""The threads that a process does several things at once with: they take turns at the baton, and die with it.

What is patched with these is what starts threads and waits for them in our own code; it runs as it is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from tests.simulation.scheduler import SECOND, Process
from tests.simulation.world import Worker, World

_BETWEEN_LOOKS = SECOND // 20


class SimulatedThread:
    """A thread of the process that makes it."""

    def __init__(self, world: World, target: Callable[..., None], args: tuple[Any, ...], name: str) -> None:
        self._world = world
        self._process = _of_the_same(world, lambda: target(*args), name)

    def start(self) -> None:
        """Have it begin."""
        self._world.saw["threads"] += 1
        self._world.scheduler.spawn(self._process)

    def join(self) -> None:
        """Wait until it has ended. Errors: ProcessDied."""
        while not self._process.has_ended:
            self._world.scheduler.sleep(_BETWEEN_LOOKS)

    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return not self._process.has_ended


class SimulatedLock:
    """A lock that is waited for in simulated time: a real one would be waited for with the baton in hand."""

    def __init__(self, world: Callable[[], World]) -> None:
        self._world = world
        self._is_taken = False

    def __enter__(self) -> None:
        while self._is_taken:
            self._world().scheduler.sleep(_BETWEEN_LOOKS)
        self._is_taken = True

    def __exit__(self, *_: object) -> None:
        self._is_taken = False


@contextmanager
def simulated_threads(world: Callable[[], World]) -> Iterator[None]:
    """Have our own code use these for the length of the block."""

    def thread(*, target: Callable[..., None], args: tuple[Any, ...] = (), name: str, **_: object) -> SimulatedThread:
        return SimulatedThread(world(), target, args, name)

    def lock() -> SimulatedLock:
        return SimulatedLock(world)

    with patch("adapters.parallel.Thread", thread), patch("core.sending.fence.Lock", lock):
        yield


def _of_the_same(world: World, work: Callable[[], None], name: str) -> Process:
    maker = world.worker
    if maker is None:
        return Process(name, work)
    process = maker.process
    process.threads += 1
    return Worker(
        f"{process.name}/{process.threads}",
        work,
        machine=process.machine,
        chance=process.chance.stream("thread", process.threads),
        process=process,
    )
