"""The plugins as scenarios and attacks need to know them: what a connection holds, and how calls are named.

Scenarios speak of steps and of trouble; which call of which interface that is, is told here and nowhere else. What lies
in the books behind is told by tests/books.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from adapters.tripletex import abilities as tripletex
from adapters.twentyfour_seven_office.rest import abilities as rest
from adapters.twentyfour_seven_office.soap import abilities as soap
from core.abilities import Abilities
from core.limits import Limits, OrderField
from plugins.conformance.bench import NotPossible
from sandbox import Sandbox
from sandbox.tripletex import DEMO_CONSUMER_TOKEN, DEMO_EMPLOYEE_TOKEN
from sandbox.twentyfour_seven_office import (
    DEMO_APPLICATION_ID,
    DEMO_CLIENT_ID,
    DEMO_CLIENT_SECRET,
    DEMO_PASSWORD,
    DEMO_USERNAME,
)
from sandbox.twentyfour_seven_office.users import Account
from tests.books.held import HeldBooks
from tests.books.tripletex import TripletexBooks
from tests.books.twentyfour_seven_office import Mark, OfficeBooks

Json = dict[str, Any]


class System(ABC):
    """An accounting system's plugin, and its calls in the words of the scenarios.

    `family` names the accounting system, alike for all plugins that reach the same books. `password` is the secret
    setting and its right value, `timeout` the operator's setting of how long an answer is waited for. `steps` are what
    is done on the way, `creating` what creates each thing, `finishing` what makes an order whole, `deleting` what
    deletes one, `logging_in` how one gets in, `one_status` what the status of an order that is not published takes.
    `kinds` are the sandbox's names of troubles that SOAP has another name for.

    What is not every system's, and no ability that plugins declare: with `finds_by_name` a login reaches several
    companies, of which the account name picks one. With `writes_row_by_row` an order takes several calls. With
    `has_statuses` an order that is not published may be a draft, an offer or confirmed. With `has_demands` a company
    may demand a department on every order. With `has_leads` some records are no customers yet. With `blocks_customers`
    a customer may be blocked for invoicing, with `puts_customers_out_of_use` be out of use. With `has_hourly_quota` so
    many calls may be made in an hour. With `has_optional_categories` not every company has product categories. With
    `ends_logins_daily` a log-in ends at midnight. Without `tells_totals_at_once` what an order comes to is not told
    before its status is checked.
    """

    name: str
    family: str
    password: tuple[str, str]
    timeout: str
    steps: ClassVar[Mapping[str, str]]
    creating: ClassVar[Mapping[str, str]]
    finishing: str
    deleting: str = ""
    writing_customers: frozenset[str]
    logging_in: str
    too_many_logins: ClassVar[Json]
    too_many_calls: ClassVar[Json] = {"kind": "throttled"}
    one_status: ClassVar[list[str]]
    kinds: ClassVar[Mapping[str, str]] = {}
    finds_by_name = False
    writes_row_by_row = False
    has_statuses = False
    has_demands = False
    tells_totals_at_once = True
    has_leads = False
    blocks_customers = False
    puts_customers_out_of_use = False
    has_hourly_quota = False
    has_optional_categories = False
    ends_logins_daily = False

    @property
    @abstractmethod
    def abilities(self) -> Abilities:
        """What the plugin declares that the system can do."""

    @property
    def limits(self) -> Limits:
        """What the plugin declares of orders and texts."""
        return self.abilities.limits

    @abstractmethod
    def add_company(self, sandbox: Sandbox, name: str, *, has_categories: bool = True) -> HeldBooks:
        """Add a company to the sandbox, and return its books. Errors: NotPossible, where every one has categories."""

    @abstractmethod
    def companies(self, sandbox: Sandbox) -> list[HeldBooks]:
        """Return the books of every company."""

    @abstractmethod
    def invite(self, sandbox: Sandbox, companies: Sequence[HeldBooks], *, blocked: Sequence[HeldBooks] = ()) -> None:
        """Let the integration's user or client into these companies, and no others; the first is where it lands.

        The blocked ones have invited it and keep it out.
        """

    @abstractmethod
    def let_invoice(self, sandbox: Sandbox, company: HeldBooks, *, allowed: bool) -> None:
        """Give the integration the right to invoice in a company, or take it away."""

    @abstractmethod
    def end_sessions(self, sandbox: Sandbox) -> None:
        """Have every log-in be over."""

    @abstractmethod
    def connection(self, company: str, books: HeldBooks | None) -> Json:
        """Return what a business says of its accounting system; the company may be one that there is not."""

    @abstractmethod
    def environment(self, sandbox: Sandbox) -> dict[str, str]:
        """Return the operator's settings that lead to the sandbox."""

    @abstractmethod
    def writes(self, operation: str) -> bool:
        """Whether this call comes to write something."""

    @property
    def has_another_way(self) -> bool:
        """Whether another plugin reaches the same books."""
        return any(one is not self and one.family == self.family for one in SYSTEMS.values())

    def places(self, field: OrderField) -> bool:
        """Whether the plugin declares that an order has a place for this."""
        return field in self.limits.order_fields

    def company(self, sandbox: Sandbox, name: str) -> HeldBooks:
        """Return the books of a company; the first one's, of several with that name. Errors: KeyError."""
        for books in self.companies(sandbox):
            if books.company == name:
                return books
        raise KeyError(name)


class _Office(System):
    """24SevenOffice. Its books are the same through either interface, but for where our number stands on an order."""

    family = "24sevenoffice"
    has_statuses = True
    has_demands = True
    has_leads = True
    blocks_customers = True
    has_hourly_quota = True
    timeout = "KVITT_TFSO_TIMEOUT"
    mark: Mark

    def add_company(self, sandbox: Sandbox, name: str, *, has_categories: bool = True) -> OfficeBooks:
        if not has_categories:
            raise NotPossible("every company that uses 24SevenOffice has product categories")
        return OfficeBooks(sandbox.add_account(name), self.mark)

    def companies(self, sandbox: Sandbox) -> list[HeldBooks]:
        return [OfficeBooks(account, self.mark) for account in sandbox.accounts]

    def let_invoice(self, sandbox: Sandbox, company: HeldBooks, *, allowed: bool) -> None:
        sandbox.account(company.company).invoicing_package = allowed

    def end_sessions(self, sandbox: Sandbox) -> None:
        sandbox.expire_sessions()


class Soap(_Office):
    """The plugin `24sevenoffice`."""

    name = "24sevenoffice"
    mark = "reference"
    finds_by_name = True
    password = ("password", DEMO_PASSWORD)
    steps: ClassVar = {
        "the VAT codes are looked up": "GetVatTypeList",
        "the product is to be created": "SaveProducts",
        "the customer is looked up": "GetCompanies",
        "the customer is to be created": "SaveCompanies",
        "the order is to be created": "SaveInvoices",
    }
    creating: ClassVar = {
        "category": "SaveCategories",
        "product": "SaveProducts",
        "customer": "SaveCompanies",
        "order": "SaveInvoices",
    }
    finishing = "SaveInvoices"
    writing_customers = frozenset({"SaveCompanies"})
    logging_in = "Login"
    too_many_logins: ClassVar = {"kind": "fault", "text": "Too many login attempts. Please try again later."}
    too_many_calls: ClassVar = {"kind": "fault", "text": "The request was throttled."}
    one_status: ClassVar = ["GetInvoices"]

    @property
    def abilities(self) -> Abilities:
        return soap.ABILITIES

    def invite(self, sandbox: Sandbox, companies: Sequence[HeldBooks], *, blocked: Sequence[HeldBooks] = ()) -> None:
        sandbox.add_user(
            DEMO_USERNAME,
            DEMO_PASSWORD,
            application_id=DEMO_APPLICATION_ID,
            accounts=_accounts(sandbox, companies),
            blocked=_accounts(sandbox, blocked),
        )

    def connection(self, company: str, books: HeldBooks | None) -> Json:
        return {
            "system": self.name,
            "account_name": company,
            "application_id": DEMO_APPLICATION_ID,
            "username": DEMO_USERNAME,
            "password": DEMO_PASSWORD,
        }

    def environment(self, sandbox: Sandbox) -> dict[str, str]:
        return {"KVITT_TFSO_API_URL": sandbox.url}

    def writes(self, operation: str) -> bool:
        return operation.startswith("Save")


class Rest(_Office):
    """The plugin `24sevenoffice-rest`: prices are kept without VAT, and an order is written row by row."""

    name = "24sevenoffice-rest"
    mark = "internal_memo"
    writes_row_by_row = True
    password = ("client_secret", DEMO_CLIENT_SECRET)
    steps: ClassVar = {
        "the VAT codes are looked up": "GET /taxes",
        "the product is to be created": "POST /products",
        "the customer is looked up": "GET /customers",
        "the customer is to be created": "POST /customers",
        "the order is to be created": "POST /salesorders",
        "a row of the order is to be written": "POST /salesorders/{id}/lines",
        "the order is to be finished": "PATCH /salesorders/{id}",
    }
    creating: ClassVar = {
        "category": "POST /productcategories",
        "product": "POST /products",
        "customer": "POST /customers",
        "order": "PATCH /salesorders/{id}",
    }
    finishing = "PATCH /salesorders/{id}"
    deleting = "DELETE /salesorders/{id}"
    writing_customers = frozenset({"POST /customers", "PATCH /customers/{customerId}"})
    logging_in = "POST /oauth/token"
    too_many_logins: ClassVar = {"kind": "throttled"}
    one_status: ClassVar = ["GET /salesorders/{id}"]
    kinds: ClassVar = {"item_exception": "fault"}

    @property
    def abilities(self) -> Abilities:
        return rest.ABILITIES

    def invite(self, sandbox: Sandbox, companies: Sequence[HeldBooks], *, blocked: Sequence[HeldBooks] = ()) -> None:
        """A client knows no companies that keep it out: those have given it nothing."""
        sandbox.add_client(DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, accounts=_accounts(sandbox, companies))

    def connection(self, company: str, books: HeldBooks | None) -> Json:
        return {
            "system": self.name,
            "account_name": company,
            "client_id": DEMO_CLIENT_ID,
            "client_secret": DEMO_CLIENT_SECRET,
            "organization_id": books.company_id if books else "1",
        }

    def environment(self, sandbox: Sandbox) -> dict[str, str]:
        return {"KVITT_TFSO_REST_URL": sandbox.rest_url, "KVITT_TFSO_LOGIN_URL": sandbox.url}

    def writes(self, operation: str) -> bool:
        return operation.split()[0] in ("POST", "PATCH", "DELETE") and operation != self.logging_in


class Tripletex(System):
    """The plugin `tripletex`: one login reaches an accountant's clients too, and lasts until midnight."""

    name = "tripletex"
    family = "tripletex"
    password = ("employee_token", DEMO_EMPLOYEE_TOKEN)
    timeout = "KVITT_TRIPLETEX_TIMEOUT"
    steps: ClassVar = {
        "the VAT codes are looked up": "GET /ledger/vatType",
        "the product is to be created": "POST /product",
        "the customer is looked up": "GET /customer",
        "the customer is to be created": "POST /customer",
        "the order is to be created": "POST /order",
    }
    creating: ClassVar = {
        "category": "POST /product/group",
        "product": "POST /product",
        "customer": "POST /customer",
        "order": "POST /order",
    }
    finishing = "POST /order"
    writing_customers = frozenset({"POST /customer", "POST /customer/list", "PUT /customer/{id}", "PUT /customer/list"})
    logging_in = "PUT /token/session/:create"
    too_many_logins: ClassVar = {"kind": "throttled"}
    one_status: ClassVar = ["GET /order", "GET /invoice"]
    kinds: ClassVar = {"item_exception": "fault"}
    finds_by_name = True
    puts_customers_out_of_use = True
    has_optional_categories = True
    ends_logins_daily = True
    tells_totals_at_once = False

    @property
    def abilities(self) -> Abilities:
        return tripletex.ABILITIES

    def add_company(self, sandbox: Sandbox, name: str, *, has_categories: bool = True) -> TripletexBooks:
        return TripletexBooks(sandbox.tripletex.add_company(name, has_logistics=has_categories))

    def companies(self, sandbox: Sandbox) -> list[HeldBooks]:
        return [TripletexBooks(company) for company in sandbox.tripletex.companies]

    def invite(self, sandbox: Sandbox, companies: Sequence[HeldBooks], *, blocked: Sequence[HeldBooks] = ()) -> None:
        """A login does not know who keeps it out: those have let nobody in."""
        ids = [books.company_id for books in companies]
        reached = [company for company in sandbox.tripletex.companies if str(company.id) in ids]
        known = sandbox.tripletex.login(DEMO_EMPLOYEE_TOKEN)
        may_invoice = known is None or known.may_invoice
        if reached:
            sandbox.tripletex.add_login(DEMO_EMPLOYEE_TOKEN, companies=reached, may_invoice=may_invoice)

    def let_invoice(self, sandbox: Sandbox, company: HeldBooks, *, allowed: bool) -> None:
        """Rights are the login's, in whichever company."""
        known = sandbox.tripletex.login(DEMO_EMPLOYEE_TOKEN)
        assert known is not None
        sandbox.tripletex.add_login(DEMO_EMPLOYEE_TOKEN, companies=list(known.companies), may_invoice=allowed)
        self.end_sessions(sandbox)

    def end_sessions(self, sandbox: Sandbox) -> None:
        sandbox.tripletex.end_sessions()

    def connection(self, company: str, books: HeldBooks | None) -> Json:
        return {
            "system": self.name,
            "account_name": company,
            "employee_token": DEMO_EMPLOYEE_TOKEN,
            "consumer_token": DEMO_CONSUMER_TOKEN,
        }

    def environment(self, sandbox: Sandbox) -> dict[str, str]:
        return {"KVITT_TRIPLETEX_URL": sandbox.tripletex_url}

    def writes(self, operation: str) -> bool:
        return operation.split()[0] in ("POST", "PUT", "DELETE") and operation != self.logging_in


def _accounts(sandbox: Sandbox, companies: Sequence[HeldBooks]) -> list[Account]:
    """Return the stand-in's companies with these books."""
    ids = {books.company_id for books in companies}
    return [account for account in sandbox.accounts if str(account.number) in ids]


SOAP, REST, TRIPLETEX = Soap(), Rest(), Tripletex()
SYSTEMS: Mapping[str, System] = {system.name: system for system in (SOAP, REST, TRIPLETEX)}
