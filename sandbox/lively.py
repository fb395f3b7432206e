"""The accountant and the customers left to themselves: orders are published, paid, credited, deleted.

What an order is in for is decided by the seed and its reference, not by when it came: with one seed the same invoice
fares alike in every sandbox. A script says instead, line by line, what happens. Only orders that are there are touched,
by the acts of the control page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from random import Random

from sandbox.desk import Desk, OrderOnDesk
from sandbox.refused import NotPossibleError
from sandbox.systems import Systems


class Act(StrEnum):
    """What the accountant or a customer does."""

    PUBLISH = "publish"
    PAY = "pay"
    PART = "part"
    TAKE_BACK = "take_back"
    CREDIT = "credit"
    DELETE = "delete"


ORE = Decimal("0.01")
NEXT = "next"
"""In a script, the oldest order that the act is possible for."""

Course = tuple[Act, ...]

_COURSES: dict[Course, int] = {
    (Act.PUBLISH, Act.PAY): 52,
    (Act.PUBLISH, Act.PART, Act.PAY): 20,
    (Act.PUBLISH, Act.CREDIT): 10,
    (Act.DELETE,): 8,
    (Act.PUBLISH, Act.PAY, Act.TAKE_BACK, Act.PAY): 6,
    (Act.PUBLISH, Act.PART): 4,
}
"""What an order may be in for, and how many of a hundred are."""

_COURSE_OF_A_CREDIT = (Act.PUBLISH, Act.PAY)
_LEAVE_IT = "do not publish"  # so a memo may ask, as long as somebody is still writing the order


@dataclass(frozen=True)
class Line:
    """A line of a script, numbered from 1. `order` is the order's reference or memo, its id, or NEXT."""

    number: int
    act: Act
    order: str


@dataclass(frozen=True)
class Happening:
    """What was done; or, where it is not `done`, what the script's line asked for and was not possible.

    `amount` is what was paid, taken back or credited, in the order's currency.
    """

    at: datetime
    act: Act
    account: str
    order_id: int
    reference: str
    invoice_id: int | None
    total: Decimal
    currency: str
    amount: Decimal | None = None
    credited_by: int | None = None
    line: int | None = None
    done: bool = True


def script_from(text: str) -> list[Line]:
    """Read a script: a line is an act and an order; what follows a # is for the reader.

    Errors: ValueError with the number of the line that says something else.
    """
    script = []
    for number, written in enumerate(text.splitlines(), start=1):
        act, _, order = written.partition("#")[0].strip().partition(" ")
        if act and (act not in [*Act] or not order):
            raise ValueError(number)
        if act:
            script.append(Line(number, Act(act), order.strip()))
    return script


class Lively:
    """Acts in a world, one act every `pace` seconds: by the script where there is one, else by chance."""

    def __init__(self, systems: Systems, *, pace: float, seed: int = 0, script: Sequence[Line] | None = None) -> None:
        self._systems, self._world = systems, systems.world
        self._pace = pace
        self._seed = seed
        self._chance = Random(seed)  # noqa: S311 - what is wanted is the same again
        self._script = None if script is None else list(script)
        self._ahead: dict[tuple[str, int, datetime | None], Course] = {}

    def happenings(self) -> Iterator[Happening]:
        """Act until the sandbox is stopped, and tell each act when it is done."""
        while self._world.pause(self._pace):
            with self._world.lock:
                happening = self._act_by_chance() if self._script is None else self._act_by(self._script)
                if happening and happening.done:
                    self._world.keep()
            if happening:
                yield happening

    def _act_by_chance(self) -> Happening | None:
        self._look_ahead()
        able = [
            (desk, order)
            for desk in self._systems.desks
            for order in _orders_of(desk)
            if self._ahead[_key(desk, order)]
        ]
        if not able:
            return None
        desk, order = self._chance.choice(able)
        act, *later = self._ahead[_key(desk, order)]
        self._ahead[_key(desk, order)] = tuple(later)
        return self._do(act, desk, order)

    def _look_ahead(self) -> None:
        """Decide what new orders are in for, and leave out what somebody else has done, or undone, meanwhile."""
        ahead = {}
        for desk in self._systems.desks:
            credited = desk.credited_orders()
            for order in _orders_of(desk):
                key = _key(desk, order)
                course = self._ahead[key] if key in self._ahead else self._course_of(order)
                while course and not _is_possible(course[0], order, credited):
                    course = course[1:]
                ahead[key] = course
        self._ahead = ahead

    def _course_of(self, order: OrderOnDesk) -> Course:
        if order.total < 0:
            return _COURSE_OF_A_CREDIT
        chance = Random(f"{self._seed} {_name(order) or order.id}")  # noqa: S311 - as above
        (course,) = chance.choices([*_COURSES], [*_COURSES.values()])
        return course

    def _act_by(self, script: list[Line]) -> Happening | None:
        """Do what the next line says, as soon as its order is there."""
        if not script:
            return None
        line = script[0]
        for desk in self._systems.desks:
            credited = desk.credited_orders() if line.order == NEXT else set()
            for order in _orders_of(desk):
                if (
                    _is_possible(line.act, order, credited)
                    if line.order == NEXT
                    else line.order in (_name(order), str(order.id))
                ):
                    script.pop(0)
                    return self._do(line.act, desk, order, line=line.number)
        return None

    def _do(self, act: Act, desk: Desk, order: OrderOnDesk, *, line: int | None = None) -> Happening:
        is_done = True
        amount, credited_by = _amount_of(act, order), None
        try:
            if act is Act.PUBLISH:
                desk.publish(order.id)
            elif act in (Act.PAY, Act.PART):
                desk.pay(order.id, amount=amount)
            elif act is Act.TAKE_BACK:
                desk.take_back(order.id)
            elif act is Act.CREDIT:
                credited_by = desk.credit(order.id)
            else:
                desk.delete_order(order.id)
        except NotPossibleError:
            is_done = False
        return Happening(
            at=self._world.clock(),
            act=act,
            account=desk.title,
            order_id=order.id,
            reference=_name(order),
            invoice_id=order.invoice_id,
            total=order.total,
            currency=order.currency,
            amount=amount,
            credited_by=credited_by,
            line=line,
            done=is_done,
        )


def _orders_of(desk: Desk) -> list[OrderOnDesk]:
    """The orders that somebody in their senses would touch, the oldest first."""
    return [order for order in desk.orders() if order.rows and _LEAVE_IT not in order.memo]


def _key(desk: Desk, order: OrderOnDesk) -> tuple[str, int, datetime | None]:
    """What tells an order from every other, also from one of before the books were emptied."""
    return desk.key, order.id, order.created


def _name(order: OrderOnDesk) -> str:
    return order.reference or order.memo


def _is_possible(act: Act, order: OrderOnDesk, credited: set[int]) -> bool:
    """Whether it makes sense as things stand; `credited` are the ids of the orders that were."""
    if act in (Act.PUBLISH, Act.DELETE):
        return order.invoice_id is None
    if act is Act.CREDIT:
        return order.invoice_id is not None and order.total > 0 and order.id not in credited
    if act is Act.TAKE_BACK:
        return order.paid_amount != 0
    amount = _amount_of(act, order)
    return bool(order.invoice_id and order.paid is None and amount)


def _amount_of(act: Act, order: OrderOnDesk) -> Decimal | None:
    """What is paid: all that is open, or half of it. None for what is no payment, or too little to be halved."""
    is_open = order.total - order.paid_amount
    if act is Act.PAY:
        return is_open
    if act is Act.PART:
        return (is_open / 2).quantize(ORE, ROUND_DOWN)
    if act is Act.TAKE_BACK:
        return order.paid_amount
    return order.total if act is Act.CREDIT else None
