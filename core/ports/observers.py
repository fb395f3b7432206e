"""Whoever looks on: while an accounting system is called, and while a worker works."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from core.transfer import Transfer


class CallObserver(Protocol):
    """Looks on at calls over the network, each as it goes out: a SOAP operation, a route of a REST API.

    It sees neither what is sent nor what comes back. An adapter makes each call within such a block, and lets pass what
    is raised as the block is entered: then the call is not to be made, nor any after it. Calls in threads are
    made in a copy of the caller's context (contextvars), so that these are stopped too.
    """

    def call(self, system: str, operation: str, business: str, /) -> AbstractContextManager[None]:
        """Look on while a call is made within the block: how long it takes, and which error leaves it, if any.

        `system` is the plugin's name; `operation` one of a fixed few, with no number or name of anybody's in it.
        `business` is the one in whose name the call is made.
        """


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


class Unobserved(CallObserver, WorkObserver):
    """Nobody looks on: a command that a person runs and watches, and what is tried by itself."""

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
