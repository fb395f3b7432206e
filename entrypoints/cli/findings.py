"""How findings are told: a line for each, and what to do under it."""

from entrypoints.cli.marks import marked
from entrypoints.cli.output import show
from entrypoints.doctor.findings import Finding


def show_finding(finding: Finding) -> None:
    """Print a finding for a person."""
    standing = finding.standing.value
    show(f"{standing:<9}  {finding.check}: {finding.message}", standing=standing)
    if finding.hint:
        room = " " * len(marked("", standing))  # the sign's, where there is one
        show(f"{room}{'':<9}  {finding.hint}")


def finding_document(finding: Finding) -> dict[str, str]:
    """Return a finding as JSON has it."""
    return {
        "check": finding.check,
        "standing": finding.standing.value,
        "message": finding.message,
        "hint": finding.hint,
    }
