"""The vendor's side: whether its contract is still the one that ours was written from, and its clock."""

from collections.abc import Iterator, Mapping

from adapters.twentyfour_seven_office.soap.drift import drift, own_contract
from adapters.twentyfour_seven_office.soap.operator_settings import operator_settings
from adapters.twentyfour_seven_office.soap.published import SERVICES, Published, published_contract
from core.errors import TryAgain
from core.ports.clock import Clock
from entrypoints.doctor.findings import Finding, mend, ok, warning
from entrypoints.doctor.work import VENDORS_CLOCK, agreeing


def contracts(environment: Mapping[str, str], clock: Clock) -> Iterator[Finding]:
    """Compare our contracts with those that are published now. No call of the quota is used."""
    settings = operator_settings(environment)
    differences: list[str] = []
    for service in SERVICES:
        try:
            published = published_contract(settings, service)
            differences += [f"{service}: {one}" for one in drift(own_contract(service), published.wsdl)]
        except TryAgain as trouble:
            yield warning(
                "contract",
                trouble.message,
                "See the network and KVITT_TFSO_API_URL, or leave this out with --offline.",
            )
            return
        if service == SERVICES[0]:
            yield from _clock(published, clock)
    for difference in differences:
        yield mend(
            "contract",
            f"24SevenOffice has changed its contract. {difference}",
            "Look for a newer Kvitt before sending on; if there is none, report this.",
        )
    if not differences:
        yield ok("contract", f"All that Kvitt uses of 24SevenOffice's {len(SERVICES)} services is there.")


def _clock(published: Published, clock: Clock) -> Iterator[Finding]:
    if published.server_time:
        yield agreeing("clock", "24SevenOffice's", clock.now() - published.server_time, VENDORS_CLOCK)
