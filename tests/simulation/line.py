"""The accounting system at the other end of a bad line: whose calls are done late, twice asked for, or never answered.

The companies' books are the tests' fake, in memory, so they outlive every process. A call's effect is an event of its
own: it takes place although whoever made the call has died or given up.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from core.customer import Customer
from core.errors import AccessRefused, KvittError, OutcomeUnknown, Rejected, TryAgain
from core.limits import Limits
from tests.fakes.accounting_system import FakeAccountingSystem
from tests.simulation.faults import Fault
from tests.simulation.scheduler import SECOND
from tests.simulation.world import Worker, World
from tests.simulation.writing import Writing

Answer = TypeVar("Answer")

Item = Callable[[], KvittError | None]
"""Says, of the next item of a call, whether it fails and how."""

LATEST_SECONDS = 110
"""So long after a call began it may still take effect: the limit that the vendor documents; settling is longer."""


@dataclass(frozen=True)
class _Way:
    """How a call goes: when it takes effect (or never), when the caller goes on, and with which error if any.

    The caller may die instead, so long after it called.
    """

    effect_after: int | None
    answer_after: int
    error: KvittError | None = None
    dies_after: int | None = None


class Company:
    """One company's books, and what was ever done in them. Its clock is the true one."""

    def __init__(
        self, world: World, name: str, *, writing: Writing, at_once: int, can_search: bool, limits: Limits
    ) -> None:
        self.world = world
        self.name = name
        self.system = FakeAccountingSystem(_TrueClock(world))
        self.system.limits = limits
        self.system.books_id = f"fake {name}"
        self.system.account_name = name
        self.system.customers.can_search = can_search
        self.writing = writing
        self.at_once = at_once
        self.ever: dict[str, str] = {}
        """The reference of every order that ever was in the books, by id."""
        self.deleted: set[str] = set()
        """The orders that an accountant deleted."""
        self.published: set[str] = set()
        """The orders that ever became invoices."""
        self.told_published: set[tuple[Worker | None, str]] = set()
        """Who has been told of which order that it is published."""
        self.asked_to_delete: Counter[str] = Counter()
        """How many calls to delete an order were made."""
        self.made_for: list[Customer] = []
        """For whom records were made."""

    @property
    def orders(self) -> Mapping[str, str]:
        """The references of the orders that are in the books, by id."""
        return {order.id: order.draft.reference for order in self.system.books.orders.values()}

    def note(self) -> None:
        """Notice what is new in the books: a second order of an invoice, beside the first, breaks the promise."""
        orders = self.orders
        for order_id in [one for one in orders if one not in self.ever]:
            self.ever[order_id] = orders[order_id]
            twins = sorted(one for one, reference in orders.items() if reference == orders[order_id])
            if len(twins) > 1:
                self.world.breaks(f"invoice {orders[order_id]} has the orders {', '.join(twins)} in {self.name}")

    @property
    def withdrawn(self) -> Sequence[str]:
        """The orders that calls have deleted, in order."""
        return self.system.orders.deleted

    def publish(self, order_id: str, *, on: date) -> None:
        """An accountant makes an order an invoice."""
        if order_id not in self.published:
            self.world.tell(f"an accountant publishes order {order_id} in {self.name}")
        self.system.books.publish(order_id, invoice_number=f"F{order_id}", on=on)
        self.published.add(order_id)

    def delete(self, order_id: str) -> None:
        """An accountant deletes an order."""
        self.system.books.delete_order(order_id)
        self.deleted.add(order_id)


class _TrueClock:
    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        return self._world.true_now


class Line:
    """The way from the process that runs now to a company, and back."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._world = company.world

    def call(self, what: str, effect: Callable[[Item], Answer], *, writes: bool = False) -> Answer:
        """Make a call. `effect` is done in the books; what it is given says of each item whether and how it fails."""
        worker = self._world.worker
        if worker is None:
            return effect(lambda: None)
        if worker.is_in_transaction:
            raise RuntimeError(f"{what} was called within a transaction")
        self._world.point("before a call")
        way = self._way(worker, writes=writes)
        answers: list[Answer | KvittError] = []
        if way.effect_after is not None:
            item = self._item_failures(worker) if writes else lambda: None
            self._world.scheduler.at(
                self._world.scheduler.now + way.effect_after, lambda: answers.append(self._done(what, effect, item))
            )
        self._world.tell(f"calls {self._company.name}: {what}{_trouble(way)}")
        self._world.saw["calls"] += 1
        if way.dies_after is not None:
            self._world.scheduler.sleep(way.dies_after)
            self._world.kill(worker, "during a call")
        self._world.scheduler.sleep(way.answer_after)
        self._world.point("after a call")
        if way.error:
            raise way.error
        answer = answers[0]
        if isinstance(answer, KvittError):
            raise answer
        return answer

    def _done(self, what: str, effect: Callable[[Item], Answer], item: Item) -> Answer | KvittError:
        try:
            answer = effect(item)
        except KvittError as error:
            return error
        finally:
            self._company.note()
        return answer

    def _way(self, worker: Worker, *, writes: bool) -> _Way:
        """Draw how a call goes."""
        weather, chance, saw = self._world.weather, worker.chance, self._world.saw
        takes = chance.time(0.05, 1.5)
        lost: KvittError = OutcomeUnknown("The answer was lost.") if writes else TryAgain("The answer was lost.")
        weight = 1.5 if writes else 0.4  # what matters most is what becomes of writes
        if chance.happens(weight * weather.rate(Fault.LATE_EFFECTS)):
            saw["late effects"] += writes
            return _Way(chance.time(2, LATEST_SECONDS), chance.time(1, 60), lost)
        if chance.happens(weight * weather.rate(Fault.LOST_ANSWERS)):
            saw["lost answers"] += writes
            is_done = chance.happens(0.7)
            return _Way(takes if is_done else None, takes + chance.time(0, 60), lost)
        if chance.happens(weather.rate(Fault.SLOW_ANSWERS)):
            saw["slow answers"] += 1
            return _Way(chance.time(1, LATEST_SECONDS), chance.time(LATEST_SECONDS + 1, 500))
        if chance.happens(3 * weight * weather.rate(Fault.KILLS)):
            return _Way(chance.time(0, LATEST_SECONDS), LATEST_SECONDS, dies_after=takes)
        if refusal := self._refusal(worker, writes=writes):
            return _Way(None, takes, refusal)
        return _Way(takes, takes + chance.time(0, 0.5))

    def _refusal(self, worker: Worker, *, writes: bool) -> KvittError | None:
        weather, chance, saw = self._world.weather, worker.chance, self._world.saw
        if chance.happens(weather.rate(Fault.REFUSALS)):
            saw["refusals"] += 1
            return Rejected("The accounting system said no.") if chance.happens(0.4) else TryAgain("Busy.")
        if chance.happens(weather.rate(Fault.THROTTLING)):
            saw["throttlings"] += 1
            # As a plugin tells it: a length, counted by the installation's clock, which no step has moved.
            until = self._world.true_now + timedelta(seconds=chance.pick([20, 600, 3000]))
            return TryAgain("Quota.", code="quota_exceeded", not_before=until, for_everyone=chance.happens(0.6))
        if chance.happens(weather.rate(Fault.ENDED_SESSIONS)):
            saw["ended sessions"] += 1
            return TryAgain("The session had ended.", at_once=True)
        if chance.happens(weather.rate(Fault.CLOSED_ACCESS)):
            saw["closed access"] += 1
            return AccessRefused("The password is not accepted.")
        return None

    def _item_failures(self, worker: Worker) -> Item:
        """Say of each item whether it fails. Drawn when the call is made: the process may be gone when it is done."""
        rate, chance = self._world.weather.rate(Fault.PARTIAL_FAILURES), worker.chance.stream(self._world.saw["calls"])
        saw = self._world.saw

        def item() -> KvittError | None:
            if not chance.happens(rate):
                return None
            saw["partial failures"] += 1
            return chance.pick([Rejected("Not this one."), OutcomeUnknown("This one's answer was lost.")])

        return item


def _trouble(way: _Way) -> str:
    if way.effect_after is None:
        return f" ({way.error.code}, not done)" if way.error else ""
    effect, answer = way.effect_after / SECOND, way.answer_after / SECOND
    if way.error:
        return f" (done after {effect:.1f} s, given up after {answer:.1f} s)"
    return f" (done after {effect:.1f} s, answered after {answer:.1f} s)" if answer > LATEST_SECONDS else ""
