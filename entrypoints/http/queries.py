"""Query parameters: a request has just those that its route knows, each once.

A misspelt filter that is passed over would answer with everything, and of two values one would be dropped.
"""

from collections import Counter
from collections.abc import Sequence

from litestar import Request
from litestar.enums import HttpMethod, ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.params import QueryParameter
from litestar.types import ASGIApp, Receive, Scope, Send

from core.errors import Fault, InvalidInput
from entrypoints.http.pages import bad_parameter
from entrypoints.http.problems import AnyRequest

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
            for name, times in given.items():
                if times > 1:
                    raise bad_parameter(name, f"Given {times} times, and is taken once")
        await next_app(scope, receive, send)


def _known_to(handler: BaseRouteHandler) -> Sequence[str]:
    """Return the names under which a handler's query parameters are sent, in its own order."""
    return [
        definition.name or name
        for name, field in handler.parsed_fn_signature.parameters.items()
        if isinstance(definition := field.kwarg_definition, QueryParameter)
    ]


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
