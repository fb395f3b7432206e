"""Write several things with as few calls as possible: what stands in the way of one does not hold up the others."""

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

from core.errors import KvittError, OutcomeUnknown, Rejected, TryAgain

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class ArrayWrite(Generic[Item, Answer]):
    """Says which things go into each call, and keeps how each of them went.

    Whoever iterates writes each piece with one call, its own marks before it, and says how that went: `answer` or
    `fail`, once for every piece. A piece that is refused is cut in two, until it is known which thing is at fault.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._answers: dict[int, Answer | KvittError] = {}
        self._left = [range(len(items))] if items else []
        self._in_hand = range(0)
        self._is_repeated = False

    def __iter__(self) -> Iterator[Sequence[Item]]:
        """Yield what goes into the next call, until nothing is left."""
        while self._left:
            self._in_hand = self._left.pop()
            yield [self._items[place] for place in self._in_hand]

    @property
    def answers(self) -> list[Answer | KvittError]:
        """How each thing went, in order, once nothing is left."""
        return [self._answers[place] for place in range(len(self._items))]

    def answer(self, answers: Sequence[Answer | KvittError]) -> None:
        """The call was answered, for each thing in order."""
        self._answers |= zip(self._in_hand, answers, strict=True)
        self._is_repeated = False

    def fail(self, trouble: KvittError) -> None:
        """The call failed. An answer that was lost is lost for these things only.

        One that had no effect and need not wait (TryAgain, `at_once`) is made once more: adapters never repeat a write
        themselves. What else keeps everything from being written is raised again (TryAgain, AccessRefused ...).
        """
        was_repeated, self._is_repeated = self._is_repeated, False
        piece = self._in_hand
        if isinstance(trouble, TryAgain) and trouble.at_once and not was_repeated:
            self._is_repeated = True
            self._left.append(piece)
        elif isinstance(trouble, OutcomeUnknown) or (isinstance(trouble, Rejected) and len(piece) == 1):
            self._answers |= dict.fromkeys(piece, trouble)
        elif isinstance(trouble, Rejected):
            half = len(piece) // 2
            self._left += [piece[half:], piece[:half]]
        else:
            raise trouble
