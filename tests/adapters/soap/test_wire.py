"""What is written as XML and read back, along our contracts; and that it reads as zeep alone would read it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import zeep
from lxml import etree

from adapters.http_api.troubles import UnusableAnswer
from adapters.twentyfour_seven_office.soap.operations import BROKEN
from adapters.twentyfour_seven_office.soap.system import SoapAccountingSystem
from adapters.twentyfour_seven_office.soap.wire import contract
from core.customer import Address, Customer
from sandbox import Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.adapters.drafts import EURO, draft
from tests.adapters.soap.test_requests import OURS

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
TFSO = "http://24sevenOffice.com/webservices"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def answered(companies: str, *, operation: str = "GetCompanies") -> Any:
    return etree.fromstring(
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:xsi="{XSI}"><s:Body><{operation}Response xmlns="{TFSO}">'
        f"<{operation}Result>{companies}</{operation}Result></{operation}Response></s:Body></s:Envelope>"
    )


def companies_in(companies: str) -> Any:
    return contract("company").answer("GetCompanies", answered(companies))


def test_an_array_is_a_list_and_what_is_not_set_is_not_there() -> None:
    inner = "<Company><Id>5</Id><Name>Moe</Name><Url/><Discount>1.50</Discount><Maps/></Company><Company/>"
    assert companies_in(inner) == [{"Id": 5, "Name": "Moe", "Discount": Decimal("1.50")}, None]


def test_nil_is_nothing() -> None:
    inner = '<Company xsi:nil="true"/><Company><Id>5</Id><Factoring xsi:nil="true">true</Factoring></Company>'
    assert companies_in(inner) == [None, {"Id": 5}]


def test_any_order_will_do_and_what_is_unknown_is_passed_over() -> None:
    inner = "<Company><Name>Moe</Name><New><Id>9</Id></New><Id>5</Id></Company><Other><Id>6</Id></Other>"
    assert companies_in(inner) == [{"Id": 5, "Name": "Moe"}]


def test_a_namespace_may_be_left_out() -> None:
    assert companies_in('<Company xmlns=""><Id>5</Id></Company>') == [{"Id": 5}]


def test_a_page_keeps_what_is_around_its_items() -> None:
    inner = (
        "<CurrentPage>1</CurrentPage><TotalPages>3</TotalPages>"
        "<Items><SyncCompany><CompanyId>5</CompanyId></SyncCompany></Items><Context><Id>1</Id></Context>"
    )
    page = contract("company").answer("GetCompanySyncList", answered(inner, operation="GetCompanySyncList"))
    assert page == {"CurrentPage": 1, "TotalPages": 3, "Items": {"SyncCompany": [{"CompanyId": 5}]}}


def test_a_number_that_is_none_is_not_there() -> None:
    assert companies_in("<Company><Id>5</Id><Status>many</Status></Company>") == [{"Id": 5}]


@pytest.mark.parametrize("inner", ["<Id>5</Id><Id>6</Id>", "<Id>5</Id><Discount>much</Discount>"])
def test_what_can_not_be_read_is_a_broken_answer(inner: str) -> None:
    with pytest.raises(UnusableAnswer) as error:
        companies_in(f"<Company>{inner}</Company>")
    assert error.value.code == "broken_answer"


@pytest.mark.parametrize("arguments", [{"credential": {"Nonsense": 1}}, {"credential": {}}, {"nonsense": {}}])
def test_a_request_that_does_not_fit_the_contract_is_a_fault_of_ours(arguments: dict[str, Any]) -> None:
    with pytest.raises((TypeError, zeep.exceptions.ValidationError)):
        contract("authenticate").request("Login", arguments)


def test_a_request_is_written_in_the_contracts_order_without_exponents() -> None:
    company = {"Type": "Lead", "Discount": Decimal("1E+2"), "Id": 5, "Name": "Å & <b>", "BlockInvoice": False}
    request = contract("company").request("SaveCompanies", {"companies": {"Company": [company]}})
    (written,) = etree.fromstring(request.body).iter(f"{{{TFSO}}}Company")
    told = [(etree.QName(child).localname, child.text) for child in written]
    assert told == [("Id", "5"), ("Name", "Å & <b>"), ("Type", "Lead"), ("Discount", "100"), ("BlockInvoice", "false")]
    assert request.headers["SOAPAction"] == f'"{TFSO}/SaveCompanies"'


def test_instants_are_read_with_their_offset() -> None:
    (company,) = companies_in("<Company><DateChanged>2026-07-01T10:00:00Z</DateChanged></Company>")
    assert company["DateChanged"] == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_answers_read_as_zeep_reads_them(sandbox: Sandbox, system: SoapAccountingSystem, books: Books) -> None:
    address = Address(street="Gate 1", postal_code="0150", city="Oslo", country="NO")
    kari = Customer(name="Kari Moe", email="k@x.example", phone="4", address=address)
    (customer_id,) = system.customers.create([kari])
    product_id = str(books.add_product("p", books.add_category("c")))
    asked = draft("1", customer_id=str(customer_id), product_id=product_id, currency=EURO, comment="Takk")
    system.orders.create([asked])
    for service, operation in (("company", "SaveCompanies"), ("invoice", "SaveInvoices")):
        (request,) = [one for one in sandbox.journal.requests if one.operation == operation]
        envelope: Any = etree.fromstring(request.xml)
        (response,) = envelope.find(f"{{{SOAP}}}Body")
        response.tag = f"{{{TFSO}}}{operation}Response"
        response[0].tag = f"{{{TFSO}}}{operation}Result"
        described = zeep.Client(str(OURS / f"{service}.wsdl")).wsdl.bindings.values()
        binding = next(one for one in described if isinstance(one, zeep.wsdl.bindings.Soap11Binding))
        theirs = zeep.helpers.serialize_object(binding.get(operation).process_reply(envelope), dict)
        assert contract(service).answer(operation, envelope) == _told(theirs)


def _told(value: Any) -> Any:
    if isinstance(value, list):
        return [_told(one) for one in value]
    if isinstance(value, dict):
        return {name: _told(one) for name, one in value.items() if one is not None}
    return value


@pytest.mark.parametrize(
    ("broken", "remains"),
    [
        ("<Id>5</Id><Name>Moe</Name><Discount>much</Discount>", {"Id": 5, "Name": "Moe"}),
        ("<Id>5</Id><Id>6</Id><Name>Moe</Name>", {"Name": "Moe"}),
    ],
)
def test_by_item_a_broken_one_is_what_can_be_read_of_it_and_the_others_are_whole(
    broken: str, remains: dict[str, Any]
) -> None:
    envelope = answered(f"<Company>{broken}</Company><Company><Id>7</Id></Company><Company/>")
    companies = contract("company").answer("GetCompanies", envelope, by_item=True)
    assert companies == [{BROKEN: True, **remains}, {"Id": 7}, None]


def test_by_item_an_answer_without_an_array_is_empty_and_one_with_two_broken() -> None:
    envelope = answered("")
    assert contract("company").answer("GetCompanies", envelope, by_item=True) == []
    result = envelope.find(f".//{{{TFSO}}}GetCompaniesResult")
    result.getparent().append(etree.fromstring(etree.tostring(result)))
    with pytest.raises(UnusableAnswer):
        contract("company").answer("GetCompanies", envelope, by_item=True)
