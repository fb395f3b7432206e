"""Create something in the accounting system at most once, though an answer may be lost."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

from core.errors import AccessRefused, HandedBack, KvittError, Rejected, TryAgain
from core.intent import IntentKind, declared, intent_key
from core.outcome import one_each
from core.ports.clock import Clock
from core.ports.storage import Storage
from core.sending.array_write import written
from core.sending.hold import Hold

Item = TypeVar("Item")

NOTHING_WRITTEN = (AccessRefused, HandedBack, Rejected, TryAgain)
"""The errors that promise, on a write, that nothing was written."""


class New(NamedTuple, Generic[Item]):
    """Something to create; `keys` are all that it could be found by."""

    keys: Collection[str]
    item: Item


class CreateOnce:
    """Writes the intents before the call.

    `settling` is how long a call may still be running on the accounting system's side, from its start.
    """

    def __init__(self, *, storage: Storage, clock: Clock, settling: timedelta) -> None:
        self._storage = storage
        self._clock = clock
        self._settling = settling

    def create(
        self,
        hold: Hold,
        kind: IntentKind,
        wanted: Sequence[New[Item]],
        call: Callable[[Sequence[Item]], Sequence[str | KvittError]],
        *,
        books: str,
        looked_at: datetime,
        most_at_once: int = 1,
    ) -> list[str | KvittError]:
        """Create what the caller has looked for and not found; return the id of each, or why it has none.

        `books` is the key of the books that `call` leads to: marks made for others stand and say nothing here.
        `looked_at` is when that look began; a call creates `most_at_once`. While an earlier call may still take effect,
        the answer is TryAgain, code `settling`: the caller looks again then. OutcomeUnknown leaves intents standing.
        Errors: LeaseLost, and what keeps everything from being created (TryAgain, AccessRefused, HandedBack).
        Source: docs/behaviour.md, "Sending an invoice", step 5.
        """
        marked = _Marked(kind, books)
        answers: list[str | KvittError] = []
        for start in range(0, len(wanted), most_at_once):
            answers += written(
                wanted[start : start + most_at_once],
                lambda some: self._created(hold, marked, some, call, looked_at=looked_at),
            )
        return answers

    def _created(
        self,
        hold: Hold,
        marked: "_Marked",
        wanted: Sequence[New[Item]],
        call: Callable[[Sequence[Item]], Sequence[str | KvittError]],
        *,
        looked_at: datetime,
    ) -> Sequence[str | KvittError]:
        unsettled = self._declare(hold, marked, wanted, looked_at=looked_at)
        fresh = [one for position, one in enumerate(wanted) if position not in unsettled]
        if not fresh:
            return [unsettled[position] for position in range(len(wanted))]
        try:
            outcomes = one_each(fresh, call([one.item for one in fresh]))
        except NOTHING_WRITTEN:
            self._forget(hold, marked, {key for one in fresh for key in one.keys})
            raise
        known = [isinstance(outcome, (str, *NOTHING_WRITTEN)) for outcome in outcomes]
        open_keys = {key for one, is_known in zip(fresh, known, strict=True) if not is_known for key in one.keys}
        self._forget(hold, marked, {key for one in fresh for key in one.keys} - open_keys)
        answers = iter(outcomes)
        return [unsettled.get(position) or next(answers) for position in range(len(wanted))]

    def _declare(
        self, hold: Hold, marked: "_Marked", wanted: Sequence[New[Item]], *, looked_at: datetime
    ) -> Mapping[int, TryAgain]:
        """Mark what is about to be created; return those, by position, that may be on their way already."""
        unsettled: dict[int, TryAgain] = {}
        with self._storage.transaction() as work:
            keys = marked.keys(key for one in wanted for key in one.keys)
            earlier = work.intents.of_keys(hold.business, marked.kind, keys)
            for position, one in enumerate(wanted):
                try:
                    for intent in (earlier[key] for key in marked.keys(one.keys) if key in earlier):
                        intent.require_settled(settling=self._settling, now=looked_at)
                except TryAgain as error:
                    unsettled[position] = error
            fresh = [one for position, one in enumerate(wanted) if position not in unsettled]
            if fresh:
                hold.tell(f"Noted that {_counted(marked.kind, len(fresh))} about to be created.")
                hold.renew(work)
                now = self._clock.now()
                keys = marked.keys(key for one in fresh for key in one.keys)
                marks = [
                    declared(earlier.get(key), kind=marked.kind, key=key, books=marked.books, now=now) for key in keys
                ]
                work.intents.put(hold.business, *marks)
        return unsettled

    def _forget(self, hold: Hold, marked: "_Marked", keys: Collection[str]) -> None:
        with self._storage.transaction() as work:
            hold.renew(work)  # another worker's intent may stand here by now
            work.intents.remove(hold.business, marked.kind, *marked.keys(keys))


class _Marked(NamedTuple):
    """What is marked, in which books."""

    kind: IntentKind
    books: str

    def keys(self, keys: Iterable[str]) -> list[str]:
        """Return the keys of the marks, each once."""
        return [intent_key(key, books=self.books) for key in dict.fromkeys(keys)]


def _counted(kind: IntentKind, number: int) -> str:
    return f"the {kind} is" if number == 1 else f"{number} {kind}s are"
