"""One business's books at Tripletex."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from adapters.http_api.rights import right
from adapters.http_api.settings import require_only_at
from adapters.tripletex.abilities import LIMITS
from adapters.tripletex.customers import TripletexCustomerRepo
from adapters.tripletex.operations import (
    GET_CUSTOMERS,
    GET_GROUPS,
    GET_INVOICES,
    GET_ORDERS,
    GET_PRODUCTS,
    VENDOR,
    Operation,
)
from adapters.tripletex.orders import DATES, TripletexOrderSink
from adapters.tripletex.payments import INVOICE_DATES, TripletexPaymentStatus
from adapters.tripletex.places import KnownIds
from adapters.tripletex.products import NO_GROUPS, TripletexProductCatalog, is_without_groups
from adapters.tripletex.session import BusinessSession
from adapters.tripletex.settings import TripletexConnection, TripletexSettings, tripletex_settings
from adapters.tripletex.tables import TripletexCurrencyTable, TripletexDimensionTable, TripletexVatTable
from core.books import Account, Books, Right
from core.business import Business
from core.call_budget import CallBudget
from core.errors import AccessRefused
from core.ports.clock import Clock
from core.ports.surroundings import Surroundings

if TYPE_CHECKING:
    from adapters.tripletex.client import TripletexClient


class TripletexAccountingSystem:
    """The AccountingSystem port."""

    def __init__(self, session: BusinessSession, clock: Clock) -> None:
        known = KnownIds(session)
        self._session = session
        self.limits = LIMITS
        self.customers = TripletexCustomerRepo(session, known, clock)
        self.products = TripletexProductCatalog(session)
        self.vat = TripletexVatTable(session, known, clock)
        self.currencies = TripletexCurrencyTable(session, known)
        self.dimensions = TripletexDimensionTable()
        self.orders = TripletexOrderSink(session, known)
        self.payments = TripletexPaymentStatus(session)

    @property
    def has_moved(self) -> bool:
        """Whether the login has come to lead to another company of the name."""
        return self._session.has_moved

    def identity(self) -> Books:
        """Say whose books the login is for. No call while one is kept."""
        return self._session.books()

    def budget(self) -> CallBudget | None:
        """Say nothing: calls are limited in short spans of time, and a server that wants fewer says so (429)."""
        return None

    def account(self) -> Account:
        """Ask whose books these are. One call."""
        return self._session.account()

    def rights(self) -> list[Right]:
        """Try a harmless read of each thing that an invoice needs, and of what it can do without. Six calls."""
        return [
            right("customers", partial(self._ask, GET_CUSTOMERS)),
            right("products", partial(self._ask, GET_PRODUCTS)),
            right("orders", partial(self._ask, GET_ORDERS, DATES)),
            right("VAT codes", self.vat.codes),
            right("payments", partial(self._ask, GET_INVOICES, INVOICE_DATES)),
            self._product_groups(),
        ]

    def _product_groups(self) -> Right:
        """Say whether there are product groups; invoices go without them all the same."""
        try:
            self._ask(GET_GROUPS)
        except AccessRefused as refusal:
            if not is_without_groups(refusal):
                raise
            return Right(name="product groups", allowed=True, message=NO_GROUPS)
        return Right(name="product groups", allowed=True)

    def _ask(self, operation: Operation, query: Mapping[str, str] | None = None) -> None:
        """Read no more than the first page; what is on it does not matter."""
        next(self._session.pages(operation, {**(query or {}), "fields": "id"}, most=1), None)


def open_tripletex_system(
    business: Business, connection: TripletexConnection, surroundings: Surroundings
) -> TripletexAccountingSystem:
    """Open a business's books; nobody is called before they are used.

    Errors: InvalidInput, code `bad_settings`, when the operator's settings can't be used, `credentials_elsewhere`, when
    they lead elsewhere than the connection's credentials may go, or `bad_connection` without a consumer token.
    """
    settings = tripletex_settings(surroundings.environment)
    require_only_at(connection.only_at, settings.url, vendor=VENDOR)
    session = BusinessSession(
        business=business.name,
        connection=connection,
        surroundings=surroundings,
        settings=settings,
        system=business.accounting.system,
        client=partial(_client, settings),
    )
    return TripletexAccountingSystem(session, surroundings.clock)


def _client(settings: TripletexSettings) -> "TripletexClient":
    from adapters.tripletex.client import shared_client  # loads httpx: not before the first call

    return shared_client(settings)
