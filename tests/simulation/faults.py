"""What can go wrong, and how likely each of it is in a history."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from tests.simulation.chance import Chance


class Fault(StrEnum):
    """A kind of trouble. Each can be switched off by its name."""

    LOST_ANSWERS = "lost_answers"
    LATE_EFFECTS = "late_effects"
    SLOW_ANSWERS = "slow_answers"
    REFUSALS = "refusals"
    PARTIAL_FAILURES = "partial_failures"
    THROTTLING = "throttling"
    ENDED_SESSIONS = "ended_sessions"
    CLOSED_ACCESS = "closed_access"
    KILLS = "kills"
    STOPS = "stops"
    BUSY_STORAGE = "busy_storage"
    CLOCK_STEPS = "clock_steps"
    ACCOUNT_CHANGES = "account_changes"
    RESTORES = "restores"


USUAL = frozenset(Fault)

_RATES = {
    Fault.LOST_ANSWERS: (0.05, 0.3),
    Fault.LATE_EFFECTS: (0.05, 0.3),
    Fault.SLOW_ANSWERS: (0.03, 0.15),
    Fault.REFUSALS: (0.02, 0.2),
    Fault.PARTIAL_FAILURES: (0.1, 0.4),
    Fault.THROTTLING: (0.02, 0.1),
    Fault.ENDED_SESSIONS: (0.05, 0.2),
    Fault.CLOSED_ACCESS: (0.01, 0.05),
    Fault.KILLS: (0.003, 0.03),
    Fault.STOPS: (0.02, 0.1),
    Fault.BUSY_STORAGE: (0.005, 0.03),
    Fault.CLOCK_STEPS: (0.005, 0.03),
}
"""How likely each is at a call, an item of a call, or a transaction: a mild and a hard history's share."""


@dataclass
class Weather:
    """The trouble of one history: some kinds, each mild or hard. None of them may be missing in all histories.

    A history with everything at once would hardly get anywhere, and hide what only a few together bring about.
    """

    kinds: frozenset[Fault] = frozenset()
    rates: dict[Fault, float] = field(default_factory=dict)

    @classmethod
    def drawn(cls, chance: Chance, among: Collection[Fault]) -> "Weather":
        """Draw which kinds a history has, and how likely they are."""
        kinds: set[Fault] = set()
        rates: dict[Fault, float] = {}
        for kind in Fault:  # each draws whether it may happen or not, so that switching one off changes no other
            wanted, hard = chance.happens(0.5), chance.happens(0.4)
            if wanted and kind in among:
                kinds.add(kind)
                if kind in _RATES:
                    rates[kind] = _RATES[kind][hard]
        return cls(frozenset(kinds), rates)

    def rate(self, kind: Fault) -> float:
        """How likely it is."""
        return self.rates.get(kind, 0)

    @contextmanager
    def held_off(self) -> Iterator[None]:
        """Let nothing go wrong within the block."""
        rates, self.rates = self.rates, {}
        try:
            yield
        finally:
            self.rates = rates

    def clear_up(self) -> None:
        """Let nothing go wrong from now on."""
        self.rates.clear()
