"""One business's books at 24SevenOffice, through SOAP."""

from functools import partial

from adapters.http_api.rights import right
from adapters.http_api.settings import require_only_at
from adapters.twentyfour_seven_office.soap.abilities import LIMITS
from adapters.twentyfour_seven_office.soap.customers import SoapCustomerRepo
from adapters.twentyfour_seven_office.soap.operations import GET_CATEGORIES, GET_COMPANIES, GET_INVOICES, Operation
from adapters.twentyfour_seven_office.soap.orders import SoapOrderSink
from adapters.twentyfour_seven_office.soap.payments import SoapPaymentStatus
from adapters.twentyfour_seven_office.soap.products import SoapProductCatalog
from adapters.twentyfour_seven_office.soap.quota import Quota, shared_quota
from adapters.twentyfour_seven_office.soap.session import BusinessSession
from adapters.twentyfour_seven_office.soap.settings import SoapConnection, operator_settings
from adapters.twentyfour_seven_office.soap.tables import SoapCurrencyTable, SoapDimensionTable, SoapVatTable
from adapters.twentyfour_seven_office.values import VENDOR
from core.books import Account, Books, Right
from core.business import Business
from core.call_budget import CallBudget
from core.ports.surroundings import Surroundings

_SOME_ID = {"int": [1]}  # whether there is such a record does not matter: what counts is being allowed to ask
_ID_PROPERTY = {"string": ["Id"]}


class SoapAccountingSystem:
    """The AccountingSystem port."""

    def __init__(self, session: BusinessSession, quota: Quota) -> None:
        self._session = session
        self._quota = quota
        self.limits = LIMITS
        self.customers = SoapCustomerRepo(session)
        self.products = SoapProductCatalog(session)
        self.vat = SoapVatTable(session)
        self.currencies = SoapCurrencyTable(session)
        self.dimensions = SoapDimensionTable(session)
        self.orders = SoapOrderSink(session)
        self.payments = SoapPaymentStatus(session)

    @property
    def has_moved(self) -> bool:
        """Whether the account name has come to lead to another company."""
        return self._session.has_moved

    def identity(self) -> Books:
        """Say in whose books the session stands. No call while one is kept."""
        return self._session.books()

    def budget(self) -> CallBudget:
        """Say how many calls the installation has left in this hour. No call; one read of the storage."""
        return self._quota.budget()

    def account(self) -> Account:
        """Ask in whose books the session stands. One call."""
        identity = self._session.identity()
        return Account(name=identity.name, id=identity.client_id or identity.id)

    def rights(self) -> list[Right]:
        """Try a harmless read of each thing that an invoice needs. Four calls."""
        return [
            right("customers", partial(self._ask, GET_COMPANIES, search={"CompanyIds": _SOME_ID})),
            right("products", partial(self._session.call, GET_CATEGORIES, returnProperties=_ID_PROPERTY)),
            right("orders", self._ask_for_an_order),
            right("VAT codes", self.vat.codes),
        ]

    def _ask(self, operation: Operation, *, search: dict[str, object]) -> None:
        self._session.call(operation, searchParams=search, returnProperties=_ID_PROPERTY)

    def _ask_for_an_order(self) -> None:
        self._session.call(
            GET_INVOICES, searchParams={"OrderIds": _SOME_ID}, invoiceReturnProperties={"string": ["OrderId"]}
        )


def open_soap_system(
    business: Business, connection: SoapConnection, surroundings: Surroundings
) -> SoapAccountingSystem:
    """Open a business's books; nobody is called before they are used.

    Errors: InvalidInput, code `bad_settings`, when the operator's settings can't be used, or `credentials_elsewhere`,
    when they lead elsewhere than the connection's credentials may go.
    """
    settings = operator_settings(surroundings.environment)
    require_only_at(connection.only_at, settings.api_url, vendor=VENDOR)
    quota = shared_quota(
        surroundings.calls,  # type: ignore[arg-type]  # a protocol does not say that things are told apart by identity
        surroundings.clock,  # type: ignore[arg-type]
        system=business.accounting.system,
        limit=settings.calls_per_hour,
    )
    session = BusinessSession(
        business=business.name,
        connection=connection,
        surroundings=surroundings,
        settings=settings,
        quota=quota,
        system=business.accounting.system,
    )
    return SoapAccountingSystem(session, quota)
