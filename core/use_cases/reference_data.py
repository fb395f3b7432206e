"""What an order refers to besides its customer: the product, the VAT codes and the currencies of an account.

They seldom change, so they are kept with an age and read again when it is past, or when an order was refused.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from pydantic import TypeAdapter

from core.business import Business
from core.currency import HOME_CURRENCY, Currency
from core.errors import Rejected
from core.intent import IntentKind
from core.invoice import Invoice
from core.ports.accounting_system import AccountingSystem
from core.ports.clock import Clock
from core.ports.product_catalog import ProductCatalog
from core.ports.storage import Storage
from core.product import Product, named_exactly
from core.references import References
from core.use_cases.create_once import CreateOnce
from core.use_cases.hold import Hold
from core.use_cases.prepare_order import prepared_order
from core.vat_code import VatCode

Kept = TypeVar("Kept")

_A_DAY = timedelta(days=1)
_AN_HOUR = timedelta(hours=1)  # rates of exchange change more often than the rest

_PRODUCT = TypeAdapter(Product)
_VAT_CODES = TypeAdapter(tuple[VatCode, ...])
_CURRENCIES = TypeAdapter(tuple[Currency, ...])


class ReferenceData:
    """Finds the reference data of an account, and creates the product where it is missing."""

    def __init__(self, *, storage: Storage, clock: Clock, create_once: CreateOnce) -> None:
        self._storage = storage
        self._clock = clock
        self._create_once = create_once

    def fitting(self, invoice: Invoice, business: Business, system: AccountingSystem) -> References:
        """Return what there is for a complete invoice, writing nothing to the account.

        What was kept and does not fit the invoice is read anew: the accountant may have added what was missing.
        Errors: Rejected, codes `unknown_vat_rate`, `vat_code_not_for_sale`, `unknown_currency`.
        """
        references = self._found(invoice, business, system)
        try:
            prepared_order(invoice, business, references, customer_id=None, limits=system.limits)
        except Rejected:
            if not references.kept:
                raise
            references = self.read_anew(invoice, business, system)
            prepared_order(invoice, business, references, customer_id=None, limits=system.limits)
        return references

    def read_anew(self, invoice: Invoice, business: Business, system: AccountingSystem) -> References:
        """Forget what was kept, and read it again."""
        with self._storage.transaction() as work:
            work.references.drop(business.name)
        return self._found(invoice, business, system)

    def with_product(
        self, references: References, business: Business, system: AccountingSystem, *, hold: Hold
    ) -> References:
        """Return the references with a product: created, in the category of the settings, where it was missing.

        Source: documented behaviour, "If such product doesn't exist, it will be created"; "If category doesn't
        exist, we create a new one with the name provided".
        """
        if references.product_id is not None:
            return references
        category_id = self._category_id(business, system.products, hold)
        product_id = self._create_once.create(
            hold,
            IntentKind.PRODUCT,
            business.product_name,
            lambda: system.products.create_product(business.product_name, category_id=category_id),
            looked_at=references.looked_at,
        )
        shelf = _Shelf(self._storage, self._clock, business=business.name, books=system.books_id)
        shelf.keep(_product_entry(business), _PRODUCT, Product(id=product_id, name=business.product_name))
        return references.model_copy(update={"product_id": product_id})

    def _found(self, invoice: Invoice, business: Business, system: AccountingSystem) -> References:
        looked_at = self._clock.now()
        shelf = _Shelf(self._storage, self._clock, business=business.name, books=system.books_id)
        name = business.product_name
        product = shelf.kept_or(
            _product_entry(business),
            _PRODUCT,
            lambda: named_exactly(name, system.products.find_products(name)),
            age=_A_DAY,
        )
        vat_codes = shelf.kept_or("vat_codes", _VAT_CODES, lambda: tuple(system.vat.codes()), age=_A_DAY)
        currencies: tuple[Currency, ...] | None = ()
        if invoice.currency != HOME_CURRENCY:
            currencies = shelf.kept_or(
                "currencies", _CURRENCIES, lambda: tuple(system.currencies.currencies()), age=_AN_HOUR
            )
        return References(
            looked_at=looked_at,
            kept=shelf.was_used,
            product_id=product.id if product else None,
            vat_codes=vat_codes or (),
            currencies=currencies or (),
        )

    def _category_id(self, business: Business, catalog: ProductCatalog, hold: Hold) -> str:
        looked_at = self._clock.now()
        name = business.category_name
        if category := named_exactly(name, catalog.find_categories(name)):
            return category.id
        return self._create_once.create(
            hold, IntentKind.CATEGORY, name, lambda: catalog.create_category(name), looked_at=looked_at
        )


class _Shelf:
    """What is kept of one account's books; what was kept of others' never counts."""

    def __init__(self, storage: Storage, clock: Clock, *, business: str, books: str) -> None:
        self._storage = storage
        self._clock = clock
        self._business = business
        self._books = books
        self.was_used = False

    def kept_or(
        self, name: str, form: TypeAdapter[Kept], read: Callable[[], Kept | None], *, age: timedelta
    ) -> Kept | None:
        """Return what is kept under this name if it is young enough, else read it and keep it."""
        with self._storage.transaction() as work:
            kept = work.references.get(self._business, f"{self._books} {name}", newer_than=self._clock.now() - age)
        if kept is not None:
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


def _product_entry(business: Business) -> str:
    return f"product {business.product_name}"
