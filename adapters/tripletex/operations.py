"""The operations that are called: where they live, what they are for in a person's words, and whether they write.

These are all that there are: nothing publishes an order as an invoice, and nothing deletes one.
"""

from dataclasses import dataclass
from typing import ClassVar

from adapters.http_api.operations import HttpOperation
from adapters.tripletex.settings import URL

VENDOR = "Tripletex"


@dataclass(frozen=True)
class Operation(HttpOperation):
    """One of Tripletex's."""

    address: ClassVar[str] = URL
    vendor: ClassVar[str] = VENDOR


LOGIN = Operation("PUT", "/token/session/:create", "logging in")
WHO_AM_I = Operation("GET", "/token/session/>whoAmI", "choosing the company")
GET_CLIENTS = Operation("GET", "/company/>withLoginAccess", "choosing the company")
GET_CUSTOMERS = Operation("GET", "/customer", "reading customers", by_item=True)
CREATE_CUSTOMER = Operation("POST", "/customer", "saving a customer", writes=True)
CREATE_CUSTOMERS = Operation("POST", "/customer/list", "saving customers", writes=True)
CHANGE_CUSTOMER = Operation("PUT", "/customer/{id}", "saving a customer", writes=True)
CHANGE_CUSTOMERS = Operation("PUT", "/customer/list", "saving customers", writes=True)
GET_PRODUCTS = Operation("GET", "/product", "reading products", by_item=True)
CREATE_PRODUCT = Operation("POST", "/product", "saving a product", writes=True)
GET_GROUPS = Operation("GET", "/product/group", "reading product groups", by_item=True)
CREATE_GROUP = Operation("POST", "/product/group", "saving a product group", writes=True)
GET_RELATIONS = Operation("GET", "/product/groupRelation", "reading the groups of a product")
PUT_IN_GROUP = Operation("POST", "/product/groupRelation", "putting a product in its group", writes=True)
GET_VAT_TYPES = Operation("GET", "/ledger/vatType", "reading VAT codes")
GET_CURRENCIES = Operation("GET", "/currency", "reading currencies")
GET_COUNTRIES = Operation("GET", "/country", "reading countries")
GET_ORDERS = Operation("GET", "/order", "looking for orders")
GET_ORDER = Operation("GET", "/order/{id}", "reading an order")
CREATE_ORDER = Operation("POST", "/order", "saving an order", writes=True)
CREATE_ORDERS = Operation("POST", "/order/list", "saving orders", writes=True)
GET_INVOICES = Operation("GET", "/invoice", "reading what was paid")

OPERATIONS = tuple(one for one in list(globals().values()) if isinstance(one, Operation))
"""All that the client can be asked to call."""
