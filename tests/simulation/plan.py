"""The plan of a history, drawn from its seed: who takes part, what they do and when, and which trouble there is.

What happens to each act is drawn while it is played, from a stream of its own, so that an act can be left out.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.customer import Address, Customer
from core.invoice import Invoice, InvoiceRow, InvoiceType, Period
from core.limits import Limits
from tests.simulation.chance import Chance
from tests.simulation.faults import Fault, Weather
from tests.simulation.scheduler import SECOND
from tests.simulation.writing import Writing


class Kind(StrEnum):
    """What somebody does."""

    ADD = "add"
    CHANGE = "change"
    SEND = "send"
    SEND_MANY = "send many"
    SEND_ALL = "send all"
    RETRY = "retry"
    CANCEL = "cancel"
    SEND_AGAIN = "send again"
    WITHDRAW = "withdraw"
    REPLACE = "replace"
    STATUS = "status"
    LINK = "link"
    PREVIEW = "preview"
    VERIFY = "verify"
    FOLLOW_UP = "follow up"
    SWEEP = "sweep"
    PUBLISH = "publish"
    PAY = "pay"
    DELETE = "delete"
    BOOK_CUSTOMER = "book customer"
    RESTART = "restart"
    KILL = "kill"
    STEP_CLOCK = "step clock"
    CHANGE_ACCOUNT = "change account"
    BACK_UP = "back up"
    RESTORE = "restore"


@dataclass(frozen=True)
class Act:
    """What somebody does, and when. `nth` names it, and the stream of chance that what comes of it is drawn from."""

    nth: int
    at: int
    kind: Kind
    business: str
    numbers: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"act {self.nth} at {self.at / SECOND:.1f} s: {self.kind} {self.business} {' '.join(self.numbers)}".rstrip()
        )


@dataclass(frozen=True)
class Plan:
    """A history before it happens. `seed` is the number that all of it comes from."""

    seed: int
    weather: Weather
    machines: int
    invoices: dict[str, tuple[str, ...]]
    """The numbers of each business's invoices; a number is one business's only."""
    customers: dict[str, Customer]
    """Whose each invoice is."""
    sent_before: frozenset[str]
    """The invoices that are sent while nothing goes wrong yet, so that there are orders when it does."""
    writing: Writing
    at_once: int
    """So many things are done at once where each takes a call of its own."""
    can_search: bool
    limits: Limits
    acts: tuple[Act, ...]

    def without(self, acts: Collection[Act]) -> "Plan":
        """Return the same plan with some acts left out."""
        return replace(self, acts=tuple(act for act in self.acts if act not in acts))


_OFTEN = {
    Kind.ADD: 3, Kind.CHANGE: 4, Kind.SEND: 14, Kind.SEND_MANY: 9, Kind.SEND_ALL: 4, Kind.RETRY: 4, Kind.CANCEL: 3,
    Kind.SEND_AGAIN: 2, Kind.WITHDRAW: 7, Kind.REPLACE: 6, Kind.STATUS: 3, Kind.LINK: 1, Kind.PREVIEW: 1,
    Kind.VERIFY: 1, Kind.FOLLOW_UP: 1, Kind.SWEEP: 6, Kind.PUBLISH: 2, Kind.PAY: 2, Kind.DELETE: 2,
    Kind.BOOK_CUSTOMER: 1,
}  # fmt: skip
"""How often each act comes up, in proportion to the others."""

_WITH = {
    Fault.KILLS: {Kind.RESTART: 2, Kind.KILL: 4},
    Fault.CLOCK_STEPS: {Kind.STEP_CLOCK: 6},
    Fault.ACCOUNT_CHANGES: {Kind.CHANGE_ACCOUNT: 5},
    Fault.RESTORES: {Kind.BACK_UP: 6, Kind.RESTORE: 8},
}
"""Acts that belong to a kind of trouble."""

_PAUSES = ((0.0, 2.0), (0.0, 2.0), (2.0, 30.0), (30.0, 130.0), (130.0, 400.0), (400.0, 4000.0))
"""How long it is until the next act, in seconds."""

_POOL = (
    {"name": "Person A", "email": "a@post.example"},
    {"name": "Person B", "email": "b@post.example"},
    {"name": "Person C", "email": "b@post.example"},
    {
        "name": "Person D",
        "email": "d@firm.example",
        "organization_name": "Firm D AS",
        "organization_number": "911000008",
    },
    {
        "name": "Person E",
        "email": "d@firm.example",
        "organization_name": "Firm E AS",
        "organization_number": "817404502",
    },
    {"name": "Person F", "email": "f@firm.example", "organization_name": "Firm F"},
)
"""Customers; some share an e-mail address."""


def plan_for(seed: int, *, faults: Collection[Fault]) -> Plan:
    """Draw the plan of the history that is the seed's, with trouble of these kinds."""
    chance = Chance("plan", seed)
    weather = Weather.drawn(chance.stream("weather"), faults)
    businesses = ("fjell", "vidda")[: 1 + chance.happens(0.3)]
    invoices = {name: tuple(f"{name[0]}{nth}" for nth in range(1, chance.number(1, 5) + 1)) for name in businesses}
    sent_before = frozenset(
        number for numbers in invoices.values() if chance.happens(0.5) for number in chance.several(numbers)
    )
    pool = [Customer(**fields, address=Address(street="Gata 1", postal_code="0001", city="Oslo")) for fields in _POOL]
    return Plan(
        seed=seed,
        weather=weather,
        machines=chance.number(1, 3),
        invoices=invoices,
        customers={number: chance.pick(pool) for numbers in invoices.values() for number in numbers},
        sent_before=sent_before,
        writing=_way_of_writing(chance.happens(0.25), chance.stream("writing")),
        at_once=chance.stream("at once").pick([1, 3, 8]),
        can_search=chance.happens(0.8),
        limits=Limits(
            row_text=300,
            customer_name=200,
            product_name=125,
            decimals=4,
            items_per_write=chance.pick([1, 2, 100]),
            items_per_read=chance.pick([1, 1000]),
            deletes_orders=chance.happens(0.9),
        ),
        acts=tuple(_acts(chance.stream("acts"), weather, invoices, sent_before)),
    )


def _way_of_writing(in_steps: bool, chance: Chance) -> Writing:
    if in_steps:
        return Writing.IN_STEPS
    return Writing.ALL_OR_NONE if chance.happens(0.4) else Writing.TOGETHER


def _acts(
    chance: Chance, weather: Weather, invoices: dict[str, tuple[str, ...]], sent_before: Collection[str]
) -> list[Act]:
    weights = dict(_OFTEN)
    for fault, its_acts in _WITH.items():
        if fault in weather.kinds:
            weights.update(its_acts)
    bag = [kind for kind, times in weights.items() for _ in range(times)]
    at, acts, sent = 0, list[Act](), set(sent_before)
    for nth in range(chance.number(4, 18)):
        at += chance.time(*chance.pick(_PAUSES))
        kind, business = chance.pick(bag), chance.pick(list(invoices))
        numbers = invoices[business]
        if kind in (Kind.WITHDRAW, Kind.REPLACE):  # of what was sent, mostly, and has had the time to arrive
            at += chance.time(0, 60)
            numbers = tuple(one for one in numbers if one in sent) or numbers
        several = kind is Kind.SEND_MANY or (kind is Kind.STATUS and chance.happens(0.3))
        concerned = tuple(chance.several(numbers) if several else [chance.pick(numbers)])
        acts.append(Act(nth, at, kind, business, concerned))
        if kind in (Kind.SEND, Kind.SEND_MANY):
            sent.update(concerned)
    return acts


def stated(number: str, customer: Customer, *, version: int, is_whole: bool = True) -> Invoice:
    """What the source states of an invoice; each version says another price. One that is not whole can't be booked."""
    rows = tuple(
        InvoiceRow(
            product=f"Tractor {row}",
            period=Period(start=date(2026, 9, 10), end=date(2026, 9, 12)),
            quantity=Decimal(1),
            unit_price=Decimal(1000 + version),
            discount_percent=Decimal(0),
            vat_percent=Decimal(25 if is_whole else 17),
        )
        for row in range(1, 1 + (ord(number[-1]) % 2) + 1)
    )
    return Invoice(
        number=number,
        type=InvoiceType.DATA_FOR_ACCOUNTING,
        issue_date=date(2026, 10, 1),
        due_date=date(2026, 10, 15),
        customer=customer,
        rows=rows,
    )
