"""What the plugin asks of Tripletex is in the vendor's own description: operations, parameters, and fields by name.

The description lies beside the repository and not in it; where it is missing these tests are skipped.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from adapters.tripletex import companies, customer_mapping, payments
from adapters.tripletex.operations import OPERATIONS, Operation
from adapters.tripletex.orders import DATES
from sandbox.tripletex.fields import filter_from
from tests.openapi.tripletex_contract import FILE

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the vendor's description is not beside the repository")

FIELDS = {
    "LoggedInUserInfo": companies.WHO_AM_I_FIELDS,
    "Client": companies.CLIENT_FIELDS,
    "Customer": customer_mapping.RECORD_FIELDS,
    "Order": f"{payments.ORDER_FIELDS},changes(timestamp)",
    "Invoice": payments.INVOICE_FIELDS,
}


@cache
def description() -> Mapping[str, Any]:
    read: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: str(operation.name))
def test_each_operation_is_described(operation: Operation) -> None:
    assert operation.method.lower() in description()["paths"][operation.path]


@pytest.mark.parametrize("kind", FIELDS)
def test_each_field_that_is_asked_for_is_described(kind: str) -> None:
    unknown = list(_unknown(description()["components"]["schemas"][kind], filter_from(FIELDS[kind]), kind))
    assert not unknown


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/customer", {"id", "isInactive", "changedSince"}),
        ("/product", {"name", "productNumber"}),
        ("/product/group", {"name"}),
        ("/product/groupRelation", {"productId", "productGroupId"}),
        ("/ledger/vatType", {"typeOfVat", "vatDate"}),
        ("/order", {"id", "customerId", *DATES}),
        ("/invoice", {"id", "customerId", *payments.INVOICE_DATES}),
    ],
)
def test_each_parameter_is_described(path: str, names: set[str]) -> None:
    known = {one["name"] for one in description()["paths"][path]["get"]["parameters"]}
    assert names | {"from", "count", "sorting", "fields"} <= known


def _unknown(schema: Mapping[str, Any], wanted: Mapping[str, Any], path: str) -> Any:
    for name, inner in wanted.items():
        if name not in schema.get("properties", {}):
            yield f"{path}.{name}"
        elif inner:
            yield from _unknown(_resolved(schema["properties"][name]), inner, f"{path}.{name}")


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema or "items" in schema:
        schema = schema.get("items") or description()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema
