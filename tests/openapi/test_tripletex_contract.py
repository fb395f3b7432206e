"""What the reader of Tripletex's OpenAPI file finds wrong, on a document of our own."""

import json
from typing import Any

import pytest

from sandbox.journal import RestExchanged
from tests.openapi.tripletex_contract import JSON, TripletexContract

DOCUMENT = {
    "paths": {
        "/boat": {
            "get": {
                "parameters": [
                    {"name": "builtFrom", "in": "query", "required": True, "schema": {"type": "string"}},
                    {"name": "isAfloat", "in": "query", "schema": {"type": "boolean"}},
                    {"name": "kind", "in": "query", "schema": {"type": "string", "enum": ["SAIL", "MOTOR"]}},
                ],
                "responses": {"default": {"content": {"*/*": {"schema": {"$ref": "#/components/schemas/Boats"}}}}},
            },
            "post": {
                "requestBody": {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Boat"}}}},
                "responses": {"default": {"content": {"*/*": {"schema": {"$ref": "#/components/schemas/Boat"}}}}},
            },
            "delete": {"responses": {"default": {"description": "gone"}}},
        }
    },
    "components": {
        "schemas": {
            "Boats": {
                "type": "object",
                "properties": {"values": {"type": "array", "items": {"$ref": "#/components/schemas/Boat"}}},
            },
            "Boat": {
                "type": "object",
                "properties": {
                    "id": {"type": "integer"},
                    "name": {"type": "string"},
                    "kind": {"type": "string", "enum": ["SAIL", "MOTOR"]},
                    "length": {"type": "number", "minimum": 0},
                    "age": {"type": "integer", "readOnly": True},
                    "tender": {"$ref": "#/components/schemas/Boat"},
                },
            },
        }
    },
}


def call(method: str, asked: Any = None, answered: Any = None, status: int = 200, **query: str) -> RestExchanged:
    body, answer = ("" if value is None else json.dumps(value) for value in (asked, answered))
    return RestExchanged(method, "/boat", query, body.encode(), status, answer.encode())


def problems_of(exchange: RestExchanged) -> list[str]:
    return TripletexContract(DOCUMENT).problems_of(exchange)


@pytest.mark.parametrize(
    "kept",
    [
        call("GET", answered={"values": [{"id": 1, "tender": {"name": None, "age": 3}}]}, builtFrom="1990"),
        call("GET", answered={"values": []}, builtFrom="1990", isAfloat="true", kind="SAIL"),
        call("POST", {"name": "Havørn", "length": 7.5, "tender": {"id": 1}}, {"id": 7, "age": 0}),
        call("POST", {"anything": 1}, {"message": "no"}, 422),
        call("DELETE", status=204),
    ],
)
def test_what_keeps_to_it(kept: RestExchanged) -> None:
    assert problems_of(kept) == []
    TripletexContract(DOCUMENT).assert_kept_by([kept])


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (call("GET", answered={"values": []}), "parameter builtFrom is missing"),
        (call("GET", answered={"values": []}, builtFrom="1", size="2"), "parameter size is not declared"),
        (call("GET", answered={"values": []}, builtFrom="1", isAfloat="yes"), "isAfloat is neither true nor false"),
        (call("GET", answered={"values": []}, builtFrom="1", kind="OAR"), "parameter kind is none of"),
        (call("GET", answered={"values": [{"nam": "x"}]}, builtFrom="1"), "answer 200"),
        (call("GET", answered={"values": [{"id": "x"}]}, builtFrom="1"), "answer 200"),
        (call("POST", {"age": 3}, {}), "request"),
        (call("POST", {"tender": {"age": 3}}, {}), "request"),
        (call("POST", {"kind": "OAR"}, {}), "request"),
        (call("POST", {"length": -1}, {}), "request"),
        (call("DELETE", {"id": 1}), "no body is declared"),
        (call("DELETE", answered={"id": 1}), "no body is declared"),
        (call("PATCH"), "there is no such operation"),
    ],
)
def test_what_does_not(broken: RestExchanged, problem: str) -> None:
    assert any(problem in told for told in problems_of(broken)), problems_of(broken)
    with pytest.raises(AssertionError, match="/boat"):
        TripletexContract(DOCUMENT).assert_kept_by([broken])


def test_no_call_at_all_is_a_failure() -> None:
    with pytest.raises(AssertionError, match="No call was recorded"):
        TripletexContract(DOCUMENT).assert_kept_by([])
