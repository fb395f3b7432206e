"""Find a shorter history that breaks the same way: leave out acts as long as it still does."""

import re

from tests.simulation.history import Outcome, play
from tests.simulation.ports import Stage

_DETAIL = re.compile(r"[0-9]+|'.*|\(.*")


def shrunk(stage: Stage, outcome: Outcome) -> Outcome:
    """Return the outcome of a plan that has no act too many. Greedy: halves first, then one act after the other."""
    kept = outcome
    size = max(len(kept.plan.acts) // 2, 1)
    while True:
        start = 0
        while start < len(kept.plan.acts):
            tried = play(stage, kept.plan.without(kept.plan.acts[start : start + size]))
            if tried.broken and outcome.broken and _kind(tried.broken) == _kind(outcome.broken):
                kept = tried
            else:
                start += size
        if size == 1:
            return kept
        size = max(size // 2, 1)


def _kind(broken: str) -> str:
    """What is broken, whichever invoice it is broken for."""
    return _DETAIL.sub("", broken)[:40]
