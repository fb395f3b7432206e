"""One business's books at 24SevenOffice, through its REST API."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from adapters.http_api.rights import right
from adapters.http_api.settings import require_only_at
from adapters.parallel import with_several_at_once
from adapters.twentyfour_seven_office.rest.abilities import LIMITS
from adapters.twentyfour_seven_office.rest.customers import CustomerNames, RestCustomerRepo
from adapters.twentyfour_seven_office.rest.operations import (
    GET_CUSTOMERS,
    GET_LEDGER_LINES,
    GET_ORDERS,
    GET_PRODUCTS,
    Operation,
)
from adapters.twentyfour_seven_office.rest.orders import RestOrderSink
from adapters.twentyfour_seven_office.rest.payments import RestPaymentStatus
from adapters.twentyfour_seven_office.rest.products import RestProductCatalog
from adapters.twentyfour_seven_office.rest.session import BusinessSession
from adapters.twentyfour_seven_office.rest.settings import RestConnection, RestSettings, rest_settings
from adapters.twentyfour_seven_office.rest.tables import RestCurrencyTable, RestDimensionTable, RestVatTable
from adapters.twentyfour_seven_office.values import VENDOR
from core.books import Account, Books, Right
from core.business import Business
from core.call_budget import CallBudget
from core.limits import Limits
from core.ports.clock import Clock
from core.ports.surroundings import Surroundings

if TYPE_CHECKING:
    from adapters.twentyfour_seven_office.rest.client import RestClient


class RestAccountingSystem:
    """The AccountingSystem port."""

    has_moved = False  # a token is for the organization that it was asked for

    def __init__(self, session: BusinessSession, clock: Clock) -> None:
        names = CustomerNames()
        self._session = session
        self._clock = clock
        self.customers = RestCustomerRepo(session, names)
        self.products = RestProductCatalog(session)
        self.vat = RestVatTable(session)
        self.currencies = RestCurrencyTable(session)
        self.dimensions = RestDimensionTable(session)
        self.orders = RestOrderSink(session, names)
        self.payments = RestPaymentStatus(session, clock)

    @property
    def limits(self) -> Limits:
        """How much it can hold, and how much it takes at once: less where the vendor has asked for fewer calls."""
        return with_several_at_once(
            LIMITS, self._session.parallel_calls, calls_a_second=self._session.pace.calls_a_second()
        )

    def identity(self) -> Books:
        """Say for whose books the token is. No call while one is kept."""
        return self._session.books()

    def budget(self) -> CallBudget | None:
        """The API has no quota that is known of: a server that wants fewer calls says so (429)."""
        return None

    def account(self) -> Account:
        """Ask whose books these are. One call."""
        return self._session.account()

    def rights(self) -> list[Right]:
        """Try a harmless read of each thing that an invoice needs. Five calls."""
        today = self._clock.now().date()
        dates = {"dateFrom": today.isoformat(), "dateTo": (today + timedelta(days=1)).isoformat()}
        return [
            right("customers", partial(self._ask, GET_CUSTOMERS)),
            right("products", partial(self._ask, GET_PRODUCTS)),
            right("orders", partial(self._ask, GET_ORDERS)),
            right("VAT codes", self.vat.codes),
            right("payments", partial(self._ask, GET_LEDGER_LINES, **dates)),
        ]

    def _ask(self, operation: Operation, **query: str) -> None:
        """Read no more than the first page; what is on it does not matter."""
        next(self._session.pages(operation, {"limit": 1, **query}))


def open_rest_system(
    business: Business, connection: RestConnection, surroundings: Surroundings
) -> RestAccountingSystem:
    """Open a business's books; nobody is called before they are used.

    Errors: InvalidInput, code `bad_settings`, when the operator's settings can't be used, or `credentials_elsewhere`,
    when they lead elsewhere than the connection's credentials may go.
    """
    settings = rest_settings(surroundings.environment)
    require_only_at(connection.only_at, settings.login_url, settings.rest_url, vendor=VENDOR)
    session = BusinessSession(
        business=business.name,
        connection=connection,
        surroundings=surroundings,
        settings=settings,
        system=business.accounting.system,
        client=partial(_client, settings),
    )
    return RestAccountingSystem(session, surroundings.clock)


def _client(settings: RestSettings) -> "RestClient":
    from adapters.twentyfour_seven_office.rest.client import shared_client  # loads httpx: not before the first call

    return shared_client(settings)
