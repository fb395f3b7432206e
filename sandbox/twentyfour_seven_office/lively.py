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

from sandbox.twentyfour_seven_office.books import NotPossibleError
from sandbox.twentyfour_seven_office.records import ORE, Order
from sandbox.twentyfour_seven_office.users import Account
from sandbox.twentyfour_seven_office.world import World


class Act(StrEnum):
    """What the accountant or a customer does."""

    PUBLISH = "publish"
    PAY = "pay"
    PART = "part"
    TAKE_BACK = "take_back"
    CREDIT = "credit"
    DELETE = "delete"


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

    def __init__(self, world: World, *, pace: float, seed: int = 0, script: Sequence[Line] | None = None) -> None:
        self._world = world
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
            (account, order)
            for account in self._world.accounts
            for order in _orders_of(account)
            if self._ahead[_key(account, order)]
        ]
        if not able:
            return None
        account, order = self._chance.choice(able)
        act, *later = self._ahead[_key(account, order)]
        self._ahead[_key(account, order)] = tuple(later)
        return self._do(act, account, order)

    def _look_ahead(self) -> None:
        """Decide what new orders are in for, and leave out what somebody else has done, or undone, meanwhile."""
        ahead = {}
        for account in self._world.accounts:
            credited = account.books.credited_orders()
            for order in _orders_of(account):
                key = _key(account, order)
                course = self._ahead[key] if key in self._ahead else self._course_of(order)
                while course and not _is_possible(course[0], order, credited):
                    course = course[1:]
                ahead[key] = course
        self._ahead = ahead

    def _course_of(self, order: Order) -> Course:
        if order.total_inc_vat < 0:
            return _COURSE_OF_A_CREDIT
        chance = Random(f"{self._seed} {_name(order) or order.id}")  # noqa: S311 - as above
        (course,) = chance.choices([*_COURSES], [*_COURSES.values()])
        return course

    def _act_by(self, script: list[Line]) -> Happening | None:
        """Do what the next line says, as soon as its order is there."""
        if not script:
            return None
        line = script[0]
        for account in self._world.accounts:
            credited = account.books.credited_orders() if line.order == NEXT else set()
            for order in _orders_of(account):
                if (
                    _is_possible(line.act, order, credited)
                    if line.order == NEXT
                    else line.order in (_name(order), str(order.id))
                ):
                    script.pop(0)
                    return self._do(line.act, account, order, line=line.number)
        return None

    def _do(self, act: Act, account: Account, order: Order, *, line: int | None = None) -> Happening:
        books, is_done = account.books, True
        amount, credited_by = _amount_of(act, order), None
        try:
            if act is Act.PUBLISH:
                books.publish(order.id)
            elif act in (Act.PAY, Act.PART):
                books.pay(order.id, amount=amount)
            elif act is Act.TAKE_BACK:
                books.take_back(order.id)
            elif act is Act.CREDIT:
                credited_by = books.credit(order.id)
            else:
                books.delete_order(order.id)
        except NotPossibleError:
            is_done = False
        return Happening(
            at=self._world.clock(),
            act=act,
            account=account.name,
            order_id=order.id,
            reference=_name(order),
            invoice_id=order.invoice_id,
            total=order.total_inc_vat,
            currency=order.currency_symbol,
            amount=amount,
            credited_by=credited_by,
            line=line,
            done=is_done,
        )


def _orders_of(account: Account) -> list[Order]:
    """The orders that somebody in their senses would touch, the oldest first."""
    return [order for order in account.books.orders.values() if order.rows and _LEAVE_IT not in order.internal_memo]


def _key(account: Account, order: Order) -> tuple[str, int, datetime | None]:
    """What tells an order from every other, also from one of before the books were emptied."""
    return account.identity_id, order.id, order.date_created


def _name(order: Order) -> str:
    return order.reference or order.internal_memo


def _is_possible(act: Act, order: Order, credited: set[int]) -> bool:
    """Whether it makes sense as things stand; `credited` are the ids of the orders that were."""
    if act in (Act.PUBLISH, Act.DELETE):
        return order.invoice_id is None
    if act is Act.CREDIT:
        return order.invoice_id is not None and order.total_inc_vat > 0 and order.id not in credited
    if act is Act.TAKE_BACK:
        return order.paid_amount != 0
    amount = _amount_of(act, order)
    return bool(order.invoice_id and order.paid is None and amount)


def _amount_of(act: Act, order: Order) -> Decimal | None:
    """What is paid: all that is open, or half of it. None for what is no payment, or too little to be halved."""
    is_open = order.total_inc_vat - order.paid_amount
    if act is Act.PAY:
        return is_open
    if act is Act.PART:
        return (is_open / 2).quantize(ORE, ROUND_DOWN)
    if act is Act.TAKE_BACK:
        return order.paid_amount
    return order.total_inc_vat if act is Act.CREDIT else None
