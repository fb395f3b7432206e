"""Figures for Prometheus: those of the installation, read when they are asked for, and those of this process.

They are the whole installation's, so they need an administrator's key; one of the role `read` will do.
"""

from litestar import Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from adapters.telemetry.telemetry import Telemetry
from core.api_key import Need
from core.use_cases.read_figures import ReadFigures
from entrypoints.http.access import Access
from entrypoints.installation_figures import InstallationFigures
from entrypoints.readiness import Readiness


@get("/metrics", sync_to_thread=True, include_in_schema=False, middleware=[Access()], needs=Need.OVERSEE)
def metrics(
    read_figures: NamedDependency[ReadFigures],
    readiness: NamedDependency[Readiness],
    telemetry: NamedDependency[Telemetry],
) -> Response[bytes]:
    """Show the figures in Prometheus's text format."""
    figures = InstallationFigures(read_figures.read(), readiness.read())
    return Response(generate_latest(telemetry.meters.and_also(figures)), media_type=CONTENT_TYPE_LATEST)


HANDLERS = [metrics]
