"""The OpenAPI document: the framework lists routes and parameters, pydantic describes bodies and answers.

Bodies are read by our own strict parser and answers are made by entrypoints.documents, so the framework can't tell
their shape from a handler's signature; each handler says it with `described`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any, Literal, cast

from litestar import Litestar, Router
from litestar.exceptions import NotFoundException
from litestar.openapi.spec import (
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
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core.core_schema import DataclassField, ModelField, TypedDictField

from core.invoice import Invoice
from core.payment import PaymentReport
from core.use_cases.preview_invoice import InvoicePreview
from core.use_cases.verify_business import Verification
from entrypoints.http.bodies import CustomerChoice, InvoicesToSend, OrderChoice, RecoveryStart
from entrypoints.http.idempotency import KEY_HEADER, LONGEST_KEY, REPLAYED_HEADER
from entrypoints.http.problems import MEDIA_TYPE, AnyRequest
from entrypoints.http.schemas import (
    AuditPage,
    BatchDocument,
    BusinessBody,
    BusinessDocument,
    BusinessPage,
    CustomerDocument,
    Health,
    InvoicePage,
    Problem,
    Ready,
    RecoveryDocument,
    TakenInvoice,
    TransferDocument,
    TransferPage,
    TransferStory,
)

VENDOR_PROBLEMS = (HTTPStatus.FAILED_DEPENDENCY, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)
"""The statuses of what can go wrong whenever the accounting system is asked."""

Mode = Literal["validation", "serialization"]

_TAKEN: list[type[BaseModel]] = [BusinessBody, Invoice, InvoicesToSend, CustomerChoice, OrderChoice, RecoveryStart]
_ANSWERED: list[type[BaseModel]] = [
    AuditPage,
    BatchDocument,
    BusinessDocument,
    BusinessPage,
    CustomerDocument,
    Health,
    Invoice,
    InvoicePage,
    InvoicePreview,
    PaymentReport,
    Problem,
    Ready,
    RecoveryDocument,
    TakenInvoice,
    TransferDocument,
    TransferPage,
    TransferStory,
    Verification,
]
# What any request can be refused with: a bad parameter or Host, a foreign page or a key that is not for it, a fault of
# ours.
_ALWAYS = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.INTERNAL_SERVER_ERROR)
_WITH_BODY = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def described(
    *,
    answers: Mapping[HTTPStatus, type[BaseModel]],
    problems: Iterable[HTTPStatus] = (),
    takes: type[BaseModel] | None = None,
    also_takes: Iterable[str] = (),
) -> type[Operation]:
    """Describe an operation: its body, its answers by status, and the problems it knows besides the usual ones.

    `also_takes` are the media types that it takes besides JSON: texts and archives, of which JSON Schema says nothing.
    """
    refused = {*problems, *_ALWAYS, *(_WITH_BODY if takes else ())}

    @dataclass
    class Described(Operation):
        def __post_init__(self) -> None:
            if takes:
                others = {media_type: OpenAPIMediaType() for media_type in also_takes}
                self.request_body = RequestBody(content=_content(takes, "validation") | others, required=True)
            self.responses = {
                **{str(int(status)): _answer(status, model) for status, model in answers.items()},
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


def add_schemas(app: Litestar) -> None:
    """Put the schemas that `described` refers to into the application's document."""
    _, schemas = _schemas()
    app.openapi_schema.components.schemas = cast("dict[str, Schema]", schemas)


def add_idempotency(app: Litestar) -> None:
    """Say of every POST of the API that it takes a key, and what it then may be refused with."""
    for path, item in (app.openapi_schema.paths or {}).items():
        if not path.startswith("/v1/") or item.post is None or item.post.responses is None:
            continue
        item.post.parameters = [*(item.post.parameters or []), _IDEMPOTENCY_KEY]
        for status in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY):
            item.post.responses.setdefault(str(int(status)), _problem(status))


def add_access(app: Litestar) -> None:
    """Say of every operation of the API that it needs a key, and what it is refused with when that does not let in."""
    app.openapi_schema.components.security_schemes = {
        _BEARER: SecurityScheme(
            type="http",
            scheme="bearer",
            description="An API key, such as `kvitt_..._...`: the operator makes it with `kvitt api-key create`.",
        )
    }
    for path, item in (app.openapi_schema.paths or {}).items():
        for operation in (item.get, item.put, item.post):
            if not path.startswith("/v1/") or operation is None or operation.responses is None:
                continue
            operation.security = [{_BEARER: []}]
            refusals = [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS]
            for status in [*refusals, HTTPStatus.NOT_FOUND] if "{business}" in path else refusals:
                operation.responses.setdefault(str(int(status)), _problem(status))


def add_parameters(app: Litestar) -> None:
    """Say of every parameter that may be left out just that: the framework says that it may be null."""
    for item in (app.openapi_schema.paths or {}).values():
        for operation in (item.get, item.put, item.post):
            for parameter in (operation and operation.parameters) or ():
                schema = parameter.schema if isinstance(parameter, Parameter) else None
                if isinstance(schema, Schema) and schema.one_of:
                    schema.one_of = [one for one in schema.one_of if not _is_null(one)]


def _is_null(schema: Schema | Reference) -> bool:
    return isinstance(schema, Schema) and schema.type is OpenAPIType.NULL


_BEARER = "bearerAuth"

_IDEMPOTENCY_KEY = Parameter(
    name=KEY_HEADER,
    param_in="header",
    required=False,
    description="Your own key for this request, such as a UUID. Sent again with it within 30 days, the same request "
    f"is not carried out again: it gets the first answer, if that was below 500, with `{REPLAYED_HEADER}: true`. "
    "Another request under this key is refused with 422, one that is still being carried out with 409.",
    schema=Schema(type=OpenAPIType.STRING, min_length=1, max_length=LONGEST_KEY, pattern="^[ -~]+$"),
)


class _AllFieldsOfAnswers(GenerateJsonSchema):
    """An answer holds every field, also one that has its default."""

    def field_is_required(self, field: ModelField | DataclassField | TypedDictField, total: bool) -> bool:
        if self.mode == "serialization":
            return not field.get("serialization_exclude")
        return super().field_is_required(field, total)


@cache
def _schemas() -> tuple[dict[tuple[type[BaseModel], Mode], str], dict[str, Any]]:
    models: list[tuple[type[BaseModel], Mode]] = [
        *((model, "validation") for model in _TAKEN),
        *((model, "serialization") for model in _ANSWERED),
    ]
    schemas, document = models_json_schema(
        models, ref_template="#/components/schemas/{model}", schema_generator=_AllFieldsOfAnswers
    )
    return {(model, mode): schemas[model, mode]["$ref"] for model, mode in models}, document["$defs"]


def _content(model: type[BaseModel], mode: Mode, media_type: str = "application/json") -> dict[str, OpenAPIMediaType]:
    references, _ = _schemas()
    return {media_type: OpenAPIMediaType(schema=Reference(ref=references[model, mode]))}


def _answer(status: HTTPStatus, model: type[BaseModel]) -> OpenAPIResponse:
    response = OpenAPIResponse(description=status.phrase, content=_content(model, "serialization"))
    if status is HTTPStatus.ACCEPTED:
        response.headers = {"Location": _header("Where it can be looked at.", OpenAPIType.STRING)}
    return response


def _problem(status: HTTPStatus) -> OpenAPIResponse:
    response = OpenAPIResponse(description=status.phrase, content=_content(Problem, "serialization", MEDIA_TYPE))
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers = {"WWW-Authenticate": _header("How to say who asks: Bearer.", OpenAPIType.STRING)}
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        response.headers = {"Retry-After": _header("Seconds after which trying makes sense.", OpenAPIType.INTEGER)}
    return response


def _header(description: str, form: OpenAPIType) -> OpenAPIHeader:
    return OpenAPIHeader(description=description, schema=Schema(type=form))
