"""The OpenAPI document: the framework lists routes, parameters, bodies and answers; pydantic says what these hold.

The framework's own reading of models knows nothing of how ours write decimals, dates and instants: `Models` has it
refer to pydantic's. What else is to be said of an operation `described` says, once the framework has made it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any, Literal, cast

from litestar import Litestar, Router
from litestar.exceptions import NotFoundException
from litestar.openapi.spec import (
    Components,
    OpenAPIHeader,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    Reference,
    RequestBody,
    Schema,
    SecurityScheme,
)
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core.core_schema import DataclassField, ModelField, TypedDictField

from entrypoints.http.idempotency import KEY_HEADER, LONGEST_KEY, REPLAYED_HEADER
from entrypoints.http.problems import MEDIA_TYPE, AnyRequest
from entrypoints.problem import Problem

VENDOR_PROBLEMS = (HTTPStatus.FAILED_DEPENDENCY, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)
"""The statuses of what can go wrong whenever the accounting system is asked."""

BY_API_KEY = [{"bearerAuth": list[str]()}]
"""What a router says of its routes that need an API key."""

COMPONENTS = Components(
    security_schemes={
        "bearerAuth": SecurityScheme(
            type="http",
            scheme="bearer",
            description="An API key, such as `kvitt_..._...`: the operator makes it with `kvitt api-key create`.",
        )
    }
)

Mode = Literal["validation", "serialization"]

# What any request can be refused with: a bad parameter or Host, a foreign page or a key that is not for it, a fault of
# ours.
_ALWAYS = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.INTERNAL_SERVER_ERROR)
_WITH_BODY = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
_WITH_KEY = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS)
_WHEN_REPEATED = (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)

_IDEMPOTENCY_KEY = Parameter(
    name=KEY_HEADER,
    param_in="header",
    required=False,
    description="Your own key for this request, such as a UUID. Sent again with it within 30 days, the same request "
    f"is not carried out again: it gets the first answer, if that was below 500, with `{REPLAYED_HEADER}: true`. "
    "Another request under this key is refused with 422, one that is still being carried out with 409.",
    schema=Schema(type=OpenAPIType.STRING, min_length=1, max_length=LONGEST_KEY, pattern="^[ -~]+$"),
)


def described(
    *,
    statuses: Sequence[HTTPStatus] = (HTTPStatus.OK,),
    problems: Iterable[HTTPStatus] = (),
    repeatable: bool = False,
    takes: type[BaseModel] | None = None,
    also_takes: Iterable[str] = (),
) -> type[Operation]:
    """Describe an operation: the statuses of its answer, and the problems that it knows besides the usual ones.

    A `repeatable` one takes an idempotency key. `takes` is the body where the handler's signature does not tell it, and
    `also_takes` the media types that it takes besides JSON: texts and archives, of which JSON Schema says nothing.
    """

    @dataclass
    class Described(Operation):
        def __post_init__(self) -> None:
            if takes:
                others = {media_type: OpenAPIMediaType() for media_type in also_takes}
                content = {"application/json": OpenAPIMediaType(schema=_Model(takes, "validation"))}
                self.request_body = RequestBody(content=content | others, required=True)
            parameters = [*map(_may_be_left_out, self.parameters or ()), *([_IDEMPOTENCY_KEY] if repeatable else ())]
            self.parameters = parameters or None
            answer = next(response for status, response in (self.responses or {}).items() if status.startswith("2"))
            refused = {*problems, *_ALWAYS}
            refused.update(_WITH_BODY if self.request_body else ())
            refused.update(_WITH_KEY if self.security else ())
            refused.update(_WHEN_REPEATED if repeatable else ())
            if any(isinstance(parameter, Parameter) and parameter.name == "business" for parameter in parameters):
                refused.add(HTTPStatus.NOT_FOUND)
            self.responses = {
                **{str(int(status)): _answer(status, cast("OpenAPIResponse", answer)) for status in statuses},
                **{str(int(status)): _problem(status) for status in sorted(refused)},
            }

    return Described


def schema_router() -> Router:
    """Make the place where the framework serves the document."""
    return Router("/schema", route_handlers=[], include_in_schema=False, before_request=_no_other_page)


def _no_other_page(request: AnyRequest) -> None:
    """Only the framework's page for an unknown path has a path parameter, and that page is HTML."""
    if request.path_params:
        raise NotFoundException


class Models(OpenAPISchemaPlugin):
    """Has the document refer to what pydantic says of a model."""

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        """Whether this is a model."""
        return isinstance(value, type) and issubclass(value, BaseModel)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: object) -> Schema:  # noqa: ARG002
        """Refer to a model, as it is taken or as it is given."""
        return _Model(field_definition.annotation, "validation" if field_definition.name == "data" else "serialization")


def add_models(app: Litestar) -> None:
    """Put the models that the application's document refers to into it."""
    document = app.openapi_schema  # made now
    document.components.schemas = cast("dict[str, Schema]", _schemas(tuple(_referred))[1])


_referred: dict[tuple[type[BaseModel], Mode], None] = {}
"""The models that documents refer to, in the order in which they were met: their names depend on one another."""


class _Model(Schema):
    """A reference to a model; where a framework asks for a schema, it can't be a `Reference`."""

    def __init__(self, model: type[BaseModel], mode: Mode) -> None:
        super().__init__()
        self._key = (model, mode)
        _referred[self._key] = None

    def to_schema(self) -> dict[str, Any]:
        """Refer to it by the name that it has among all."""
        return {"$ref": _schemas(tuple(_referred))[0][self._key]}


class _AllFieldsOfAnswers(GenerateJsonSchema):
    """An answer holds every field, also one that has its default."""

    def field_is_required(self, field: ModelField | DataclassField | TypedDictField, total: bool) -> bool:
        if self.mode == "serialization":
            return not field.get("serialization_exclude")
        return super().field_is_required(field, total)


@cache
def _schemas(
    models: tuple[tuple[type[BaseModel], Mode], ...],
) -> tuple[dict[tuple[type[BaseModel], Mode], str], dict[str, Any]]:
    schemas, document = models_json_schema(
        models, ref_template="#/components/schemas/{model}", schema_generator=_AllFieldsOfAnswers
    )
    return {key: schemas[key]["$ref"] for key in models}, document["$defs"]


def _may_be_left_out(parameter: Parameter | Reference) -> Parameter | Reference:
    """Say of a parameter that may be left out just that: the framework says that it may be null."""
    schema = parameter.schema if isinstance(parameter, Parameter) else None
    if isinstance(schema, Schema) and schema.one_of:
        schema.one_of = [choice for choice in schema.one_of if not _is_null(choice)]
    return parameter


def _is_null(schema: Schema | Reference) -> bool:
    return isinstance(schema, Schema) and schema.type is OpenAPIType.NULL


def _answer(status: HTTPStatus, made: OpenAPIResponse) -> OpenAPIResponse:
    response = OpenAPIResponse(description=status.phrase, content=made.content)
    if status is HTTPStatus.ACCEPTED:
        response.headers = {"Location": _header("Where it can be looked at.", OpenAPIType.STRING)}
    return response


def _problem(status: HTTPStatus) -> OpenAPIResponse:
    content = {MEDIA_TYPE: OpenAPIMediaType(schema=_Model(Problem, "serialization"))}
    response = OpenAPIResponse(description=status.phrase, content=content)
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers = {"WWW-Authenticate": _header("How to say who asks: Bearer.", OpenAPIType.STRING)}
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        response.headers = {"Retry-After": _header("Seconds after which trying makes sense.", OpenAPIType.INTEGER)}
    return response


def _header(description: str, form: OpenAPIType) -> OpenAPIHeader:
    return OpenAPIHeader(description=description, schema=Schema(type=form))
