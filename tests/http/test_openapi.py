"""The OpenAPI document, checked by hand: it is complete, and all that it refers to is there."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from core.completeness import completeness_faults
from core.invoice import InvoiceRow
from tests.error_codes import in_the_docs
from tests.http.documents import Api, Json
from tests.unit.samples import LIMITS, an_invoice

_WEBHOOKS = ("/v1/webhooks", "/v1/businesses/{business}/webhooks")
_OF_WEBHOOKS = (
    ("get", ""),
    ("post", ""),
    ("get", "/{webhook}"),
    ("patch", "/{webhook}"),
    ("delete", "/{webhook}"),
    ("post", "/{webhook}/enable"),
    ("post", "/{webhook}/disable"),
    ("post", "/{webhook}/rotate-secret"),
    ("post", "/{webhook}/test"),
    ("post", "/{webhook}/resend"),
    ("get", "/{webhook}/deliveries"),
    ("get", "/{webhook}/deliveries/{event}"),
    ("post", "/{webhook}/deliveries/{event}/resend"),
)
ROUTES = {
    ("get", "/health/live"),
    ("get", "/health/ready"),
    ("get", "/v1/audit"),
    ("get", "/v1/api-keys"),
    ("post", "/v1/api-keys"),
    ("get", "/v1/api-keys/{prefix}"),
    ("delete", "/v1/api-keys/{prefix}"),
    ("get", "/v1/recover"),
    ("post", "/v1/recover"),
    ("post", "/v1/businesses/{business}/invoices/{number}/adopt"),
    ("post", "/v1/businesses/{business}/invoices/{number}/credit"),
    ("get", "/v1/businesses/{business}/audit"),
    ("get", "/v1/businesses/{business}/events"),
    ("get", "/v1/businesses"),
    ("put", "/v1/businesses/{business}"),
    ("patch", "/v1/businesses/{business}"),
    ("get", "/v1/businesses/{business}"),
    ("post", "/v1/businesses/{business}/verify"),
    ("get", "/v1/businesses/{business}/invoices"),
    ("put", "/v1/businesses/{business}/invoices/{number}"),
    ("get", "/v1/businesses/{business}/invoices/{number}"),
    ("get", "/v1/businesses/{business}/invoices/{number}/preview"),
    ("post", "/v1/businesses/{business}/invoices/{number}/customer"),
    ("post", "/v1/businesses/{business}/invoices/{number}/send"),
    ("post", "/v1/businesses/{business}/invoices/{number}/withdraw"),
    ("post", "/v1/businesses/{business}/invoices/{number}/replace"),
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
    *((method, f"{where}{below}") for where in _WEBHOOKS for method, below in _OF_WEBHOOKS),
}
_WEBHOOK_BODIES = {
    "add_webhook": "WebhookRequest",
    "change_webhook": "WebhookPatch",
    "rotate_webhook_secret": "Rotation",
    "test_webhook": "TestRequest",
    "resend_events": "ResendRequest",
}
AS_THE_CORE_HAS_THEM = {
    "InvoicePreview": "already_sent customer invoice not_written order product products totals warnings",
    "CustomerPreview": "action before changes id name",
    "OrderDraft": "buyer_reference comment credited currency customer_id delivery department due_date issue_date "
    "order_number order_reference our_reference paid_amount paid_date prices_include_vat project reference rows status "
    "your_reference",
    "OrderRow": "department discount_percent is_text product_id project quantity text unit_price vat_code vat_percent",
    "Verification": "account business calls category ok product rights vat_rates warnings",
    "CallBudget": "left limit resets_at used",
    "CustomerCandidate": "address emails id matches name organization_number",
    "TransferError": "candidates code hint message outcome retriable",
    "Finding": "invoice kind message order_ids",
    "Actor": "key kind name",
}
LONGEST_SUMMARY = 75
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


def test_schemas_go_by_one_name_each(document: Json) -> None:
    """No twins for what is taken and given, and no module's path before a name: clients make a class of each."""
    for name, schema in document["components"]["schemas"].items():
        assert re.fullmatch("([A-Z][a-z]+)+", name), name
        assert schema["title"] == name
        assert schema["description"], name
        titled = [field for field, form in schema.get("properties", {}).items() if "title" in form]
        assert titled == [], f"{name}: these would become classes of their own"


def test_operations_are_named_and_told_as_people_do(document: Json) -> None:
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    for _, path, operation in _operations(document):
        name, summary = operation["operationId"], operation["summary"]
        assert re.fullmatch("[a-z]+(_[a-z]+)*", name), name
        assert name.partition("_")[0] not in METHODS - {"get", "delete"}, f"{name}: say what it does"
        assert operation["description"].startswith(summary), name
        assert " " in summary, f"{name}: the first sentence of its docstring is the summary"
        assert len(summary) <= LONGEST_SUMMARY, f"{name}: shorten its docstring's first sentence, {summary!r}"
        assert "\n" not in operation["description"].replace("\n\n", ""), name
        (tag,) = operation["tags"]
        assert tags[tag], path


def test_a_key_is_asked_for_below_v1(document: Json) -> None:
    assert document["components"]["securitySchemes"]["bearerAuth"]["description"]
    for _, path, operation in _operations(document):
        assert operation.get("security", []) == ([{"bearerAuth": []}] if path.startswith("/v1/") else []), path
        assert ({"401", "429"} <= set(operation["responses"])) == path.startswith("/v1/"), path


def test_every_parameter_is_described(document: Json) -> None:
    for _, path, operation in _operations(document):
        for parameter in operation.get("parameters", ()):
            assert parameter["description"].endswith("."), f"{path}: {parameter['name']}"
            assert parameter["schema"].get("type"), f"{path}: {parameter['name']}"
            if parameter["in"] == "path":
                assert parameter["schema"]["examples"], f"{path}: {parameter['name']}"


def test_every_schema_has_an_example(document: Json) -> None:
    for name, schema in document["components"]["schemas"].items():
        if "enum" not in schema:
            assert schema.get("examples"), f"{name}: give it one in entrypoints/http/examples.py"
        for example in schema.get("examples", ()):
            _require_valid(example, {"$ref": f"#/components/schemas/{name}"}, document)


def test_every_body_has_an_example(document: Json) -> None:
    for _, path, operation in _operations(document):
        taken = operation.get("requestBody", {"content": {}})["content"]
        _require_examples(taken, document, of=f"{path}: the request")
        for status, response in operation["responses"].items():
            _require_examples(response.get("content", {}), document, of=f"{path}: {status}")
            if problem := response.get("content", {}).get("application/problem+json"):
                assert problem["example"]["status"] == int(status), path
                told = in_the_docs()[problem["example"]["code"]]
                assert problem["example"]["outcome"] in told.outcomes


def _require_examples(content: Json, document: Json, *, of: str) -> None:
    for media_type, body in content.items():
        if media_type in ("application/json", "application/problem+json"):
            assert "example" in body, f"{of}: give it one in entrypoints/http/examples.py"
            _require_valid(body["example"], body["schema"], document)


def _require_valid(example: object, schema: Json, document: Json) -> None:
    rules = {"components": document["components"], **schema}
    faults = list(Draft202012Validator(rules, format_checker=FormatChecker()).iter_errors(example))
    assert [f"{fault.json_path}: {fault.message}" for fault in faults] == [], schema


def test_bodies_are_described(document: Json) -> None:
    taken = {
        operation["operationId"]: operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for _, _, operation in _operations(document)
        if "requestBody" in operation
    }

    assert {name: reference.rpartition("/")[2] for name, reference in taken.items()} == {
        "store_business": "BusinessBody",
        "change_business": "BusinessPatch",
        "create_api_key": "KeyRequest",
        "add_invoice": "Invoice",
        "choose_customer": "CustomerChoice",
        "credit_invoice": "CreditRequest",
        "adopt_order": "OrderChoice",
        "replace_order": "Replacement",
        "recover": "RecoveryStart",
        "send_invoices": "InvoicesToSend",
        "add_invoices": "InvoicesToAdd",
        "check_statuses": "InvoicesToCheck",
        **{f"{name}{of}": body for name, body in _WEBHOOK_BODIES.items() for of in ("", "_of_business")},
    }
    schemas = document["components"]["schemas"]
    assert schemas["BusinessBody"]["required"] == ["accounting"]
    assert schemas["Invoice"]["required"] == ["number"]
    assert {"not_before", "version"}.isdisjoint(schemas["TransferDocument"]["properties"])


def test_parameters_are_described(document: Json) -> None:
    parameters = {
        parameter["name"]: parameter
        for parameter in document["paths"]["/v1/businesses/{business}/transfers"]["get"]["parameters"]
    }

    assert set(parameters) == {"business", "state", "invoice", "limit", "after"}
    assert parameters["limit"]["schema"]["maximum"] == 200
    assert not parameters["limit"]["required"]
    sending = document["paths"]["/v1/businesses/{business}/invoices/{number}/send"]["post"]
    assert {"Prefer"} < {parameter["name"] for parameter in sending["parameters"]}
    assert "Location" in sending["responses"]["202"]["headers"]
    assert "Retry-After" in sending["responses"]["503"]["headers"]


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/v1/businesses/fjell", "GET, OPTIONS, PATCH, PUT"), ("/v1/businesses/fjell/transfers", "GET, OPTIONS, POST")],
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
    examples = document["components"]["schemas"]["InvoiceRow"]["examples"]
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
