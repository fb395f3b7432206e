"""24Seven's two ways in, as scenarios and attacks need to know them: what a connection holds, and how calls are named.

Scenarios speak of steps and of trouble; which call of which interface that is, is told here and nowhere else.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx
from requests import PreparedRequest

from sandbox.twentyfour_seven_office import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, Sandbox
from sandbox.twentyfour_seven_office.records import Order, Row
from sandbox.twentyfour_seven_office.rest import OPERATIONS, token
from sandbox.twentyfour_seven_office.sandbox import DEMO_APPLICATION_ID, DEMO_PASSWORD, DEMO_USERNAME
from sandbox.twentyfour_seven_office.users import Account

Json = dict[str, Any]


class System(ABC):
    """An accounting system's plugin, and its calls in the words of the scenarios.

    `password` is the secret setting and its right value. `steps` are what is done on the way, `creating` what creates
    each thing, `finishing` what makes an order whole, `logging_in` how one gets in, `one_status` what the status of an
    order that is not published takes. `kinds` are the sandbox's names of troubles that SOAP has another name for.
    `can_name_what_is_credited`: a credit's order has a place for the order that it credits.
    """

    name: str
    password: tuple[str, str]
    steps: ClassVar[Mapping[str, str]]
    creating: ClassVar[Mapping[str, str]]
    finishing: str
    writing_customers: frozenset[str]
    logging_in: str
    too_many_logins: ClassVar[Json]
    one_status: ClassVar[list[str]]
    kinds: ClassVar[Mapping[str, str]]
    can_name_what_is_credited: bool

    @abstractmethod
    def invite(self, sandbox: Sandbox, accounts: list[Account]) -> list[Account]:
        """Let the integration's user or client into these companies, a list that grows. Return those that block it."""

    @abstractmethod
    def connection(self, company: str, account: Account | None) -> Json:
        """Return what a business says of its accounting system; the company may be one that there is not."""

    @abstractmethod
    def environment(self, sandbox: Sandbox) -> dict[str, str]:
        """Return the operator's settings that lead to the sandbox."""

    @abstractmethod
    def writes(self, operation: str) -> bool:
        """Whether this call comes to write something."""

    @abstractmethod
    def reference(self, order: Order) -> str:
        """Return our number on an order."""

    @abstractmethod
    def has_prices_with_vat(self, order: Order) -> bool:
        """Whether an order's prices are kept including VAT."""

    @abstractmethod
    def stated_price(self, row: Row, *, with_vat: bool) -> Decimal:
        """Return the price of a row as its invoice stated it, with or without VAT."""


class Soap(System):
    """The plugin `24sevenoffice`."""

    name = "24sevenoffice"
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
    one_status: ClassVar = ["GetInvoices"]
    kinds: ClassVar = {}
    can_name_what_is_credited = True

    def invite(self, sandbox: Sandbox, accounts: list[Account]) -> list[Account]:
        user = sandbox.add_user(DEMO_USERNAME, DEMO_PASSWORD, application_id=DEMO_APPLICATION_ID, accounts=[])
        user.accounts = accounts
        return user.blocked

    def connection(self, company: str, account: Account | None) -> Json:
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

    def reference(self, order: Order) -> str:
        return order.reference

    def has_prices_with_vat(self, order: Order) -> bool:
        return bool(order.include_vat)

    def stated_price(self, row: Row, *, with_vat: bool) -> Decimal:
        assert row.price is not None
        return row.price


class Rest(System):
    """The plugin `24sevenoffice-rest`: prices are kept without VAT, and an order is written row by row."""

    name = "24sevenoffice-rest"
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
    writing_customers = frozenset({"POST /customers", "PATCH /customers/{customerId}"})
    logging_in = "POST /oauth/token"
    too_many_logins: ClassVar = {"kind": "throttled"}
    one_status: ClassVar = ["GET /salesorders/{id}"]
    kinds: ClassVar = {"item_exception": "fault"}
    can_name_what_is_credited = False

    def invite(self, sandbox: Sandbox, accounts: list[Account]) -> list[Account]:
        client = sandbox.add_client(DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, accounts=[])
        client.accounts = accounts
        return []

    def connection(self, company: str, account: Account | None) -> Json:
        return {
            "system": self.name,
            "account_name": company,
            "client_id": DEMO_CLIENT_ID,
            "client_secret": DEMO_CLIENT_SECRET,
            "organization_id": str(account.number if account else 1),
        }

    def environment(self, sandbox: Sandbox) -> dict[str, str]:
        return {"KVITT_TFSO_REST_URL": sandbox.rest_url, "KVITT_TFSO_LOGIN_URL": sandbox.url}

    def writes(self, operation: str) -> bool:
        return operation.split()[0] in ("POST", "PATCH", "DELETE") and operation != self.logging_in

    def reference(self, order: Order) -> str:
        return order.internal_memo

    def has_prices_with_vat(self, order: Order) -> bool:
        return False

    def stated_price(self, row: Row, *, with_vat: bool) -> Decimal:
        assert row.price is not None
        assert row.vat_rate is not None
        return round(row.price * (1 + row.vat_rate / 100), 2) if with_vat else row.price


def soap_operation(request: PreparedRequest) -> str:
    """Return what a request to the SOAP services calls."""
    return str(request.headers["SOAPAction"]).strip('"').rsplit("/", 1)[1]


def rest_operation(request: httpx.Request) -> str:
    """Return what a request to the REST API or its login server calls, as the sandbox names it."""
    path = urlsplit(str(request.url)).path
    known = [one for one in OPERATIONS if one.method == request.method]
    named = [one.name for one in known if one.ids_in(path.removeprefix("/v1")) is not None]
    return named[0] if named else token.OPERATION


SYSTEMS: Mapping[str, System] = {system.name: system for system in (Soap(), Rest())}
