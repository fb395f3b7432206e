"""The calls of a warm send, made with zeep alone: what the gateway's own work is measured against."""

from decimal import Decimal
from typing import Any

import requests
import zeep
from zeep.transports import Transport

from sandbox import DEMO_ACCOUNT
from sandbox.twentyfour_seven_office import DEMO_APPLICATION_ID, DEMO_PASSWORD, DEMO_USERNAME

_SERVICES = {
    "authenticate": "/authenticate/v001/authenticate.asmx?wsdl",
    "company": "/CRM/Company/V001/CompanyService.asmx?wsdl",
    "invoice": "/Economy/InvoiceOrder/V001/InvoiceService.asmx?wsdl",
}
_RECORD = ["Id", "Name", "FirstName", "Type", "OrganizationNumber", "EmailAddresses", "PhoneNumbers", "Addresses"]


class BareZeep:
    """A plain script's way to 24SevenOffice: one session, one client a service."""

    def __init__(self, url: str) -> None:
        self._http = requests.Session()
        self._clients = {
            name: zeep.Client(f"{url}{path}", transport=Transport(session=self._http))
            for name, path in _SERVICES.items()
        }
        authenticate = self._clients["authenticate"].service
        credential = {
            "ApplicationId": DEMO_APPLICATION_ID,
            "Username": DEMO_USERNAME,
            "Password": DEMO_PASSWORD,
        }
        identities = authenticate.GetIdentitiesWithCredential(credential)
        credential["IdentityId"] = next(one.Id for one in identities if one.Client.Name == DEMO_ACCOUNT)
        self._http.cookies.set("ASP.NET_SessionId", authenticate.Login(credential))

    def send(self, number: str, *, customer_id: int, product_id: int) -> Any:
        """Read the customer and create a one-row order."""
        self._clients["company"].service.GetCompanies({"CompanyIds": {"int": [customer_id]}}, {"string": _RECORD})
        row = {
            "ProductId": product_id,
            "VatRate": Decimal(25),
            "Price": Decimal(1200),
            "Name": "Tractor (2021-01-10 – 2021-01-12)",
            "DiscountRate": Decimal(0),
            "Quantity": Decimal(1),
            "Type": "Normal",
            "TaxSettings": {"TaxCode": 3, "TaxRate": Decimal(25)},
        }
        order = {
            "CustomerId": customer_id,
            "OrderStatus": "Draft",
            "CustomerReferenceNo": number,
            "IncludeVAT": False,
            "InvoiceRows": {"InvoiceRow": [row]},
        }
        return self._clients["invoice"].service.SaveInvoices({"InvoiceOrder": [order]})
