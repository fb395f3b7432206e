"""Whether this process lives, and whether it can do its work."""

from http import HTTPStatus

from litestar import Response, get
from litestar.di import NamedDependency

from core.errors import TryAgain
from core.use_cases.look_up import LookUp
from entrypoints.documents import Json
from entrypoints.http.openapi import described
from entrypoints.http.problems import AnyRequest, log_bug
from entrypoints.http.schemas import Health


@get(
    "/health/live",
    sync_to_thread=False,
    tags=["health"],
    operation_class=described(answers={HTTPStatus.OK: Health}),
)
def live() -> Json:
    """Say that the process answers; nothing else is looked at."""
    return {"status": "alive"}


@get(
    "/health/ready",
    sync_to_thread=True,
    tags=["health"],
    operation_class=described(answers={HTTPStatus.OK: Health}, problems=[HTTPStatus.SERVICE_UNAVAILABLE]),
)
def ready(request: AnyRequest, look_up: NamedDependency[LookUp]) -> Response[Json]:
    """Say whether the storage can be read."""
    try:
        look_up.businesses(limit=1)
    except TryAgain:
        raise
    except Exception as error:  # whatever it is, it keeps us from working
        log_bug(request, error)
        raise TryAgain(
            "The storage can't be read.", code="not_ready", hint="See the server's log; it says where it failed."
        ) from error
    return Response({"status": "ready"})


HANDLERS = [live, ready]
