"""Do something once more where what stood in its way is gone already."""

from collections.abc import Callable
from typing import TypeVar

from core.errors import TryAgain

Answer = TypeVar("Answer")


def once_more(act: Callable[[], Answer]) -> Answer:
    """Act, and act a second time where the first had no effect and need not wait (TryAgain, `at_once`).

    Adapters never repeat a write themselves: the second time has its own intent and its own fence.
    """
    try:
        return act()
    except TryAgain as error:
        if not error.at_once:
            raise
    return act()
