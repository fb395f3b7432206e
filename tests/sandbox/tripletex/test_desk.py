"""The accountant of a company of Tripletex: the page, its JSON twin, the lively sandbox, and books in a file."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import html

from sandbox import DEMO_ACCOUNT, NotBooksError, Sandbox
from sandbox.lively import Act, Line, script_from
from sandbox.tripletex import Company
from sandbox.tripletex.books import Books
from sandbox.tripletex.records import Address
from tests.sandbox.tripletex.api import Api


class Controls:
    """Somebody at the control page."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._url = f"{sandbox.url}/control"

    def act(self, name: str, /, **asked: Any) -> Any:
        answer = httpx.post(f"{self._url}/{name}", json=asked, verify=False)
        return answer.json() if answer.is_success else (answer.status_code, answer.json()["error"])

    def state(self) -> Any:
        return httpx.get(f"{self._url}/state", verify=False).json()

    def page(self, path: str = "", language: str = "en") -> html.HtmlElement:
        answer = httpx.get(f"{self._url}{path}", headers={"Accept-Language": language}, verify=False)
        assert answer.status_code == 200
        return html.fromstring(answer.content)

    def submit(self, form: html.HtmlElement, **changed: str) -> httpx.Response:
        fields = {**dict(form.form_values()), **changed}
        return httpx.post(f"{self._url.removesuffix('/control')}{form.get('action')}", data=fields, verify=False)


@pytest.fixture
def controls(sandbox: Sandbox) -> Controls:
    return Controls(sandbox)


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


@pytest.mark.parametrize(
    ("language", "order", "invoice", "partly", "paid"),
    [
        ("en", "Order 1", "Invoice 1", "Partly paid: NOK 100.50 of NOK 250.00", "Paid 25 Nov 2026"),
        ("nb", "Ordre 1", "Faktura 1", "Delvis betalt: 100,50 kr av 250,00 kr", "Betalt 25. nov. 2026"),
    ],
)
def test_an_order_is_published_and_paid_on_the_page(
    controls: Controls, books: Books, company: Company, order_id: int, language: str, order: str, invoice: str,
    partly: str, paid: str,
) -> None:  # fmt: skip
    def row() -> html.HtmlElement:
        (found,) = controls.page(language=language).find_class("order")
        assert found.get("id") == f"order-{company.id}-{order_id}"
        return found

    before = row()
    assert order in text(before)
    assert "Fjellutleie AS (Tripletex)" in text(before)
    assert "Fjell & Fjord AS" in text(before)
    assert controls.submit(before.forms[0]).status_code == 303
    published = row()
    assert invoice in text(published)
    controls.submit(published.forms[0], amount="100,50")
    assert partly in text(row()).replace("\N{NO-BREAK SPACE}", " ")
    books.pay(order_id, on=date(2026, 11, 25))
    assert paid in text(row())


def test_an_invoice_is_credited_taken_back_and_deleted_on_the_page(
    controls: Controls, books: Books, order_id: int
) -> None:
    books.publish(order_id)
    books.pay(order_id, amount=Decimal(300))

    def press(action: str) -> str:
        (row,) = controls.page().find_class("order")
        (form,) = [form for form in row.forms if form.get("action") == f"/control/{action}"]
        controls.submit(form)
        return " ".join(text(row) for row in controls.page().find_class("order"))

    assert "NOK 50.00 too much" in text(controls.page()).replace("\N{NO-BREAK SPACE}", " ")
    assert "To be paid by 7 Dec 2026" in press("take-back")
    assert "Credited" in press("credit")
    assert press("delete") == ""
    assert not books.invoices


def test_orders_are_found_by_number_reference_and_company(
    controls: Controls, company: Company, sandbox: Sandbox, order_id: int
) -> None:
    sandbox.add_account("Fjellutleie AS")

    for query in ("q=kvitt-1", f"q={order_id}", "q=fjord", f"company={company.id}"):
        assert len(controls.page(f"?{query}").find_class("order")) == 1
    assert controls.page("?q=nothing").find_class("order") == []


def test_customers_are_listed_and_added(controls: Controls, company: Company, books: Books, customer_id: int) -> None:
    page = controls.page(f"/customers?company={company.id}")
    assert "Company 20000001 in Tripletex" in text(page)
    assert "817404502" in text(page.get_element_by_id(f"customer-{customer_id}"))

    (form,) = [form for form in page.forms if form.get("action") == "/control/customers"]
    controls.submit(form, type="Consumer", first_name="Ingrid", name="Lien", email="ingrid@lien.example")

    added = [*books.customers.values()][-1]
    assert (added.name, added.is_private_individual, added.email) == ("Ingrid Lien", True, "ingrid@lien.example")


def test_faults_for_its_calls_can_be_chosen_on_the_page(controls: Controls, sandbox: Sandbox) -> None:
    page = controls.page("/faults")
    (group,) = page.xpath("//optgroup[@label='Tripletex']")
    assert "POST /order/list" in [option.text for option in group]

    (form,) = [form for form in page.forms if form.get("action") == "/control/faults"]
    controls.submit(form, operation="POST /order", kind="conflict")

    assert "conflict" in text(controls.page("/faults"))


def test_acts_go_by_the_companys_key_or_name(
    controls: Controls, sandbox: Sandbox, api: Api, company: Company, books: Books, order_id: int
) -> None:
    key = f"tripletex-{company.id}"
    assert controls.act("publish", account=key, order_id=order_id) == {"invoice_id": 1}
    assert controls.act("publish", account=key, order_id=order_id) == (409, f"Order {order_id} is invoice 1 already.")
    assert controls.act("pay", account=company.name, order_id=order_id, amount="100.50", date="2026-11-24") == {}
    assert controls.act("take-back", account=key, order_id=order_id) == {}
    assert controls.act("credit", account=key, order_id=order_id) == {"invoice_id": 2}
    assert controls.act("delete", account=key, order_id=order_id) == {}
    assert controls.act("publish", account=key, order_id=order_id)[0] == 404
    assert controls.act("customers", account=key, count=3) == {"first_id": 150_000_001, "last_id": 150_000_003}
    assert len(api.list("/customer", changedSince="2026-11-01")) == 1
    assert len(api.list("/customer")) == 4


def test_of_two_companies_with_one_name_the_one_at_24sevenoffice_is_meant(sandbox: Sandbox, controls: Controls) -> None:
    account = sandbox.add_account("Fjellutleie AS")
    sandbox.tripletex.add_company("Fjellutleie AS")

    controls.act("customers", account="Fjellutleie AS", name="Ingrid Lien", type="Business")

    assert len(account.books.customers) == 1


def test_the_state_tells_all_that_its_books_hold(
    controls: Controls, company: Company, books: Books, order_id: int
) -> None:
    books.publish(order_id)
    (told,) = controls.state()["tripletex"][:1]

    assert (told["id"], told["key"], told["name"]) == (company.id, f"tripletex-{company.id}", "Fjellutleie AS")
    assert told["orders"][0]["lines"][0]["amount_including_vat"] == "250"
    assert told["invoices"][0]["postings"][0]["date"] == "2026-11-23"


def test_a_reset_empties_its_books_and_ends_sessions(
    controls: Controls, api: Api, books: Books, order_id: int, customer_id: int
) -> None:
    controls.act("reset")

    assert (books.orders, books.customers, books.products, books.invoices) == ({}, {}, {}, {})
    assert api.send("GET", "/customer").status_code == 401


def test_sessions_are_ended_for_all_systems(controls: Controls, api: Api) -> None:
    controls.act("expire-sessions")

    assert api.send("GET", "/currency").status_code == 401


def test_the_accountant_does_what_a_script_says(sandbox: Sandbox, books: Books, order_id: int) -> None:
    script = script_from("publish kvitt-1\npart kvitt-1\npay next\ntake_back next\ncredit next\ndelete kvitt-1")

    acts = sandbox.lively(pace=0.001, script=script)
    told = [next(acts) for _ in script]

    assert [happening.act for happening in told] == [
        *map(Act, ("publish", "part", "pay", "take_back", "credit", "delete"))
    ]
    assert all(happening.done for happening in told)
    assert [happening.amount for happening in told] == [None, 125, 125, 250, 250, None]
    assert {happening.account for happening in told} == {"Fjellutleie AS (Tripletex)"}
    assert [happening.invoice_id for happening in told[:5]] == [1] * 5
    assert told[4].credited_by == 2
    assert not books.orders


def test_what_becomes_of_an_order_goes_by_the_seed(
    sandbox: Sandbox, api: Api, asked: dict[str, Any], books: Books
) -> None:
    api.post("/order/list", [{**asked, "reference": f"kvitt-{number}"} for number in range(20)])

    acts = sandbox.lively(pace=0.0001, seed=7)
    done = {next(acts).act for _ in range(40)}

    assert {Act.PUBLISH, Act.PAY} <= done
    assert books.invoices


def test_an_order_that_is_left_alone_is_left(sandbox: Sandbox, order_id: int) -> None:
    (happening,) = [next(sandbox.lively(pace=0.001, script=[Line(1, Act.PAY, "kvitt-1")]))]

    assert (happening.done, happening.line) == (False, 1)


def test_everything_comes_back_just_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "books.json"
    with Sandbox.demo() as sandbox:
        sandbox.keep_in(file)
        books = sandbox.tripletex.company(DEMO_ACCOUNT).books
        customer = books.add_customer("Fjell AS", postal_address=Address(city="Oslo", country_id=161))
        books.add_customers(2)
        token = httpx.put(
            f"{sandbox.tripletex_url}/token/session/:create", verify=False,
            params={"consumerToken": "kvitt-demo-consumer-token", "employeeToken": "kvitt-demo-employee-token",
                    "expirationDate": "2100-01-01"},
        ).json()["value"]["token"]  # fmt: skip
        with Api(sandbox, user=sandbox.tripletex.company(DEMO_ACCOUNT).id, token=token) as api:
            product = api.post("/product", {"name": "Traktor"})["id"]
            group = api.post("/product/group", {"name": "Utleie"})["id"]
            api.post("/product/groupRelation", {"product": {"id": product}, "productGroup": {"id": group}})
            line = {"product": {"id": product}, "count": 2, "unitPriceExcludingVatCurrency": 100, "vatType": {"id": 3}}
            order = {"customer": {"id": customer}, "orderDate": "2026-11-23", "deliveryDate": "2026-11-24"}
            orders = api.post("/order/list", [{**order, "orderLines": [line]}, order])
        books.publish(orders[0]["id"])
        books.pay(orders[0]["id"], amount=Decimal("250.00"))
        httpx.post(f"{sandbox.url}/control/latency", json={"milliseconds": 0}, verify=False)
        before = books.content()

    with Sandbox.demo() as again:
        again.keep_in(file)
        after = again.tripletex.company(DEMO_ACCOUNT).books
        assert after.content() == before
        assert after.publish(orders[1]["id"]) == 2


def test_a_file_of_before_there_was_tripletex_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "books.json"
    Sandbox.demo().keep_in(file)
    document = json.loads(file.read_text())
    broken = {**document, "tripletex": {"tripletex-20000003": {"customers": 7}}}
    del document["tripletex"]

    file.write_text(json.dumps(document))
    Sandbox.demo().keep_in(file)
    file.write_text(json.dumps(broken))
    with pytest.raises(NotBooksError):
        Sandbox.demo().keep_in(file)
