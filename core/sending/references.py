"""What an order refers to besides its customer: products, VAT codes, currencies, departments and projects.

They seldom change, so they are kept with an age and read again when it is past, or when an order was refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from pydantic import TypeAdapter

from core.business import Business
from core.currency import HOME_CURRENCY, Currency
from core.dimension import DimensionKind, Listed, kinds_wanted
from core.errors import OutcomeUnknown, Rejected
from core.intent import IntentKind
from core.invoice import Invoice
from core.limits import Limits, OrderField
from core.order_draft import CreditedOrder, References
from core.outcome import only
from core.ports.accounting import AccountingSystem
from core.ports.clock import Clock
from core.ports.storage import Storage
from core.product import Product, named_exactly, of_name, of_number, products_wanted
from core.sending.create_once import CreateOnce, Creation, New
from core.sending.fence import FencedSession, Session
from core.sending.prepared_order import PreparedOrder, prepared_order
from core.sending.stories import candidates
from core.unreadable import Unreadable, category_cannot_be_read, readable, told_of
from core.vat_code import VatCode

Kept = TypeVar("Kept")

Entries = Mapping[str, tuple[str, datetime]]
"""What is kept of a business, by name: its JSON, and when that was stored."""

_A_DAY = timedelta(days=1)
_AN_HOUR = timedelta(hours=1)  # rates of exchange change more often than the rest

_PRODUCT: TypeAdapter[Product | None] = TypeAdapter(Product | None)
_VAT_CODES = TypeAdapter(tuple[VatCode, ...])
_CURRENCIES = TypeAdapter(tuple[Currency, ...])
_PRODUCTS = TypeAdapter(tuple[Product | Unreadable, ...])
_LISTED = TypeAdapter(Listed)


@dataclass(frozen=True)
class Fitting:
    """What there is for several invoices: the orders that it makes, and why some have none, by invoice number."""

    references: References
    orders: Mapping[str, PreparedOrder]
    refused: Mapping[str, Rejected | OutcomeUnknown]


class ReferenceData:
    """Finds the reference data of an account, and creates the product where it is missing."""

    def __init__(self, *, storage: Storage, clock: Clock, create_once: CreateOnce) -> None:
        self._storage = storage
        self._clock = clock
        self._create_once = create_once

    def fit(self, invoices: Sequence[Invoice], business: Business, session: Session, *, kept: Entries) -> Fitting:
        """Prepare the orders of complete invoices with what there is, writing nothing to the account.

        `kept` is what the store has of the business. What does not fit an invoice is read anew, once: the accountant
        may have added what was missing.
        The refused ones have the codes of `prepared_order`.
        """
        fitting = self._fit(invoices, business, session, kept)
        is_stale = fitting.refused and fitting.references.kept
        return self.fit_anew(invoices, business, session) if is_stale else fitting

    def fit_anew(self, invoices: Sequence[Invoice], business: Business, session: Session) -> Fitting:
        """Forget what was kept, read it again, and prepare the orders with that."""
        with self._storage.transaction() as work:
            work.references.drop(business.name)
        return self._fit(invoices, business, session, {})

    def create_missing_product(
        self, fitting: Fitting, invoices: Sequence[Invoice], business: Business, session: FencedSession
    ) -> Fitting:
        """Return what fits these invoices with a product: created, in the category of the settings, if one needs it.

        Where it can't be created, `refused` says so of the invoices that need it.
        Source: docs/behaviour.md, "The order".
        """
        still_fit = [invoice for invoice in invoices if invoice.number in fitting.orders]
        needing = [
            invoice.number
            for invoice in still_fit
            if any(row.needs_product for row in fitting.orders[invoice.number].draft.rows)
        ]
        if not needing:
            return replace(fitting, refused={})
        name = business.product_name
        try:
            product = _ProductIn(self._find_or_create_category(business, session))
            creation = Creation(IntentKind.PRODUCT, product.create, fitting.references.looked_at)
            product_id = only(self._create_once.create(session, creation, [New([name], name)]))
        except (Rejected, OutcomeUnknown) as trouble:
            return replace(fitting, refused=dict.fromkeys(needing, trouble))
        shelf = _Shelf(self._storage, self._clock, business=business.name, books=session.identity().key, entries={})
        shelf.keep(_product_entry(business), _PRODUCT, Product(id=product_id, name=name))
        references = fitting.references.model_copy(update={"product_id": product_id})
        return _prepared(still_fit, business, references, session.limits)

    def _fit(self, invoices: Sequence[Invoice], business: Business, session: Session, kept: Entries) -> Fitting:
        return _prepared(invoices, business, self._find(invoices, business, session, kept), session.limits)

    def _find(self, invoices: Sequence[Invoice], business: Business, session: Session, kept: Entries) -> References:
        looked_at = self._clock.now()
        shelf = _Shelf(self._storage, self._clock, business=business.name, books=session.identity().key, entries=kept)
        product = shelf.kept_or(
            _product_entry(business), _PRODUCT, partial(_find_product, business.product_name, session), age=_A_DAY
        )
        vat_codes = shelf.kept_or("vat_codes", _VAT_CODES, partial(_read_vat_codes, session), age=_A_DAY)
        currencies: tuple[Currency, ...] = ()
        if any(invoice.currency != HOME_CURRENCY for invoice in invoices):
            currencies = shelf.kept_or("currencies", _CURRENCIES, partial(_read_currencies, session), age=_AN_HOUR)
        called = {
            wanted: shelf.kept_or(
                f"product called {wanted}", _PRODUCTS, partial(search_product, wanted, session), age=_A_DAY
            )
            for wanted in products_wanted(invoices, business.products)
        }
        dimensions = {
            kind: shelf.kept_or(f"{kind}s", _LISTED, partial(list_dimensions, kind, session), age=_A_DAY)
            for kind in kinds_wanted(invoices, business)
            if OrderField(kind) in session.limits.order_fields
        }
        return References(
            looked_at=looked_at,
            kept=shelf.was_used,
            product_id=product.id if product else None,
            vat_codes=vat_codes,
            currencies=currencies,
            products=called,
            dimensions=dimensions,
            credited=self._find_credited(invoices, business, books=session.identity().key)
            if OrderField.CREDITS in session.limits.order_fields
            else {},
        )

    def _find_credited(
        self, invoices: Sequence[Invoice], business: Business, *, books: str
    ) -> dict[str, CreditedOrder]:
        """Return what is known here of the orders that invoices credit, in these books; no call."""
        numbers = {invoice.credits for invoice in invoices if invoice.credits}
        if not numbers:
            return {}
        with self._storage.transaction() as work:
            sent = work.transfers.of_invoices(business.name, numbers)
            reports = {number: work.statuses.latest(business.name, number) for number in sent}
        return {
            number: CreditedOrder(
                order_id=transfer.order_id,
                invoice_number=report.invoice_number
                if (report := reports[number]) and report.order_id == transfer.order_id
                else None,
            )
            for number, transfer in sent.items()
            if transfer.order_id and transfer.books == books
        }

    def _find_or_create_category(self, business: Business, session: FencedSession) -> str:
        looked_at, name = self._clock.now(), business.category_name
        with session.call("Looking for the category") as call:
            found = call.system.products.find_categories(name)
            call.tell(candidates("category", found))
        if category := named_exactly(name, found, lost=category_cannot_be_read):
            return category.id
        creation = Creation(IntentKind.CATEGORY, _create_category, looked_at)
        return only(self._create_once.create(session, creation, [New([name], name)]))


@dataclass(frozen=True)
class _ProductIn:
    """A product to be created in a category."""

    category_id: str

    def create(self, system: AccountingSystem, names: Sequence[str]) -> Sequence[str]:
        return [system.products.create_product(name, category_id=self.category_id) for name in names]


def _create_category(system: AccountingSystem, names: Sequence[str]) -> Sequence[str]:
    return [system.products.create_category(name) for name in names]


class _Shelf:
    """What is kept of one account's books; what was kept of others' never counts."""

    def __init__(self, storage: Storage, clock: Clock, *, business: str, books: str, entries: Entries) -> None:
        self._storage = storage
        self._clock = clock
        self._business = business
        self._books = books
        self._entries = entries
        self.was_used = False

    def kept_or(self, name: str, form: TypeAdapter[Kept], read: Callable[[], Kept], *, age: timedelta) -> Kept:
        """Return what is kept under this name if it is young enough, else read it, and keep it unless it is None."""
        kept, stored_at = self._entries.get(f"{self._books} {name}", (None, None))
        if kept is not None and stored_at is not None and stored_at > self._clock.now() - age:
            self.was_used = True
            return form.validate_json(kept)
        value = read()
        if value is not None:
            self.keep(name, form, value)
        return value

    def keep(self, name: str, form: TypeAdapter[Kept], value: Kept) -> None:
        """Keep a value under this name."""
        with self._storage.transaction() as work:
            work.references.put(
                self._business, f"{self._books} {name}", form.dump_json(value).decode(), now=self._clock.now()
            )


def _prepared(invoices: Sequence[Invoice], business: Business, references: References, limits: Limits) -> Fitting:
    orders, refused = dict[str, PreparedOrder](), dict[str, Rejected]()
    for invoice in invoices:
        try:
            orders[invoice.number] = prepared_order(invoice, business, references, limits=limits)
        except Rejected as refusal:
            refused[invoice.number] = refusal
    return Fitting(references, orders, refused)


def _find_product(name: str, session: Session) -> Product | None:
    with session.call("Looking for the product") as call:
        found = call.system.products.find_products(name)
        call.tell(candidates("product", found))
    return named_exactly(name, found)


def search_product(wanted: str, session: Session) -> tuple[Product | Unreadable, ...]:
    """Search by number, and by name where no product has that number."""
    with session.call(f"Looking for product {wanted}") as call:
        answered = call.system.products.find_numbered(wanted)
        call.tell(candidates("product", answered))
    numbered = of_number(wanted, answered)
    if readable(numbered):
        return tuple(numbered)
    with session.call("Looking for the product") as call:
        answered = call.system.products.find_products(wanted)
        call.tell(candidates("product", answered))
    named = of_name(wanted, answered)
    return tuple(readable(named) or [*numbered, *named])


def _read_vat_codes(session: Session) -> tuple[VatCode, ...]:
    with session.call("Reading the VAT codes") as call:
        codes = tuple(call.system.vat.codes())
        call.tell(str(len(codes)))
    return codes


def _read_currencies(session: Session) -> tuple[Currency, ...]:
    with session.call("Reading the currencies") as call:
        currencies = tuple(call.system.currencies.currencies())
        call.tell(str(len(currencies)))
    return currencies


def list_dimensions(kind: DimensionKind, session: Session) -> Listed:
    """Read what there is of a kind; a refusal is of the invoices that name one, and stops no others."""
    try:
        with session.call(f"Reading the {kind}s") as call:
            listed = call.system.dimensions.listed(kind)
            call.tell("not told" if listed is None else str(len(readable(listed))) + told_of(kind, listed))
    except Rejected as refusal:
        return Listed(refusal=refusal.message)
    return Listed(all_of_them=None if listed is None else tuple(listed))


def _product_entry(business: Business) -> str:
    return f"product {business.product_name}"
