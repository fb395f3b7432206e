"""Write several things with one call: what stands in the way of a few does not hold up the others."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from core.errors import KvittError, OutcomeUnknown, Rejected, TryAgain

Item = TypeVar("Item")
Answer = TypeVar("Answer")

Write = Callable[[Sequence[Item]], Sequence[Answer | KvittError]]


def written(items: Sequence[Item], write: Write[Item, Answer]) -> list[Answer | KvittError]:
    """Write them, and return how each went, in order.

    `write` makes one call, with its own marks before it. One that had no effect and need not wait (TryAgain, `at_once`)
    is made once more: adapters never repeat a write themselves. Where all are refused at once, which of them is at
    fault is narrowed down by halves. An answer that was lost is lost for these items only.
    Errors: TryAgain, AccessRefused and what else keeps everything from being written.
    """
    try:
        return list(_once_more(items, write))
    except OutcomeUnknown as lost:
        return [lost] * len(items)
    except Rejected as refusal:
        if len(items) == 1:
            return [refusal]
    half = len(items) // 2
    return [*written(items[:half], write), *written(items[half:], write)]


def _once_more(items: Sequence[Item], write: Write[Item, Answer]) -> Sequence[Answer | KvittError]:
    try:
        return write(items)
    except TryAgain as error:
        if not error.at_once:
            raise
    return write(items)
