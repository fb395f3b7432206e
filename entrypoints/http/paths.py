"""Paths that can hold any invoice number.

Servers decode a path before it is routed, and then the number "a/b", sent as a%2Fb, looks like two segments. Here a
path is routed as it was sent, and its parameters are decoded afterwards.
"""

from typing import Annotated
from urllib.parse import quote, unquote_to_bytes

from litestar import Litestar
from litestar.middleware import ASGIMiddleware
from litestar.params import PathParameter
from litestar.types import ASGIApp, LifeSpanReceive, LifeSpanScope, LifeSpanSend, Receive, Scope, Send

from core.errors import InvalidInput
from core.fields import PRINTABLE

# Only described here: what does not fit is refused when the path is decoded.
_SHAPE = {"pattern": PRINTABLE, "minLength": 1}

BusinessInPath = Annotated[str, PathParameter(description="The business's name.", schema_extra=_SHAPE)]
"""The path parameter `business`."""

NumberInPath = Annotated[
    str,
    PathParameter(
        description="The invoice's number, percent-encoded: a/b is sent as a%2Fb, æ as %C3%A6.", schema_extra=_SHAPE
    ),
]
"""The path parameter `number`."""

TransferInPath = Annotated[str, PathParameter(description="The transfer's id.", schema_extra=_SHAPE)]
"""The path parameter `transfer`."""

BatchInPath = Annotated[str, PathParameter(description="The batch's id.", schema_extra=_SHAPE)]
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
