"""Every request that the adapter writes fits our contract, and the vendor's own where that lies beside the checkout."""

from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from adapters.twentyfour_seven_office import contracts
from adapters.twentyfour_seven_office.soap.system import SoapAccountingSystem
from core.customer import Address, Customer, CustomerKind
from core.customer_changes import CustomerChanges
from core.invoice import Delivery
from core.order_draft import CreditedOrder
from core.ports.accounting import CustomerUpdate
from core.unreadable import readable
from sandbox import Sandbox
from sandbox.journal import KeptRequest
from sandbox.twentyfour_seven_office.books import Books
from tests.adapters.drafts import EURO, draft, row
from tests.adapters.soap.test_books import YESTERDAY, now

OURS = Path(str(files(contracts)))
VENDORS = Path(__file__).resolve().parents[4] / "shared" / "24sevenoffice" / "wsdl"
SERVICES = {
    "Authenticate": ("authenticate", "authService"),
    "CompanyService": ("company", "companyService"),
    "ProductService": ("product", "productService"),
    "InvoiceService": ("invoice", "invoiceService"),
    "ClientService": ("client", "clientService"),
    "AccountService": ("account", "accountService"),
}
XSD = "{http://www.w3.org/2001/XMLSchema}"
BODY = "{http://schemas.xmlsoap.org/soap/envelope/}Body"
TFSO = "{http://24sevenOffice.com/webservices}"


@pytest.fixture
def requests(sandbox: Sandbox, system: SoapAccountingSystem, books: Books) -> list[KeptRequest]:
    """One request of each kind, with everything in it that the adapter can put there."""
    system.rights()
    system.account()
    product_id = system.products.create_product("p", category_id=system.products.create_category("c"))
    system.products.find_products("p")
    system.vat.codes()
    system.currencies.currencies()
    sandbox.inject("GetVatTypeList", "fault", text="Access denied.")
    sandbox.account("Fjellutleie AS").account_service = True
    system.vat.codes()
    address = Address(street="Gate 1 & <2>", postal_code="0150", city="Oslo", country="NO")
    kari = Customer(name="Kari Moe", email="k@x.example", phone="+47 40 00 00 00", address=address)
    moe = kari.model_copy(update={"organization_name": "Moe AS", "organization_number": "817404502"})
    ids = [one for one in system.customers.create([kari, moe]) if isinstance(one, str)]
    stored = books.customers[int(ids[0])]
    stored.account_debit, stored.account_credit, stored.currency_id, stored.block_invoice = 1500, 2400, "EUR", False
    stored.addresses["Invoice"].update(Name="c/o", State="Viken")
    list(system.customers.entries())
    list(system.customers.entries(changed_since=now() - YESTERDAY))
    record = next(one for one in readable(system.customers.read(ids).values()) if one.id == ids[0])
    changes = CustomerChanges(
        name="Ny AS",
        kind=CustomerKind.BUSINESS,
        organization_number="817404502",
        email="ny@x.example",
        phone="5",
        addresses=(address, address),
    )
    system.customers.update([CustomerUpdate(record=record, changes=changes)])
    system.customers.find_by_email("k@x.example")
    system.customers.find_by_organization_number("817404502")
    rows = (row(product_id), row(product_id, text="x" * 300), row(product_id, text="Takk!", is_text=True))
    texts = {
        "your_reference": "Kari",
        "order_reference": "PO",
        "credited": CreditedOrder(order_id="1", invoice_number="2"),
        "delivery": Delivery(date=date(2026, 3, 29), name="Hytta", address=address),
        "comment": "Signe\nTakk",
        "prices_include_vat": True,
    }
    asked = draft("R-1", customer_id=ids[0], product_id=product_id, currency=EURO, rows=rows, **texts)
    system.orders.create([asked])
    system.orders.find(["R-1"], customer_ids=ids, since=now() - YESTERDAY)
    system.payments.states(["1", "2"])
    return sandbox.journal.requests


def schema_of(wsdl: Path, folder: Path) -> etree.XMLSchema:
    """The schema inside a WSDL; its parts are put into files, so that they can import each other."""
    schemas = {schema.get("targetNamespace"): schema for schema in etree.parse(str(wsdl)).iter(f"{XSD}schema")}
    names = {namespace: f"{wsdl.stem}-{nth}.xsd" for nth, namespace in enumerate(schemas)}
    for namespace, schema in schemas.items():
        for importing in schema.iter(f"{XSD}import"):
            importing.set("schemaLocation", names[importing.get("namespace")])
        (folder / names[namespace]).write_bytes(etree.tostring(schema))
    return etree.XMLSchema(etree.parse(str(folder / names["http://24sevenOffice.com/webservices"])))


def checked(requests: list[KeptRequest], described: Path, which: int, folder: Path) -> set[str]:
    """Validate every request, and return the operations that were among them."""
    schemas = {service: schema_of(described / f"{name[which]}.wsdl", folder) for service, name in SERVICES.items()}
    for request in requests:
        body: Any = etree.fromstring(request.xml).find(BODY)
        schemas[request.service].assertValid(body[0])
    return {request.operation for request in requests}


def test_requests_fit_our_contracts(requests: list[KeptRequest], tmp_path: Path) -> None:
    assert checked(requests, OURS, 0, tmp_path) == {
        "GetIdentitiesWithCredential",
        "Login",
        "GetIdentity",
        "GetCompanies",
        "GetCompanySyncList",
        "SaveCompanies",
        "GetProducts",
        "SaveProducts",
        "GetCategories",
        "SaveCategories",
        "GetInvoices",
        "SaveInvoices",
        "GetVatTypeList",
        "GetCurrencyList",
        "GetTaxCodeList",
    }


def test_requests_fit_the_vendors_own_contracts(requests: list[KeptRequest], tmp_path: Path) -> None:
    if not VENDORS.exists():
        pytest.skip("the vendor's WSDL files do not lie beside this checkout (../shared/24sevenoffice/wsdl)")
    assert checked(requests, VENDORS, 1, tmp_path)


def test_requests_hold_no_sentinel_no_exponent_and_nothing_that_was_not_meant(requests: list[KeptRequest]) -> None:
    for request in requests:
        text = request.xml.decode()
        assert "2147483648" not in text
        assert "79228162514264337593543950335" not in text
        assert "0001-01-01" not in text
        assert "nil" not in text
    (order,) = [request for request in requests if request.operation == "SaveInvoices"]
    named = [etree.QName(element).localname for element in _only(order, "InvoiceOrder")]
    assert named == [
        "CustomerId",
        "CustomerDeliveryName",
        "Addresses",
        "OrderStatus",
        "DateOrdered",
        "PaymentTime",
        "CustomerReferenceNo",
        "IncludeVAT",
        "YourReference",
        "InvoiceText",
        "Currency",
        "InvoiceRows",
        "DeliveryDate",
        "ReferenceInvoiceId",
        "ReferenceOrderId",
        "ReferenceNumber",
    ]
    assert _only(order, "InvoiceOrder").findtext(f"{TFSO}DateOrdered") == "2026-03-29T00:00:00"


def _only(request: KeptRequest, name: str) -> Any:
    (found,) = etree.fromstring(request.xml).iter(f"{TFSO}{name}")
    return found
