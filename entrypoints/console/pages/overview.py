"""Overview: where one begins. What needs a person comes first, then the figures of the day."""

from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from core.call_budget import CallBudget
from core.errors import LeaseLost, TryAgain
from core.overview import BusinessOverview, Overview
from core.overview import Need as NeedOfPerson
from core.rights import Need
from core.stored import unknown_business
from core.sums import Sum
from core.use_cases.look_up import LookUp
from core.use_cases.read_overview import ReadOverview
from core.use_cases.recover import Recover
from entrypoints.console.forms import Form
from entrypoints.console.own_businesses import names_of
from entrypoints.console.rendering import address
from entrypoints.console.texts import gettext as _
from entrypoints.console.visit import Page, Visit

_MOST_BUSINESSES = 50
"""Of so many businesses the overview tells at once."""

_LONGEST_SECONDS = 20.0
"""So long a request begins with further businesses to recover; those that are left take another request."""


class Figures(NamedTuple):
    """What is told of one business, or of all."""

    sent_today: Sequence[Sum]
    sent_this_month: Sequence[Sum]
    waiting: int
    unpaid: Sequence[Sum]
    overdue: Sequence[Sum]

    @classmethod
    def of(cls, told: BusinessOverview | Overview) -> "Figures":
        """Take them out of an overview."""
        return cls(told.sent_today, told.sent_this_month, told.waiting, told.unpaid, told.overdue)


class Newcomer(NamedTuple):
    """What somebody who begins has to do next."""

    has_business: bool
    business: str | None


@get("/", sync_to_thread=True, needs=None)
def show_overview(
    visit: NamedDependency[Visit],
    look_up: NamedDependency[LookUp],
    read_overview: NamedDependency[ReadOverview],
    business: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Page:
    """Tell what needs a person, and the figures: of all businesses of the user, or of one."""
    if business:
        if not business.isprintable() or not visit.user.is_for(business):
            raise unknown_business(business)
        found: Sequence[str] = [business]
    else:
        found = names_of(visit.user, look_up, limit=_MOST_BUSINESSES + 1, after=after or None)
    names = found[:_MOST_BUSINESSES]
    overview = read_overview.read(names, of_all=visit.user.is_administrator and not business)
    return visit.page(
        "overview",
        overview=overview,
        figures=Figures.of(overview),
        in_need=[one for one in overview.businesses if one.needs_person],
        calls=sorted(overview.calls.items()),
        newcomer=None if after or business else _newcomer(names, look_up),
        chosen=business,
        then=names[-1] if len(found) > _MOST_BUSINESSES else None,
        Need=NeedOfPerson,
        is_low=_is_low,
    )


@post("/recovery", sync_to_thread=True, needs=Need.ADMINISTER)
def recover_all(visit: NamedDependency[Visit], form: NamedDependency[Form], recover: NamedDependency[Recover]) -> Page:
    """Tie the orders that are there to their invoices, after the database was put back."""
    if not form.is_confirmed:
        about = _("Kvitt looks for the orders that exist in the accounting systems and ties them to their invoices.")
        return visit.confirm(form, _("Begin recovery?"), about=about, sure=_("Recover"), back=address())
    until = monotonic() + _LONGEST_SECONDS
    for business in recover.begin(None):
        if monotonic() >= until:
            return visit.go(address(), told=_("Recovery has begun; some businesses are left. Press Recover again."))
        try:
            recover.recover(business)
        except (TryAgain, LeaseLost):
            continue  # what it waits for is over soon
    return visit.go(address(), told=_("Recovery is done as far as it goes now."))


def _newcomer(names: Sequence[str], look_up: LookUp) -> Newcomer | None:
    """Say what comes first for somebody with no business, or with one that has no invoice; None for everybody else."""
    if not names:
        return Newcomer(has_business=False, business=None)
    if len(names) == 1 and not look_up.invoices(names[0], limit=1):
        return Newcomer(has_business=True, business=names[0])
    return None


def _is_low(calls: CallBudget) -> bool:
    return calls.left <= calls.limit // 5


HANDLERS = [show_overview, recover_all]
