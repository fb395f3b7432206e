"""What many histories had in them, so that a simulation that no longer meets trouble is noticed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.simulation.history import Outcome

AT_LEAST: Mapping[str, float] = {
    "killed before a commit": 0.08,
    "killed after a commit": 0.08,
    "killed during a call": 0.05,
    "killed from outside": 0.02,
    "late effects": 0.15,
    "lost answers": 0.1,
    "slow answers": 0.1,
    "partial failures": 0.1,
    "refusals": 0.15,
    "throttlings": 0.1,
    "ended sessions": 0.15,
    "closed access": 0.05,
    "busy storage": 0.15,
    "stops": 0.02,
    "found again": 0.1,
    "takeovers": 0.2,
    "leases lost": 0.05,
    "because: settling": 0.05,
    "because: outcome_unknown": 0.1,
    "threads": 0.03,
    "orders deleted": 0.02,
    "orders withdrawn": 0.2,
    "deletions refused": 0.005,
    "attempts: transferred": 0.8,
}
"""The share of histories that must have had each of these, with the usual kinds of trouble."""


@dataclass
class Coverage:
    """Counts over many histories: how often each thing happened, and in how many histories."""

    histories: int = 0
    times: Counter[str] = field(default_factory=Counter)
    among: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        """Count a history."""
        self.histories += 1
        self.times += outcome.saw
        self.among.update(outcome.saw.keys())

    def merge(self, other: "Coverage") -> None:
        """Count what was counted elsewhere."""
        self.histories += other.histories
        self.times += other.times
        self.among += other.among

    def missing(self) -> list[str]:
        """Name what too few histories had."""
        return [
            f"{what}: in {self.among[what]} of {self.histories} histories, wanted in {share:.0%}"
            for what, share in AT_LEAST.items()
            if self.among[what] < share * self.histories
        ]

    def lines(self) -> list[str]:
        """Return a table: what, how often, and in which share of the histories."""
        return [
            f"{what:<40} {self.times[what]:>8} {self.among[what] / self.histories:>7.1%}" for what in sorted(self.times)
        ]
