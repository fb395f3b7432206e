"""The judge is judged: it has to find what is wrong, or its silence means nothing."""

import json
from typing import Any

import pytest

from sandbox.journal import RestExchanged
from tests.openapi.vendor_contract import VendorContract

NULLABLE = {"nullable": True}
ID = {"type": "object", "properties": {"id": {"type": "integer"}}}
DOCUMENT: dict[str, Any] = {
    "paths": {
        "/things": {
            "get": {
                "parameters": [
                    {"name": "from", "in": "query", "required": True, "schema": {"type": "string", "format": "date"}},
                    {"name": "most", "in": "query", "schema": {"type": "integer"}},
                ],
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/Things"}}}}},
            },
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/Thing"}}}},
                "responses": {"204": {}},
            },
        },
    },
    "components": {
        "Things": {"type": "array", "minItems": 1, "items": {"allOf": [ID, {"$ref": "#/components/Thing"}]}},
        "Thing": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string", "maxLength": 3},
                "price": {"type": "number", "minimum": 0, "exclusiveMinimum": True, "multipleOf": 0.01} | NULLABLE,
                "kind": {"type": "string", "enum": ["a", "b"]} | NULLABLE,
            },
        },
    },
}  # fmt: skip


def listed(items: Any, status: int = 200, begins: str = "2026-01-01", **query: str) -> RestExchanged:
    answer = json.dumps(items).encode()
    return RestExchanged("GET", "/things", {"from": begins, **query}, b"", status, answer)


def posted(body: Any, status: int = 204) -> RestExchanged:
    return RestExchanged("POST", "/things", {}, json.dumps(body).encode(), status, b"")


@pytest.fixture(scope="module")
def contract() -> VendorContract:
    return VendorContract(DOCUMENT)


@pytest.mark.parametrize(
    "call",
    [
        listed([]),
        listed([{"id": 1, "name": "abc", "price": 0.07, "kind": None}], most="5", page="2"),
        listed([{"id": 1, "name": "abc", "price": None}]),
        listed({"error": "anything"}, status=404),
        posted({"name": "a", "kind": "b"}),
        posted({"name": "much too long"}, status=400),
    ],
)
def test_what_the_file_says_is_in_order(contract: VendorContract, call: RestExchanged) -> None:
    contract.assert_kept_by([call])


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (listed([{"id": 1}]), "answer 200 []: 'name' is a required property"),
        (listed([{"id": "1", "name": "a"}]), "answer 200 [].id: '1' is not of type 'integer'"),
        (listed([{"id": 1, "name": "a", "nmae": 1}]), "'nmae' was unexpected"),
        (listed([{"name": "a", "price": 0}]), "price: 0 is less than or equal to the minimum of 0"),
        (listed([{"name": "a", "price": 0.005}]), "is not a multiple of"),
        (listed([{"name": "a", "kind": "c"}]), "kind: 'c' is not one of"),
        (listed([], most="many"), "parameter most : 'many' is not of type 'integer'"),
        (listed([], form="x"), "parameter form is not declared"),
        (listed([], begins="yesterday"), "'yesterday' is not a 'date'"),
        (listed([], status=202), "the status 202 is not declared"),
        (posted({"name": "abcd"}), "request name: 'abcd' is too long"),
        (RestExchanged("GET", "/things", {}, b"", 200, b"[]"), "parameter from is missing"),
        (RestExchanged("PUT", "/things", {}, b"", 200, b""), "PUT /things: there is no such operation"),
    ],
)
def test_what_is_wrong_is_found(contract: VendorContract, call: RestExchanged, problem: str) -> None:
    with pytest.raises(AssertionError) as failed:
        contract.assert_kept_by([listed([]), call])
    assert problem in str(failed.value)


def test_no_call_at_all_proves_nothing(contract: VendorContract) -> None:
    with pytest.raises(AssertionError, match="No call"):
        contract.assert_kept_by([])
