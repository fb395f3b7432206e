"""Whether this process lives, whether it can do its work, and its figures in Prometheus's form."""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus

from litestar import Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from adapters.telemetry.telemetry import Telemetry
from core.errors import KvittError, TryAgain
from core.rights import Need
from core.use_cases.read_figures import ReadFigures
from entrypoints.documents import Health, Ready
from entrypoints.http.access import Access
from entrypoints.http.bodies import JsonOf
from entrypoints.http.openapi import described
from entrypoints.http.problems import RETRY_AFTER, AnyRequest, log_bug, problem
from entrypoints.http.threads import Threads
from entrypoints.installation_figures import InstallationFigures
from entrypoints.problem import problem_document
from entrypoints.readiness import Readiness


class HealthChecks:
    """Reads readiness in threads of its own, and looks whether there are `threads` left for the other requests."""

    def __init__(self, readiness: Callable[[], Readiness], threads: Threads) -> None:
        self._readiness = readiness
        self._others = threads
        self._own = Threads(_AT_ONCE, name="http-health")

    async def read(self) -> Mapping[str, Exception | None]:
        """Return each check by its name, with what was raised where it fails."""
        return {**await self._readiness_in_time(), "threads": self._exhausted()}

    async def _readiness_in_time(self) -> Mapping[str, Exception | None]:
        """Where the checks hang, themselves or those of others who asked before, this is what is found."""
        hangs = TryAgain(
            f"The checks have had no end for {_PATIENCE_SECONDS:g} s.",
            code="checks_hang",
            hint="See whether the database answers; restart this process when it does and this lasts.",
        )
        try:
            return await asyncio.wait_for(self._own.run(self._readiness().read), _PATIENCE_SECONDS)
        except TimeoutError:
            return {"storage": hangs}

    def _exhausted(self) -> Exception | None:
        try:
            self._others.require_free()
        except TryAgain as trouble:
            return trouble
        return None

    def stop(self) -> None:
        """Look no more."""
        self._own.shutdown(cancel_futures=True)


@get(
    "/health/live",
    sync_to_thread=False,
    tags=["health"],
    operation_class=described(),
)
def check_liveness() -> JsonOf[Health]:
    """Say that the process answers; nothing else is looked at."""
    return JsonOf(Health(status="alive"))


@get(
    "/health/ready",
    tags=["health"],
    operation_class=described(problems=[HTTPStatus.SERVICE_UNAVAILABLE]),
)
async def check_readiness(request: AnyRequest, health_checks: NamedDependency[HealthChecks]) -> JsonOf[Ready]:
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


@get("/metrics", sync_to_thread=True, include_in_schema=False, middleware=[Access()], needs=Need.OVERSEE)
def metrics(
    read_figures: NamedDependency[ReadFigures],
    readiness: NamedDependency[Readiness],
    telemetry: NamedDependency[Telemetry],
) -> Response[bytes]:
    """Show the figures in Prometheus's text format."""
    figures = InstallationFigures(read_figures.read(), readiness.read(), read_figures.read_deliveries())
    return Response(generate_latest(telemetry.meters.and_also(figures)), media_type=CONTENT_TYPE_LATEST)


_AT_ONCE = 4
_PATIENCE_SECONDS = 5.0


HANDLERS = [check_liveness, check_readiness, metrics]
