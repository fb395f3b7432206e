"""Verify a business's connection without writing anything to its books."""

from collections.abc import Callable, Iterator
from functools import partial

from core.audit import Action
from core.auditor import Auditor
from core.books import Account, Right
from core.business import Business
from core.call_budget import CallBudget
from core.dimension import DimensionKind, dimension_meant, stated_dimension
from core.errors import Rejected
from core.event import AccessUse
from core.fields import Document
from core.limits import OrderField
from core.ports.accounting import AccountingSystem, AccountingSystems
from core.ports.clock import Clock
from core.ports.storage import Storage
from core.product import NamedProduct, named_exactly, product_meant
from core.sending.books import note_books
from core.sending.fence import Session
from core.sending.references import list_dimensions, search_product
from core.sending.telling import tell_access, telling_no_access
from core.stored import require_business
from core.unreadable import category_cannot_be_read
from core.use_cases.connect_business import release_parked
from core.vat_code import VatCode, sale_rates, vat_code_for

_MOST_PRODUCTS = 20  # each is a call or two: somebody waits for the answer, and calls are counted


class NamedThing(Document):
    """A product or category of the settings; `id` is None when it will be created with the first send."""

    name: str
    id: str | None = None


class Verification(Document):
    """What was found. `ok` tells whether invoices can be sent.

    `warnings` name what the settings say and the account does not have. `calls`: what is left of the accounting
    system's calls in this hour; None where it does not count them.
    """

    business: str
    ok: bool
    account: Account
    rights: tuple[Right, ...]
    product: NamedThing
    category: NamedThing
    vat_rates: tuple[VatCode, ...]
    calls: CallBudget | None = None
    warnings: tuple[str, ...] = ()


class VerifyBusiness:
    """Asks the accounting system, read-only, for everything that a send needs."""

    def __init__(self, *, storage: Storage, systems: AccountingSystems, clock: Clock, auditor: Auditor) -> None:
        self._storage = storage
        self._systems = systems
        self._clock = clock
        self._auditor = auditor

    def verify(self, name: str) -> Verification:
        """Report account, rights, product, category and VAT rates; all well, release what was parked.

        Errors: NotFound; AccessRefused when there is no way into the account; TryAgain.
        """
        refusals = self._auditor.refusals(Action.BUSINESS_VERIFIED, business=name)
        with refusals, telling_no_access(self._storage, self._clock, name, AccessUse.SENDING):
            with self._storage.transaction() as work:
                business = require_business(work, name)
            system = self._systems.open(business)
            verification, books = _look(business, system), system.identity()
        with self._storage.transaction() as work:
            note_books(work, business, books)
            if verification.ok:
                release_parked(work, name, clock=self._clock)
                tell_access(work, name, *AccessUse)
            self._auditor.done(work, Action.BUSINESS_VERIFIED, business=name)
        return verification


def _look(business: Business, system: AccountingSystem) -> Verification:
    account = system.account()
    rights = tuple(system.rights())
    ok = all(right.allowed for right in rights)
    codes = system.vat.codes() if ok else []
    product = named_exactly(business.product_name, system.products.find_products(business.product_name)) if ok else None
    category = (
        named_exactly(
            business.category_name,
            system.products.find_categories(business.category_name),
            lost=category_cannot_be_read,
        )
        if ok
        else None
    )
    return Verification(
        business=business.name,
        ok=ok,
        account=account,
        rights=rights,
        product=NamedThing(name=business.product_name, id=product.id if product else None),
        category=NamedThing(name=business.category_name, id=category.id if category else None),
        vat_rates=tuple(sale_rates(codes)),
        calls=system.budget(),
        warnings=(
            *_override_warnings(business, codes),
            *_product_warnings(business, codes, system),
            *_dimension_warnings(business, system),
        )
        if ok
        else (),
    )


def _override_warnings(business: Business, codes: list[VatCode]) -> Iterator[str]:
    for percent in business.vat_codes:
        yield from _refusal(partial(vat_code_for, percent, account=codes, overrides=business.vat_codes))


def _product_warnings(business: Business, codes: list[VatCode], system: AccountingSystem) -> Iterator[str]:
    for source, booked in list(business.products.items())[:_MOST_PRODUCTS]:
        named = NamedProduct(source=source, booked=booked)
        yield from _refusal(partial(_find_product, named, system))
        if booked.vat_code and not any(code.code == booked.vat_code for code in sale_rates(codes)):
            yield (
                f'The business\'s setting products says VAT code {booked.vat_code} of "{source}", which is not a code '
                "for a sale in the account."
            )
    if (left_out := len(business.products) - _MOST_PRODUCTS) > 0:
        yield f"Of the setting products, the first {_MOST_PRODUCTS} were checked; {left_out} were not."


def _dimension_warnings(business: Business, system: AccountingSystem) -> Iterator[str]:
    for kind in DimensionKind:
        if not (wanted := stated_dimension(kind, business)):
            continue
        if OrderField(kind) not in system.limits.order_fields:
            yield f"The setting {kind} has no effect: orders in the accounting system have no place for it."
            continue
        yield from _refusal(partial(_find_dimension, kind, wanted, system))


def _find_product(named: NamedProduct, system: AccountingSystem) -> None:
    product_meant(named, search_product(named.booked.product, Session(system)))


def _find_dimension(kind: DimensionKind, wanted: str, system: AccountingSystem) -> None:
    dimension_meant(kind, wanted, {kind: list_dimensions(kind, Session(system))})


def _refusal(decide: Callable[[], object]) -> Iterator[str]:
    """Yield why a send that needs this would be refused, if it would."""
    try:
        decide()
    except Rejected as refusal:
        yield refusal.message
