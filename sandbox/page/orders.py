"""What the list of orders shows: which orders, in which state, and what the accountant may do with each.

Nothing is rendered here.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from math import ceil
from typing import TypeVar

from sandbox.desk import Desk, OrderOnDesk

PER_PAGE = 25
_NEVER = datetime.min.replace(tzinfo=UTC)

Item = TypeVar("Item")


class State(StrEnum):
    """How far an order has come."""

    TO_PUBLISH = "to_publish"
    TO_BE_PAID = "to_be_paid"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"


class Show(StrEnum):
    """What a list can be narrowed to."""

    ALL = "all"
    TO_PUBLISH = "to_publish"
    TO_BE_PAID = "to_be_paid"
    PAID = "paid"


_SHOWN_UNDER = {
    State.TO_PUBLISH: Show.TO_PUBLISH,
    State.TO_BE_PAID: Show.TO_BE_PAID,
    State.PARTLY_PAID: Show.TO_BE_PAID,
    State.PAID: Show.PAID,
}


def state_of(order: OrderOnDesk) -> State:
    """How far an order has come; an invoice with nothing to pay is paid."""
    if order.invoice_id is None:
        return State.TO_PUBLISH
    if order.paid is not None or not order.total:
        return State.PAID
    return State.PARTLY_PAID if order.paid_amount else State.TO_BE_PAID


@dataclass(frozen=True)
class Shown:
    """An order in the list."""

    desk: Desk
    order: OrderOnDesk
    state: State
    is_credited: bool

    @property
    def key(self) -> str:
        """What the order goes by within the page."""
        return f"order-{self.desk.number}-{self.order.id}"

    @property
    def open(self) -> Decimal:
        """What is left to be paid."""
        return self.order.total - self.order.paid_amount

    @property
    def too_much(self) -> Decimal:
        """What was paid beyond what there was to pay."""
        return max(abs(self.order.paid_amount) - abs(self.order.total), Decimal(0))

    @property
    def may_be_credited(self) -> bool:
        """Whether it is an invoice, and was not credited yet."""
        return self.order.invoice_id is not None and self.order.total > 0 and not self.is_credited


@dataclass(frozen=True)
class Page:
    """A page of a list, numbered from 1 as people do."""

    number: int
    count: int


@dataclass(frozen=True)
class Asked:
    """What somebody asked of the list; `company` is a company's number, 0 all of them."""

    show: Show = Show.ALL
    company: int = 0
    text: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """Read an address; what it doesn't say, or says wrong, is left as it is without."""
        show = query.get("show", "")
        return cls(
            show=Show(show) if show in [*Show] else Show.ALL,
            company=number_in(query, "company", 0),
            text=query.get("q", "").strip()[:100],
            page=number_in(query, "page", 1),
        )


def number_in(query: Mapping[str, str], name: str, otherwise: int) -> int:
    """A number of an address; what is none, or beyond all lists, is the other."""
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else otherwise


@dataclass(frozen=True)
class OrderList:
    """The list: a page of orders, the newest first, and how many there are of each kind."""

    shown: list[Shown]
    counts: Mapping[Show, int]
    page: Page


def orders_in(desks: Sequence[Desk], asked: Asked) -> OrderList:
    """The orders that were asked for. Counts are of what the company and the text leave."""
    found = [
        (desk, order, state_of(order))
        for desk in desks
        if asked.company in (0, desk.number)
        for order in desk.orders()
        if not asked.text or _says(order, asked.text.casefold())
    ]
    counts = Counter(_SHOWN_UNDER[state] for _, _, state in found)
    wanted = [one for one in found if asked.show is Show.ALL or _SHOWN_UNDER[one[2]] is asked.show]
    wanted.sort(key=lambda one: (one[1].created or _NEVER, one[1].id), reverse=True)
    page, shown = page_of(wanted, asked.page)
    credited = {desk.key: desk.credited_orders() for desk in desks}
    return OrderList(
        shown=[Shown(desk, order, state, order.id in credited[desk.key]) for desk, order, state in shown],
        counts={**{show: counts[show] for show in Show}, Show.ALL: len(found)},
        page=page,
    )


def page_of(items: Sequence[Item], number: int) -> tuple[Page, Sequence[Item]]:
    """A page of many, or the last one there is."""
    count = max(ceil(len(items) / PER_PAGE), 1)
    number = min(max(number, 1), count)
    return Page(number, count), items[(number - 1) * PER_PAGE : number * PER_PAGE]


def _says(order: OrderOnDesk, text: str) -> bool:
    """Whether an order's numbers, reference or customer have this text in them."""
    return any(text in one.casefold() for one in _texts_of(order))


def _texts_of(order: OrderOnDesk) -> Iterator[str]:
    yield order.name
    yield str(order.id)
    yield str(order.invoice_id or "")
    yield order.reference
    yield order.memo
    yield order.customer_name
    yield str(order.customer_id)
