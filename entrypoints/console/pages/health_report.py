"""The installation's health: what the doctor finds, as far as nobody has to wait long for it."""

from collections.abc import Callable, Iterator, Mapping

from litestar import get
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from core.rights import Need
from entrypoints.console.texts import gettext as _
from entrypoints.console.visit import Page, Visit
from entrypoints.doctor.findings import Finding, Standing

Examine = NamedDependency[SkipValidation[Callable[[], Iterator[Finding]]]]
"""Looks at the installation; the accounting system is left alone."""

_WORST_FIRST = (Standing.MEND, Standing.TEMPORARY, Standing.WARNING, Standing.OK)


@get("/health-report", sync_to_thread=True, needs=Need.OVERSEE)
def show_health(visit: NamedDependency[Visit], examine: Examine) -> Page:
    """Show each finding with what to do, the worst first. The accounting system is not asked."""
    found = sorted(examine(), key=lambda finding: _WORST_FIRST.index(finding.standing))
    return visit.page(
        "health_report",
        findings=found,
        is_well=all(finding.standing in (Standing.OK, Standing.WARNING) for finding in found),
        standings=_standings(),
        checks=_checks(),
    )


def _standings() -> Mapping[str, tuple[str, str]]:
    """Return how something may stand: its looks, and what people call it."""
    return {
        Standing.MEND: ("bad", _("To be mended")),
        Standing.TEMPORARY: ("wait", _("Passes by itself")),
        Standing.WARNING: ("wait", _("Worth knowing")),
        Standing.OK: ("done", _("In order")),
    }


def _checks() -> Mapping[str, str]:
    """Return what is looked at, in people's words; what is not here is called what it is."""
    return {
        "folder": _("Folder"),
        "disk": _("Disk"),
        "storage": _("Database"),
        "migrations": _("Tables"),
        "secret key": _("Secret key"),
        "secrets": _("Secrets"),
        "clock": _("Clock"),
        "plugins": _("Plugins"),
        "recovery": _("Recovery"),
        "workers": _("Workers"),
        "transfers": _("Transfers"),
        "quota": _("Calls"),
        "notices": _("Notices"),
    }


HANDLERS = [show_health]
