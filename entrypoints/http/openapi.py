"""The OpenAPI document: the framework lists routes, parameters, bodies and answers; pydantic says what these hold.

What else is to be said of an operation `described` says, once the framework has made it; schemas.py has the schemas,
and examples.py their examples.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, cast

from litestar import Router
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.openapi.spec import (
    Components,
    License,
    OpenAPIHeader,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    PathItem,
    Reference,
    RequestBody,
    Schema,
    SecurityScheme,
    Tag,
)
from pydantic import BaseModel

from entrypoints.documents import Json
from entrypoints.http.examples import EXAMPLES, UNFINISHED
from entrypoints.http.idempotency import KEY_HEADER, LONGEST_KEY, REPLAYED_HEADER
from entrypoints.http.pages import DocumentationPage, draw, of_documentation, redoc
from entrypoints.http.problem_examples import PROBLEMS
from entrypoints.http.problems import MEDIA_TYPE, AnyRequest
from entrypoints.http.schemas import Model, as_it_is
from entrypoints.problem import Problem

VENDOR_PROBLEMS = (HTTPStatus.FAILED_DEPENDENCY, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)
"""The statuses of what can go wrong whenever the accounting system is asked."""

BY_API_KEY = [{"bearerAuth": list[str]()}]
"""What a router says of its routes that need an API key."""

NAMED_FOR = "named_for"
"""Under which a router says in its options what is added to the names of its operations."""

_COMPONENTS = Components(
    security_schemes={
        "bearerAuth": SecurityScheme(
            type="http",
            scheme="bearer",
            description="An API key, such as `kvitt_..._...`: the operator makes it with `kvitt api-key create`.",
        )
    }
)

_TAGS = [
    Tag("businesses", "A business and its connection to the accounting system that keeps its books."),
    Tag("invoices", "An invoice, from the source that states it: add it, preview it, send it, ask whether it is paid."),
    Tag("transfers", "Moving an invoice into the accounting system: how it stands, and what happened."),
    Tag("events", "What happened to invoices, batches and connections, each told once."),
    Tag("audit", "Who did what, and when."),
    Tag("api-keys", "Who may use the API, and for what."),
    Tag("webhooks", "Where events are sent as they happen, signed, and what became of each."),
    Tag("recovery", "After the database was restored: no order is made twice."),
    Tag("health", "Whether this process lives and can do its work; needs no key."),
]

# What any request can be refused with: a bad parameter or Host, a foreign page or a key that is not for it, a fault of
# ours.
_ALWAYS = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.INTERNAL_SERVER_ERROR)
_WITH_BODY = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
_WITH_KEY = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS)
_WHEN_REPEATED = (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)

_ANSWERS = {
    HTTPStatus.OK: "It is done: this came of it.",
    HTTPStatus.CREATED: "It is new, and stored.",
    HTTPStatus.ACCEPTED: "It is being carried out; `Location` is where to look at it.",
    HTTPStatus.NO_CONTENT: "It is done, and there is nothing to show.",
}

_FILE: dict[str, Any] = {"type": OpenAPIType.STRING, "format": "binary"}

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
                others = {media_type: OpenAPIMediaType(schema=Schema(**_FILE)) for media_type in also_takes}
                content = {"application/json": OpenAPIMediaType(schema=Model(takes, "validation"))}
                self.request_body = RequestBody(content=content | others, required=True)
            if isinstance(self.request_body, RequestBody):
                _exemplify(self.request_body.content, EXAMPLES)
            self.description = _flowing(self.description or "")
            self.summary = _first_sentence(self.description)
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


def openapi_config(webhooks: Mapping[str, PathItem]) -> OpenAPIConfig:
    """Say what the document says of the API as a whole, and where it is served.

    `webhooks` is what is posted, by the types of events.
    """
    return OpenAPIConfig(
        title="Kvitt",
        version=version("kvitt"),
        description="An open invoicing gateway: moves an invoice into the accounting system where it is booked, "
        "exactly once, and tells whether it is paid.",
        license=License(name="MIT", identifier="MIT"),
        tags=list(_TAGS),
        webhooks=dict(webhooks),
        use_handler_docstrings=True,
        operation_id_creator=lambda handler, _method, _path: _operation_id(handler),
        openapi_router=_schema_router(),
        components=_COMPONENTS,
        render_plugins=[DocumentationPage(), JsonRenderPlugin(), YamlRenderPlugin()],
    )


def _operation_id(handler: HTTPRouteHandler) -> str:
    added = handler.opt.get(NAMED_FOR)
    return f"{handler.handler_name}_{added}" if added else handler.handler_name


def _schema_router() -> Router:
    return Router(
        "/schema",
        route_handlers=[redoc, draw],
        include_in_schema=False,
        before_request=_no_other_page,
        after_request=of_documentation,
    )


def _no_other_page(request: AnyRequest) -> None:
    """Only the framework's page for an unknown path has a path parameter, and that page is HTML."""
    if request.path_params:
        raise NotFoundException


def _may_be_left_out(parameter: Parameter | Reference) -> Parameter | Reference:
    """Say of a parameter that may be left out just that: the framework says that it may be null."""
    schema = parameter.schema if isinstance(parameter, Parameter) else None
    if isinstance(schema, Schema) and schema.one_of:
        (choice,) = [choice for choice in schema.one_of if not _is_null(choice)]
        if isinstance(choice, Schema):
            schema.one_of, schema.type = None, choice.type
            schema.items = schema.items or choice.items
    return parameter


def _is_null(schema: Schema | Reference) -> bool:
    return isinstance(schema, Schema) and schema.type is OpenAPIType.NULL


def _flowing(docstring: str) -> str:
    """Return a docstring with its lines joined, paragraph by paragraph."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in docstring.split("\n\n"))


def _first_sentence(text: str) -> str:
    sentence, _, _ = text.partition("\n\n")
    return re.split(r"[.;:] ", sentence, maxsplit=1)[0].removesuffix(".")


def _exemplify(content: Mapping[str, OpenAPIMediaType] | None, examples: Mapping[str, Json]) -> None:
    """Give bodies the examples of their models."""
    for body in (content or {}).values():
        if isinstance(body.schema, Model):
            body.example = as_it_is(examples.get(body.schema.model.__name__))


def _answer(status: HTTPStatus, made: OpenAPIResponse) -> OpenAPIResponse:
    content = {media_type: OpenAPIMediaType(schema=body.schema) for media_type, body in (made.content or {}).items()}
    is_finished = status is not HTTPStatus.ACCEPTED
    _exemplify(content, EXAMPLES if is_finished else UNFINISHED)
    response = OpenAPIResponse(description=_ANSWERS[status], content=content)
    if not is_finished:
        response.headers = {"Location": _header("Where it can be looked at.", OpenAPIType.STRING)}
    return response


def _problem(status: HTTPStatus) -> OpenAPIResponse:
    example = PROBLEMS.get(status)
    content = {MEDIA_TYPE: OpenAPIMediaType(schema=Model(Problem, "serialization"), example=as_it_is(example))}
    response = OpenAPIResponse(description=f"{example['title']}." if example else status.phrase, content=content)
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers = {"WWW-Authenticate": _header("How to say who asks: Bearer.", OpenAPIType.STRING)}
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        response.headers = {"Retry-After": _header("Seconds after which trying makes sense.", OpenAPIType.INTEGER)}
    return response


def _header(description: str, form: OpenAPIType) -> OpenAPIHeader:
    return OpenAPIHeader(description=description, schema=Schema(type=form))
