"""A plain zeep script that does the same job an invoice at a time, as an integration is usually written first.

For each invoice it looks up the customer and saves it, looks up category, product and VAT codes, and saves the order.
"""

from decimal import Decimal
from typing import Any

import requests
import zeep
from zeep.transports import Transport

from core.invoice import Invoice
from sandbox import DEMO_ACCOUNT
from sandbox.twentyfour_seven_office import DEMO_APPLICATION_ID, DEMO_PASSWORD, DEMO_USERNAME

_SERVICES = {
    "authenticate": "/authenticate/v001/authenticate.asmx?wsdl",
    "company": "/CRM/Company/V001/CompanyService.asmx?wsdl",
    "product": "/Logistics/Product/V001/ProductService.asmx?wsdl",
    "client": "/Client/V001/ClientService.asmx?wsdl",
    "invoice": "/Economy/InvoiceOrder/V001/InvoiceService.asmx?wsdl",
}
_RECORD = {"string": ["Id", "Name", "FirstName", "Type", "OrganizationNumber", "EmailAddresses"]}
_NAMED = {"string": ["Id", "Name"]}
_PRODUCT, _CATEGORY = "Sharefox rental", "SharefoxRental"


class ZeepScript:
    """One session, one client a service."""

    def __init__(self, url: str) -> None:
        self._http = requests.Session()
        self._services = {
            name: zeep.Client(f"{url}{path}", transport=Transport(session=self._http)).service
            for name, path in _SERVICES.items()
        }
        credential = {"ApplicationId": DEMO_APPLICATION_ID, "Username": DEMO_USERNAME, "Password": DEMO_PASSWORD}
        authenticate = self._services["authenticate"]
        identities = authenticate.GetIdentitiesWithCredential(credential)
        credential["IdentityId"] = next(one.Id for one in identities if one.Client.Name == DEMO_ACCOUNT)
        self._http.cookies.set("ASP.NET_SessionId", authenticate.Login(credential))
        self._set_up()

    def _set_up(self) -> None:
        """Create category and product once, by hand as it were."""
        product = self._services["product"]
        if not product.GetProducts({"Name": _PRODUCT}, _NAMED):
            category = product.SaveCategories({"Category": [{"Name": _CATEGORY}]})[0].Id
            product.SaveProducts({"Product": [{"Name": _PRODUCT, "CategoryId": category}]})

    def send(self, invoice: Invoice) -> int:
        """Do all that one invoice takes; return the order's id."""
        customer_id = self._customer(invoice)
        self._services["product"].GetCategories(_NAMED)
        product = self._services["product"].GetProducts({"Name": _PRODUCT}, _NAMED)[0]
        vat = {Decimal(one.Rate): one.No for one in self._services["client"].GetVatTypeList() if one.No == 3}
        rows = [
            {
                "ProductId": product.Id,
                "VatRate": row.vat_percent,
                "Price": row.unit_price,
                "Name": row.product,
                "DiscountRate": row.discount_percent,
                "Quantity": row.quantity,
                "Type": "Normal",
                "TaxSettings": {"TaxCode": vat[Decimal(25)], "TaxRate": row.vat_percent},
            }
            for row in invoice.rows
        ]
        order = {
            "CustomerId": customer_id,
            "OrderStatus": "Draft",
            "CustomerReferenceNo": invoice.number,
            "IncludeVAT": False,
            "InvoiceRows": {"InvoiceRow": rows},
        }
        return int(self._services["invoice"].SaveInvoices({"InvoiceOrder": [order]})[0].OrderId)

    def _customer(self, invoice: Invoice) -> int:
        customer, company = invoice.customer, self._services["company"]
        search = (
            {"OrganizationNumber": customer.organization_number}
            if customer.organization_number
            else {"CompanyEmail": customer.email}
        )
        found = company.GetCompanies(search, _RECORD)
        record: dict[str, Any] = {
            "Name": customer.organization_name or customer.name,
            "Type": "Business" if customer.is_company else "Consumer",
            "EmailAddresses": {"Invoice": {"Value": customer.email}, "Primary": {"Value": customer.email}},
        }
        if customer.organization_number:
            record["OrganizationNumber"] = customer.organization_number
        if found:
            record["Id"] = found[0].Id
        return int(company.SaveCompanies({"Company": [record]})[0].Id)
