"""Withdrawing over HTTP."""

import pytest
from dependency_injector import providers

from entrypoints.container import Container
from entrypoints.demo.world import demo_rest_business
from sandbox import DEMO_ACCOUNT, Sandbox
from tests.http.documents import Api, add_invoice, problem_of

ROW = {"product": "Tractor", "quantity": "1", "unit_price": "900.00", "vat_percent": "25"}


@pytest.fixture
def rest(api: Api, container: Container, office: Sandbox) -> Api:
    """A client of the API; the business "fjell" is connected over REST."""
    container.environment.override(
        providers.Object({"KVITT_TFSO_REST_URL": office.rest_url, "KVITT_TFSO_LOGIN_URL": office.url})
    )
    business = demo_rest_business(str(office.account(DEMO_ACCOUNT).number))
    assert api.put("/v1/businesses/fjell", json={**business, "name": "fjell"}).status_code == 201
    return api


@pytest.fixture
def sent(rest: Api) -> str:
    """The path of an invoice that was sent."""
    path = add_invoice(rest)
    assert rest.post(f"{path}/send").json()["state"] == "transferred"
    return path


def test_an_invoice_is_withdrawn_and_sent_again(rest: Api, sent: str, office: Sandbox) -> None:
    answer = rest.post(f"{sent}/withdraw")
    assert (answer.status_code, answer.json()["state"], answer.json()["order_id"]) == (200, "withdrawn", "24001")
    assert not office.account(DEMO_ACCOUNT).books.orders
    assert rest.post(f"{sent}/withdraw").json() == answer.json()
    problem_of(rest.post(f"{sent}/status"), 409, "not_sent")
    add_invoice(rest, rows=[ROW])
    again = rest.post(f"{sent}/send").json()
    assert (again["state"], again["order_id"], again["id"] != answer.json()["id"]) == ("transferred", "24002", True)


def test_an_order_is_replaced(rest: Api, sent: str, office: Sandbox) -> None:
    changed = {name: value for name, value in rest.get(sent).json().items() if name in ("number", "customer")}
    stored = rest.get(sent).json()
    changed |= {name: stored[name] for name in ("type", "issue_date", "due_date")} | {"rows": [ROW]}
    answer = rest.post(f"{sent}/replace", json={"invoice": changed})
    assert (answer.status_code, answer.json()["state"], answer.json()["order_id"]) == (200, "transferred", "24002")
    (order,) = office.account(DEMO_ACCOUNT).books.orders.values()
    assert [row.price for row in order.rows] == [900]
    assert rest.post(f"{sent}/replace", json={}).json()["order_id"] == "24003"
    problem_of(rest.post(f"{sent}/replace", json={"invoice": {**changed, "number": "other"}}), 400, "number_differs")


def test_a_published_order_stays_and_the_answer_says_so(rest: Api, sent: str, office: Sandbox) -> None:
    office.account(DEMO_ACCOUNT).books.publish(24001)
    problem = problem_of(rest.post(f"{sent}/withdraw"), 409, "order_published")
    assert problem["outcome"] == "written"
    problem_of(rest.post(f"{sent}/replace", json={}), 409, "order_published")
    assert list(office.account(DEMO_ACCOUNT).books.orders) == [24001]


def test_while_the_answer_is_lost_it_is_being_withdrawn(rest: Api, sent: str, office: Sandbox) -> None:
    office.inject("DELETE /salesorders/{id}", "reset_after")
    answer = rest.post(f"{sent}/withdraw", headers={"Prefer": "wait=0"})
    assert (answer.status_code, answer.json()["state"]) == (202, "withdrawing")
    assert answer.json()["error"]["outcome"] == "unknown"
    assert "being withdrawn" in rest.post(f"{sent}/status").json()["warnings"][-1]
    assert rest.post(f"{sent}/withdraw").json()["state"] == "withdrawn"


def test_over_soap_it_can_not_be_done(fjell: Api, office: Sandbox) -> None:
    path = add_invoice(fjell)
    problem_of(fjell.post(f"{path}/withdraw"), 409, "not_sent")
    fjell.post(f"{path}/send")
    problem = problem_of(fjell.post(f"{path}/withdraw"), 409, "cannot_withdraw")
    assert "24001" in problem["detail"]
    office.account(DEMO_ACCOUNT).books.delete_order(24001)
    assert fjell.post(f"{path}/withdraw").json()["state"] == "withdrawn"
