"""The schemas of the OpenAPI document: what pydantic says of our models, under one name each, with an example.

The framework's own reading of models knows nothing of how ours write decimals, dates and instants: `Models` has it
refer to pydantic's.
"""

from functools import cache
from typing import Any, Literal, cast

from litestar import Litestar
from litestar.openapi.spec import Schema
from litestar.openapi.spec.base import BaseSchemaObject
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core.core_schema import DataclassField, ModelField, TypedDictField

from entrypoints.documents import Json
from entrypoints.http.examples import EXAMPLES

Mode = Literal["validation", "serialization"]


class Models(OpenAPISchemaPlugin):
    """Has the document refer to what pydantic says of a model."""

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        """Whether this is a model."""
        return isinstance(value, type) and issubclass(value, BaseModel)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: object) -> Schema:  # noqa: ARG002
        """Refer to a model, as it is taken or as it is given."""
        return Model(field_definition.annotation, "validation" if field_definition.name == "data" else "serialization")


def add_models(app: Litestar) -> None:
    """Put the models that the application's document refers to into it."""
    document = app.openapi_schema  # made now
    document.components.schemas = cast("dict[str, Schema]", _schemas(tuple(_referred))[1])


_referred: dict[tuple[type[BaseModel], Mode], None] = {}
"""The models that documents refer to, in the order in which they were met: their names depend on one another."""


class Model(Schema):
    """A reference to a model; where a framework asks for a schema, it can't be a `Reference`."""

    def __init__(self, model: type[BaseModel], mode: Mode) -> None:
        super().__init__()
        self.model = model
        self._key = (model, mode)
        _referred[self._key] = None

    def to_schema(self) -> dict[str, Any]:
        """Refer to it by the name that it has among all."""
        return {"$ref": _schemas(tuple(_referred))[0][self._key]}


class _Generated(GenerateJsonSchema):
    """An answer holds every field, also one that has its default; and a field has its name, no title besides."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - its signature
        return False

    def field_is_required(self, field: ModelField | DataclassField | TypedDictField, total: bool) -> bool:
        if self.mode == "serialization":
            return not field.get("serialization_exclude")
        return super().field_is_required(field, total)


@cache
def _schemas(
    models: tuple[tuple[type[BaseModel], Mode], ...],
) -> tuple[dict[tuple[type[BaseModel], Mode], str], dict[str, Any]]:
    schemas, document = models_json_schema(models, ref_template=f"{_PLACE}{{model}}", schema_generator=_Generated)
    defined: dict[str, Any] = {}
    for name, schema in document["$defs"].items():
        if not name.endswith(_AS_GIVEN) and name != _ANYTHING:
            defined[name.removesuffix(_AS_TAKEN)] = _tidy(schema)
    _add_examples(defined)
    return {key: _one_name(schemas[key]["$ref"]) for key in models}, defined


_PLACE = "#/components/schemas/"
_ANYTHING = "JsonValue"
_AS_TAKEN, _AS_GIVEN = "-Input", "-Output"


def _tidy(part: Any) -> Any:
    """Say the same in a form that clients are made of.

    A schema refers to one form of what is both taken and given, such as an invoice: that in which it is taken. The
    other says only, of fields that may be left out of a request, that an answer holds them. A mapping says what its
    values are as such, and not by the pattern of its names.
    """
    if isinstance(part, list):
        return [_tidy(one) for one in part]
    if not isinstance(part, dict):
        return part
    if part.get("$ref") == f"{_PLACE}{_ANYTHING}":
        return {}
    if "patternProperties" in part:
        ((pattern, values),) = part["patternProperties"].items()
        named = {**part, "propertyNames": {"pattern": pattern}, "additionalProperties": values}
        return _tidy({name: value for name, value in named.items() if name != "patternProperties"})
    return {
        name: _one_name(value) if name == "$ref" and isinstance(value, str) else _tidy(value)
        for name, value in part.items()
    }


def _one_name(reference: str) -> str:
    return reference.removesuffix(_AS_TAKEN).removesuffix(_AS_GIVEN)


class _AsItIs(BaseSchemaObject):
    """A document in the document: the framework would leave out what is null."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def to_schema(self) -> Json:
        """Return it."""
        return self._document


def as_it_is(example: Json | None) -> BaseSchemaObject | None:
    """Hand an example to the framework so that it shows all of it."""
    return None if example is None else _AsItIs(example)


def _add_examples(schemas: dict[str, Any]) -> None:
    """Give each schema its example; one that has none gets what stands in its place in the example of another."""
    for name in EXAMPLES.keys() & schemas.keys():
        schemas[name].setdefault("examples", [_AsItIs(EXAMPLES[name])])
    for name in sorted(EXAMPLES.keys() & schemas.keys()):
        _add_inner_examples(schemas[name], EXAMPLES[name], schemas)


def _add_inner_examples(schema: Json, example: Any, schemas: dict[str, Any]) -> None:
    """Go through a schema and its example side by side."""
    if example is None or example == {}:
        return
    if "$ref" in schema:
        schema = schemas[schema["$ref"].removeprefix(_PLACE)]
        if "properties" in schema:
            schema.setdefault("examples", [_AsItIs(example)])
    for choice in schema.get("anyOf", ()):
        _add_inner_examples(choice, example, schemas)
    if isinstance(example, list):
        for one in example:
            _add_inner_examples(schema.get("items", {}), one, schemas)
    elif isinstance(example, dict):
        for name, value in example.items():
            inner = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            if isinstance(inner, dict):
                _add_inner_examples(inner, value, schemas)
