"""What Kvitt can ask of Tripletex at all: it never publishes an order, and never deletes one."""

import ast
from pathlib import Path

import pytest

import adapters.tripletex
from adapters.http_api.troubles import Context
from adapters.tripletex.client import TripletexClient
from adapters.tripletex.operations import OPERATIONS, Operation
from adapters.tripletex.settings import TripletexSettings
from tests.adapters.tripletex.fake_client import NOW

WRITES = {
    "POST /customer", "POST /customer/list", "PUT /customer/{id}", "PUT /customer/list", "POST /product",
    "POST /product/group", "POST /product/groupRelation", "POST /order", "POST /order/list",
}  # fmt: skip


def test_these_are_all_that_write() -> None:
    assert {one.name for one in OPERATIONS if one.writes} == WRITES
    assert {one.method for one in OPERATIONS if not one.writes} == {"GET", "PUT"}
    assert [one.name for one in OPERATIONS if one.method == "PUT" and not one.writes] == ["PUT /token/session/:create"]


def test_nothing_publishes_an_order() -> None:
    assert not [one.name for one in OPERATIONS if ":invoice" in one.path.casefold()]
    assert [one.name for one in OPERATIONS if one.path.startswith("/invoice")] == ["GET /invoice"]
    assert not [one.name for one in OPERATIONS if one.method == "DELETE"]


def test_the_client_calls_nothing_else() -> None:
    client = TripletexClient(TripletexSettings("http://127.0.0.1:9/v2", 1.0))
    publishing = Operation("PUT", "/order/{id}/:invoice", "publishing", writes=True)
    with pytest.raises(TypeError):
        client.call(publishing, user="0", token="x", query={}, number=7, context=Context(now=NOW))


def test_no_operation_is_made_anywhere_else() -> None:
    for file in Path(adapters.tripletex.__file__).parent.glob("*.py"):
        if file.name == "operations.py":
            continue
        calls = [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)]
        assert not [one for one in calls if isinstance(one.func, ast.Name) and one.func.id == "Operation"], file.name
