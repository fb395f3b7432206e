"""Whoever looks on while a worker works."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from core.transfer import Transfer


class WorkObserver(Protocol):
    """Looks on at turns and attempts. What is observed never depends on it: it raises nothing."""

    def turn(self, business: str, /) -> AbstractContextManager[None]:
        """Look on while a worker holds a business within the block."""

    def attempt(self, transfers: Sequence[Transfer], /) -> AbstractContextManager[None]:
        """Look on while transfers of one business, one or a thousand, are moved within the block."""

    def took_over(self, business: str, transfers: Sequence[Transfer]) -> None:
        """These were left running by a worker whose lease has run out, and are taken up now."""

    def ended(self, system: str, transfers: Sequence[Transfer]) -> None:
        """What came of an attempt at these is stored: arrived, rejected, parked, waiting or back in the queue."""
