"""The installation that a command works on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapters.queue.inline import InlineTransferQueue
from core.ports.observers import NOBODY
from entrypoints.acting import acting, person_at_the_terminal
from entrypoints.data_folder import require_own
from entrypoints.settings import read_settings

if TYPE_CHECKING:
    from entrypoints.container import Container


class _LeftToTheCommand:
    """A queue that does nothing: the command takes the turn itself, once all that it was given is recorded.

    That way one turn moves a hundred invoices, and a wrong password is tried once and not a hundred times.
    """

    def put(self, business: str) -> None:
        """Leave it."""


@contextmanager
def installation() -> Iterator["Container"]:
    """Open the installation that the environment describes, for the length of the block.

    Errors: InvalidInput, codes `bad_settings` and `home_exposed`.
    """
    # It brings every technology along, half a second of imports, which a command's --help need not wait for.
    from dependency_injector import providers

    from entrypoints.container import make_container

    settings = read_settings()
    require_own(settings.home)
    container = make_container(settings)
    container.queue.override(providers.Object(_LeftToTheCommand()))
    container.telemetry.override(providers.Object(NOBODY))
    storage = container.storage()
    try:
        with acting(person_at_the_terminal()):
            yield container
    finally:
        storage.close()


def take_turn(container: "Container", business: str) -> None:
    """Work off what is due of a business here and now, unless another worker holds it."""
    InlineTransferQueue(container.take_turn().take).put(business)
