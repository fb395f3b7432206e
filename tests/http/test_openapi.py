"""The OpenAPI document, checked by hand: it is complete, and all that it refers to is there."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.completeness import completeness_faults
from core.invoice import InvoiceRow
from tests.error_codes import in_the_docs
from tests.http.documents import Api, Json
from tests.unit.samples import LIMITS, an_invoice

ROUTES = {
    ("get", "/health/live"),
    ("get", "/health/ready"),
    ("get", "/v1/audit"),
    ("get", "/v1/recover"),
    ("post", "/v1/recover"),
    ("post", "/v1/businesses/{business}/invoices/{number}/adopt"),
    ("post", "/v1/businesses/{business}/invoices/{number}/credit"),
    ("get", "/v1/businesses/{business}/audit"),
    ("get", "/v1/businesses"),
    ("put", "/v1/businesses/{business}"),
    ("get", "/v1/businesses/{business}"),
    ("post", "/v1/businesses/{business}/verify"),
    ("get", "/v1/businesses/{business}/invoices"),
    ("put", "/v1/businesses/{business}/invoices/{number}"),
    ("get", "/v1/businesses/{business}/invoices/{number}"),
    ("get", "/v1/businesses/{business}/invoices/{number}/preview"),
    ("post", "/v1/businesses/{business}/invoices/{number}/customer"),
    ("post", "/v1/businesses/{business}/invoices/{number}/send"),
    ("post", "/v1/businesses/{business}/invoices"),
    ("delete", "/v1/businesses/{business}/invoices/{number}"),
    ("delete", "/v1/businesses/{business}/invoices/{number}/customer"),
    ("get", "/v1/businesses/{business}/invoices/{number}/history"),
    ("post", "/v1/businesses/{business}/statuses"),
    ("post", "/v1/businesses/{business}/invoices/{number}/status"),
    ("get", "/v1/businesses/{business}/transfers"),
    ("post", "/v1/businesses/{business}/transfers"),
    ("get", "/v1/businesses/{business}/batches/{batch}"),
    ("get", "/v1/businesses/{business}/transfers/{transfer}"),
    ("post", "/v1/businesses/{business}/transfers/{transfer}/retry"),
    ("post", "/v1/businesses/{business}/transfers/{transfer}/cancel"),
}
AS_THE_CORE_HAS_THEM = {
    "InvoicePreview": "already_sent customer invoice not_written order product products totals warnings",
    "CustomerPreview": "action changes id name",
    "OrderDraft": "buyer_reference comment credited currency customer_id delivery department due_date issue_date "
    "order_number order_reference our_reference paid_amount paid_date prices_include_vat project reference rows status "
    "your_reference",
    "OrderRow": "department discount_percent is_text product_id project quantity text unit_price vat_code vat_percent",
    "Verification": "account business calls category ok product rights vat_rates warnings",
    "CallBudget": "left limit resets_at used",
    "TransferError": "code hint message outcome retriable",
    "Finding": "invoice kind message order_ids",
    "Actor": "key kind name",
}
METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}


@pytest.fixture
def document(shared_fjell: Api) -> Json:
    response = shared_fjell.get("/schema/openapi.json")
    assert response.status_code == 200
    loaded: Json = response.json()
    return loaded


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for method in METHODS & set(item):
            yield method, path, item[method]


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)


def test_every_route_is_described_and_no_other(document: Json) -> None:
    assert document["openapi"].startswith("3.1")
    assert {(method, path) for method, path, _ in _operations(document)} == ROUTES


def test_all_that_is_referred_to_is_there_and_nothing_else(document: Json) -> None:
    referred = set(_references(document))

    assert referred == {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}


def test_every_operation_tells_its_answers_and_problems(document: Json) -> None:
    names = set()
    for method, path, operation in _operations(document):
        names.add(operation["operationId"])
        assert operation["summary"], path
        assert operation["description"], path
        responses = operation["responses"]
        assert {"400", "403", "500"} <= set(responses), path
        assert any(status.startswith("2") for status in responses), path
        for status, response in responses.items():
            kind = "application/json" if status.startswith("2") else "application/problem+json"
            assert list(response["content"]) == [kind], path
            assert list(response["content"][kind]["schema"]) == ["$ref"], path
        if "{" in path:
            assert "404" in responses or method == "put", path
        if "requestBody" in operation:
            assert {"413", "415"} <= set(responses), path
    assert len(names) == len(ROUTES)


def test_bodies_are_described(document: Json) -> None:
    taken = {
        operation["operationId"]: operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for _, _, operation in _operations(document)
        if "requestBody" in operation
    }

    assert {name: reference.rpartition("/")[2] for name, reference in taken.items()} == {
        "put_business": "BusinessBody",
        "put_invoice": "Invoice-Input",
        "choose_customer": "CustomerChoice",
        "credit": "CreditRequest",
        "adopt_order_of": "OrderChoice",
        "post_recovery": "RecoveryStart",
        "send_many": "InvoicesToSend",
        "add_invoices": "InvoicesToAdd",
        "check_payments": "InvoicesToCheck",
    }
    schemas = document["components"]["schemas"]
    assert schemas["BusinessBody"]["required"] == ["accounting"]
    assert schemas["Invoice-Input"]["required"] == ["number"]
    assert {"not_before", "version"}.isdisjoint(schemas["TransferDocument"]["properties"])


def test_parameters_are_described(document: Json) -> None:
    parameters = {
        parameter["name"]: parameter
        for parameter in document["paths"]["/v1/businesses/{business}/transfers"]["get"]["parameters"]
    }

    assert set(parameters) == {"business", "state", "limit", "after"}
    assert parameters["limit"]["schema"]["maximum"] == 200
    assert not parameters["limit"]["required"]
    sending = document["paths"]["/v1/businesses/{business}/invoices/{number}/send"]["post"]
    assert {"Prefer"} < {parameter["name"] for parameter in sending["parameters"]}
    assert "Location" in sending["responses"]["202"]["headers"]
    assert "Retry-After" in sending["responses"]["503"]["headers"]


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/v1/businesses/fjell", "GET, OPTIONS, PUT"), ("/v1/businesses/fjell/transfers", "GET, OPTIONS, POST")],
)
def test_options_are_all_methods_of_a_path(shared_fjell: Api, path: str, methods: str) -> None:
    assert shared_fjell.options(path).headers["allow"] == methods


def test_answers_hold_just_what_is_described(document: Json, shared_fjell: Api) -> None:
    described = document["components"]["schemas"]["BusinessDocument"]
    shown = shared_fjell.get("/v1/businesses/fjell").json()

    assert set(shown) == set(described["properties"]) == set(described["required"])


def test_errors_are_described_with_what_a_program_may_do(document: Json) -> None:
    schemas = document["components"]["schemas"]
    for name in ("Problem", "TransferError", "BatchError"):
        assert {"retriable", "outcome"} <= set(schemas[name]["required"]), name
    assert schemas["Outcome"]["enum"] == ["nothing_written", "unknown", "written"]
    for name in ("Problem", "TransferError"):
        for example in schemas[name]["examples"]:
            told = in_the_docs()[example["code"]]
            assert set(example) <= set(schemas[name]["properties"])
            assert example["retriable"] in told.retriable
            assert example["outcome"] in told.outcomes


def test_the_examples_of_rows_are_rows_that_can_be_sent(document: Json) -> None:
    examples = document["components"]["schemas"]["InvoiceRow-Input"]["examples"]
    invoice = an_invoice(rows=tuple(InvoiceRow.model_validate(example) for example in examples))

    assert completeness_faults(invoice, limits=LIMITS) == []
    shown = {"discount_percent", "discount_amount", "net_amount", "product_code", "department", "project"}
    assert shown <= {field for one in examples for field in one}


def test_what_is_shown_as_the_core_has_it_is_shown_knowingly(document: Json) -> None:
    """A field that is new to one of these goes out: name it here if it shall, or exclude it there."""
    schemas = document["components"]["schemas"]

    assert {name: sorted(schemas[name]["properties"]) for name in AS_THE_CORE_HAS_THEM} == {
        name: sorted(fields.split()) for name, fields in AS_THE_CORE_HAS_THEM.items()
    }
