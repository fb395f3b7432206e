"""Whoever looks on while an accounting system is called."""

from contextlib import AbstractContextManager
from typing import Protocol


class CallObserver(Protocol):
    """Looks on at calls over the network, each as it goes out: a SOAP operation, a route of a REST API.

    It sees neither what is sent nor what comes back. An adapter makes each call within such a block, and lets pass what
    is raised as the block is entered: then the call is not to be made, nor any after it.
    """

    def call(self, system: str, operation: str, business: str, /) -> AbstractContextManager[None]:
        """Look on while a call is made within the block: how long it takes, and which error leaves it, if any.

        `system` is the plugin's name; `operation` one of a fixed few, with no number or name of anybody's in it.
        `business` is the one in whose name the call is made.
        """
