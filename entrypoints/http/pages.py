"""The API's documentation, as a page that needs nothing from elsewhere.

The documentation is drawn by Redoc, which lies in the folder assets as its package has it, with its licences.
"""

from functools import cache
from importlib.resources import files
from typing import Any

from litestar import Request, Response, get
from litestar.enums import MediaType
from litestar.openapi.plugins import OpenAPIRenderPlugin

_ASSETS = files("entrypoints.http").joinpath("assets")
_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
"""All that Redoc's script would fetch from elsewhere; it is served with nothing in its place."""

_SCRIPT = "text/javascript"
_POLICY = "Content-Security-Policy"
_DRAWN = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
    "worker-src blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

_DRAW = """Redoc.init(
  "/schema/openapi.json",
  { expandResponses: "200,201,202", nativeScrollbars: true },
  document.getElementById("documentation"),
);
"""


class DocumentationPage(OpenAPIRenderPlugin):
    """The page at /schema."""

    def __init__(self) -> None:
        super().__init__(path="/")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002
        """Write the page; the scripts that it names do the rest."""
        scripts = "".join(f'<script src="/schema/{name}.js"></script>' for name in ("redoc", "draw"))
        otherwise = "<noscript>Without scripts, see /schema/openapi.json.</noscript>"
        return _html("Kvitt: the HTTP API", "body{margin:0}", f'{otherwise}<div id="documentation"></div>{scripts}')


def of_documentation(response: Response[Any]) -> Response[Any]:
    """Let the documentation's page run our scripts, which no other answer may."""
    if response.media_type == MediaType.HTML:
        response.headers[_POLICY] = _DRAWN
    return response


@get("/redoc.js", sync_to_thread=True, media_type=_SCRIPT)
def redoc() -> Response[bytes]:
    """Give Redoc's script."""
    return Response(_redoc(), media_type=_SCRIPT, headers={"Cache-Control": "public, max-age=3600"})


@cache
def _redoc() -> bytes:
    return _ASSETS.joinpath("redoc", "redoc.standalone.js").read_bytes().replace(_LOGO, b"data:,")


@get("/draw.js", sync_to_thread=False, media_type=_SCRIPT)
def draw() -> Response[str]:
    """Give the script that has Redoc draw our document."""
    return Response(_DRAW, media_type=_SCRIPT)


def _html(title: str, style: str, body: str) -> bytes:
    head = (
        f'<meta charset="utf-8"><title>{title}</title><meta name="viewport" content="width=device-width">'
        f'<link rel="icon" href="data:,"><style>{style}</style>'
    )
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'.encode()
