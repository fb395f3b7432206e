"""Our contracts beside those that the vendor publishes."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from adapters.twentyfour_seven_office.soap import published
from adapters.twentyfour_seven_office.soap.published import SERVICES, drift, fetch_contract, read_own_contract
from adapters.twentyfour_seven_office.soap.settings import OperatorSettings
from core.errors import TryAgain
from sandbox import Sandbox

VENDORS = Path(__file__).resolve().parents[4] / "shared" / "24sevenoffice" / "wsdl"
FILES = {"authenticate": "authService"}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.skipif(not VENDORS.is_dir(), reason=f"the vendor's own contracts are not there: {VENDORS}")
def test_the_vendors_own_contract_has_all_that_we_use(service: str) -> None:
    theirs = (VENDORS / f"{FILES.get(service, f'{service}Service')}.wsdl").read_bytes()

    assert drift(read_own_contract(service), theirs) == []


@pytest.mark.parametrize("service", SERVICES)
def test_what_the_sandbox_publishes_is_no_drift(service: str, sandbox: Sandbox) -> None:
    found = fetch_contract(OperatorSettings(api_url=sandbox.url, timeout=5), service)

    assert drift(read_own_contract(service), found.wsdl) == []
    assert found.server_time is not None


@pytest.mark.parametrize(
    ("service", "before", "after", "told"),
    [
        ("invoice", b'name="SaveInvoices"', b'name="StoreInvoices"', "The operation SaveInvoices is gone."),
        ("company", b'name="OrganizationNumber"', b'name="OrgNo"', "Company has no OrganizationNumber any more."),
        (
            "account",
            b'name="TaxRate" type="xs:decimal"',
            b'name="TaxRate" type="xs:string"',
            "TaxCodeElement: TaxRate is of another type: string, and not decimal.",
        ),
        ("invoice", b'value="Draft"', b'value="Sketch"', "has no value Draft any more."),
        (
            "account",
            b'soapAction="http://24sevenOffice.com/webservices/GetTaxCodeList"',
            b'soapAction="urn:GetTaxCodeList"',
            "The operation GetTaxCodeList is called by another SOAPAction.",
        ),
        (
            "account",
            b'minOccurs="0" maxOccurs="unbounded"',
            b'minOccurs="0"',
            "ArrayOfTaxCodeElement: TaxCodeElement comes once now.",
        ),
    ],
)
def test_what_is_missing_or_otherwise_is_named(service: str, before: bytes, after: bytes, told: str) -> None:
    theirs = read_own_contract(service).replace(before, after)
    assert theirs != read_own_contract(service)

    assert any(told in one for one in drift(read_own_contract(service), theirs)), drift(
        read_own_contract(service), theirs
    )


def test_what_the_vendor_adds_is_no_drift() -> None:
    added = b'<xs:element name="TaxId" type="xs:int"/>'
    ours = read_own_contract("account")
    theirs = ours.replace(added, added + b'<xs:element name="Colour" type="xs:string"/>')
    assert theirs != ours

    assert drift(ours, theirs) == []


@pytest.mark.parametrize(
    "wsdl", [b"", b"<html/>", b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>", b"<a><b></a>"]
)
def test_what_is_no_contract_is_trouble(wsdl: bytes) -> None:
    with pytest.raises(TryAgain) as caught:
        drift(read_own_contract("account"), wsdl)
    assert caught.value.code == "broken_answer"


@contextmanager
def answering(status: int, body: bytes = b"") -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/login")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "code"), [(302, "redirected"), (502, "bad_gateway"), (200, "answer_too_large")])
def test_an_answer_that_is_not_the_contract_is_trouble(status: int, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "LARGEST", 10)
    with answering(status, b"x" * 11) as url, pytest.raises(TryAgain) as caught:
        fetch_contract(OperatorSettings(api_url=url, timeout=5), "account")
    assert caught.value.code == code


def test_a_server_out_of_reach_is_trouble() -> None:
    with pytest.raises(TryAgain) as caught:
        fetch_contract(OperatorSettings(api_url="http://127.0.0.1:1", timeout=5), "account")
    assert caught.value.code == "unreachable"
