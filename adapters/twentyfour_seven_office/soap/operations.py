"""The operations that are called: where they live, what they are for in a person's words, and whether they write."""

from dataclasses import dataclass
from typing import ClassVar

from adapters.twentyfour_seven_office.soap.settings import API_URL
from adapters.twentyfour_seven_office.values import VENDOR

# docs/24sevenoffice.md, "Sessions": addresses under the API root, by the contract that describes the service.
PATHS = {
    "authenticate": "/authenticate/v001/authenticate.asmx",
    "company": "/CRM/Company/V001/CompanyService.asmx",
    "product": "/Logistics/Product/V001/ProductService.asmx",
    "invoice": "/Economy/InvoiceOrder/V001/InvoiceService.asmx",
    "client": "/Client/V001/ClientService.asmx",
    "account": "/Economy/Account/V004/Accountservice.asmx",
}

BROKEN = "(broken)"
"""Marks what could be read of an item that is broken otherwise; no element of a contract has such a name."""


@dataclass(frozen=True)
class Operation:
    """One SOAP operation. `service` names its contract; `doing` completes "24SevenOffice, ...".

    `address` names the setting that says where the server is. `by_item`: it reads records that have nothing to do with
    each other, so that one that is broken keeps no other from being read.
    """

    name: str
    service: str
    doing: str
    writes: bool = False
    by_item: bool = False
    address: ClassVar[str] = API_URL
    vendor: ClassVar[str] = VENDOR

    @property
    def where(self) -> str:
        """Where trouble with this operation happens, as messages say it."""
        return f"24SevenOffice, {self.doing}"

    @property
    def path(self) -> str:
        """The service's address under the API root."""
        return PATHS[self.service]


GET_IDENTITIES = Operation("GetIdentitiesWithCredential", "authenticate", "choosing the company")
LOGIN = Operation("Login", "authenticate", "logging in")
GET_IDENTITY = Operation("GetIdentity", "authenticate", "confirming the company")
GET_COMPANIES = Operation("GetCompanies", "company", "reading customers", by_item=True)
GET_COMPANY_IDS = Operation("GetCompanySyncList", "company", "listing customers")
SAVE_COMPANIES = Operation("SaveCompanies", "company", "saving customers", writes=True)
GET_PRODUCTS = Operation("GetProducts", "product", "reading products", by_item=True)
SAVE_PRODUCTS = Operation("SaveProducts", "product", "saving a product", writes=True)
GET_CATEGORIES = Operation("GetCategories", "product", "reading product categories", by_item=True)
SAVE_CATEGORIES = Operation("SaveCategories", "product", "saving a product category", writes=True)
GET_INVOICES = Operation("GetInvoices", "invoice", "reading orders")
SAVE_INVOICES = Operation("SaveInvoices", "invoice", "saving orders", writes=True)
GET_VAT_TYPES = Operation("GetVatTypeList", "client", "reading VAT codes")
GET_CURRENCIES = Operation("GetCurrencyList", "client", "reading currencies")
GET_DEPARTMENTS = Operation("GetDepartmentList", "client", "reading departments", by_item=True)
GET_TAX_CODES = Operation("GetTaxCodeList", "account", "reading tax codes")
