"""The operations that are called: where they live, what they are for in a person's words, and whether they write."""

from dataclasses import dataclass

from adapters.twentyfour_seven_office.rest.settings import LOGIN_URL, REST_URL


@dataclass(frozen=True)
class Operation:
    """One method of one path. `path` may have ids in braces; `doing` completes "24SevenOffice, ...".

    `address` names the setting that says where the server is. `by_item`: it reads records that have nothing to do with
    each other, so that one that is broken keeps no other from being read.
    """

    method: str
    path: str
    doing: str
    writes: bool = False
    by_item: bool = False
    address: str = REST_URL

    @property
    def where(self) -> str:
        """Where trouble with this operation happens, as messages say it."""
        return f"24SevenOffice, {self.doing}"

    @property
    def is_always_there(self) -> bool:
        """Whether it reads what every company has, such as a listing: where it is not found, the address is wrong."""
        return not self.writes and "{" not in self.path

    @property
    def name(self) -> str:
        """The operation as the vendor's documentation names it."""
        return f"{self.method} {self.path}"


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
