"""A sample of simulated histories; `make simulate` plays thousands."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.simulation.breakages import (
    BREAKAGES,
    content_is_not_locked,
    intents_are_not_written,
)
from tests.simulation.coverage import AT_LEAST, Coverage
from tests.simulation.faults import USUAL
from tests.simulation.history import play, play_seed
from tests.simulation.many import stage_set
from tests.simulation.plan import plan_for
from tests.simulation.ports import Stage
from tests.simulation.shrinking import shrunk

SAMPLE = range(1, 41)
NOTICED_WITHIN = 25
FOUND_WITHIN = 250

Breakage = Callable[[], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with stage_set() as stage:
        yield stage


@pytest.mark.attack
def test_every_promise_holds_in_a_sample_and_the_sample_has_all_that_is_frequent_in_it(stage: Stage) -> None:
    coverage = Coverage()
    for seed in SAMPLE:
        outcome = play_seed(stage, seed)
        assert not outcome.broken, _how_to_replay(seed, outcome.story)
        coverage.add(outcome)
    frequent = [what for what, share in AT_LEAST.items() if share >= 0.1]
    assert [what for what in frequent if not coverage.times[what]] == []


@pytest.mark.attack
def test_a_seed_is_one_history_in_every_process(stage: Stage) -> None:
    """Whatever order a process keeps its sets in, and whatever was played before."""
    seeds = (3, 10, 12)
    here = ["\n".join(play_seed(stage, seed).story) for seed in seeds]
    assert here == ["\n".join(play_seed(stage, seed).story) for seed in seeds]
    for hash_seed, seed, story in zip(("1", "2", "3"), seeds, here, strict=True):
        told = subprocess.run(
            [sys.executable, "-m", "tests.simulation", "--seed", str(seed), "--verbose"],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert told == f"{story}\nSeed {seed}: every promise held.\n"


@pytest.mark.parametrize("breakage", [intents_are_not_written, content_is_not_locked])
def test_a_broken_promise_is_soon_noticed(stage: Stage, breakage: Breakage) -> None:
    assert _found(stage, breakage, within=NOTICED_WITHIN)


@pytest.mark.attack
@pytest.mark.parametrize("breakage", BREAKAGES)
def test_whatever_is_broken_is_found(stage: Stage, breakage: Breakage) -> None:
    assert _found(stage, breakage, within=FOUND_WITHIN)


@pytest.mark.attack
def test_a_failure_is_shortened_to_the_acts_that_it_takes(stage: Stage) -> None:
    with intents_are_not_written():
        outcome = next(one for seed in range(1, 1 + NOTICED_WITHIN) if (one := play_seed(stage, seed)).broken)
        short = shrunk(stage, outcome)
        assert short.broken
        assert len(short.plan.acts) < len(outcome.plan.acts)
        assert play(stage, short.plan).story == short.story


def test_switching_a_kind_of_trouble_off_changes_no_other() -> None:
    for seed in SAMPLE:
        all_of_them = plan_for(seed, faults=USUAL)
        for kind in USUAL:
            rest = plan_for(seed, faults=USUAL - {kind})
            assert rest.weather.kinds == all_of_them.weather.kinds - {kind}


def _found(stage: Stage, breakage: Breakage, *, within: int) -> bool:
    with breakage():
        return any(play_seed(stage, seed).broken for seed in range(1, 1 + within))


def _how_to_replay(seed: int, story: list[str]) -> str:
    return "\n".join([f"play it again: python -m tests.simulation --seed {seed} --verbose", *story])
