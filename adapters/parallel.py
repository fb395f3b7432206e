"""Several things at once where a vendor's API takes them one by one: each in a thread, and how each went, in order.

The threads work in copies of the caller's context (contextvars): what looks on at the caller's calls, stops them or
traces them does so for theirs too. Nothing here knows a vendor.
"""

from collections import deque
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import replace
from threading import Lock, Thread
from typing import Generic, TypeVar

from core.errors import AccessRefused, HandedBack, KvittError, OutcomeUnknown, Rejected, TryAgain
from core.limits import Limits

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

_WRITTEN_BY_EACH, _READ_BY_EACH = 3, 8
"""How many things of a piece each of the threads does."""

_SECONDS_A_PIECE, _CALLS_FOR_ONE = 4, 5
"""How long writing a piece takes, at most, where few calls go out, and how many calls an order is."""

_OWN = (Rejected, OutcomeUnknown)
"""What stands in the way of one thing and of no other, or makes its outcome unknown."""

_EVERYONES = (AccessRefused, HandedBack, TryAgain)
"""What stands in the way of all, and wrote nothing."""


def each_of(items: Sequence[Asked], do: Callable[[Asked], Answer], *, at_once: int) -> list[Answer | KvittError]:
    """Do each, so many at once, and return how each went, in order.

    What stands in the way of one, or makes its outcome unknown, is its own. What stands in the way of all (no access,
    temporary trouble) is the answer for those that were not begun by then; those that were go on to their end.
    Errors: whatever `do` raises, where there is one thing to do. Of several what is neither of those (LeaseLost, a
    fault of ours), when those that were begun have ended: what became of any of them is not told then, so whoever
    marked them beforehand leaves all of the marks standing.
    """
    if len(items) == 1:
        return [do(items[0])]
    work = _Work(items, do, own=_OWN, everyones=_EVERYONES)
    work.run(at_once)
    return work.outcomes()


def all_of(items: Sequence[Asked], do: Callable[[Asked], Answer], *, at_once: int) -> list[Answer]:
    """Do all, so many at once, and return what came of each, in order. For reading: one that fails ends it.

    Errors: whatever `do` raised first, when those that were begun by then have ended.
    """
    work = _Work(items, do)
    work.run(at_once)
    return work.answers()


def with_several_at_once(limits: Limits, at_once: int, *, calls_a_second: float | None = None) -> Limits:
    """Return the limits of a system where things are written and read one by one, for so many at once.

    Whoever works with it does so in pieces, and looks in between at what else waits. At the end of a piece all threads
    wait for the last one, so larger pieces leave less time unused, and a single send waits longer for its turn: not
    much longer where no more than `calls_a_second` go out.
    """
    if at_once == 1:
        return limits
    written = _WRITTEN_BY_EACH * at_once
    if calls_a_second is not None:
        written = max(1, min(written, int(calls_a_second * _SECONDS_A_PIECE / _CALLS_FOR_ONE)))
    return replace(
        limits,
        items_per_write=written,
        items_per_read=max(limits.items_per_read, _READ_BY_EACH * at_once),
    )


class _Work(Generic[Asked, Answer]):
    """Things to do, which threads take one after the other until nothing is left, or something ends it.

    `own` are the errors that are an outcome like any other, `everyones` those that answer for what is left, too.
    """

    def __init__(
        self,
        items: Sequence[Asked],
        do: Callable[[Asked], Answer],
        *,
        own: tuple[type[KvittError], ...] = (),
        everyones: tuple[type[KvittError], ...] = (),
    ) -> None:
        self._items = items
        self._do = do
        self._own = own
        self._everyones = everyones
        self._answers: dict[int, Answer] = {}
        self._errors: dict[int, KvittError] = {}
        self._left = deque(range(len(items)))
        self._lock = Lock()
        self._for_the_rest: KvittError | None = None
        self._ended_by: BaseException | None = None

    def run(self, at_once: int) -> None:
        """Work with so many threads, the caller's among them, until all have ended. Errors: what ended it."""
        threads = [
            Thread(target=copy_context().run, args=(self._work,), name=f"parallel-{nth}", daemon=True)
            for nth in range(1, min(at_once, len(self._items)))
        ]
        started = list[Thread]()
        try:
            for thread in threads:
                thread.start()
                started.append(thread)
        except RuntimeError:  # the machine has no more threads: fewer do it
            pass
        try:
            self._work()
        except KeyboardInterrupt as interrupted:  # between one thing and the next
            self._end(interrupted)
        for thread in started:
            self._wait_for(thread)
        if self._ended_by is not None:
            raise self._ended_by

    def outcomes(self) -> list[Answer | KvittError]:
        """How each went."""
        return [self._outcome(place) for place in range(len(self._items))]

    def answers(self) -> list[Answer]:
        """What came of each, where nothing went wrong."""
        return [self._answers[place] for place in range(len(self._items))]

    def _outcome(self, place: int) -> Answer | KvittError:
        if place in self._answers:
            return self._answers[place]
        trouble = self._errors.get(place) or self._for_the_rest
        assert trouble is not None, "all was begun, or there is a reason why not"  # noqa: S101
        return trouble

    def _work(self) -> None:
        while (place := self._next()) is not None:
            try:
                self._answers[place] = self._do(self._items[place])
            except self._own as own:
                self._errors[place] = own
            except self._everyones as everyones:
                self._errors[place] = everyones
                self._leave_the_rest(everyones)
            except BaseException as trouble:  # noqa: BLE001 - raised again by `run`, in the caller's thread
                self._end(trouble)

    def _next(self) -> int | None:
        with self._lock:
            return self._left.popleft() if self._left else None

    def _leave_the_rest(self, trouble: KvittError) -> None:
        with self._lock:
            self._for_the_rest = self._for_the_rest or trouble
            self._left.clear()

    def _end(self, trouble: BaseException) -> None:
        with self._lock:
            self._ended_by = self._ended_by or trouble
            self._left.clear()

    def _wait_for(self, thread: Thread) -> None:
        """Wait until it has ended; who is interrupted begins nothing more, and waits all the same."""
        while thread.is_alive():
            try:
                thread.join()
            except KeyboardInterrupt as interrupted:
                self._end(interrupted)
