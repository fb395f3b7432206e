"""The fence around a worker's calls: nobody writes who has lost the business, and what is done is told.

A turn holds its business by a lease. Every call to the accounting system is made within `Session.call`: the lease is
renewed before it, and what came of it is told in the transfers' stories after. Where a port's method takes several
calls over the network, each of the others is fenced as it goes out (`FencedCalls`), in whichever of the adapter's
threads: they work in copies of the caller's context, and so under its fence.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from threading import Lock

from core.books import Books
from core.errors import HandedBack, KvittError, LeaseLost, OutcomeUnknown, TryAgain
from core.intent import IntentKind
from core.limits import Limits
from core.ports.accounting import AccountingSystem
from core.ports.clock import Clock
from core.ports.invoice_stores import Step
from core.ports.observers import NOBODY, CallObserver
from core.ports.storage import Storage, UnitOfWork
from core.ports.turns import Lease

_FRESH = timedelta(seconds=1)
"""What was renewed so short a time ago is not renewed once more: a lease is far longer than that, and so is settling
beside the longest call."""

Marks = tuple[IntentKind, Collection[str]]
"""The intents of what a call creates, by their keys."""


class Hold:
    """The lease of a turn, and the stories of what is done under it.

    `length` is longer than the longest call. `stopping` says whether the worker was asked to stop: the call in hand is
    finished, the next one is not begun. Steps told are written with the next transaction that renews. Safe to use from
    many threads: one of them renews while the others wait, and then go on.
    """

    def __init__(
        self,
        lease: Lease,
        *,
        storage: Storage,
        clock: Clock,
        length: timedelta,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.business = lease.business
        self.clock = clock
        self._lease = lease
        self._storage = storage
        self._length = length
        self._stopping = stopping
        self._renewed_at: datetime | None = None
        self._transfer_ids: Collection[str] = ()
        self._told: list[tuple[str, Step]] = []
        self._keeping = Lock()  # held through a transaction, so never taken within one
        self._telling = Lock()

    @property
    def is_fresh(self) -> bool:
        """Whether the lease was renewed just now."""
        return self._renewed_at is not None and timedelta() <= self.clock.now() - self._renewed_at < _FRESH

    def work_on(self, transfer_ids: Collection[str]) -> None:
        """Say whose story the steps from here on belong to."""
        self._transfer_ids = tuple(transfer_ids)

    def leave(self, transfer_ids: Collection[str]) -> None:
        """Say of which transfers it has ended: the steps from here on are the others'."""
        self._transfer_ids = tuple(one for one in self._transfer_ids if one not in transfer_ids)

    def tell(self, text: str, *, of: str | None = None, since: datetime | None = None) -> None:
        """Note a step in the stories of all that are worked on, or of one transfer.

        `since` is when it began, where it took the accounting system's time.
        """
        now = self.clock.now()
        duration = round((now - since).total_seconds() * 1000) if since else None
        step = Step(at=now, text=text, duration_ms=duration)
        with self._telling:
            self._told += [(transfer_id, step) for transfer_id in ([of] if of else self._transfer_ids)]

    def renew(self, work: UnitOfWork) -> None:
        """Renew within a transaction, so that what it writes is written by the holder or not at all.

        Errors: LeaseLost.
        """
        work.leases.renew(self._lease, length=self._length)
        self._renewed_at = self.clock.now()
        with self._telling:
            told, self._told = self._told, []
        work.journal.add(told)

    def keep(self, marks: Marks | None = None) -> None:
        """Make sure that the business is still held and that the marks tell of now, where either is not from just now.

        What a call that begins now creates has to settle from now on, give or take that second.
        Errors: LeaseLost.
        """
        with self._keeping:
            if self.is_fresh:
                return
            try:
                with self._storage.transaction() as work:
                    self.renew(work)
                    if marks is not None:
                        self._keep_marks(work, *marks)
            except KvittError:
                self._renewed_at = None  # what was not committed keeps nothing: the next call tries again
                raise

    def _keep_marks(self, work: UnitOfWork, kind: IntentKind, keys: Collection[str]) -> None:
        standing = work.intents.of_keys(self.business, kind, keys).values()
        now = self.clock.now()
        work.intents.put(self.business, *(intent.model_copy(update={"last_at": now}) for intent in standing))

    def require_going_on(self) -> None:
        """Raise HandedBack when the worker was asked to stop."""
        if self._stopping():
            raise HandedBack("The worker was asked to stop; what is left is taken up by another.")

    def release(self) -> None:
        """Give the business up."""
        with self._storage.transaction() as work:
            work.leases.release(self._lease)


class Call:
    """A call in hand: the accounting system, and what is told of it in the end."""

    def __init__(self, system: AccountingSystem) -> None:
        self.system = system
        self.told: str | None = None

    def tell(self, text: str) -> None:
        """Say what came of it; a call of which nothing is said is not told of."""
        self.told = text


class Session:
    """A way into a business's books, for whoever just looks: a preview, say. Nothing is held, nothing is told."""

    def __init__(self, system: AccountingSystem) -> None:
        self._system = system
        self._books: Books | None = None

    @property
    def limits(self) -> Limits:
        """How much the system can hold."""
        return self._system.limits

    @property
    def can_search_customers(self) -> bool:
        """Whether customers are found by searching."""
        return self._system.customers.can_search

    @contextmanager
    def call(
        self,
        doing: str,  # noqa: ARG002 - told by a worker's
        *,
        marks: Marks | None = None,  # noqa: ARG002 - kept up by a worker's
    ) -> Iterator[Call]:
        """Call the accounting system within the block. `doing` says what is tried.

        `marks` are the intents of what is created by it.
        """
        yield Call(self._system)

    def identity(self) -> Books:
        """Say whose books these are; it is asked once."""
        if self._books is None:
            with self.call("Logging in") as call:
                self._books = call.system.identity()
        return self._books


class FencedSession(Session):
    """A worker's way: the hold is kept before each call, and what came of it is told after.

    `is_bulk` ones leave the last of the hour's calls to single sends.
    """

    def __init__(self, system: AccountingSystem, hold: Hold, *, is_bulk: bool = False) -> None:
        super().__init__(system)
        self.hold = hold
        self._is_bulk = is_bulk

    @contextmanager
    def call(self, doing: str, *, marks: Marks | None = None) -> Iterator[Call]:
        """Call the accounting system within the block.

        Errors, before the call: LeaseLost, HandedBack, TryAgain (code `quota_kept`). What the call raises passes, told.
        """
        self.hold.require_going_on()
        self.hold.keep(marks)  # what is created has to settle from now on, not from when it was marked
        if self._is_bulk and (budget := self._system.budget()):
            budget.require_for_bulk()
        began, call = self.hold.clock.now(), Call(self._system)
        fenced = _FENCED.set(_Fence(self.hold, marks))
        try:
            yield call
        except KvittError as error:
            self.hold.tell(f"{doing}: {error.message} [{error.code}]", since=began)
            raise
        finally:
            _FENCED.reset(fenced)
        if call.told:
            self.hold.tell(f"{doing}: {call.told}.", since=began)


class _Fence:
    """What is kept up while one method of a port calls over the network, from one thread or many."""

    def __init__(self, hold: Hold, marks: Marks | None) -> None:
        self._hold = hold
        self._marks = marks
        self._is_first = True
        self._lost: LeaseLost | None = None
        self._lock = Lock()

    def keep(self) -> None:
        """Keep the hold before the next call goes out; it may have waited long for that.

        Once the business is lost, no thread makes a call any more.
        """
        with self._lock:
            if self._lost:
                raise LeaseLost(self._lost.message)
            is_first, self._is_first = self._is_first, False
        try:
            self._hold.keep(self._marks)
        except LeaseLost as lost:
            self._lost = lost
            raise
        except TryAgain as trouble:
            if is_first or self._marks is None:
                raise
            # our own, not the accounting system's word: something may be written by now
            raise OutcomeUnknown(trouble.message, code=trouble.code) from trouble


_FENCED: ContextVar[_Fence | None] = ContextVar("fenced", default=None)


def keep_fence() -> None:
    """Keep the hold under which a call is about to go out; nothing where none is held.

    Errors: LeaseLost; TryAgain; OutcomeUnknown, when something may be written by now.
    """
    if fence := _FENCED.get():
        fence.keep()


class FencedCalls:
    """Implements the port CallObserver for whoever is given to plugins: each call is fenced as it goes out."""

    def __init__(self, observer: CallObserver = NOBODY) -> None:
        self._observer = observer

    @contextmanager
    def call(self, system: str, operation: str, business: str, /) -> Iterator[None]:
        """Keep the fence, and have the observer look on."""
        keep_fence()
        with self._observer.call(system, operation, business):
            yield
