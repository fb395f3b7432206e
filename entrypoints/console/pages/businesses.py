"""Businesses: which there are."""

from typing import NamedTuple

from litestar import get
from litestar.di import NamedDependency

from core.rights import Role
from core.use_cases.look_up import LookUp
from entrypoints.console.own_businesses import businesses_of
from entrypoints.console.visit import Page, Visit
from entrypoints.http.businesses import Systems
from entrypoints.http.paths import USUAL_PAGE, After, Limit, page


class BusinessRow(NamedTuple):
    """A business in the list: where its books are, and what whoever looks may do there."""

    name: str
    system: str
    account: str
    role: Role


@get("/businesses", sync_to_thread=True, needs=None)
def list_businesses(
    visit: NamedDependency[Visit],
    look_up: NamedDependency[LookUp],
    systems: Systems,
    limit: Limit = USUAL_PAGE,
    after: After = None,
) -> Page:
    """List the businesses that the user has a role for, by name."""
    found, then = page(
        lambda most, start: businesses_of(visit.user, look_up, limit=most, after=start),
        limit=limit,
        after=after or None,
        key=lambda business: business.name,
    )
    rows = [
        BusinessRow(
            name=business.name,
            system=business.accounting.system,
            account=str(systems.shown(business.accounting).get("account_name") or ""),
            role=visit.user.role_for(business.name) or Role.READ,
        )
        for business in found
    ]
    return visit.page("businesses", rows=rows, then=then)


HANDLERS = [list_businesses]
