"""`kvitt doctor`: look at the installation, and say what is to be mended."""

from collections.abc import Iterator
from typing import Annotated

import typer
from dependency_injector import providers

from core.ports.observers import NOBODY
from entrypoints.cli.exit_codes import ExitCode, worst
from entrypoints.cli.findings import finding_document, show_finding
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json_array
from entrypoints.container import make_container
from entrypoints.doctor.doctor import examine
from entrypoints.doctor.findings import Finding
from entrypoints.settings import read_settings

Offline = Annotated[bool, typer.Option("--offline", help="Leave the accounting system alone.")]

_CODES = {
    "ok": ExitCode.DONE,
    "warning": ExitCode.DONE,
    "temporary": ExitCode.NOT_FINISHED,
    "mend": ExitCode.REFUSED,
}


def doctor(offline: Offline = False, as_json: AsJson = False) -> int:
    """Check the installation, and say what to fix.

    It looks at the folder, disk, database, tables, secret key, clocks, workers, calls left, plugins, and whether
    24SevenOffice's contract is still the one Kvitt knows. Nothing is changed. Exit code 0: all is well, 1: something
    needs fixing, 3: temporary trouble.
    """
    found: list[Finding] = []
    if as_json:
        print_json_array(finding_document(finding) for finding in _noted(found, offline=offline))
    else:
        for finding in _noted(found, offline=offline):
            show_finding(finding)
    return worst(_CODES[finding.standing.value] for finding in found)


def _noted(found: list[Finding], *, offline: bool) -> Iterator[Finding]:
    """Look, and hand each finding on as it comes."""
    container = make_container(read_settings())
    container.telemetry.override(providers.Object(NOBODY))
    for finding in examine(container, offline=offline):
        found.append(finding)
        yield finding
