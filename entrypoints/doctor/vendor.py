"""The vendor's side: whether its contract is still the one that ours was written from, and its clock."""

from collections.abc import Iterator, Mapping

from core.errors import TryAgain
from core.ports.clock import Clock
from entrypoints.doctor.findings import Finding, mend, ok, warning
from entrypoints.doctor.work import VENDORS_CLOCK, agreeing
from plugins.twentyfour_seven_office import compared_contracts


def contracts(environment: Mapping[str, str], clock: Clock) -> Iterator[Finding]:
    """Compare our contracts with those that are published now. No call of the quota is used."""
    try:
        found = compared_contracts(environment)
    except TryAgain as trouble:
        yield warning(
            "contract",
            trouble.message,
            "See the network and KVITT_TFSO_API_URL (if it leads to the sandbox: that kvitt sandbox runs), or leave "
            "this out with --offline.",
        )
        return
    if found.server_time:
        yield agreeing("clock", "24SevenOffice's", clock.now() - found.server_time, VENDORS_CLOCK)
    for difference in found.differences:
        yield mend(
            "contract",
            f"24SevenOffice has changed its contract. {difference}",
            "Look for a newer Kvitt before sending on; if there is none, report this.",
        )
    if not found.differences:
        yield ok("contract", f"All that Kvitt uses of 24SevenOffice's {found.services} services is there.")
