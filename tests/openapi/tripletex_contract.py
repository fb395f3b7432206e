"""Whether calls keep to Tripletex's own OpenAPI file, which lies beside the repository and not in it.

The file is read more strictly than it is written: a property or parameter that it does not name is a problem, and a
request may not hold what is read only. It says nothing of which field may be null, so each may.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from sandbox.journal import RestExchanged

FILE = Path(__file__).parents[2].parent / "shared" / "tripletex" / "openapi.json"
JSON = "application/json; charset=utf-8"
COPIED = {"type", "enum", "minimum", "maximum"}
SECRET = {"consumerToken", "employeeToken"}  # calls are kept without them


def tripletex_contract() -> "TripletexContract":
    """The vendor's file; the test that asks is skipped where the file is not."""
    if not FILE.exists():
        pytest.skip(f"the vendor's OpenAPI file is not at {FILE.parent.name}/{FILE.name} beside the repository")
    return _contract_in(FILE)


def assert_kept_where_known(exchanges: Iterable[RestExchanged]) -> None:
    """Hold calls, if there are any, against the file, if it is there; for tests that are about something else."""
    calls = list(exchanges)
    if calls and FILE.exists():
        tripletex_contract().assert_kept_by(calls)


@cache
def _contract_in(file: Path) -> "TripletexContract":
    return TripletexContract(json.loads(file.read_text(encoding="utf-8")))


class TripletexContract:
    """The operations of the document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._validators: dict[tuple[int, bool], Draft4Validator] = {}

    @property
    def operations(self) -> set[str]:
        """All that the document names, as METHOD and path."""
        return {f"{method.upper()} {path}" for path, methods in self._document["paths"].items() for method in methods}

    def assert_kept_by(self, exchanges: Iterable[RestExchanged]) -> None:
        """Fail, naming every problem, unless all of these calls keep to the contract; none at all is a failure."""
        calls = list(exchanges)
        assert calls, "No call was recorded."
        problems = {problem: None for call in calls for problem in self.problems_of(call)}
        assert not problems, "\n".join(problems)

    def problems_of(self, call: RestExchanged) -> list[str]:
        """What is wrong with a call: its request, unless that was refused, and its answer, unless it is an error."""
        where = f"{call.method} {call.template}"
        operation = self._document["paths"].get(call.template, {}).get(call.method.lower())
        if operation is None:
            return [f"{where}: there is no such operation"]
        if call.status >= 400:
            return []
        problems = [*_query(call, operation), *self._request(call, operation), *self._answer(call, operation)]
        return [f"{where}: {problem}" for problem in problems]

    def _request(self, call: RestExchanged, operation: Mapping[str, Any]) -> Iterable[str]:
        if body := operation.get("requestBody"):
            yield from self._problems(body["content"][JSON]["schema"], _json(call.request), "request", is_sent=True)
        elif call.request:
            yield "request: no body is declared"

    def _answer(self, call: RestExchanged, operation: Mapping[str, Any]) -> Iterable[str]:
        schema = operation["responses"]["default"].get("schema")
        for content in operation["responses"]["default"].get("content", {}).values():
            schema = content.get("schema", schema)
        if schema is not None:
            yield from self._problems(schema, _json(call.response), f"answer {call.status}", is_sent=False)
        elif call.response:
            yield f"answer {call.status}: no body is declared"

    def _problems(self, schema: Mapping[str, Any], value: Any, what: str, *, is_sent: bool) -> Iterable[str]:
        key = id(schema), is_sent
        if key not in self._validators:
            definitions = {
                name: _plain(described, is_sent=is_sent)
                for name, described in self._document["components"]["schemas"].items()
            }
            self._validators[key] = Draft4Validator({**_plain(schema, is_sent=is_sent), "definitions": definitions})
        for error in self._validators[key].iter_errors(value):
            place = ".".join("[]" if isinstance(part, int) else str(part) for part in error.absolute_path)
            yield f"{what} {place}: {error.message[:300]}"


def _query(call: RestExchanged, operation: Mapping[str, Any]) -> Iterable[str]:
    declared = {given["name"]: given for given in operation.get("parameters", []) if given["in"] == "query"}
    for name, parameter in declared.items():
        if parameter.get("required") and name not in call.query and name not in SECRET:
            yield f"parameter {name} is missing"
    for name, given in call.query.items():
        if name not in declared:
            yield f"parameter {name} is not declared"
        elif (allowed := declared[name]["schema"].get("enum")) and given not in allowed:
            yield f"parameter {name} is none of {allowed}"
        elif declared[name]["schema"].get("type") == "boolean" and given not in ("true", "false"):
            yield f"parameter {name} is neither true nor false"


def _plain(schema: Mapping[str, Any], *, is_sent: bool) -> dict[str, Any]:
    """A schema of JSON Schema's draft 4: closed, nullable, and without what is read only in what is sent."""
    if "$ref" in schema:
        named = schema["$ref"].rpartition("/")[2]
        return {"anyOf": [{"$ref": f"#/definitions/{named}"}, {"type": "null"}]}
    plain = {name: value for name, value in schema.items() if name in COPIED}
    if "type" in plain:
        plain["type"] = [plain["type"], "null"]
    if "enum" in plain:
        plain["enum"] = [*plain["enum"], None]
    if "items" in schema:
        plain["items"] = _plain(schema["items"], is_sent=is_sent)
    if "properties" in schema:
        plain["properties"] = {
            name: _plain(described, is_sent=is_sent)
            for name, described in schema["properties"].items()
            if not (is_sent and described.get("readOnly"))
        }
        plain["additionalProperties"] = False
    return plain


def _json(body: bytes) -> Any:
    return json.loads(body, parse_float=Decimal)
