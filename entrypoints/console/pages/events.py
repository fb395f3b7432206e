"""Events: what happened to a business and its invoices."""

import json
from collections.abc import Mapping, Sequence

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from core.errors import InvalidInput
from core.event import Event, EventType
from core.rights import Need
from core.use_cases.look_up import LookUp
from entrypoints.console.event_words import event_words
from entrypoints.console.forms import beginning_of
from entrypoints.console.pages.webhooks import OfType
from entrypoints.console.visit import Page, Visit
from entrypoints.http.paths import USUAL_PAGE, After, BusinessInPath, Limit, choice, page


@get("/businesses/{business:str}/events", sync_to_thread=True, needs=Need.READ)
def list_events(
    business: BusinessInPath,
    visit: NamedDependency[Visit],
    look_up: NamedDependency[LookUp],
    of_type: OfType = "",
    since: FromQuery[str] = "",
    limit: Limit = USUAL_PAGE,
    after: After = None,
) -> Page:
    """List what happened, the newest first."""
    asked = {"type": of_type, "since": since}

    def newest_first(limit: int, before: str | None) -> Sequence[Event]:
        return look_up.newest_events(business, types=types, since=begin, limit=limit, before=before)[::-1]

    try:
        types = [choice("type", of_type, EventType)] if of_type else []
        begin = beginning_of("since", since)
        found, then = page(newest_first, limit=limit, after=after or None, key=lambda event: event.id)
    except InvalidInput as error:
        return _shown(visit, business, asked, error=error)
    return _shown(visit, business, asked, found=found, then=then)


def _shown(
    visit: Visit,
    business: str,
    asked: Mapping[str, str],
    *,
    found: Sequence[Event] = (),
    then: str | None = None,
    error: InvalidInput | None = None,
) -> Page:
    rows = [(event, json.dumps(dict(event.data), ensure_ascii=False, indent=2)) for event in found]
    return visit.page("events", error=error, business=business, rows=rows, then=then, asked=asked, words=event_words())


HANDLERS = [list_events]
