"""Chance that a number decides: the same seed, the same draws, on every machine."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from tests.simulation.scheduler import SECOND

Thing = TypeVar("Thing")


class Chance:
    """Draws from one stream. Streams of different names are independent, so that leaving one out changes no other."""

    def __init__(self, *names: object) -> None:
        self._names = names
        self._random = Random("/".join(map(str, names)))  # of text: that needs no hash()

    def stream(self, *names: object) -> "Chance":
        """Return another stream, named below this one."""
        return Chance(*self._names, *names)

    def happens(self, likely: float) -> bool:
        """Whether something happens that is so likely, from 0 to 1; what can't happen draws nothing."""
        return likely > 0 and self._random.random() < likely

    def fraction(self) -> float:
        """Draw a number between 0 and 1."""
        return self._random.random()

    def pick(self, things: Sequence[Thing]) -> Thing:
        """Draw one of several."""
        return things[int(self._random.random() * len(things))]

    def number(self, least: int, most: int) -> int:
        """Draw a whole number, both ends included."""
        return least + int(self._random.random() * (most - least + 1))

    def time(self, least: float, most: float) -> int:
        """Draw a length of time between so many seconds, in the scheduler's units."""
        return int((least + self._random.random() * (most - least)) * SECOND)

    def several(self, things: Sequence[Thing]) -> list[Thing]:
        """Draw one or more of several, in their order."""
        chosen = {int(self._random.random() * len(things)) for _ in range(self.number(1, len(things)))}
        return [things[position] for position in sorted(chosen)]
