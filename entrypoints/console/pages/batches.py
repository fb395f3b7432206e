"""Month-end: many invoices sent in one go, how far they are, and what stands in the way of the rest."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream

from core.batch import Batch, BatchCounts
from core.errors import InvalidInput
from core.invoice import InvoiceType
from core.invoice_filter import UNSENT, InvoiceFilter
from core.reasons import Reason, Verdict
from core.rights import Need
from core.sums import TypeSum
from core.transfer import TransferState
from core.use_cases.look_up import LookUp
from core.use_cases.send_many import SendMany
from entrypoints.console.forms import Form, plain_amount
from entrypoints.console.live import Live, Look, Part
from entrypoints.console.rendering import address, rendered
from entrypoints.console.texts import gettext as _
from entrypoints.console.texts import ngettext
from entrypoints.console.visit import Page, Visit
from entrypoints.http.filters import wanted_invoices
from entrypoints.http.paths import USUAL_PAGE, BatchInPath, BusinessInPath, Limit, choice, page, position_from
from entrypoints.http.problems import AnyRequest
from entrypoints.language.at_hand import speaking

State = Annotated[str, QueryParameter(name="state")]
From = Annotated[str, QueryParameter(name="from")]
To = Annotated[str, QueryParameter(name="to")]

_BATCHES_SHOWN = 10  # each is counted
_FILTERS = ("q", "state", "from", "to", "min_total", "max_total")
_MAY_BE_SENT = (UNSENT, TransferState.REJECTED.value)
_MOST_NAMED = 100
"""So many numbers are shown where one is asked whether these are to be sent."""


class Standing(NamedTuple):
    """A batch as it stands. `done` of `total` are through, well or not."""

    batch: Batch
    counts: BatchCounts

    @property
    def done(self) -> int:
        """Those of which nothing more becomes."""
        return self.counts.ended + self.counts.refused

    @property
    def is_moving(self) -> bool:
        """Whether something may still become of it by itself."""
        return not self.batch.recorded or bool(self.counts.may_end)

    @property
    def not_arrived(self) -> int:
        """Those that a person has to see to."""
        return self.counts.rejected + self.counts.refused

    @property
    def waits(self) -> int:
        """Those that are tried again at a set time."""
        return self.counts.put_off - self.counts.parked


class ToSend(NamedTuple):
    """What would be sent: how many, and what they come to by currency. `printed` ones are left out."""

    number: int
    sums: Sequence[tuple[str, Decimal]]
    printed: int

    @classmethod
    def of(cls, found: Sequence[TypeSum]) -> "ToSend":
        """Put together what is to be sent."""
        mine = [one.of for one in found if one.type is InvoiceType.DATA_FOR_ACCOUNTING]
        return cls(
            number=sum(one.count for one in mine),
            sums=[(one.currency, one.total) for one in mine if one.currency],
            printed=sum(one.of.count for one in found) - sum(one.count for one in mine),
        )


@get("/businesses/{business:str}/batches", sync_to_thread=True, needs=Need.READ)
def list_batches(
    business: BusinessInPath,
    visit: NamedDependency[Visit],
    look_up: NamedDependency[LookUp],
    limit: Limit = _BATCHES_SHOWN,
    after: FromQuery[str] = "",
) -> Page:
    """List what was sent in one go, the latest first."""
    found, then = page(
        lambda most, before: [Standing(*one) for one in look_up.batches(business, limit=most, before=before)],
        limit=limit,
        after=after or None,
        key=lambda standing: standing.batch.id,
    )
    return visit.page("batches", business=business, rows=found, then=then)


@get("/businesses/{business:str}/batches/new", sync_to_thread=True, needs=Need.SEND)
def choose(
    business: BusinessInPath,
    visit: NamedDependency[Visit],
    look_up: NamedDependency[LookUp],
    q: FromQuery[str] = "",
    in_state: State = UNSENT,
    first: From = "",
    last: To = "",
    min_total: FromQuery[str] = "",
    max_total: FromQuery[str] = "",
) -> Page:
    """Show what would be sent: how many invoices, and what they come to."""
    asked = {"q": q, "state": in_state, "from": first, "to": last, "min_total": min_total, "max_total": max_total}
    shown: dict[str, Any] = {"business": business, "asked": asked, "states": _kinds()}
    try:
        to_send = ToSend.of(look_up.sums(business, _wanted(asked)))
    except InvalidInput as error:
        return visit.page("batch_new", error=error, to_send=None, **shown)
    return visit.page("batch_new", to_send=to_send, **shown)


@post("/businesses/{business:str}/batches", sync_to_thread=True, needs=Need.SEND)
def send(
    business: BusinessInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    look_up: NamedDependency[LookUp],
    send_many: NamedDependency[SendMany],
) -> Page:
    """Send the invoices that were selected, or all that fit, once it is certain that this is meant."""
    if form.is_set("all"):
        return _send_wanted(business, visit, form, look_up, send_many)
    numbers = form.texts("number")
    back = address("businesses", business, "invoices")
    if not numbers:
        return visit.go(back, told=_("Nothing was selected, so nothing was sent."))
    if not form.is_confirmed:
        return visit.confirm(
            form, _asked(len(numbers)), about=_about(), items=_shown(numbers), sure=_("Send"), back=back
        )
    batch = send_many.send(business, numbers)
    return visit.go(address("businesses", business, "batches", batch.id))


@get("/businesses/{business:str}/batches/{batch:str}", sync_to_thread=True, needs=Need.READ)
def show_batch(
    business: BusinessInPath,
    batch: BatchInPath,
    visit: NamedDependency[Visit],
    look_up: NamedDependency[LookUp],
    verdict: FromQuery[str] = "",
    code: FromQuery[str] = "",
    limit: Limit = USUAL_PAGE,
    after: FromQuery[str] = "",
) -> Page:
    """Show how far a batch is, what stands in the way of the rest, and its invoices: all, or those of one reason."""
    shown = _standing(look_up, business, batch)
    start = position_from(after or None)
    if verdict or code:
        group = choice("verdict", verdict, Verdict)
        items = look_up.batch_group(batch, group, code, limit=limit + 1, after=start)
    else:
        items = look_up.batch_items(batch, limit=limit + 1, after=start)
    then = str(items[limit - 1].position) if len(items) > limit else None
    return visit.page("batch", **shown, items=items[:limit], then=then, verdict=verdict, code=code)


@get("/businesses/{business:str}/batches/{batch:str}/progress", needs=Need.READ)
async def follow_batch(
    business: BusinessInPath,
    batch: BatchInPath,
    visit: NamedDependency[Visit],
    request: AnyRequest,
    look_up: NamedDependency[LookUp],
    live: NamedDependency[Live],
) -> Response[bytes] | Stream:
    """Tell of a batch until nothing more becomes of it by itself."""
    await sync_to_thread(look_up.batch, batch, business=business)

    def look() -> Look:
        shown = _standing(look_up, business, batch)
        with speaking(visit.language):
            parts = [
                Part(name, rendered(f"parts/batch_{name}", visit=visit, **shown)) for name in ("standing", "reasons")
            ]
        return Look(parts, is_last=not shown["standing"].is_moving)

    return live.answer(request, look)


@post("/businesses/{business:str}/batches/{batch:str}/retry", sync_to_thread=True, needs=Need.SEND)
def retry_group(
    business: BusinessInPath,
    batch: BatchInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    send_many: NamedDependency[SendMany],
) -> Page:
    """Send a batch's invoices again that did not arrive for one reason."""
    verdict, code = choice("verdict", form.text("verdict"), Verdict), form.text("code")
    if not form.is_confirmed:
        back = address("businesses", business, "batches", batch)
        return visit.confirm(form, _("Send these invoices again?"), about=_about(), sure=_("Send again"), back=back)
    again = send_many.send_group(business, batch, verdict, code)
    return visit.go(address("businesses", business, "batches", again.id))


@post("/businesses/{business:str}/rejected", sync_to_thread=True, needs=Need.SEND)
def retry_rejected(
    business: BusinessInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    send_many: NamedDependency[SendMany],
) -> Page:
    """Send all invoices of a business again that were rejected for one reason."""
    if not form.is_confirmed:
        back = address("businesses", business, "invoices", state=TransferState.REJECTED.value)
        return visit.confirm(form, _("Send these invoices again?"), about=_about(), sure=_("Send again"), back=back)
    batch = send_many.send_rejected(business, form.text("code"))
    return visit.go(address("businesses", business, "batches", batch.id))


def _send_wanted(business: str, visit: Visit, form: Form, look_up: LookUp, send_many: SendMany) -> Page:
    asked = {name: form.text(name) for name in _FILTERS}
    wanted = _wanted(asked)
    query = {f"{name}_" if name == "from" else name: value for name, value in asked.items()}
    back = address("businesses", business, "batches", "new", **query)
    if not form.is_confirmed:
        number = ToSend.of(look_up.sums(business, wanted)).number
        return visit.confirm(form, _asked(number), about=_about(), sure=_("Send"), back=back)
    batch = send_many.send_wanted(business, wanted)
    return visit.go(address("businesses", business, "batches", batch.id))


def _wanted(asked: Mapping[str, str]) -> InvoiceFilter:
    """Read which invoices are to be sent. Errors: InvalidInput, code `bad_parameter`."""
    return wanted_invoices(
        state=asked["state"] if asked["state"] in _MAY_BE_SENT else UNSENT,
        paid=None,
        customer=None,
        number=None,
        first=asked["from"] or None,
        last=asked["to"] or None,
        least=plain_amount(asked["min_total"]) or None,
        most=plain_amount(asked["max_total"]) or None,
        search=asked["q"].strip() or None,
        newest=None,
    )


def _standing(look_up: LookUp, business: str, batch_id: str) -> dict[str, Any]:
    batch = look_up.batch(batch_id, business=business)
    standing = Standing(batch, look_up.batch_counts(batch_id))
    reasons: Sequence[Reason] = look_up.batch_reasons(batch_id) if standing.not_arrived else ()
    return {"business": business, "standing": standing, "reasons": reasons}


def _kinds() -> dict[str, str]:
    return {UNSENT: _("Those never sent"), TransferState.REJECTED.value: _("Those that were rejected")}


def _asked(number: int) -> str:
    return ngettext("Send %(number)d invoice?", "Send %(number)d invoices?", number) % {"number": number}


def _about() -> str:
    return _("Each becomes an order in the accounting system.")


def _shown(numbers: Sequence[str]) -> Sequence[str]:
    left = len(numbers) - _MOST_NAMED
    return numbers if left <= 0 else [*numbers[:_MOST_NAMED], _("and %(number)d more") % {"number": left}]


HANDLERS = [list_batches, choose, send, show_batch, follow_batch, retry_group, retry_rejected]
