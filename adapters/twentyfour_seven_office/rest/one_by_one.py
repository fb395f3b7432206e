"""Several things done with a call each, answered item by item."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from core.errors import AccessRefused, KvittError, OutcomeUnknown, Rejected, TryAgain

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def one_by_one(items: Sequence[Item], do: Callable[[Item], Answer]) -> list[Answer | KvittError]:
    """Do each, in order, and return how each went.

    What stands in the way of one, or makes its outcome unknown, is its own; what stands in the way of all (no access,
    temporary trouble) is not tried again for those that are left.
    Errors: whatever `do` raises, where there is one thing to do.
    """
    if len(items) == 1:
        return [do(items[0])]
    outcomes: list[Answer | KvittError] = []
    for item in items:
        try:
            outcomes.append(do(item))
        except (Rejected, OutcomeUnknown) as own:
            outcomes.append(own)
        except (AccessRefused, TryAgain) as everyones:
            return [*outcomes, *[everyones] * (len(items) - len(outcomes))]
    return outcomes
