"""Whoever looks on while an accounting system is called."""

from contextlib import AbstractContextManager
from typing import Protocol


class CallObserver(Protocol):
    """Looks on at calls over the network, each as it goes out: a SOAP operation, a route of a REST API.

    What is observed never depends on it: it raises nothing, and it sees neither what is sent nor what comes back.
    """

    def call(self, system: str, operation: str, business: str, /) -> AbstractContextManager[None]:
        """Look on while a call is made within the block: how long it takes, and which error leaves it, if any.

        `system` is the plugin's name; `operation` one of a fixed few, with no number or name of anybody's in it.
        `business` is the one in whose name the call is made.
        """
