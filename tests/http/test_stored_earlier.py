"""What an earlier version took in, and this one refuses of new documents, stays readable."""

import pytest

from core.business import Business
from core.customer import Address
from entrypoints.container import Container
from entrypoints.parsing import invoice_from
from tests.http.documents import Api, invoice_document, path_of, problem_of

HIDDEN = "Signe \u202eTom"
FIELDS = ["name", "organization_name", "address.city"]


@pytest.fixture(params=FIELDS)
def field(request: pytest.FixtureRequest, fjell: Api, container: Container) -> str:
    """Where the stored invoice 2001-1 holds a sign that nobody sees."""
    field = str(request.param)
    invoice = invoice_from(invoice_document())
    address = Address(city=HIDDEN) if field == "address.city" else None
    customer = invoice.customer.model_copy(update={"address": address} if address else {field: HIDDEN})
    with container.storage().transaction() as work:
        work.invoices.put("fjell", invoice.model_copy(update={"customer": customer}))
    return field


def test_an_invoice_with_a_hidden_sign_is_listed_shown_and_exported(
    field: str, fjell: Api, container: Container
) -> None:
    shown = fjell.get(path_of("2001-1"))
    assert shown.status_code == 200
    assert HIDDEN in shown.json()["customer"].values() or shown.json()["customer"]["address"]["city"] == HIDDEN
    (listed,) = fjell.get("/v1/businesses/fjell/invoices").json()["items"]
    assert listed == {name: shown.json()[name] for name in listed}
    exported = [record for record in container.export_business().records("fjell") if record["record"] == "invoice"]
    assert exported == [{"record": "invoice", **{name: shown.json()[name] for name in exported[0] if name != "record"}}]


def test_an_invoice_with_a_hidden_sign_is_not_sent_and_can_be_mended(field: str, fjell: Api) -> None:
    path = path_of("2001-1")
    for refused in (fjell.get(f"{path}/preview"), fjell.post(f"{path}/send")):
        problem = problem_of(refused, 422, "invalid_invoice")
        assert [fault["field"] for fault in problem["faults"]] == [f"customer.{field}"]
        assert "U+202E" in problem["faults"][0]["message"]
    assert fjell.get(path).status_code == 200
    anew = fjell.put(path, json=fjell.get(path).json())
    assert problem_of(anew, 400, "not_an_invoice")["faults"][0]["field"].startswith("customer.")
    assert fjell.put(path, json=invoice_document()).status_code == 200
    assert fjell.post(f"{path}/send").status_code in (200, 201)


def test_a_business_with_a_hidden_sign_in_a_name_is_listed_and_shown(fjell: Api, container: Container) -> None:
    with container.storage().transaction() as work:
        stored = work.businesses.get("fjell")
        assert isinstance(stored, Business)
        work.businesses.put(stored.model_copy(update={"product_name": HIDDEN}))
    assert fjell.get("/v1/businesses/fjell").json()["product_name"] == HIDDEN
    assert fjell.get("/v1/businesses").json()["items"][0]["product_name"] == HIDDEN
