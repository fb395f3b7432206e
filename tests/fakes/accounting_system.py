"""An accounting system in memory: books that behave like a vendor's, and knobs to make them misbehave.

Searches answer loosely (part of the text), writes answer item by item, and what an order refers to must exist. Every
call is noted in `calls`, in order, as "orders.create".
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import TypeVar

from core.abilities import Abilities, JobCalls, Lookup
from core.books import Account, Right
from core.books import Books as Identity
from core.business import Business, Connection
from core.call_budget import CallBudget
from core.currency import Currency
from core.customer import Address, Customer, CustomerEntry, CustomerRecord
from core.customer_changes import applied
from core.dimension import Dimension, DimensionKind
from core.errors import AccessRefused, InvalidInput, KvittError, Outcome, OutcomeUnknown, Rejected, TryAgain
from core.identity import search_number
from core.limits import Limits, OrderField
from core.order_draft import OrderDraft
from core.payment import BookedTotals, OrderState
from core.ports.accounting import CustomerUpdate
from core.ports.clock import Clock
from core.product import Category, Product
from core.recovery import FoundOrder
from core.sending.fence import keep_fence
from core.transfer import Receipt
from core.unreadable import Unreadable
from core.vat_code import VatCode

Made = TypeVar("Made")

ABILITIES = Abilities(
    limits=Limits(
        row_text=300,
        customer_name=200,
        product_name=125,
        decimals=4,
        order_fields=frozenset(OrderField),
        deletes_orders=True,
    ),
    lookup=Lookup.BY_CUSTOMER,
    currencies=True,
    open_amount=True,
    calls=JobCalls(warm_send=2, cold_send=12, thousand_invoices=60, thousand_statuses=2),
)
COMPANY = "Fjellutleie AS"
VENDOR, OTHER_VENDOR = "fake", "ledger"
"""Two accounting systems: the first is reached through two plugins, "fake" and "another", the second through one."""

PAGE = 3
"""How many customers a page of the directory holds."""

_WRITES = frozenset(
    {"customers.create", "customers.update", "products.create_category", "products.create_product", "orders.create"}
)


@dataclass(frozen=True)
class BookedOrder:
    """An order in the books. `visible_from` is when searches begin to show it."""

    id: str
    draft: OrderDraft
    customer_id: str
    changed_at: datetime
    visible_from: datetime
    totals: BookedTotals
    invoice_number: str | None = None
    invoiced_at: date | None = None
    paid_at: date | None = None
    open_amount: Decimal | None = None
    is_whole: bool = True


@dataclass
class Books:
    """What one account holds."""

    customers: dict[str, CustomerRecord] = field(default_factory=dict)
    customers_changed_at: dict[str, datetime] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    dimensions: dict[DimensionKind, list[Dimension | Unreadable] | None] = field(
        default_factory=lambda: {kind: [] for kind in DimensionKind}
    )
    """Departments and projects; None for a kind that is not told."""
    product_categories: dict[str, str] = field(default_factory=dict)
    orders: dict[str, BookedOrder] = field(default_factory=dict)
    vat_codes: list[VatCode] = field(default_factory=lambda: norwegian_vat_codes())
    currencies: list[Currency] = field(default_factory=lambda: [Currency(code="EUR", rate=Decimal("11.50"))])
    unreadable: dict[str, Unreadable] = field(default_factory=dict)
    """What is answered of customers, products and categories that can't be read, by id."""
    hidden_until: dict[str, datetime] = field(default_factory=dict)
    last_id: int = 1000

    def next_id(self) -> str:
        """Return an id that nothing has yet."""
        self.last_id += 1
        return str(self.last_id)

    def add_customer(self, name: str, **fields: object) -> CustomerRecord:
        """Put a customer into the books, as an accountant would; it has two blank addresses unless told."""
        record = CustomerRecord.model_validate(
            {"id": self.next_id(), "name": name, "addresses": (Address(), Address()), **fields}
        )
        self.customers[record.id] = record
        return record

    def spoil(self, record_id: str, *, keys_known: bool = True) -> None:
        """Have a customer, product or category be there and not be readable; `keys_known`: but for its keys."""
        customer = self.customers.get(record_id)
        named = self.products.get(record_id) or self.categories.get(record_id)
        self.unreadable[record_id] = Unreadable(
            id=record_id,
            name=named.name if named and keys_known else None,
            organization_number=customer.organization_number if customer and keys_known else None,
            emails=customer.emails if customer and keys_known else (),
            reason="it is spoilt",
        )

    def mend(self, record_id: str) -> None:
        """Have it be readable again."""
        del self.unreadable[record_id]

    def add_dimension(self, kind: DimensionKind, name: str) -> Dimension:
        """Put a department or project into the books."""
        dimension = Dimension(id=self.next_id(), name=name)
        self.dimensions[kind] = [*(self.dimensions[kind] or []), dimension]
        return dimension

    def add_product(self, name: str, *, category: str = "SharefoxRental", number: str | None = None) -> Product:
        """Put a product and its category into the books."""
        known = next((one for one in self.categories.values() if one.name == category), None)
        kept = known or Category(id=self.next_id(), name=category)
        self.categories[kept.id] = kept
        product = Product(id=self.next_id(), name=name, number=number)
        self.products[product.id] = product
        self.product_categories[product.id] = kept.id
        return product

    def publish(self, order_id: str, *, invoice_number: str, on: date) -> None:
        """Make the order an invoice, the accountant's act."""
        self._change(order_id, invoice_number=invoice_number, invoiced_at=on)

    def pay(self, order_id: str, *, on: date) -> None:
        """Settle the invoice of the order."""
        self._change(order_id, paid_at=on, open_amount=Decimal(0))

    def leave_open(self, order_id: str, amount: Decimal) -> None:
        """Say how much of the invoice is left to pay."""
        self._change(order_id, open_amount=amount)

    def delete_order(self, order_id: str) -> None:
        """Take the order out of the books."""
        del self.orders[order_id]

    def change_order(self, order_id: str, *, reference: str | None = None, customer_id: str | None = None) -> None:
        """Have the order carry another number, or be another customer's; None leaves it."""
        order = self.orders[order_id]
        draft = order.draft if reference is None else order.draft.model_copy(update={"reference": reference})
        self._change(order_id, draft=draft, customer_id=order.customer_id if customer_id is None else customer_id)

    def _change(self, order_id: str, **changes: object) -> None:
        self.orders[order_id] = replace(self.orders[order_id], **changes)  # type: ignore[arg-type]


def norwegian_vat_codes() -> list[VatCode]:
    """Return the codes of a Norwegian account: those for sales among purchase codes of the same rates."""
    rates = {
        "1": "25", "11": "15", "14": "25", "3": "25", "31": "15", "32": "11.11", "33": "12", "5": "0", "6": "0",
        "51": "0", "52": "0", "12": "11.11", "13": "12", "81": "25", "86": "25", "0": "0",
    }  # fmt: skip
    return [VatCode(code=code, percent=Decimal(percent), name=f"code {code}") for code, percent in rates.items()]


class FakeAccountingSystem:
    """One account, as the five ports and the rest of `AccountingSystem`."""

    def __init__(self, clock: Clock, *, is_in_transaction: Callable[[], bool] = lambda: False) -> None:
        self.clock = clock
        self.books = Books()
        self.calls: list[str] = []
        self.vendor = VENDOR
        self.books_id = "7"
        self.has_moved = False
        self.limits = ABILITIES.limits
        self.account_name = "Fjellutleie AS"
        self.missing_rights: list[str] = []
        self.down: KvittError | None = None
        """Raised by every call while it is set."""
        self.call_budget: CallBudget | None = None
        self.customers = FakeCustomers(self, "customers")
        self.products = FakeProducts(self, "products")
        self.vat = FakeVat(self, "vat")
        self.currencies = FakeCurrencies(self, "currencies")
        self.dimensions = FakeDimensions(self, "dimensions")
        self.orders = FakeOrders(self, "orders")
        self.payments = FakePayments(self, "payments")
        self._is_in_transaction = is_in_transaction
        self._is_let_in = False
        self._watchers: dict[str, list[Callable[[], None]]] = defaultdict(list)

    @property
    def writes(self) -> list[str]:
        """The calls that write, in order."""
        return [call for call in self.calls if call in _WRITES]

    def before(self, call: str, do: Callable[[], None]) -> None:
        """Do this whenever the call ("orders.create") arrives, before it has any effect."""
        self._watchers[call].append(do)

    def leave_alone(self) -> None:
        """Do nothing special from now on when a call arrives."""
        self._watchers.clear()

    def identity(self) -> Identity:
        """Say whose books these are; who is let in once stays so."""
        if self._is_in_transaction():
            raise RuntimeError("somebody logs in within a transaction")
        if self.down is not None and not self._is_let_in:
            raise self.down
        self._is_let_in = True
        return Identity(system=self.vendor, company_id=self.books_id, company=self.account_name)

    def budget(self) -> CallBudget | None:
        """Say what the test has set; no call."""
        return self.call_budget

    def account(self) -> Account:
        """Say whose books these are."""
        self.noted("account")
        return Account(name=self.account_name, id=self.books_id)

    def rights(self) -> list[Right]:
        """Say what is allowed."""
        self.noted("rights")
        return [
            Right(name=name, allowed=name not in self.missing_rights, message=None)
            for name in ("customers", "products", "orders")
        ]

    def noted(self, call: str) -> None:
        """Note a call, and fail when the system is down."""
        if self._is_in_transaction():
            raise RuntimeError(f"{call} was called within a transaction")
        self.calls.append(call)
        for do in self._watchers[call]:
            do()
        if self.down is not None:
            raise self.down


class _Port:
    """What the ports share: noting calls and failing on request."""

    def __init__(self, system: FakeAccountingSystem, name: str) -> None:
        self._system = system
        self._name = name
        self._failures: list[tuple[str | None, BaseException]] = []
        self._item_failures: dict[str, KvittError] = {}
        self.lose_next_answer = False
        """The next write takes effect, but its answer is lost."""
        self.appears_after: timedelta | None = None
        """The next write's answer is lost, and what it made shows only so long after."""

    @property
    def books(self) -> Books:
        return self._system.books

    def fail_next(self, error: BaseException, *, call: str | None = None, times: int = 1) -> None:
        """Raise this from the next call, or the next of that method, before it has any effect."""
        self._failures.extend([(call, error)] * times)

    def fail_item(self, key: str, error: KvittError) -> None:
        """Answer this for the item of that key from now on: an order's reference or id, a customer's name or id."""
        self._item_failures[key] = error

    def heal_item(self, key: str) -> None:
        """Answer for the item of that key as usual again."""
        self._item_failures.pop(key, None)

    def heal(self) -> None:
        """Behave from now on."""
        self._failures.clear()
        self._item_failures.clear()
        self.lose_next_answer, self.appears_after = False, None

    def _called(self, method: str) -> None:
        self._system.noted(f"{self._name}.{method}")
        for index, (wanted, error) in enumerate(self._failures):
            if wanted in (None, method):
                del self._failures[index]
                raise error

    @contextmanager
    def _writing(self, method: str) -> Iterator[datetime]:
        """Give the instant from which what is made shows, and lose the answer where that is wanted."""
        self._called(method)
        lost, hidden = self.lose_next_answer or self.appears_after is not None, self.appears_after or timedelta()
        self.lose_next_answer, self.appears_after = False, None
        yield self._system.clock.now() + hidden
        if lost:
            raise OutcomeUnknown("The answer was lost.")

    def _is_hidden(self, made_id: str) -> bool:
        return self.books.hidden_until.get(made_id, self._system.clock.now()) > self._system.clock.now()


class FakeCustomers(_Port):
    """Customers; searches match part of the text, where there is searching."""

    can_search = True

    def find_by_email(self, email: str) -> list[CustomerRecord | Unreadable]:
        self._called("find_by_email")
        found = [one for one in self._shown() if any(email.casefold() in held.casefold() for held in one.emails)]
        return [self._seen(one) for one in found]

    def find_by_organization_number(self, number: str) -> list[CustomerRecord | Unreadable]:
        self._called("find_by_organization_number")
        found = [one for one in self._shown() if number in (search_number(one.organization_number) or "")]
        return [self._seen(one) for one in found]

    def read(self, customer_ids: Sequence[str]) -> dict[str, CustomerRecord | Unreadable]:
        self._called("read")
        return {one.id: self._seen(one) for one in self._shown() if one.id in customer_ids}

    def entries(self, *, changed_since: datetime | None = None) -> Iterator[Sequence[CustomerEntry | Unreadable]]:
        """Yield pages of PAGE, from books that note when they were changed."""
        shown = [
            one
            for one in self._shown()
            if changed_since is None or self.books.customers_changed_at.get(one.id, changed_since) >= changed_since
        ]
        for start in range(0, len(shown), PAGE):
            self._called("entries")
            yield [
                self.books.unreadable.get(one.id)
                or CustomerEntry(id=one.id, organization_number=one.organization_number, emails=one.emails)
                for one in shown[start : start + PAGE]
            ]

    def create(self, customers: Sequence[Customer]) -> list[str | KvittError]:
        with self._writing("create") as visible_from:
            return [self._item_failures.get(one.booked_name) or self._made(one, visible_from) for one in customers]

    def update(self, updates: Sequence[CustomerUpdate]) -> list[KvittError | None]:
        with self._writing("update"):
            return [self._item_failures.get(one.record.id) or self._written(one) for one in updates]

    def _seen(self, record: CustomerRecord) -> CustomerRecord | Unreadable:
        return self.books.unreadable.get(record.id) or record

    def _shown(self) -> list[CustomerRecord]:
        return [one for one in self.books.customers.values() if not self._is_hidden(one.id)]

    def _made(self, customer: Customer, visible_from: datetime) -> str:
        address = customer.address or Address()
        record = self.books.add_customer(
            customer.booked_name,
            kind=customer.kind,
            organization_number=customer.written_number,
            emails=(customer.email,) if customer.key_email else (),
            contact_email=customer.email,
            invoice_email=customer.email,
            phones=(customer.phone,) if customer.phone else (),
            addresses=(address, address),
        )
        self.books.hidden_until[record.id] = visible_from
        self.books.customers_changed_at[record.id] = self._system.clock.now()
        return record.id

    def _written(self, update: CustomerUpdate) -> KvittError | None:
        record, changes = self.books.customers.get(update.record.id), update.changes
        if record is None:
            return Rejected("There is no such customer.", code="unknown_customer")
        self.books.customers[record.id] = applied(record, changes)
        self.books.customers_changed_at[record.id] = self._system.clock.now()
        return None


class FakeProducts(_Port):
    """Products and categories; searches match part of the name."""

    def find_products(self, name: str) -> list[Product | Unreadable]:
        self._called("find_products")
        return [
            self.books.unreadable.get(one.id) or one
            for one in self.books.products.values()
            if name in one.name and not self._is_hidden(one.id)
        ]

    def find_numbered(self, number: str) -> list[Product | Unreadable]:
        self._called("find_numbered")
        return [
            self.books.unreadable.get(one.id) or one
            for one in self.books.products.values()
            if number in (one.number or "") and not self._is_hidden(one.id)
        ]

    def find_categories(self, name: str) -> list[Category | Unreadable]:
        self._called("find_categories")
        return [
            self.books.unreadable.get(one.id) or one
            for one in self.books.categories.values()
            if name in one.name and not self._is_hidden(one.id)
        ]

    def create_category(self, name: str) -> str:
        with self._writing("create_category") as visible_from:
            category = Category(id=self.books.next_id(), name=name)
            self.books.categories[category.id] = category
            self.books.hidden_until[category.id] = visible_from
        return category.id

    def create_product(self, name: str, *, category_id: str) -> str:
        with self._writing("create_product") as visible_from:
            if category_id not in self.books.categories:
                raise Rejected("There is no such category.", code="unknown_category")
            product = Product(id=self.books.next_id(), name=name)
            self.books.products[product.id] = product
            self.books.product_categories[product.id] = category_id
            self.books.hidden_until[product.id] = visible_from
        return product.id


class FakeVat(_Port):
    """VAT codes."""

    def codes(self) -> list[VatCode]:
        self._called("codes")
        return list(self.books.vat_codes)


class FakeCurrencies(_Port):
    """Currencies."""

    def currencies(self) -> list[Currency]:
        self._called("currencies")
        return list(self.books.currencies)


class FakeDimensions(_Port):
    """Departments and projects."""

    def listed(self, kind: DimensionKind) -> list[Dimension | Unreadable] | None:
        listed = self.books.dimensions[kind]
        if listed is not None:
            self._called("listed")
        return listed


class FakeOrders(_Port):
    """Orders. `booked_off_by` is what the system's totals differ from the exact ones.

    `in_steps`: an order takes a call, one more for each row, and one that finishes it. `lose_step_after`: so many such
    steps have an answer, and that of the next is lost, once.
    """

    def __init__(self, system: FakeAccountingSystem, name: str) -> None:
        super().__init__(system, name)
        self.booked_off_by = Decimal(0)
        self.in_steps = False
        self.lose_step_after: int | None = None
        self.deleted: list[str] = []
        """The orders that were deleted by a call, in order."""

    def find(
        self, references: Collection[str], *, customer_ids: Sequence[str], since: datetime
    ) -> dict[str, list[Receipt]]:
        self._called("find")
        found: dict[str, list[Receipt]] = {}
        for order in sorted(self.books.orders.values(), key=lambda one: (one.changed_at, len(one.id), one.id)):
            if (
                order.customer_id in customer_ids
                and order.changed_at >= since
                and order.draft.reference in references
                and order.visible_from <= self._system.clock.now()
            ):
                found.setdefault(order.draft.reference, []).append(_receipt(order))
        return found

    def changed_since(self, since: datetime) -> Iterator[Sequence[FoundOrder]]:
        """Yield pages of PAGE."""
        now = self._system.clock.now()
        shown = [one for one in self.books.orders.values() if one.changed_at >= since and one.visible_from <= now]
        for start in range(0, max(len(shown), 1), PAGE):
            self._called("changed_since")
            if page := [_found(one) for one in shown[start : start + PAGE]]:
                yield page

    def read(self, order_id: str) -> FoundOrder | None:
        self._called("read")
        order = self.books.orders.get(order_id)
        return _found(order) if order else None

    def create(self, drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        if self.in_steps:
            return [
                self._item_failures.get(draft.reference) or self._refusal(draft) or self._begun_or_written(draft)
                for draft in drafts
            ]
        with self._writing("create") as visible_from:
            return [
                self._item_failures.get(draft.reference)
                or self._refusal(draft)
                or _receipt(self.book(draft, visible_from=visible_from))
                for draft in drafts
            ]

    def delete(self, order_id: str) -> bool:
        """Delete an order; a published one is refused. What took effect is told in `deleted`."""
        with self._writing("delete"):
            order = self.books.orders.get(order_id)
            if order is None:
                return False
            if order.invoice_number is not None:
                raise Rejected(f"Order {order_id} is an invoice.", code="not_deletable")
            self.books.delete_order(order_id)
            self.deleted.append(order_id)
            return True

    def _begun_or_written(self, draft: OrderDraft) -> Receipt:
        """Write an order in steps; no trouble in the middle of it says that nothing was written."""
        there = set(self.books.orders)
        try:
            return self._written_in_steps(draft)
        except KvittError as trouble:
            if draft.begun_as in there or set(self.books.orders) - there:
                trouble.outcome = Outcome.UNKNOWN
            raise

    def _written_in_steps(self, draft: OrderDraft) -> Receipt:
        """Write an order, or what is missing of one, step by step; it carries what the draft says in the end."""
        order_id = draft.begun_as
        if order_id is None:
            keep_fence()
            with self._writing("create") as visible_from:
                begun = draft.model_copy(update={"rows": ()})
                order_id = self.book(begun, visible_from=visible_from, is_whole=False).id
            self._step_done()
        elif order_id not in self.books.orders:
            raise TryAgain("The order that was begun is gone.")
        for rows in range(len(self.books.orders[order_id].draft.rows), len(draft.rows)):
            keep_fence()
            self._called("add_row")
            so_far = draft.model_copy(update={"rows": draft.rows[: rows + 1]})
            self.books.orders[order_id] = replace(self.books.orders[order_id], draft=so_far)
            self._step_done()
        keep_fence()
        self._called("finish")
        totals = booked_totals(draft, off_by=self.booked_off_by)
        self.books.orders[order_id] = replace(
            self.books.orders[order_id], draft=draft, customer_id=draft.customer_id or "", totals=totals, is_whole=True
        )
        self._step_done()
        return _receipt(self.books.orders[order_id])

    def _step_done(self) -> None:
        if self.lose_step_after is not None:
            self.lose_step_after -= 1
            if self.lose_step_after < 0:
                self.lose_step_after = None
                raise OutcomeUnknown("The answer was lost.")

    def book(self, draft: OrderDraft, *, visible_from: datetime | None = None, is_whole: bool = True) -> BookedOrder:
        """Put an order into the books, as a call does that nobody waits for any more."""
        now = self._system.clock.now()
        order = BookedOrder(
            id=self.books.next_id(),
            draft=draft,
            customer_id=draft.customer_id or "",
            changed_at=now,
            visible_from=visible_from or now,
            totals=booked_totals(draft, off_by=self.booked_off_by),
            is_whole=is_whole,
        )
        self.books.orders[order.id] = order
        return order

    def _refusal(self, draft: OrderDraft) -> Rejected | None:
        known_codes = {(code.code, code.percent) for code in self.books.vat_codes}
        if draft.customer_id not in self.books.customers:
            return Rejected("There is no such customer.", code="unknown_customer")
        if any(row.product_id not in self.books.products for row in draft.rows if not row.is_text):
            return Rejected("There is no such product.", code="unknown_product")
        if any((row.vat_code, row.vat_percent) not in known_codes for row in draft.rows):
            return Rejected("There is no such VAT code.", code="unknown_vat_code")
        if any(len(row.text) > self._system.limits.row_text for row in draft.rows):
            return Rejected("A row's text is too long.", code="too_long")
        named = [(kind, getattr(one, kind)) for one in (draft, *draft.rows) for kind in DimensionKind]
        if any(not self._has(kind, one) for kind, one in named):
            return Rejected("There is no such department or project.", code="unknown_dimension")
        return None

    def _has(self, kind: DimensionKind, dimension: Dimension | None) -> bool:
        listed = self.books.dimensions[kind]
        return dimension is None or listed is None or dimension in listed


class FakePayments(_Port):
    """What became of orders."""

    def states(self, order_ids: Sequence[str]) -> dict[str, OrderState | KvittError]:
        self._called("states")
        answers: dict[str, OrderState | KvittError] = {}
        for order_id in order_ids:
            order = self.books.orders.get(order_id)
            if order_id in self._item_failures:
                answers[order_id] = self._item_failures[order_id]
            elif order:
                answers[order_id] = OrderState(
                    order_id=order_id,
                    reference=order.draft.reference,
                    customer_id=order.customer_id,
                    invoice_number=order.invoice_number,
                    invoiced_at=order.invoiced_at,
                    paid_at=order.paid_at,
                    open_amount=order.open_amount,
                    totals=order.totals,
                )
        return answers


class FakeAccountingSystems:
    """The plugins: one under the given name, "another" like it, and one for another vendor's accounting system.

    Each business has an account of its own for each account name with each vendor. Companies and orders have the same
    ids with both.
    """

    required = frozenset({"account_name", "password"})
    optional = frozenset({"username"})

    def __init__(
        self, clock: Clock, *, system: str = "fake", is_in_transaction: Callable[[], bool] | None = None
    ) -> None:
        self._clock = clock
        self._plugins = {system, "another", OTHER_VENDOR}
        self._is_in_transaction = is_in_transaction or (lambda: False)
        self._accounts: dict[tuple[str, str, str], FakeAccountingSystem] = {}
        self._opened: dict[str, tuple[str, str]] = {}
        self._led: dict[tuple[str, str], str] = {}

    def of(self, business: str) -> FakeAccountingSystem:
        """Return the account that a business opened last."""
        vendor, name = self._opened.get(business, (VENDOR, COMPANY))
        return self.account(business, name, vendor=vendor)

    def account(self, business: str, name: str, *, vendor: str = VENDOR) -> FakeAccountingSystem:
        """Return the account of this name that a business may be connected to."""
        if (business, vendor, name) not in self._accounts:
            account = FakeAccountingSystem(self._clock, is_in_transaction=self._is_in_transaction)
            account.vendor = vendor
            account.account_name = name
            account.books_id = "7" if name == COMPANY else f"company of {name}"
            self._accounts[business, vendor, name] = account
        return self._accounts[business, vendor, name]

    def leads_to(self, business: str, name: str, *, account_name: str = COMPANY) -> None:
        """Let the account name lead to the account of another one from now on."""
        self._led[business, account_name] = name

    def open(self, business: Business) -> FakeAccountingSystem:
        """Return the business's books; calls nobody."""
        try:
            self.checked(business.accounting)
        except InvalidInput as error:
            raise AccessRefused(error.message, code=error.code) from None
        name = business.accounting.settings["account_name"]
        vendor = OTHER_VENDOR if business.accounting.system == OTHER_VENDOR else VENDOR
        self._opened[business.name] = vendor, self._led.get((business.name, name), name)
        return self.of(business.name)

    def uninstall(self, system: str) -> None:
        """Take a plugin away."""
        self._plugins.remove(system)

    def install(self, system: str) -> None:
        """Bring a plugin."""
        self._plugins.add(system)

    def checked(self, connection: Connection) -> Connection:
        """Return the connection, or say what is wrong with it."""
        self.secrets(connection.system)
        given = set(connection.settings)
        wrong = [f"{name} is missing" for name in sorted(self.required - given)]
        wrong += [f"{name} is unknown" for name in sorted(given - self.required - self.optional)]
        if wrong:
            raise InvalidInput(f"The connection can't be used: {'; '.join(wrong)}.")
        return connection

    def shown(self, connection: Connection) -> Mapping[str, str]:
        """Return everything but the password; of a plugin that is gone nothing."""
        if connection.system not in self._plugins:
            return {"system": connection.system}
        settings = connection.settings
        open_ones = {name: value for name, value in settings.items() if name not in self.secrets(connection.system)}
        return {"system": connection.system, **open_ones}

    def secrets(self, system: str) -> frozenset[str]:
        """Return the names of the secret settings."""
        if system not in self._plugins:
            raise InvalidInput(f'There is no plugin for the accounting system "{system}".', code="unknown_system")
        return frozenset({"password"})

    def deciding_books(self, system: str) -> frozenset[str]:
        """Return the names of the settings that decide the books."""
        return frozenset({"account_name"})


def _found(order: BookedOrder) -> FoundOrder:
    return FoundOrder(reference=order.draft.reference, receipt=_receipt(order))


def _receipt(order: BookedOrder) -> Receipt:
    return Receipt(order_id=order.id, customer_id=order.customer_id, totals=order.totals, is_whole=order.is_whole)


def booked_totals(draft: OrderDraft, *, off_by: Decimal = Decimal(0)) -> BookedTotals:
    """Add up an order as a vendor does, in exact fractions."""
    per_rate: dict[Fraction, Fraction] = defaultdict(Fraction)
    for row in draft.rows:
        kept = 1 - Fraction(row.discount_percent) / 100
        per_rate[Fraction(row.vat_percent)] += _ore(Fraction(row.quantity) * Fraction(row.unit_price) * kept)
    if draft.prices_include_vat:
        gross = sum(per_rate.values(), Fraction())
        vat = sum((_ore(amount * rate / (100 + rate)) for rate, amount in per_rate.items()), Fraction())
    else:
        vat = sum((_ore(amount * rate / 100) for rate, amount in per_rate.items()), Fraction())
        gross = sum(per_rate.values(), Fraction()) + vat
    return BookedTotals(gross=_decimal(gross) + off_by, vat=_decimal(vat) + off_by)


def _ore(amount: Fraction) -> Fraction:
    """Round half away from zero to hundredths."""
    hundredths = Fraction(floor(abs(amount) * 100 + Fraction(1, 2)), 100)
    return hundredths if amount >= 0 else -hundredths


def _decimal(hundredths: Fraction) -> Decimal:
    return Decimal(int(hundredths * 100)) / 100
