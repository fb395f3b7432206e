"""The operations that are called: where they live, what they are for in a person's words, and whether they write."""

from dataclasses import dataclass
from typing import ClassVar

from adapters.http_api.operations import HttpOperation
from adapters.twentyfour_seven_office.rest.settings import LOGIN_URL, REST_URL
from adapters.twentyfour_seven_office.values import VENDOR


@dataclass(frozen=True)
class Operation(HttpOperation):
    """One of 24SevenOffice's. `address` names the setting that says where the server is."""

    address: str = REST_URL
    vendor: ClassVar[str] = VENDOR


LOGIN = Operation("POST", "/oauth/token", "logging in", address=LOGIN_URL)
GET_ORGANIZATION = Operation("GET", "/organization/information", "confirming the company")
GET_CUSTOMERS = Operation("GET", "/customers", "listing customers", by_item=True)
GET_CUSTOMER = Operation("GET", "/customers/{id}", "reading a customer", by_item=True)
CREATE_CUSTOMER = Operation("POST", "/customers", "saving a customer", writes=True)
CHANGE_CUSTOMER = Operation("PATCH", "/customers/{id}", "saving a customer", writes=True)
GET_PRODUCTS = Operation("GET", "/products", "reading products", by_item=True)
CREATE_PRODUCT = Operation("POST", "/products", "saving a product", writes=True)
GET_CATEGORIES = Operation("GET", "/productcategories", "reading product categories", by_item=True)
CREATE_CATEGORY = Operation("POST", "/productcategories", "saving a product category", writes=True)
GET_TAXES = Operation("GET", "/taxes", "reading VAT codes")
GET_CURRENCIES = Operation("GET", "/currencies", "reading currencies")
GET_DIMENSION = Operation(
    "GET", "/dimensions/{dimensionType}/elements", "reading departments and projects", by_item=True
)
GET_ORDERS = Operation("GET", "/salesorders", "looking for orders")
GET_ORDER = Operation("GET", "/salesorders/{id}", "reading an order")
CREATE_ORDER = Operation("POST", "/salesorders", "beginning an order", writes=True)
FINISH_ORDER = Operation("PATCH", "/salesorders/{id}", "finishing an order", writes=True)
DELETE_ORDER = Operation("DELETE", "/salesorders/{id}", "deleting an order", writes=True)
GET_LINES = Operation("GET", "/salesorders/{id}/lines", "reading an order's rows")
CREATE_LINE = Operation("POST", "/salesorders/{id}/lines", "writing an order's row", writes=True)
DELETE_LINE = Operation("DELETE", "/salesorders/{id}/lines/{line}", "deleting an order's row", writes=True)
GET_LEDGER_LINES = Operation("GET", "/transactionlines", "reading what was paid")
