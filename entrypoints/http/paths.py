"""What a request says in its address: pages of listings, paths that can hold any number, and parameters that are known.

Servers decode a path before it is routed, and then the number "a/b", sent as a%2Fb, looks like two segments. Here a
path is routed as it was sent, and its parameters are decoded afterwards.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, unquote_to_bytes

from litestar import Litestar, Request
from litestar.enums import HttpMethod, ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.params import PathParameter, QueryParameter
from litestar.types import ASGIApp, LifeSpanReceive, LifeSpanScope, LifeSpanSend, Receive, Scope, Send

from core.errors import Fault, InvalidInput
from core.fields import PRINTABLE
from entrypoints.http.problems import AnyRequest

Item = TypeVar("Item")
Choice = TypeVar("Choice", bound=StrEnum)

_POSITION = re.compile("[0-9]{1,18}")

INVOICE = "/businesses/{business:str}/invoices/{number:str}"
"""The path of an invoice, under /v1."""

LONGEST_PAGE = 200
USUAL_PAGE = 50

Limit = Annotated[int, QueryParameter(ge=1, le=LONGEST_PAGE, description="How many items, at most.")]
"""The query parameter `limit`."""

After = Annotated[
    str | None,
    QueryParameter(
        description="Only what comes after this: the `next` of the page before.", schema_extra={"pattern": PRINTABLE}
    ),
]
"""The query parameter `after`."""

AfterPosition = Annotated[
    str | None,
    QueryParameter(
        description="Only what comes after this: the `next` of the page before.",
        schema_extra={"pattern": "^[0-9]{1,18}$"},
    ),
]
"""The query parameter `after` where items go by a number."""


def bad_parameter(name: str, message: str) -> InvalidInput:
    """Say what is wrong with a query parameter, as the framework's own refusals are shown."""
    return InvalidInput(
        f"A parameter can't be used. {name}: {message}.", code="bad_parameter", faults=[Fault(name, message)]
    )


def choice(name: str, text: str, choices: type[Choice]) -> Choice:
    """Read a query parameter that is one of several words. Errors: InvalidInput, code `bad_parameter`."""
    try:
        return choices(text)
    except ValueError:
        raise bad_parameter(name, f"Not one of {', '.join(choices)}") from None


def yes_or_no(name: str, text: str | None) -> bool | None:
    """Read a query parameter that is `true` or `false`, or left out. Errors: InvalidInput, code `bad_parameter`."""
    if text not in (None, "true", "false"):
        raise bad_parameter(name, "Not one of true, false")
    return None if text is None else text == "true"


def position_from(after: str | None) -> int | None:
    """Read the number after which to go on. Errors: InvalidInput, code `bad_parameter`."""
    if after is None:
        return None
    if not _POSITION.fullmatch(after):
        raise bad_parameter("after", "Not the `next` of a page")
    return int(after)


def page(
    listed: Callable[[int, str | None], Sequence[Item]],
    *,
    limit: int,
    after: str | None,
    key: Callable[[Item], str],
) -> tuple[Sequence[Item], str | None]:
    """Return the items of one page, and the key to go on after, or None at the end.

    `listed` takes how many and after which. One more than the page holds is fetched, to see whether there is more.
    Errors: InvalidInput, code `bad_parameter`.
    """
    if after is not None and not after.isprintable():
        raise bad_parameter("after", "Holds what is not printable")
    found = listed(limit + 1, after)
    items = found[:limit]
    return items, key(items[-1]) if len(found) > limit else None


# Only described here: what does not fit is refused when the path is decoded.
_SHAPE: dict[str, Any] = {"pattern": PRINTABLE, "minLength": 1}

BusinessInPath = Annotated[
    str, PathParameter(description="The business's name.", schema_extra={**_SHAPE, "examples": ["fjell"]})
]
"""The path parameter `business`."""

NumberInPath = Annotated[
    str,
    PathParameter(
        description="The invoice's number, percent-encoded: a/b is sent as a%2Fb, æ as %C3%A6.",
        schema_extra={**_SHAPE, "examples": ["D-1002"]},
    ),
]
"""The path parameter `number`."""

TransferInPath = Annotated[
    str,
    PathParameter(
        description="The transfer's id.", schema_extra={**_SHAPE, "examples": ["01a22700ba97919ecf7f8bfb8cb16f06"]}
    ),
]
"""The path parameter `transfer`."""

BatchInPath = Annotated[
    str,
    PathParameter(
        description="The batch's id.", schema_extra={**_SHAPE, "examples": ["01a22700bb4eb3af4f5c534ed492abe4"]}
    ),
]
"""The path parameter `batch`."""


class RoutedAsSent(Litestar):
    """An application whose routes are matched against the percent-encoded path."""

    async def __call__(
        self, scope: Scope | LifeSpanScope, receive: Receive | LifeSpanReceive, send: Send | LifeSpanSend
    ) -> None:
        """Put the encoded path where the router looks for it."""
        if scope["type"] != "lifespan":
            raw_path = scope.get("raw_path") or quote(scope["path"]).encode()  # ASGI lets a server leave it out
            scope["path"] = raw_path.partition(b"?")[0].decode("latin-1")
        await super().__call__(scope, receive, send)


class DecodedPathParameters(ASGIMiddleware):
    """Hands handlers their path parameters decoded."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Decode. Errors: InvalidInput, code `bad_path`."""
        scope["path_params"] = {name: _decoded(value) for name, value in scope["path_params"].items()}
        await next_app(scope, receive, send)


def _decoded(value: str) -> str:
    try:
        text = unquote_to_bytes(value.encode("latin-1")).decode()
    except UnicodeDecodeError:
        text = ""
    if not text.isprintable() or not text:
        raise InvalidInput(
            "The path holds something that is not printable text in UTF-8, percent-encoded.",
            code="bad_path",
            hint="Encode each part of the path by itself: a/b is sent as a%2Fb, æ as %C3%A6.",
        )
    return text


_MOST_NAMED = 10
_LONGEST_NAME = 50


class KnownParameters(ASGIMiddleware):
    """Refuses query parameters that the route does not have, or that are given more than once."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let the request pass. Errors: InvalidInput, code `unknown_parameter` or `bad_parameter`."""
        request: AnyRequest = Request(scope)
        if scope["query_string"] and request.method != HttpMethod.OPTIONS:  # which asks about the path itself
            given = Counter(name for name, _ in request.query_params.items())  # in the order in which they came
            known = _known_to(scope["route_handler"])
            if unknown := [name for name in given if name not in known]:
                raise _unknown_parameters(unknown, known)
            many = _taken_many(scope["route_handler"])
            for name, times in given.items():
                if times > 1 and name not in many:
                    raise bad_parameter(name, f"Given {times} times, and is taken once")
        await next_app(scope, receive, send)


def _known_to(handler: BaseRouteHandler) -> Sequence[str]:
    """Return the names under which a handler's query parameters are sent, in its own order."""
    return [
        definition.name or name
        for name, field in handler.parsed_fn_signature.parameters.items()
        if isinstance(definition := field.kwarg_definition, QueryParameter)
    ]


def _taken_many(handler: BaseRouteHandler) -> Collection[str]:
    """Return the names of those that may be given several times."""
    return {
        definition.name or name
        for name, field in handler.parsed_fn_signature.parameters.items()
        if isinstance(definition := field.kwarg_definition, QueryParameter) and field.is_optional
        if any(inner.is_non_string_sequence for inner in field.inner_types)
    }


def _unknown_parameters(unknown: Sequence[str], known: Sequence[str]) -> InvalidInput:
    told = [_shown(name) for name in unknown[:_MOST_NAMED]]
    named = ", ".join(f'"{name}"' for name in told)
    if (more := len(unknown) - len(told)) > 0:
        named += f" and {more} more"
    sentence = f"There is no query parameter {named}" if len(unknown) == 1 else f"There are no query parameters {named}"
    return InvalidInput(
        f"{sentence} here. There are: {', '.join(known)}." if known else f"{sentence} here. There are none.",
        code="unknown_parameter",
        hint="Correct or leave out what is named; /schema says which parameters a path has.",
        faults=[Fault(name, "There is no such query parameter") for name in told],
    )


def _shown(name: str) -> str:
    """A name that somebody sent, as it can be shown: not too long, and without what is not printable."""
    tidy = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name[:_LONGEST_NAME])
    return tidy if len(name) <= _LONGEST_NAME else f"{tidy}…"
