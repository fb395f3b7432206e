"""A caller that writes its SOAP by hand, so that the sandbox is judged by what goes over the wire."""

import http.client
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from lxml import etree

from sandbox.twentyfour_seven_office.soap.services import SERVICES

NAMESPACE = "http://24sevenOffice.com/webservices"
TF = f"{{{NAMESPACE}}}"
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
ENVELOPES = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
PATHS = {
    "Login": "/authenticate/v001/authenticate.asmx",
    "HasSession": "/authenticate/v001/authenticate.asmx",
    "GetIdentity": "/authenticate/v001/authenticate.asmx",
    "GetIdentities": "/authenticate/v001/authenticate.asmx",
    "SetIdentityById": "/authenticate/v001/authenticate.asmx",
    "GetIdentitiesWithCredential": "/authenticate/v001/authenticate.asmx",
    "GetCompanySyncList": "/CRM/Company/V001/CompanyService.asmx",
    "GetCompanies": "/CRM/Company/V001/CompanyService.asmx",
    "SaveCompanies": "/CRM/Company/V001/CompanyService.asmx",
    "GetProducts": "/Logistics/Product/V001/ProductService.asmx",
    "SaveProducts": "/Logistics/Product/V001/ProductService.asmx",
    "GetCategories": "/Logistics/Product/V001/ProductService.asmx",
    "SaveCategories": "/Logistics/Product/V001/ProductService.asmx",
    "GetInvoices": "/Economy/InvoiceOrder/V001/InvoiceService.asmx",
    "SaveInvoices": "/Economy/InvoiceOrder/V001/InvoiceService.asmx",
    "GetVatTypeList": "/Client/V001/ClientService.asmx",
    "GetCurrencyList": "/Client/V001/ClientService.asmx",
    "GetTaxCodeList": "/Economy/Account/V004/Accountservice.asmx",
}
CONTRACTS = {operation: service.contract for service in SERVICES for operation in service.operations}
USERNAME = "kari@x.example"
PASSWORD = "hemmelig & <godt>"
APPLICATION_ID = "11111111-2222-3333-4444-555555555555"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Fault(Exception):  # noqa: N818 - SOAP's word
    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Caller:
    """Speaks to the sandbox over one connection, with one cookie."""

    def __init__(self, url: str, *, version: str = "1.1", timeout: float = 5.0) -> None:
        self.url = url
        self.version = version
        self.cookie: str | None = None
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=timeout)

    def close(self) -> None:
        self._connection.close()

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        try:
            self._connection.request(method, path, body, headers or {})
            response = self._connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        except Exception:
            self._connection.close()
            raise

    def envelope(self, operation: str, inner: str = "") -> bytes:
        return (
            f'<e:Envelope xmlns:e="{ENVELOPES[self.version]}"><e:Body>'
            f'<{operation} xmlns="{NAMESPACE}" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
            f"{inner}</{operation}></e:Body></e:Envelope>"
        ).encode()

    def send(self, operation: str, inner: str = "", *, body: bytes | None = None) -> Answer:
        action = f"{NAMESPACE}/{operation}"
        headers = (
            {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
            if self.version == "1.1"
            else {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'}
        )
        if self.cookie:
            headers["Cookie"] = f"ASP.NET_SessionId={self.cookie}"
        return self.request("POST", PATHS[operation], body or self.envelope(operation, inner), headers)

    def call(self, operation: str, inner: str = "") -> Any:
        """The result element of an answer that fits its contract; None where the answer has none."""
        answer = self.send(operation, inner)
        root: Any = etree.fromstring(answer.body)
        soap = f"{{{ENVELOPES[self.version]}}}"
        assert root.tag == f"{soap}Envelope", answer.body
        fault = root.find(f"{soap}Body/{soap}Fault")
        if fault is not None:
            assert answer.status == 500
            texts = [e.text for e in fault.iter() if e.text and e.text.strip()]
            raise Fault(texts[0], texts[1])
        assert answer.status == 200
        response = root.find(f"{soap}Body/{TF}{operation}Response")
        CONTRACTS[operation].check(response)
        return response.find(f"{TF}{operation}Result")

    def log_in(self, identity_id: str = "", *, password: str = PASSWORD) -> str:
        self.cookie = self.call("Login", credential(identity_id, password=password)).text
        return self.cookie or ""


def credential(
    identity_id: str = "",
    *,
    username: str = USERNAME,
    password: str = PASSWORD,
    application_id: str = APPLICATION_ID,
) -> str:
    identity = f"<IdentityId>{identity_id}</IdentityId>" if identity_id else ""
    return (
        f"<credential><ApplicationId>{application_id}</ApplicationId>{identity}"
        f"<Password>{escape(password)}</Password><Username>{username}</Username></credential>"
    )


def properties(*names: str, element: str = "returnProperties") -> str:
    return f"<{element}>{''.join(f'<string>{name}</string>' for name in names)}</{element}>"


def text(element: Any, path: str) -> str | None:
    """The text at a path of local names; None where nothing is."""
    found = element.find("/".join(TF + part for part in path.split("/")))
    return None if found is None else (found.text or "")


def children(element: Any) -> list[str]:
    return [etree.QName(child).localname for child in element]
