"""Play simulated histories: `python -m tests.simulation --seed 7`, or many, from that seed on, with `--histories`.

Prints the seed of every history in which a promise did not hold, the command that plays it again, and its story
shortened to the acts that it takes. Ends with 1 if there was one, or if too few histories met some kind of trouble.
"""

import argparse
import sys
import time
from collections.abc import Sequence

from tests.simulation.coverage import Coverage
from tests.simulation.faults import USUAL, Fault
from tests.simulation.history import Outcome, play_seed
from tests.simulation.many import play_many, stage_set
from tests.simulation.ports import Stage
from tests.simulation.shrinking import shrunk

_ENOUGH_FAILURES = 5
"""So many failures are told whole."""

_ENOUGH_FOR_COVERAGE = 500
"""Of fewer histories nobody can say whether too few met some kind of trouble."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Play what the arguments ask for; return the exit code."""
    asked = _parsed(arguments)
    faults = (USUAL | set(asked.also)) - set(asked.without)
    if asked.histories == 1:
        with stage_set() as stage:
            outcome = play_seed(stage, asked.seed, faults)
            return _told(stage, outcome, asked, whole=asked.verbose)
    began = time.monotonic()
    seeds = range(asked.seed, asked.seed + asked.histories)
    coverage, failed = play_many(seeds, frozenset(faults), jobs=asked.jobs)
    took = time.monotonic() - began
    print(f"{coverage.histories} histories in {took:.0f} s, seeds {seeds[0]} to {seeds[-1]}")
    print("\n".join(coverage.lines()))
    with stage_set() as stage:
        for seed in failed[:_ENOUGH_FAILURES]:
            _told(stage, play_seed(stage, seed, faults), asked, whole=asked.verbose)
    if failed:
        print(f"{len(failed)} histories broke a promise; seeds {' '.join(map(str, failed))}")
    is_thin = coverage.histories >= _ENOUGH_FOR_COVERAGE and faults >= USUAL and not _say_what_is_missing(coverage)
    return 1 if failed or is_thin else 0


def _told(stage: Stage, outcome: Outcome, asked: argparse.Namespace, *, whole: bool) -> int:
    """Print how a history went; a broken one with its story, shortened unless the whole is wanted."""
    seed = outcome.plan.seed
    if outcome.broken:
        shortest = outcome if whole else shrunk(stage, outcome)
        print(f"\nSeed {seed}: {outcome.broken}")
        print(f"Play it again: {_command(seed, asked)}")
        print(f"The story{'' if whole else f', with {len(shortest.plan.acts)} of {len(outcome.plan.acts)} acts'}:")
        print("\n".join(shortest.story))
        return 1
    if whole:
        print("\n".join(outcome.story))
    print(f"Seed {seed}: every promise held.")
    return 0


def _command(seed: int, asked: argparse.Namespace) -> str:
    """The command that plays a seed with the same kinds of trouble."""
    also = "".join(f" --with {kind}" for kind in asked.also)
    without = "".join(f" --without {kind}" for kind in asked.without)
    return f"python -m tests.simulation --seed {seed}{also}{without} --verbose"


def _say_what_is_missing(coverage: Coverage) -> bool:
    """Name what too few histories had; whether there was nothing to name."""
    missing = coverage.missing()
    for line in missing:
        print(f"Too little trouble: {line}")
    return not missing


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description="Play simulated histories.")
    parser.add_argument("--seed", type=int, default=1, help="the number that everything comes from")
    parser.add_argument("--histories", type=int, default=1, help="how many, of this seed and those after it")
    parser.add_argument("--jobs", type=int, default=2, help="in how many processes many histories are played")
    parser.add_argument("--verbose", action="store_true", help="tell the whole story, also where all went well")
    kinds = [kind.value for kind in Fault]
    parser.add_argument(
        "--with", dest="also", type=Fault, action="append", default=[], help=f"one of {', '.join(kinds)}"
    )
    parser.add_argument("--without", type=Fault, action="append", default=[], help="leave out a kind of trouble")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
