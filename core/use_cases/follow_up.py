"""Follow up: ask, without anybody's doing, whether the orders that are open have been paid.

An order is open until it is known to be paid or gone. One that is paid is looked at again, more rarely. Over all
workers of an installation each business is asked about in one round an interval (core/follow_up.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeGuard

from core.errors import AccessRefused, KvittError, OtherBooks, TryAgain
from core.follow_up import LEFT_OFF, Candidate, Round, due_round, interval_of
from core.payment import PaymentReport
from core.ports.clock import Clock
from core.ports.storage import Storage
from core.use_cases.check_status import Answer, CheckStatus, is_kept


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
    """Checks the status of all open orders, and now and then of paid ones, in bulk.

    `interval` is what the operator says for all businesses: None is nothing, zero is never. `operator_is_told`: the
    operator has notices of all businesses, and so wants to know how all of them stand. `stopping` says whether the
    worker was asked to stop: the call in hand is finished, the next one is not begun.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        clock: Clock,
        check_status: CheckStatus,
        interval: timedelta | None,
        operator_is_told: bool,
        stopping: Callable[[], bool],
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._check_status = check_status
        self._interval = interval
        self._operator_is_told = operator_is_told
        self._stopping = stopping

    def run(self) -> list[FollowedUp]:
        """Follow up every business for which it is time; one's trouble hides none of the others."""
        with self._storage.reading() as work:
            candidates = work.follow_ups.candidates(now=self._clock.now())
        followed = (self._follow(candidate) for candidate in candidates)
        return [business for business in followed if business]

    def _follow(self, candidate: Candidate) -> FollowedUp | None:
        """Follow up one business, unless it is not time, another worker does, or its system has to be left alone."""
        held = self._begin(candidate)
        if held is None:
            return None
        name, reports, trouble, not_ours = candidate.business, 0, None, list[str]()
        resume_at = None
        try:
            while numbers := self._next_numbers(name, held):
                answers = self._check_status.check(name, numbers, by_itself=True)
                reports += sum(is_kept(answer) for answer in answers)
                not_ours += [
                    answer.invoice for answer in answers if isinstance(answer, PaymentReport) and not is_kept(answer)
                ]
                trouble = trouble or next((answer for answer in answers if _is_trouble(answer)), None)
                if broke_off := _what_broke_it_off(answers):
                    raise broke_off
                asked = Round(begun_at=held.begun_at, asked_up_to=numbers[-1], resume_at=self._left_off_at())
                if not self._put(name, asked, instead_of=held):
                    return FollowedUp(business=name, reports=reports, not_ours=tuple(not_ours), trouble=trouble)
                held = asked
            if self._stopping():
                resume_at = self._clock.now()
        except KvittError as error:
            trouble = error
            resume_at = self._put_off(candidate, error)
        self._put(name, held.model_copy(update={"resume_at": resume_at}), instead_of=held)
        return FollowedUp(business=name, reports=reports, not_ours=tuple(not_ours), trouble=trouble)

    def _begin(self, candidate: Candidate) -> Round | None:
        """Take the round to be worked on; None where there is none for us."""
        is_told = candidate.is_told or self._operator_is_told
        interval = interval_of(candidate.model_copy(update={"is_told": is_told}), installation=self._interval)
        if self._stopping() or interval is None:
            return None
        now = self._clock.now()
        due = due_round(candidate, interval=interval, now=now)
        if due is None:
            return None
        held = due.model_copy(update={"resume_at": self._left_off_at()})
        with self._storage.transaction() as work:
            until = work.pauses.until(candidate.system)  # another business may just have caused it
            is_paused = until is not None and until > now
            if is_paused or not work.follow_ups.put(candidate.business, held, instead_of=candidate.last):
                return None
        return held

    def _next_numbers(self, name: str, held: Round) -> Sequence[str]:
        """Return the numbers of the invoices to ask about next; none when that was all or the worker is stopping.

        Errors: those of CheckStatus.next_open.
        """
        if self._stopping():
            return []
        return self._check_status.next_open(name, after=held.asked_up_to, with_paid=True)

    def _put(self, name: str, held: Round, *, instead_of: Round) -> bool:
        with self._storage.transaction() as work:
            return work.follow_ups.put(name, held, instead_of=instead_of)

    def _put_off(self, candidate: Candidate, error: KvittError) -> datetime | None:
        """Say when to go on: as soon as the error says that it makes sense; None where a person has to do something."""
        if not isinstance(error, TryAgain):
            return None
        if error.not_before is None:
            return self._left_off_at()
        if error.for_everyone:
            with self._storage.transaction() as work:
                work.pauses.put(candidate.system, error.not_before)
        return error.not_before

    def _left_off_at(self) -> datetime:
        return self._clock.now() + LEFT_OFF


def _is_trouble(answer: Answer) -> TypeGuard[KvittError]:
    """Whether an answer tells of trouble. That an order lies in other books is none: it is not asked about there."""
    return isinstance(answer, KvittError) and not isinstance(answer, OtherBooks)


def _what_broke_it_off(answers: Sequence[Answer]) -> KvittError | None:
    """Return what stood in the way of all from one order on, where they are asked about one by one.

    It is then the last one's too. What is the last order's alone hinders none of the others.
    """
    last = answers[-1]
    if not isinstance(last, TryAgain | AccessRefused):
        return None
    return last if any(answer is last for answer in answers[:-1]) else None
