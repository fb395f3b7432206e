"""Processes take turns at one baton, in simulated time."""

from collections.abc import Iterator

import pytest

from tests.simulation.scheduler import SECOND, Process, ProcessDied, Scheduler


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    scheduler = Scheduler()
    yield scheduler
    scheduler.end()


def test_what_is_due_earlier_happens_earlier_whoever_began_first(scheduler: Scheduler) -> None:
    told: list[str] = []

    def works(name: str, seconds: int) -> None:
        scheduler.sleep(seconds * SECOND)
        told.append(f"{name} at {scheduler.now // SECOND}")

    scheduler.spawn(Process("slow", lambda: works("slow", 3)))
    scheduler.spawn(Process("quick", lambda: works("quick", 1)))
    scheduler.at(2 * SECOND, lambda: told.append("event at 2"))
    scheduler.run_dry(longest=10 * SECOND)
    assert told == ["quick at 1", "event at 2", "slow at 3"]
    assert scheduler.now == 3 * SECOND


def test_a_process_that_is_killed_does_nothing_more_but_unwind(scheduler: Scheduler) -> None:
    told: list[str] = []

    def works() -> None:
        try:
            scheduler.sleep(5 * SECOND)
            told.append("went on")
        except ProcessDied:
            told.append(f"died at {scheduler.now // SECOND}")
            raise

    process = Process("victim", works)
    scheduler.spawn(process)
    scheduler.sleep(2 * SECOND)
    scheduler.kill(process)
    scheduler.run_dry(longest=10 * SECOND)
    assert told == ["died at 2"]
    assert scheduler.processes == []
    assert scheduler.crashes == []


def test_one_that_is_killed_before_it_begins_never_begins(scheduler: Scheduler) -> None:
    began: list[str] = []
    process = Process("victim", lambda: began.append("began"))
    scheduler.spawn(process, after=SECOND)
    scheduler.kill(process)
    scheduler.run_dry(longest=10 * SECOND)
    assert began == []


def test_an_error_that_nobody_handles_is_kept_for_the_director(scheduler: Scheduler) -> None:
    def fails() -> None:
        raise ValueError("a fault")

    scheduler.spawn(Process("faulty", fails))
    scheduler.run_dry(longest=SECOND)
    assert [(name, str(error)) for name, error in scheduler.crashes] == [("faulty", "a fault")]
