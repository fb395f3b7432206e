"""Follow up: ask, without anybody's doing, whether the orders that are open have been paid.

An order is open until it is known to be paid or gone. Over all workers of an installation each business is asked about
once an interval.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeGuard

from core.business import Business
from core.errors import KvittError, OtherBooks, TryAgain
from core.payment import PaymentReport
from core.ports.accounting import AccountingSystems
from core.ports.clock import Clock
from core.ports.storage import Storage
from core.stored import require_business
from core.use_cases.check_status import PIECE, Answer, CheckStatus, is_kept


@dataclass(frozen=True)
class FollowedUp:
    """How a business's follow-up went: how many orders were reported on, and what ended it early or kept one back.

    `not_ours` are the invoices whose order ids are now of orders that are not theirs: nothing was reported on them.
    """

    business: str
    reports: int
    not_ours: tuple[str, ...] = ()
    trouble: KvittError | None = None


class FollowUp:
    """Checks the status of all open orders, in bulk.

    `interval` is the time from the beginning of a business's follow-up to that of its next. `stopping` says whether
    the worker was asked to stop: the call in hand is finished, the next one is not begun.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        systems: AccountingSystems,
        clock: Clock,
        check_status: CheckStatus,
        interval: timedelta,
        stopping: Callable[[], bool],
    ) -> None:
        self._storage = storage
        self._systems = systems
        self._clock = clock
        self._check_status = check_status
        self._interval = interval
        self._stopping = stopping

    def run(self) -> list[FollowedUp]:
        """Follow up every business for which it is time; one's trouble hides none of the others."""
        now = self._clock.now()
        with self._storage.transaction() as work:
            names = work.follow_ups.due(now=now, begun_before=now - self._interval)
        followed = (self._follow(name) for name in names)
        return [business for business in followed if business]

    def _follow(self, name: str) -> FollowedUp | None:
        """Follow up one business, unless another worker does, or its accounting system has to be left alone."""
        reports, trouble, after, not_ours = 0, None, None, list[str]()
        try:
            if self._stopping() or not (business := self._begin(name)):
                return None
            while numbers := self._read_open(business, after):
                answers = self._check_status.check(name, numbers, by_itself=True)
                reports += sum(is_kept(answer) for answer in answers)
                not_ours += [
                    answer.invoice for answer in answers if isinstance(answer, PaymentReport) and not is_kept(answer)
                ]
                trouble = trouble or next((answer for answer in answers if _is_trouble(answer)), None)
                after = numbers[-1]
        except KvittError as error:
            trouble = error
            self._put_off(name, error)
        return FollowedUp(business=name, reports=reports, not_ours=tuple(not_ours), trouble=trouble)

    def _begin(self, name: str) -> Business | None:
        now = self._clock.now()
        with self._storage.transaction() as work:
            business = work.businesses.get(name)
            if business is None:
                return None
            until = work.pauses.until(business.accounting.system)  # another business may just have caused it
            is_paused = until is not None and until > now
            if is_paused or not work.follow_ups.begin(name, now=now, begun_before=now - self._interval):
                return None
        return business

    def _read_open(self, business: Business, after: str | None) -> Sequence[str]:
        """Return the numbers of the invoices to ask about next; none when that was all or the worker is stopping.

        Errors: TryAgain when the calls that are left in this hour are kept for single sends.
        """
        if self._stopping():
            with self._storage.transaction() as work:  # what is left is not left for a whole interval
                work.follow_ups.count_as_begun(business.name, self._clock.now() - self._interval)
            return []
        with self._storage.transaction() as work:
            numbers = work.statuses.open_invoices(business.name, limit=PIECE, after=after)
        if numbers and (budget := self._systems.open(business).budget()):
            budget.require_for_bulk()
        return numbers

    def _put_off(self, name: str, error: KvittError) -> None:
        """Have it done again as soon as the error says that it makes sense, rather than after a whole interval."""
        if not isinstance(error, TryAgain) or error.not_before is None:
            return
        with self._storage.transaction() as work:
            work.follow_ups.count_as_begun(name, error.not_before - self._interval)
            if error.for_everyone:
                work.pauses.put(require_business(work, name).accounting.system, error.not_before)


def _is_trouble(answer: Answer) -> TypeGuard[KvittError]:
    """Whether an answer tells of trouble. That an order lies in other books is none: it is not asked about there."""
    return isinstance(answer, KvittError) and not isinstance(answer, OtherBooks)
