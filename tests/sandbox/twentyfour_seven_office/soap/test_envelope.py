"""What goes over the wire, whatever it is about."""

import socket
from urllib.parse import urlsplit

import pytest
import requests
import zeep
from zeep.transports import Transport

from sandbox import Sandbox
from tests.sandbox.twentyfour_seven_office.soap.caller import NAMESPACE, PATHS, Caller, Fault, properties, text


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_an_answer_comes_in_the_version_that_was_asked(sandbox: Sandbox, version: str) -> None:
    caller = Caller(sandbox.url, version=version)
    answer = caller.send("HasSession")
    assert answer.status == 200
    expected = {"1.1": "text/xml", "1.2": "application/soap+xml"}[version]
    assert answer.headers.get_content_type() == expected
    assert caller.call("HasSession").text == "false"
    caller.close()


@pytest.mark.parametrize(("version", "code"), [("1.1", "soap:Server"), ("1.2", "soap:Receiver")])
def test_a_fault_comes_in_the_version_that_was_asked(sandbox: Sandbox, version: str, code: str) -> None:
    caller = Caller(sandbox.url, version=version)
    with pytest.raises(Fault) as caught:
        caller.call("GetIdentity")
    assert caught.value.code == code
    assert caught.value.text == (
        "System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> "
        "Session is not authenticated"
    )
    caller.close()


def test_addresses_do_not_care_for_capitals(stranger: Caller) -> None:
    headers = {"Content-Type": "text/xml", "SOAPAction": f"{NAMESPACE}/HasSession"}
    path = PATHS["HasSession"].upper()
    assert stranger.request("POST", path, stranger.envelope("HasSession"), headers).status == 200


def test_an_unknown_address_is_not_found(stranger: Caller) -> None:
    assert stranger.request("POST", "/Nowhere.asmx", b"").status == 404
    assert stranger.request("GET", "/Nowhere.asmx?wsdl").status == 404


@pytest.mark.parametrize("path", sorted(set(PATHS.values())))
def test_the_contract_names_the_sandbox_as_its_address(sandbox: Sandbox, path: str) -> None:
    with requests.Session() as session:
        client = zeep.Client(f"{sandbox.url}{path}?WSDL", transport=Transport(session=session))
        (service,) = client.wsdl.services.values()
        addresses = {port.binding_options["address"] for port in service.ports.values()}
    assert addresses == {sandbox.url + path}


def test_a_document_type_is_refused(stranger: Caller) -> None:
    body = b'<!DOCTYPE x [<!ENTITY a "b">]>' + stranger.envelope("HasSession")
    answer = stranger.send("HasSession", body=body)
    assert answer.status == 500
    assert b"DTD is prohibited" in answer.body


@pytest.mark.parametrize("body", [b"", b"<oops", b"<a/>", b"\xff\xfe"])
def test_what_is_no_envelope_is_refused(sandbox: Sandbox, stranger: Caller, body: bytes) -> None:
    headers = {"Content-Type": "text/xml", "SOAPAction": f"{NAMESPACE}/HasSession"}
    answer = stranger.request("POST", PATHS["HasSession"], body, headers)
    assert answer.status == 500
    assert b"faultstring" in answer.body
    assert sandbox.journal.calls()[-1].outcome == "invalid"


@pytest.mark.parametrize("action", ["", "http://elsewhere/HasSession", f"{NAMESPACE}/Login"])
def test_an_action_must_be_known_and_fit_the_body(stranger: Caller, action: str) -> None:
    headers = {"Content-Type": "text/xml", "SOAPAction": action}
    answer = stranger.request("POST", PATHS["HasSession"], stranger.envelope("HasSession"), headers)
    assert answer.status == 500
    assert b"did not recognize the value of HTTP Header SOAPAction" in answer.body


def test_only_soap_is_spoken(stranger: Caller) -> None:
    headers = {"Content-Type": "application/json"}
    assert stranger.request("POST", PATHS["HasSession"], b"{}", headers).status == 415


def test_a_request_may_have_four_megabytes(stranger: Caller) -> None:
    padding = b" " * (4 * 1024 * 1024)
    answer = stranger.send("HasSession", body=stranger.envelope("HasSession") + padding)
    assert answer.status == 500
    assert b"Maximum request length exceeded" in answer.body
    assert stranger.call("HasSession").text == "false"


def test_a_wrong_enum_value_is_named(sandbox: Sandbox, caller: Caller) -> None:
    with pytest.raises(Fault) as caught:
        caller.call("SaveCompanies", "<companies><Company><Type>Person</Type></Company></companies>")
    assert caught.value.text.endswith("Instance validation error: 'Person' is not a valid value for Type.")
    assert caught.value.text.startswith(
        "System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> "
    )
    assert sandbox.journal.calls()[-1].outcome == "invalid"


@pytest.mark.parametrize(
    "inner",
    [
        "<companies><Company><Id>12a</Id></Company></companies>",
        "<companies><Company><Id/></Company></companies>",
        "<companies><Company><Discount>1E2</Discount></Company></companies>",
        "<companies><Company><DateCreated>yesterday</DateCreated></Company></companies>",
        "<companies><Company><DateCreated>20000-01-01T00:00:00</DateCreated></Company></companies>",
    ],
)
def test_a_value_must_be_of_its_type(caller: Caller, inner: str) -> None:
    with pytest.raises(Fault, match=r"Instance validation error: '.*' is not a valid value for"):
        caller.call("SaveCompanies", inner)


def test_the_order_of_elements_counts(caller: Caller) -> None:
    with pytest.raises(Fault, match="Instance validation error"):
        caller.call("SaveCompanies", "<companies><Company><Type>Lead</Type><Name>A</Name></Company></companies>")


def test_an_element_that_must_be_there_must_be_there(caller: Caller) -> None:
    with pytest.raises(Fault, match="Instance validation error"):
        caller.call("SaveInvoices", "<invoices><InvoiceOrder/></invoices>")


def test_a_connection_serves_many_calls(sandbox: Sandbox) -> None:
    host, port = urlsplit(sandbox.url).hostname, urlsplit(sandbox.url).port
    assert host
    assert port
    with socket.create_connection((host, port), timeout=5) as connection:
        for _ in range(3):
            connection.sendall(b"GET /authenticate/v001/authenticate.asmx HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_body_needs_its_length(sandbox: Sandbox) -> None:
    host, port = urlsplit(sandbox.url).hostname, urlsplit(sandbox.url).port
    with socket.create_connection((host or "", port or 0), timeout=5) as connection:
        connection.sendall(b"POST /authenticate/v001/authenticate.asmx HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 411")


def test_the_namespace_prefix_is_the_callers_choice(caller: Caller) -> None:
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<w:GetCategories xmlns:w="{NAMESPACE}"><!-- nothing --></w:GetCategories></s:Body></s:Envelope>'
    ).encode()
    assert caller.send("GetCategories", body=body).status == 200


def test_what_is_written_in_norwegian_comes_back_so(caller: Caller) -> None:
    name = "Bjørnæs &amp; Sønn &lt;Å&gt;"
    caller.call("SaveCategories", f"<categories><Category><Name>{name}</Name></Category></categories>")
    (category,) = caller.call("GetCategories", properties("Name"))
    assert text(category, "Name") == "Bjørnæs & Sønn <Å>"
