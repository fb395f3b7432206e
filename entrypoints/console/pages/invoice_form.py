"""Write an invoice, or change one: a form that is read as the API reads its document, with totals from the core."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, SkipValidation

from core.business import Business
from core.completeness import completeness_faults
from core.errors import AccessRefused, Conflict, Fault, InvalidInput, KvittError, NotFound
from core.invoice import Invoice, InvoiceType
from core.norwegian_time import norwegian_date
from core.ports.accounting import AccountingSystems
from core.ports.clock import Clock
from core.rights import Need
from core.totals import InvoiceTotals, totals_of
from core.use_cases.add_invoice import AddInvoice, refusal_of_change
from core.use_cases.look_up import LookUp
from entrypoints.console.forms import Form
from entrypoints.console.rendering import address, invoice_address
from entrypoints.console.texts import gettext as _
from entrypoints.console.typed_document import document_of, fields_of
from entrypoints.console.visit import Page, Visit
from entrypoints.documents import Json
from entrypoints.http.businesses import Systems
from entrypoints.http.paths import INVOICE, BusinessInPath, NumberInPath
from entrypoints.parsing import invoice_from

_NEW = "/businesses/{business:str}/invoices/new"
_OWN = ("csrf", "do", "seen")
"""What the form says besides the invoice."""

_DUE_IN = timedelta(days=14)
_ADDS_UP = (
    "product", "quantity", "unit_price", "discount_percent", "discount_amount", "net_amount", "vat_percent",
)  # fmt: skip


@get(_NEW, sync_to_thread=True, needs=Need.SEND)
def show_new(
    business: BusinessInPath,
    visit: NamedDependency[Visit],
    look_up: NamedDependency[LookUp],
    clock: NamedDependency[SkipValidation[Clock]],
    like: FromQuery[str] = "",
) -> Page:
    """Show a form with what is most often meant, or with what another invoice says (`like`)."""
    look_up.require(business)
    today = norwegian_date(clock.now())
    document: Json = {}
    if like:
        document = _document(look_up.invoice(business, like))
        document.pop("number")
        document.pop("credits", None)
    document |= {
        "type": InvoiceType.DATA_FOR_ACCOUNTING.value,
        "issue_date": str(today),
        "due_date": str(today + _DUE_IN),
    }
    document.setdefault("currency", "NOK")
    document.setdefault("rows", [{"quantity": "1", "vat_percent": "25"}])
    return _form_page(visit, business, document)


@post(_NEW, sync_to_thread=True, needs=Need.SEND)
def add(
    business: BusinessInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    look_up: NamedDependency[LookUp],
    add_invoice: NamedDependency[AddInvoice],
) -> Page:
    """Store a new invoice, or do to its form what its buttons say."""
    document = _typed(form)
    if form.text("do") != "save":
        return _form_page(visit, business, _worked_on(document, form.text("do")))
    try:
        invoice = invoice_from(document)
        _require_free(look_up, business, invoice.number)
        add_invoice.add(business, invoice)
    except KvittError as error:
        return _form_page(visit, business, document, error=error)
    told = _("Invoice %(number)s is stored.") % {"number": invoice.number}
    return visit.go(invoice_address(business, invoice.number), told=told)


@post(f"{_NEW}/totals", sync_to_thread=True, needs=Need.SEND)
def reckon(business: BusinessInPath, visit: NamedDependency[Visit], form: NamedDependency[Form]) -> Page:
    """Add up what is typed so far."""
    document = _typed(form)
    return visit.page("invoice_totals", document=document, business=business, totals=_totals(document))


@get(f"{INVOICE}/edit", sync_to_thread=True, needs=Need.SEND)
def show_edit(
    business: BusinessInPath,
    number: NumberInPath,
    visit: NamedDependency[Visit],
    look_up: NamedDependency[LookUp],
    systems: Systems,
    faults: FromQuery[str] = "",
) -> Page:
    """Show the form of a stored invoice, with what is not complete yet; or why it can't be changed."""
    invoice = look_up.invoice(business, number)
    if refusal := refusal_of_change(number, look_up.transfer_of(business, number), None):
        return visit.page("invoice_locked", error=refusal, number=number, here=invoice_address(business, number))
    missing = _missing(invoice, look_up.business(business), systems) if faults else None
    return _form_page(visit, business, _document(invoice), number=number, seen=invoice.fingerprint, error=missing)


@post(f"{INVOICE}/edit", sync_to_thread=True, needs=Need.SEND)
def edit(
    business: BusinessInPath,
    number: NumberInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    look_up: NamedDependency[LookUp],
    add_invoice: NamedDependency[AddInvoice],
) -> Page:
    """Store an invoice anew, unless somebody else changed it meanwhile."""
    document = {**_typed(form), "number": number}
    seen = form.text("seen")
    if form.text("do") != "save":
        return _form_page(visit, business, _worked_on(document, form.text("do")), number=number, seen=seen)
    try:
        stored = look_up.invoice(business, number)
        invoice = invoice_from(document)
        if stored.fingerprint not in (seen, invoice.fingerprint):
            seen = stored.fingerprint
            raise Conflict(
                f"Invoice {number} was changed meanwhile.",
                code="changed_meanwhile",
                hint="Look at the invoice in another window. Save once more to have it as it stands here.",
            )
        add_invoice.add(business, invoice)
    except KvittError as error:
        return _form_page(visit, business, document, number=number, seen=seen, error=error)
    told = _("Invoice %(number)s is stored.") % {"number": number}
    return visit.go(invoice_address(business, number), told=told)


def _form_page(
    visit: Visit,
    business: str,
    document: Json,
    *,
    number: str | None = None,
    seen: str = "",
    error: KvittError | None = None,
) -> Page:
    """Show the form with what a document says. `number` is that of an invoice that is there already."""
    rows = document.get("rows")
    back = invoice_address(business, number) if number else address("businesses", business, "invoices")
    return visit.page(
        "invoice_form",
        error=error,
        business=business,
        number=number,
        typed=fields_of(document),
        row_count=len(rows) if isinstance(rows, list) and rows else 1,
        seen=seen,
        back=back,
        where=f"{back}/edit" if number else f"{back}/new",
        document=document,
        totals=_totals(document),
    )


def _typed(form: Form) -> Json:
    """Read the form as the document of an invoice."""
    return document_of([(name, form.whole(name)) for name in form.typed if name not in _OWN], Invoice)


def _worked_on(document: Json, button: str) -> Json:
    """Return the document with a row more or less, as the button says."""
    rows = document.get("rows")
    listed: list[object] = list(rows) if isinstance(rows, list) else []
    do, _colon, nth = button.partition(":")
    if do == "add_row":
        return {**document, "rows": [*(listed or [{}]), {"quantity": "1", "vat_percent": _last_rate(listed)}]}
    if do == "remove_row" and nth.isdecimal():
        return {**document, "rows": [row for index, row in enumerate(listed) if index != int(nth)]}
    return document


def _last_rate(rows: Sequence[object]) -> object:
    last = rows[-1] if rows else {}
    return last.get("vat_percent", "25") if isinstance(last, Mapping) else "25"


def _totals(document: Json) -> InvoiceTotals | None:
    """Add up the rows of a document; None where their amounts can't be read."""
    rows = document.get("rows")
    adds_up = {
        "number": "1",
        "prices_include_vat": document.get("prices_include_vat", False),
        "rows": [
            {name: row[name] for name in _ADDS_UP if name in row} if isinstance(row, Mapping) else row
            for row in (rows if isinstance(rows, list) else [])
        ],
    }
    try:
        return totals_of(invoice_from(adds_up))
    except (InvalidInput, ArithmeticError):
        return None


def _document(invoice: Invoice) -> Json:
    document: Json = invoice.model_dump(mode="json", exclude_none=True)
    return document


def _missing(invoice: Invoice, business: Business, systems: AccountingSystems) -> InvalidInput | None:
    """Say what keeps an invoice from being sent, at the fields."""
    try:
        faults = completeness_faults(invoice, limits=systems.open(business).limits)
    except AccessRefused:
        return None
    if not faults:
        return None
    return InvalidInput("The invoice is not complete yet.", code="invalid_invoice", hint="", faults=faults)


def _require_free(look_up: LookUp, business: str, number: str) -> None:
    """Raise Conflict where there is an invoice of this number: a new one would take its place unseen."""
    try:
        look_up.invoice(business, number)
    except NotFound as missing:
        if missing.code == "unknown_invoice":
            return
        raise
    taken = f'The business "{business}" has an invoice "{number}" already.'
    hint = "Give it another number, or change that invoice."
    raise Conflict(taken, code="number_taken", hint=hint, faults=[Fault("number", "is taken by another invoice")])


HANDLERS = [show_new, add, reckon, show_edit, edit]
