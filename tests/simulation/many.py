"""Play many histories, in several processes at once."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.simulation.coverage import Coverage
from tests.simulation.faults import Fault
from tests.simulation.history import play_seed
from tests.simulation.ports import Stage

_PIECE = 25
_IN_MEMORY = Path("/dev/shm")


@contextmanager
def stage_set() -> Iterator[Stage]:
    """A stage to play on, for the length of the block: in memory where the machine has such a folder."""
    with TemporaryDirectory(dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None) as folder:
        stage = Stage(Path(folder) / "home")
        try:
            yield stage
        finally:
            stage.close()


def play_many(seeds: Sequence[int], faults: frozenset[Fault], *, jobs: int) -> tuple[Coverage, list[int]]:
    """Play the histories of these seeds in so many processes.

    Return what they had in them, and the seeds of those in which a promise did not hold.
    """
    coverage, failed = Coverage(), list[int]()
    pieces = [seeds[start : start + _PIECE] for start in range(0, len(seeds), _PIECE)]
    # Begun anew and not forked: a process that has threads is not to be forked.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for some, broken in pool.map(partial(played, faults=faults), pieces):
            coverage.merge(some)
            failed += broken
    return coverage, failed


def played(seeds: Sequence[int], *, faults: frozenset[Fault]) -> tuple[Coverage, list[int]]:
    """Do the same in this process."""
    coverage, failed = Coverage(), list[int]()
    with stage_set() as stage:
        for seed in seeds:
            outcome = play_seed(stage, seed, faults)
            coverage.add(outcome)
            if outcome.broken:
                failed.append(seed)
    return coverage, failed
