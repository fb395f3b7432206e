"""Create something in the accounting system at most once, though an answer may be lost."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from core.errors import AccessRefused, HandedBack, KvittError, Rejected, TryAgain
from core.intent import IntentKind, declared, intent_key
from core.outcome import one_each
from core.ports.accounting import AccountingSystem
from core.ports.clock import Clock
from core.ports.storage import Storage
from core.sending.array_write import ArrayWrite
from core.sending.fence import FencedSession
from core.sending.stories import counted, creating_what, outcomes

Item = TypeVar("Item")

NOTHING_WRITTEN = (AccessRefused, HandedBack, Rejected, TryAgain)
"""The errors that promise, on a write, that nothing was written."""


@dataclass(frozen=True)
class New(Generic[Item]):
    """Something to create; `keys` are all that it could be found by."""

    keys: Collection[str]
    item: Item


@dataclass(frozen=True)
class Creation(Generic[Item]):
    """What is created, and how: with one call of `create` for several.

    `looked_at` is when the look began that did not find them.
    """

    kind: IntentKind
    create: Callable[[AccountingSystem, Sequence[Item]], Sequence[str | KvittError]]
    looked_at: datetime

    def doing(self, number: int) -> str:
        """Say what is tried."""
        return creating_what(self.kind, number)


class CreateOnce:
    """Writes the intents before the call.

    `settling` is how long a call may still be running on the accounting system's side, from its start.
    """

    def __init__(self, *, storage: Storage, clock: Clock, settling: timedelta) -> None:
        self._storage = storage
        self._clock = clock
        self._settling = settling

    def create(
        self, session: FencedSession, creation: Creation[Item], wanted: Sequence[New[Item]], *, most_at_once: int = 1
    ) -> list[str | KvittError]:
        """Create what the caller has looked for and not found; return the id of each, or why it has none.

        A call creates `most_at_once`. Marks made for other books than the session's stand and say nothing here.
        While an earlier call may still take effect, the answer is TryAgain, code `settling`: the caller looks again
        then. OutcomeUnknown leaves intents standing.
        Errors: LeaseLost, and what keeps everything from being created (TryAgain, AccessRefused, HandedBack).
        Source: docs/behaviour.md, "Sending an invoice", step 5.
        """
        answers: list[str | KvittError] = []
        for start in range(0, len(wanted), most_at_once):
            write = ArrayWrite[New[Item], str](wanted[start : start + most_at_once])
            for piece in write:
                try:
                    write.answer(self._create_together(session, creation, piece))
                except KvittError as trouble:
                    write.fail(trouble)
            answers += write.answers
        return answers

    def _create_together(
        self, session: FencedSession, creation: Creation[Item], wanted: Sequence[New[Item]]
    ) -> Sequence[str | KvittError]:
        unsettled = self._declare(session, creation, wanted)
        fresh = [new for position, new in enumerate(wanted) if position not in unsettled]
        if not fresh:
            return [unsettled[position] for position in range(len(wanted))]
        keys = _mark_keys(session, fresh)
        try:
            with session.call(creation.doing(len(fresh)), marks=(creation.kind, keys)) as call:
                answers = one_each(fresh, creation.create(call.system, [new.item for new in fresh]))
                call.tell(outcomes(answers))
        except NOTHING_WRITTEN:
            self._forget(session, creation.kind, keys)
            raise
        known = [isinstance(answer, (str, *NOTHING_WRITTEN)) for answer in answers]
        open_keys = _mark_keys(session, [new for new, is_known in zip(fresh, known, strict=True) if not is_known])
        self._forget(session, creation.kind, set(keys) - set(open_keys))
        following = iter(answers)
        return [unsettled.get(position) or next(following) for position in range(len(wanted))]

    def _declare(
        self, session: FencedSession, creation: Creation[Item], wanted: Sequence[New[Item]]
    ) -> Mapping[int, TryAgain]:
        """Mark what is about to be created; return those, by position, that may be on their way already."""
        unsettled: dict[int, TryAgain] = {}
        hold = session.hold
        with self._storage.transaction() as work:
            earlier = work.intents.of_keys(hold.business, creation.kind, _mark_keys(session, wanted))
            for position, new in enumerate(wanted):
                try:
                    for intent in (earlier[key] for key in _mark_keys(session, [new]) if key in earlier):
                        intent.require_settled(settling=self._settling, now=creation.looked_at)
                except TryAgain as error:
                    unsettled[position] = error
            fresh = [new for position, new in enumerate(wanted) if position not in unsettled]
            if fresh:
                hold.tell(f"Noted that {counted(creation.kind, len(fresh))} about to be created.")
                hold.renew(work)
                now, books = self._clock.now(), session.identity().key
                marks = [
                    declared(earlier.get(key), kind=creation.kind, key=key, books=books, now=now)
                    for key in _mark_keys(session, fresh)
                ]
                work.intents.put(hold.business, *marks)
        return unsettled

    def _forget(self, session: FencedSession, kind: IntentKind, keys: Collection[str]) -> None:
        with self._storage.transaction() as work:
            session.hold.renew(work)  # another worker's intent may stand here by now
            work.intents.remove(session.hold.business, kind, *keys)


def _mark_keys(session: FencedSession, wanted: Iterable[New[Item]]) -> list[str]:
    """Return the keys of the marks in the session's books, each once."""
    books = session.identity().key
    return [intent_key(key, books=books) for key in dict.fromkeys(key for new in wanted for key in new.keys)]
