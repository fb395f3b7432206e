"""Whether this process lives, and whether it can do its work."""

from http import HTTPStatus

from litestar import get
from litestar.di import NamedDependency

from core.errors import KvittError, TryAgain
from entrypoints.documents import Health, Ready
from entrypoints.http.answers import JsonOf
from entrypoints.http.health_checks import HealthChecks
from entrypoints.http.openapi import described
from entrypoints.http.problems import RETRY_AFTER, AnyRequest, log_bug, problem
from entrypoints.problem import problem_document


@get(
    "/health/live",
    sync_to_thread=False,
    tags=["health"],
    operation_class=described(),
)
def live() -> JsonOf[Health]:
    """Say that the process answers; nothing else is looked at."""
    return JsonOf(Health(status="alive"))


@get(
    "/health/ready",
    tags=["health"],
    operation_class=described(problems=[HTTPStatus.SERVICE_UNAVAILABLE]),
)
async def ready(request: AnyRequest, health_checks: NamedDependency[HealthChecks]) -> JsonOf[Ready]:
    """Say whether what this process needs is as it must be.

    Storage, tables, disk, queue, worker, its turns, and threads for requests: each is named, also when one is not.
    """
    troubles = await health_checks.read()
    checks = {name: _told(request, trouble) for name, trouble in troubles.items()}
    failed = [name for name, trouble in troubles.items() if trouble]
    if not failed:
        return JsonOf(Ready(status="ready", checks=checks))
    error = TryAgain(
        f"Not ready: {', '.join(failed)}.",
        code="not_ready",
        hint="See the server's log, or run kvitt doctor on its machine; both say what is wrong.",
    )
    not_ready = problem_document(error) | {"checks": checks}
    return problem(not_ready, headers={"Retry-After": str(RETRY_AFTER)})  # type: ignore[return-value]


def _told(request: AnyRequest, trouble: Exception | None) -> str:
    if trouble is None:
        return "ok"
    if isinstance(trouble, KvittError):
        return trouble.code
    log_bug(request, trouble)
    return "failed"


HANDLERS = [live, ready]
