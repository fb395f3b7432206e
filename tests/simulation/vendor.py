"""A company's books as the gateway sees them: the ports to the accounting system, over a bad line."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from adapters.parallel import each_of
from core.books import Account, Books, Right
from core.call_budget import CallBudget
from core.currency import Currency
from core.customer import Customer, CustomerEntry, CustomerRecord
from core.dimension import Dimension, DimensionKind
from core.errors import AccessRefused, KvittError, Outcome, OutcomeUnknown, Rejected, TryAgain
from core.limits import Limits
from core.order_draft import OrderDraft
from core.payment import OrderState
from core.ports.accounting import CustomerUpdate
from core.product import Category, Product
from core.recovery import FoundOrder
from core.sending.fence import keep_fence
from core.transfer import Receipt
from core.unreadable import Unreadable
from core.vat_code import VatCode
from tests.fakes.accounting_system import BookedOrder, booked_totals
from tests.simulation.line import Company, Item, Line
from tests.simulation.writing import Writing

Made = TypeVar("Made")
Thing = TypeVar("Thing")


class SimulatedSystem:
    """A company's books as the gateway sees them, over the line."""

    def __init__(self, company: Company) -> None:
        self._system = company.system
        self._line = line = Line(company)
        self.customers = _Customers(company, line)
        self.products = _Products(company, line)
        self.vat = _Tables(company, line)
        self.currencies = self.vat
        self.dimensions = self.vat
        self.orders = _Orders(company, line)
        self.payments = _Payments(company, line)

    def identity(self) -> Books:
        """A login is kept for long, so who asks whose books these are makes no call."""
        return self._system.identity()

    @property
    def has_moved(self) -> bool:
        return False

    @property
    def limits(self) -> Limits:
        return self._system.limits

    def budget(self) -> CallBudget | None:
        return None

    def account(self) -> Account:
        return self._line.call("account", lambda _: self._system.account())

    def rights(self) -> list[Right]:
        return self._line.call("rights", lambda _: self._system.rights())


class _Part:
    def __init__(self, company: Company, line: Line) -> None:
        self._company = company
        self._system = company.system
        self._line = line


class _Customers(_Part):
    @property
    def can_search(self) -> bool:
        return self._system.customers.can_search

    def find_by_email(self, email: str) -> Sequence[CustomerRecord | Unreadable]:
        return self._line.call("customers.find_by_email", lambda _: self._system.customers.find_by_email(email))

    def find_by_organization_number(self, number: str) -> Sequence[CustomerRecord | Unreadable]:
        find = self._system.customers.find_by_organization_number
        return self._line.call("customers.find_by_organization_number", lambda _: find(number))

    def read(self, customer_ids: Sequence[str]) -> Mapping[str, CustomerRecord | Unreadable]:
        return self._line.call("customers.read", lambda _: self._system.customers.read(customer_ids))

    def entries(self, *, changed_since: datetime | None = None) -> Iterator[Sequence[CustomerEntry | Unreadable]]:
        pages = self._line.call(
            "customers.entries", lambda _: list(self._system.customers.entries(changed_since=changed_since))
        )
        yield from pages

    def create(self, customers: Sequence[Customer]) -> list[str | KvittError]:
        return _written(self._company, customers, self._together, self._alone)

    def _together(self, customers: Sequence[Customer]) -> list[str | KvittError]:
        made = partial(_all_made, customers, self._made, is_whole=self._company.writing is Writing.ALL_OR_NONE)
        return self._line.call(f"customers.create {len(customers)}", made, writes=True)

    def _alone(self, customer: Customer) -> str:
        keep_fence()
        (answer,) = self._together([customer])
        return _answered(answer)

    def _made(self, customer: Customer) -> str | KvittError:
        self._company.made_for.append(customer)
        return self._system.customers.create([customer])[0]

    def update(self, updates: Sequence[CustomerUpdate]) -> list[KvittError | None]:
        return self._line.call("customers.update", lambda _: self._system.customers.update(updates), writes=True)


class _Products(_Part):
    def find_products(self, name: str) -> Sequence[Product | Unreadable]:
        return self._line.call("products.find_products", lambda _: self._system.products.find_products(name))

    def find_numbered(self, number: str) -> Sequence[Product | Unreadable]:
        return self._line.call("products.find_numbered", lambda _: self._system.products.find_numbered(number))

    def find_categories(self, name: str) -> Sequence[Category | Unreadable]:
        return self._line.call("products.find_categories", lambda _: self._system.products.find_categories(name))

    def create_category(self, name: str) -> str:
        create = self._system.products.create_category
        return self._line.call("products.create_category", lambda _: create(name), writes=True)

    def create_product(self, name: str, *, category_id: str) -> str:
        create = self._system.products.create_product
        return self._line.call("products.create_product", lambda _: create(name, category_id=category_id), writes=True)


class _Tables(_Part):
    def codes(self) -> list[VatCode]:
        return self._line.call("vat.codes", lambda _: self._system.vat.codes())

    def currencies(self) -> list[Currency]:
        return self._line.call("currencies", lambda _: self._system.currencies.currencies())

    def listed(self, kind: DimensionKind) -> Sequence[Dimension | Unreadable] | None:
        return self._line.call(f"dimensions.listed {kind}", lambda _: self._system.dimensions.listed(kind))


class _Orders(_Part):
    def find(
        self, references: Collection[str], *, customer_ids: Sequence[str], since: datetime
    ) -> dict[str, list[Receipt]]:
        found = self._line.call(
            "orders.find", lambda _: self._system.orders.find(references, customer_ids=customer_ids, since=since)
        )
        if any(one.is_whole for receipts in found.values() for one in receipts):
            self._company.world.saw["found again"] += 1
        return found

    def changed_since(self, since: datetime) -> Iterator[Sequence[FoundOrder]]:
        yield from self._line.call("orders.changed_since", lambda _: list(self._system.orders.changed_since(since)))

    def read(self, order_id: str) -> FoundOrder | None:
        return self._line.call("orders.read", lambda _: self._system.orders.read(order_id))

    def create(self, drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        alone = self._in_steps if self._company.writing is Writing.IN_STEPS else self._alone
        return _written(self._company, drafts, self._together, alone)

    def _together(self, drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        is_whole = self._company.writing is Writing.ALL_OR_NONE
        keep_fence()
        answers = self._line.call(
            f"orders.create {' '.join(draft.reference for draft in drafts)}",
            partial(_all_made, drafts, self._made, is_whole=is_whole),
            writes=True,
        )
        if len(drafts) > 1 and not is_whole:
            keep_fence()  # several are read back, as over SOAP: they are written by then
        return answers

    def _alone(self, draft: OrderDraft) -> Receipt:
        (answer,) = self._together([draft])
        return _answered(answer)

    def delete(self, order_id: str) -> bool:
        company, world = self._company, self._company.world
        if (world.worker, order_id) in company.told_published:
            world.breaks(f"order {order_id} is to be deleted by one who has been told that it is published")
        company.asked_to_delete[order_id] += 1
        nth = company.asked_to_delete[order_id]

        def effect(_: Item) -> bool:
            if company.asked_to_delete[order_id] > nth:
                world.breaks(f"order {order_id} was to be deleted once more while an earlier call was running")
            try:
                was_there = self._system.orders.delete(order_id)
            except Rejected:
                world.saw["deletions refused"] += 1
                raise
            world.saw["orders withdrawn"] += was_there
            return was_there

        return self._line.call(f"orders.delete {order_id}", effect, writes=True)

    def _made(self, draft: OrderDraft) -> Receipt | KvittError:
        return self._system.orders.create([draft])[0]

    def _in_steps(self, draft: OrderDraft) -> Receipt:
        """Write an order with a call that begins it, one for each row, and one that finishes it.

        What meets an order that was begun says so while it lies there: the whole must not be written once more at once.
        """
        order_id = draft.begun_as
        if order_id is None:
            begun = draft.model_copy(update={"rows": ()})
            book = self._system.orders.book
            keep_fence()
            order_id = self._line.call(
                f"orders.begin {draft.reference}", lambda _: book(begun, is_whole=False).id, writes=True
            )
        try:
            for rows in range(1, len(draft.rows) + 1):
                keep_fence()
                self._line.call(
                    f"orders.row {rows} of {draft.reference}",
                    partial(self._written, order_id, draft, rows),
                    writes=True,
                )
            keep_fence()
            return self._line.call(
                f"orders.finish {draft.reference}", partial(self._finished, order_id, draft), writes=True
            )
        except TryAgain as error:
            lies_there = Outcome.UNKNOWN if order_id in self._system.books.orders else None
            raise TryAgain(error.message, code=error.code, not_before=error.not_before, outcome=lies_there) from error
        except (AccessRefused, OutcomeUnknown, Rejected) as error:
            error.outcome = Outcome.UNKNOWN
            raise

    def _written(self, order_id: str, draft: OrderDraft, rows: int, _: Item) -> None:
        order = self._there(order_id)
        if len(order.draft.rows) < rows:
            so_far = draft.model_copy(update={"rows": draft.rows[:rows]})
            self._system.books.orders[order_id] = replace(order, draft=so_far, totals=booked_totals(so_far))

    def _finished(self, order_id: str, draft: OrderDraft, _: Item) -> Receipt:
        order = self._there(order_id)
        self._system.books.orders[order_id] = replace(
            order, draft=draft, customer_id=draft.customer_id or "", totals=booked_totals(draft), is_whole=True
        )
        return Receipt(order_id=order_id, customer_id=draft.customer_id or "")

    def _there(self, order_id: str) -> BookedOrder:
        order = self._system.books.orders.get(order_id)
        if order is None:
            raise TryAgain("The order that was begun is gone.")
        return order


class _Payments(_Part):
    def states(self, order_ids: Sequence[str]) -> dict[str, OrderState | KvittError]:
        states = self._line.call("payments.states", lambda _: self._system.payments.states(order_ids))
        told = [one for one in states.values() if isinstance(one, OrderState) and one.invoice_number is not None]
        self._company.told_published.update((self._company.world.worker, one.order_id) for one in told)
        return states


def _written(
    company: Company,
    things: Sequence[Thing],
    together: Callable[[Sequence[Thing]], list[Made | KvittError]],
    alone: Callable[[Thing], Made],
) -> list[Made | KvittError]:
    """Write things as the company's system takes them."""
    if company.writing is Writing.IN_STEPS:
        return each_of(things, alone, at_once=company.at_once)
    try:
        return together(things)
    except Rejected:
        if company.writing is Writing.TOGETHER or len(things) == 1:
            raise
    company.world.saw["refused together"] += 1
    return each_of(things, alone, at_once=company.at_once)


def _all_made(
    things: Sequence[Thing], make: Callable[[Thing], Made | KvittError], item: Item, *, is_whole: bool
) -> list[Made | KvittError]:
    """Make things. Where they are made as a whole or not at all, a refusal of one is everybody's."""
    failures = [item() for _ in things]
    if not is_whole:
        return [_made(failure, partial(make, thing)) for failure, thing in zip(failures, things, strict=True)]
    for failure in failures:
        if isinstance(failure, Rejected):
            raise failure
    return [make(thing) for thing in things]


def _answered(answer: Made | KvittError) -> Made:
    if isinstance(answer, KvittError):
        raise answer
    return answer


def _made(failure: KvittError | None, make: Callable[[], Made | KvittError]) -> Made | KvittError:
    """Make an item. A refusal is one before it was made; an answer that is lost, one after."""
    if isinstance(failure, Rejected):
        return failure
    made = make()
    return failure or made
