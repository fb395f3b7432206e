"""An accounting system as a worker uses it: every call is fenced before and told of after.

The ports stay what they are, so the decisions that use them know nothing of leases or journals.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from core.account import Account, Right
from core.books import Books
from core.call_budget import CallBudget
from core.currency import Currency
from core.customer import Customer, CustomerRecord
from core.customer_directory import CustomerEntry
from core.dimension import Dimension, DimensionKind
from core.errors import KvittError
from core.limits import Limits
from core.order_draft import OrderDraft
from core.payment import OrderState
from core.ports.accounting import AccountingSystem, CustomerUpdate
from core.ports.clock import Clock
from core.product import Category, Product
from core.recovery import FoundOrder
from core.sending.hold import Hold
from core.transfer import Receipt
from core.unreadable import Unreadable, readable, told_of, unreadable
from core.vat_code import VatCode

Answer = TypeVar("Answer")


class Watch:
    """Makes calls: the hold is kept before each, and what came of it is told after.

    `is_bulk` ones leave the last of the hour's calls to single sends.
    """

    def __init__(self, system: AccountingSystem, hold: Hold, clock: Clock, *, is_bulk: bool) -> None:
        self._system = system
        self._hold = hold
        self._clock = clock
        self._is_bulk = is_bulk

    def call(self, doing: str, call: Callable[[], Answer], told: Callable[[Answer], str | None]) -> Answer:
        """Make a call. `doing` says what is tried, `told` what was found or done, or None where that is not told yet.

        Errors, before the call: LeaseLost, HandedBack, TryAgain (code `quota_kept`). What the call raises passes, told.
        """
        self._hold.before_call()
        if self._is_bulk and (budget := self._system.budget()):
            budget.require_for_bulk()
        began = self._clock.now()
        try:
            answer = call()
        except KvittError as error:
            self._hold.tell(f"{doing}: {error.message} [{error.code}]", since=began)
            raise
        if text := told(answer):
            self._hold.tell(f"{doing}: {text}.", since=began)
        return answer


class WatchedSystem:
    """A business's books, watched."""

    def __init__(self, system: AccountingSystem, hold: Hold, clock: Clock, *, is_bulk: bool = False) -> None:
        self._system = system
        self._watch = Watch(system, hold, clock, is_bulk=is_bulk)
        self._identity: Books | None = None
        self.customers = WatchedCustomers(system, self._watch)
        self.products = WatchedProducts(system, self._watch)
        self.vat = WatchedVat(system, self._watch)
        self.currencies = WatchedCurrencies(system, self._watch)
        self.dimensions = WatchedDimensions(system, self._watch)
        self.orders = WatchedOrders(system, self._watch)
        self.payments = WatchedPayments(system, self._watch)

    def identity(self) -> Books:
        """Whose books these are; it is asked once, and told of only where there is no way in."""
        if self._identity is None:
            self._identity = self._watch.call("Logging in", self._system.identity, lambda _books: None)
        return self._identity

    @property
    def has_moved(self) -> bool:
        """The system's own; no call."""
        return self._system.has_moved

    @property
    def limits(self) -> Limits:
        """The system's own; no call."""
        return self._system.limits

    def budget(self) -> CallBudget | None:
        """The system's own; no call."""
        return self._system.budget()

    def account(self) -> Account:
        """Whose books these are."""
        return self._watch.call("Asking whose account it is", self._system.account, lambda account: account.name)

    def rights(self) -> list[Right]:
        """What is allowed."""
        return self._watch.call("Trying the rights", self._system.rights, lambda rights: f"{len(rights)} tried")


class WatchedCustomers:
    """Its customers."""

    def __init__(self, system: AccountingSystem, watch: Watch) -> None:
        self._repo = system.customers
        self._watch = watch
        self._most_at_once = system.limits.items_per_read

    @property
    def can_search(self) -> bool:
        """The system's own; no call."""
        return self._repo.can_search

    def find_by_email(self, email: str) -> Sequence[CustomerRecord | Unreadable]:
        """Search by e-mail."""
        return self._watch.call(
            "Looking for the customer by e-mail", lambda: self._repo.find_by_email(email), _candidates("customer")
        )

    def find_by_organization_number(self, number: str) -> Sequence[CustomerRecord | Unreadable]:
        """Search by organization number."""
        return self._watch.call(
            "Looking for the customer by organization number",
            lambda: self._repo.find_by_organization_number(number),
            _candidates("customer"),
        )

    def read(self, customer_ids: Sequence[str]) -> Mapping[str, CustomerRecord | Unreadable]:
        """Read records, so many at a time that the hold is kept."""
        records: dict[str, CustomerRecord | Unreadable] = {}
        for start in range(0, len(customer_ids), self._most_at_once):
            records |= self._read(customer_ids[start : start + self._most_at_once])
        return records

    def _read(self, customer_ids: Sequence[str]) -> Mapping[str, CustomerRecord | Unreadable]:
        return self._watch.call(
            f"Reading {_named('customer', customer_ids)}",
            lambda: self._repo.read(customer_ids),
            lambda records: (
                _how_many(len(records), len(customer_ids), one="there", none="gone")
                + told_of("customer", records.values())
            ),
        )

    def entries(self, *, changed_since: datetime | None = None) -> Iterator[Sequence[CustomerEntry | Unreadable]]:
        """Read the directory, page by page."""
        pages = self._repo.entries(changed_since=changed_since)
        doing = "Reading the customer directory" if changed_since is None else "Reading which customers have changed"
        customers, lost = 0, list[Unreadable]()

        def told(page: Sequence[CustomerEntry | Unreadable]) -> str | None:
            """Tell of all pages once, at the end: there may be many."""
            return None if page else f"{customers} customers" + told_of("customer", lost)

        while page := self._watch.call(doing, lambda: next(pages, ()), told):
            customers += len(page)
            lost += unreadable(page)
            yield page

    def create(self, customers: Sequence[Customer]) -> list[str | KvittError]:
        """Create customers."""
        return self._watch.call(
            "Creating the customer" if len(customers) == 1 else f"Creating {len(customers)} customers",
            lambda: self._repo.create(customers),
            _outcomes,
        )

    def update(self, updates: Sequence[CustomerUpdate]) -> list[KvittError | None]:
        """Update records."""
        fields = ", ".join(
            dict.fromkeys(field.replace("_", " ") for update in updates for field in update.changes.fields)
        )
        named = _named("customer", [update.record.id for update in updates])
        return self._watch.call(f"Updating {named} ({fields})", lambda: self._repo.update(updates), _outcomes)


class WatchedProducts:
    """Its products and categories."""

    def __init__(self, system: AccountingSystem, watch: Watch) -> None:
        self._catalog = system.products
        self._watch = watch

    def find_products(self, name: str) -> Sequence[Product | Unreadable]:
        """Search products."""
        return self._watch.call(
            "Looking for the product", lambda: self._catalog.find_products(name), _candidates("product")
        )

    def find_numbered(self, number: str) -> Sequence[Product | Unreadable]:
        """Search products by number."""
        return self._watch.call(
            f"Looking for product {number}", lambda: self._catalog.find_numbered(number), _candidates("product")
        )

    def find_categories(self, name: str) -> Sequence[Category | Unreadable]:
        """Search categories."""
        return self._watch.call(
            "Looking for the category", lambda: self._catalog.find_categories(name), _candidates("category")
        )

    def create_category(self, name: str) -> str:
        """Create a category."""
        return self._watch.call("Creating the category", lambda: self._catalog.create_category(name), str)

    def create_product(self, name: str, *, category_id: str) -> str:
        """Create a product."""
        return self._watch.call(
            "Creating the product", lambda: self._catalog.create_product(name, category_id=category_id), str
        )


class WatchedVat:
    """Its VAT codes."""

    def __init__(self, system: AccountingSystem, watch: Watch) -> None:
        self._table = system.vat
        self._watch = watch

    def codes(self) -> list[VatCode]:
        """Read the codes."""
        return self._watch.call("Reading the VAT codes", self._table.codes, lambda codes: str(len(codes)))


class WatchedCurrencies:
    """Its currencies."""

    def __init__(self, system: AccountingSystem, watch: Watch) -> None:
        self._table = system.currencies
        self._watch = watch

    def currencies(self) -> list[Currency]:
        """Read the currencies."""
        return self._watch.call("Reading the currencies", self._table.currencies, lambda found: str(len(found)))


class WatchedDimensions:
    """Its departments and projects."""

    def __init__(self, system: AccountingSystem, watch: Watch) -> None:
        self._table = system.dimensions
        self._watch = watch

    def listed(self, kind: DimensionKind) -> Sequence[Dimension | Unreadable] | None:
        """Read all of a kind."""
        return self._watch.call(
            f"Reading the {kind}s",
            lambda: self._table.listed(kind),
            lambda found: "not told" if found is None else str(len(readable(found))) + told_of(kind, found),
        )


class WatchedOrders:
    """Its orders."""

    def __init__(self, system: AccountingSystem, watch: Watch) -> None:
        self._sink = system.orders
        self._watch = watch

    def find(
        self, references: Collection[str], *, customer_ids: Sequence[str], since: datetime
    ) -> dict[str, list[Receipt]]:
        """Look for orders by our references."""
        return self._watch.call(
            "Looking whether the order is there already"
            if len(references) == 1
            else f"Looking whether any of {len(references)} orders is there already",
            lambda: self._sink.find(references, customer_ids=customer_ids, since=since),
            lambda found: _found_orders(found, len(references)),
        )

    def changed_since(self, since: datetime) -> Iterator[Sequence[FoundOrder]]:
        """Read orders, page by page, the hold being kept."""
        pages = self._sink.changed_since(since)
        while page := self._watch.call("Reading orders", lambda: next(pages, ()), lambda page: f"{len(page)} read"):
            yield page

    def read(self, order_id: str) -> FoundOrder | None:
        """Read one order."""
        return self._watch.call(
            f"Reading order {order_id}", lambda: self._sink.read(order_id), lambda found: "there" if found else "gone"
        )

    def create(
        self, drafts: Sequence[OrderDraft], *, before_next_call: Callable[[], None]
    ) -> list[Receipt | KvittError]:
        """Create orders, or complete those that were begun."""
        return self._watch.call(
            _creating(drafts), lambda: self._sink.create(drafts, before_next_call=before_next_call), _outcomes
        )


class WatchedPayments:
    """What was paid."""

    def __init__(self, system: AccountingSystem, watch: Watch) -> None:
        self._payments = system.payments
        self._watch = watch

    def states(self, order_ids: Sequence[str]) -> dict[str, OrderState | KvittError]:
        """Read the states of orders."""
        return self._watch.call(
            "Reading the order's state", lambda: self._payments.states(order_ids), lambda states: f"{len(states)} there"
        )


def _candidates(what: str) -> Callable[[Sequence[object]], str]:
    def told(found: Sequence[object]) -> str:
        known = len(readable(found))
        return {0: "nothing found", 1: "1 candidate"}.get(known, f"{known} candidates") + told_of(what, found)

    return told


def _named(what: str, ids: Sequence[str]) -> str:
    return f"{what} {ids[0]}" if len(ids) == 1 else f"{len(ids)} {what}s"


def _how_many(found: int, asked: int, *, one: str, none: str) -> str:
    if asked == 1:
        return one if found else none
    return f"{found} {one}, {asked - found} {none}"


def _creating(drafts: Sequence[OrderDraft]) -> str:
    if len(drafts) > 1:
        return f"Creating {len(drafts)} orders"
    begun_as = drafts[0].begun_as if drafts else None
    return f"Completing order {begun_as}, which an earlier attempt began" if begun_as else "Creating the order"


def _found_orders(found: dict[str, list[Receipt]], asked: int) -> str:
    receipts = [receipt for several in found.values() for receipt in several]
    if asked > 1:
        return f"found {len(receipts)}"
    ids = [one.order_id if one.is_whole else f"{one.order_id}, unfinished" for one in receipts]
    return f"found order {', '.join(ids)}" if ids else "not there"


def _outcomes(outcomes: Sequence[object]) -> str:
    if len(outcomes) == 1:
        return _outcome(outcomes[0])
    failed = [outcome for outcome in outcomes if isinstance(outcome, KvittError)]
    return f"{len(outcomes) - len(failed)} done, {len(failed)} not"


def _outcome(outcome: object) -> str:
    if isinstance(outcome, KvittError):
        return f"{outcome.message} [{outcome.code}]"
    if isinstance(outcome, Receipt):
        return f"order {outcome.order_id} for customer {outcome.customer_id}"
    return "done" if outcome is None else str(outcome)
