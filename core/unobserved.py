"""Nobody looks on: a command that a person runs and watches, and what is tried by itself."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from core.transfer import Transfer


class Unobserved:
    """The ports CallObserver and WorkObserver, with nobody behind them."""

    def call(self, *_: str) -> AbstractContextManager[None]:
        """Look away."""
        return nullcontext()

    def turn(self, _business: str) -> AbstractContextManager[None]:
        """Look away."""
        return nullcontext()

    def attempt(self, _transfers: Sequence[Transfer]) -> AbstractContextManager[None]:
        """Look away."""
        return nullcontext()

    def took_over(self, business: str, transfers: Sequence[Transfer]) -> None:
        """Hear nothing."""

    def ended(self, system: str, transfers: Sequence[Transfer]) -> None:
        """Hear nothing."""


NOBODY = Unobserved()
"""The one that is there where no other is given."""
