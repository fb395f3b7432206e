"""What pages load: the stylesheet, the scripts and the icon, for everybody."""

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from entrypoints.console.assets import assets
from entrypoints.console.headers import KEPT_FOR_GOOD
from entrypoints.console.visit import OPEN
from entrypoints.http.problems import AnyRequest


@get("/static/{name:str}", sync_to_thread=False, opt={OPEN: True})
def give(name: FromPath[str], request: AnyRequest) -> Response[bytes]:
    """Give a file, small where the browser takes it so; one of another version than was asked for is not kept."""
    file = assets().get(name)
    if file is None:
        raise NotFoundException
    is_small = "gzip" in request.headers.get("accept-encoding", "")
    return Response(
        file.small if is_small else file.content,
        media_type=f"{file.media_type}; charset=utf-8",
        headers={
            "Cache-Control": KEPT_FOR_GOOD if request.query_params.get("v") == file.version else "no-cache",
            "Vary": "Accept-Encoding",
            **({"Content-Encoding": "gzip"} if is_small else {}),
        },
    )


HANDLERS = [give]
