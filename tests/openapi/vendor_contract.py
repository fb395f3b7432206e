"""Whether REST calls keep to the vendor's own OpenAPI file, which lies beside the repository and not in it.

The file is read more strictly than it is written: a property or parameter that it does not name is a problem, as
a misspelt one would otherwise pass as an unknown one. It has oddities, which are handled here: a closed schema
inside an allOf that adds to it, lengths of numbers, nullable, lists that must have an item although a search may
find none.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft4Validator, FormatChecker  # type: ignore[import-untyped]

from sandbox.journal import RestExchanged

FILE = Path(__file__).parents[2].parent / "shared" / "24sevenoffice" / "rest-openapi.yaml"
JSON = "application/json"
REFUSED = 400
ERRORS = range(400, 600)
BOOLEANS = {"true": True, "false": False}
PAGING = {"page", "continuationToken", "limit"}  # parameters of the links to other pages, declared or not
COPIED = {
    "type", "format", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "multipleOf", "maxItems",
}  # fmt: skip


def vendor_contract() -> "VendorContract":
    """The vendor's file; the test that asks is skipped where the file is not."""
    if not FILE.exists():
        pytest.skip(f"the vendor's OpenAPI file is not at {FILE.parent.name}/{FILE.name} beside the repository")
    return _contract_in(FILE)


def assert_kept_where_known(exchanges: Iterable[RestExchanged]) -> None:
    """Hold calls, if there are any, against the file, if it is there; for tests that are about something else."""
    calls = list(exchanges)
    if calls and FILE.exists():
        vendor_contract().assert_kept_by(calls)


@cache
def _contract_in(file: Path) -> "VendorContract":
    return VendorContract(yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


class VendorContract:
    """The operations of an OpenAPI 3.0 document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._validators: dict[int, Draft4Validator] = {}
        self._formats = FormatChecker(["date", "date-time", "email", "regex"])

    def assert_kept_by(self, exchanges: Iterable[RestExchanged]) -> None:
        """Fail, naming every problem, unless all of these calls keep to the contract; none at all is a failure."""
        calls = list(exchanges)
        assert calls, "No call was recorded."
        problems = {problem: None for call in calls for problem in self.problems_of(call)}
        assert not problems, "\n".join(problems)

    def problems_of(self, call: RestExchanged) -> list[str]:
        """What is wrong with a call: its request, unless that was refused as wrong, and its answer, if declared."""
        where = f"{call.method} {call.template}"
        path = self._document["paths"].get(call.template, {})
        operation = path.get(call.method.lower())
        if operation is None:
            return [f"{where}: there is no such operation"]
        problems = [] if call.status == REFUSED else [*self._query(call, operation), *self._request(call, operation)]
        return [f"{where}: {problem}" for problem in [*problems, *self._answer(call, operation)]]

    def _query(self, call: RestExchanged, operation: Mapping[str, Any]) -> Iterable[str]:
        parameters = map(self._resolved, operation.get("parameters", []))
        declared = {given["name"]: given for given in parameters if given["in"] == "query"}
        for name, parameter in declared.items():
            if parameter.get("required") and name not in call.query:
                yield f"parameter {name} is missing"
        for name, given in call.query.items():
            if name in declared:
                schema = self._resolved(declared[name]["schema"])
                yield from self._problems(schema, _typed(given, schema.get("type")), f"parameter {name}")
            elif name not in PAGING:
                yield f"parameter {name} is not declared"

    def _request(self, call: RestExchanged, operation: Mapping[str, Any]) -> Iterable[str]:
        if body := operation.get("requestBody"):
            yield from self._problems(body["content"][JSON]["schema"], _json(call.request), "request")
        elif call.request:
            yield "request: no body is declared"

    def _answer(self, call: RestExchanged, operation: Mapping[str, Any]) -> Iterable[str]:
        declared = operation["responses"].get(str(call.status))
        if declared is None:
            return [] if call.status in ERRORS else [f"the status {call.status} is not declared"]
        if JSON in declared.get("content", {}):
            return self._problems(declared["content"][JSON]["schema"], _json(call.response), f"answer {call.status}")
        return [f"answer {call.status}: no body is declared"] if call.response and call.status not in ERRORS else []

    def _problems(self, schema: Mapping[str, Any], value: Any, what: str) -> Iterable[str]:
        if id(schema) not in self._validators:
            plain = self._plain(schema)
            self._validators[id(schema)] = Draft4Validator(plain, format_checker=self._formats)
        for error in self._validators[id(schema)].iter_errors(value):
            place = ".".join("[]" if isinstance(part, int) else part for part in error.absolute_path)
            yield f"{what} {place}: {error.message}"

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            found: Any = self._document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    def _plain(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """A schema of JSON Schema's draft 4, without references and allOf, and closed wherever it names properties."""
        parts = self._parts(schema)
        plain: dict[str, Any] = {}
        properties: dict[str, list[Any]] = {}
        for part in parts:
            plain |= {name: _exact(value) for name, value in part.items() if name in COPIED}
            for name, described in part.get("properties", {}).items():
                properties.setdefault(name, []).append(described)
            if "oneOf" in part:
                plain["oneOf"] = [self._plain(choice) for choice in part["oneOf"]]
            if "items" in part:
                plain["items"] = self._plain(part["items"])
        if properties:
            plain["properties"] = {name: self._plain({"allOf": all_of}) for name, all_of in properties.items()}
            plain["additionalProperties"] = False
        if required := sorted({name for part in parts for name in part.get("required", [])}):
            plain["required"] = required
        if any(part.get("nullable") for part in parts):
            plain["type"] = [plain.get("type", "object"), "null"]
            plain |= {"enum": [*plain["enum"], None]} if "enum" in plain else {}
        return plain

    def _parts(self, schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """A schema, and all those that it is allOf."""
        resolved = self._resolved(schema)
        return [resolved, *(deep for part in resolved.get("allOf", []) for deep in self._parts(part))]


def _exact(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, float) else value


def _json(body: bytes) -> Any:
    return json.loads(body, parse_float=Decimal)


def _typed(given: str, kind: str | None) -> Any:
    """A parameter's text as its type has it; what does not fit stays a text, and is found wrong."""
    readers: dict[str | None, Callable[[str], Any]] = {
        "integer": int,
        "number": Decimal,
        "boolean": BOOLEANS.__getitem__,
    }
    try:
        return readers.get(kind, str)(given)
    except (KeyError, ValueError, ArithmeticError):
        return given
