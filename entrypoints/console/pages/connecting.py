"""How a business's books are reached: connect it, show and change its settings, and try whether it works."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, SkipValidation

from core.business import Business, CustomerUpdates, NewOrderStatus
from core.errors import Fault, InvalidInput, KvittError, NotFound, UnknownAccount
from core.rights import Need
from core.use_cases.connect_business import ConnectBusiness
from core.use_cases.look_up import LookUp
from core.use_cases.verify_business import VerifyBusiness
from entrypoints.abilities_told import Told, told_of
from entrypoints.connecting import is_connected, store_answers
from entrypoints.console.forms import Form
from entrypoints.console.rendering import address
from entrypoints.console.texts import gettext as _
from entrypoints.console.visit import Page, Visit
from entrypoints.console.wording import said_document
from entrypoints.documents import BusinessDocument
from entrypoints.http.paths import BusinessInPath
from entrypoints.http.problems import AnyRequest
from entrypoints.http.threads import VendorCalls
from entrypoints.parsing import business_from
from entrypoints.problem import problem_document
from plugins.registry import AccountingRegistry
from plugins.settings import Setting, settings_of

Registry = NamedDependency[SkipValidation[AccountingRegistry]]

_CONNECTION = "accounting."
_TEXTS = ("product_name", "category_name", "department", "project")
_BETWEEN = " = "


class Asked(NamedTuple):
    """A setting of the connection as a form asks for it. `is_kept`: a secret that is stored, and never shown."""

    setting: Setting
    value: str
    is_kept: bool

    @property
    def field(self) -> str:
        """Its field's name, which is that of its faults."""
        return f"{_CONNECTION}{self.setting.name}"


@get("/businesses/new", sync_to_thread=True, needs=Need.ADMINISTER)
def new_business(visit: NamedDependency[Visit], systems: Registry, system: FromQuery[str] = "") -> Page:
    """Ask for what connects a business to the accounting system of this name, the first one by default."""
    return _asked_for_new(visit, systems, system=system, typed={})


@post("/businesses/new", sync_to_thread=True, needs=Need.ADMINISTER)
def connect_business(
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    systems: Registry,
    look_up: NamedDependency[LookUp],
    connect_business: NamedDependency[ConnectBusiness],
) -> Page:
    """Connect a business; whether the connection works is tried on the next page."""
    name, system = form.text("name"), form.text("system")
    try:
        _require_free(look_up, name)
        stored = store_answers(connect_business, look_up, name, _answers(form, systems, system=system, stored=None))
    except KvittError as error:
        return _asked_for_new(visit, systems, system=system, typed=form.typed, error=error)
    told = _("%(business)s is stored. Now see whether the connection works.") % {"business": stored.business.name}
    return visit.go(address("businesses", stored.business.name, "verify"), told=told)


@get("/businesses/{business:str}", sync_to_thread=True, needs=Need.READ)
def show_business(
    business: BusinessInPath, visit: NamedDependency[Visit], look_up: NamedDependency[LookUp], systems: Registry
) -> Page:
    """Show what is set; of secrets, no more than whether they are."""
    found = look_up.business(business)
    return visit.page(
        "business",
        business=business,
        settings=BusinessDocument.of_business(found, systems),
        asked=_asked(systems, found.accounting.system, stored=found, typed={}),
        abilities=_abilities(systems, found.accounting.system),
        statuses=_statuses(),
        updates=_updates(),
    )


@get("/businesses/{business:str}/edit", sync_to_thread=True, needs=Need.ADMINISTER)
def edit_business(
    business: BusinessInPath,
    visit: NamedDependency[Visit],
    look_up: NamedDependency[LookUp],
    systems: Registry,
    system: FromQuery[str] = "",
) -> Page:
    """Ask for changes of a business's settings; `system`: of how it is reached through another accounting system."""
    return _asked_for_change(visit, systems, look_up.business(business), system=system, typed={})


@post("/businesses/{business:str}/edit", sync_to_thread=True, needs=Need.ADMINISTER)
def change_business(
    business: BusinessInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    look_up: NamedDependency[LookUp],
    systems: Registry,
    connect_business: NamedDependency[ConnectBusiness],
) -> Page:
    """Change the settings that the form has, and no others."""
    stored, system = look_up.business(business), form.text("system")
    try:
        answers = _answers(form, systems, system=system or stored.accounting.system, stored=stored)
        changes = connect_business.change(business, answers, read=business_from).changes
    except KvittError as error:
        return _asked_for_change(visit, systems, stored, system=system, typed=form.typed, error=error)
    if any(change.setting.startswith(_CONNECTION) for change in changes):
        told = _("The connection is changed. Now see whether it works.")
        return visit.go(address("businesses", business, "verify"), told=told)
    told = _("The settings are changed.") if changes else _("Everything is as it was: nothing was changed.")
    return visit.go(address("businesses", business), told=told)


@get("/businesses/{business:str}/password", sync_to_thread=True, needs=Need.ADMINISTER)
def ask_for_password(
    business: BusinessInPath, visit: NamedDependency[Visit], look_up: NamedDependency[LookUp], systems: Registry
) -> Page:
    """Ask for new secrets of the connection."""
    return _asked_for_secrets(visit, systems, look_up.business(business))


@post("/businesses/{business:str}/password", sync_to_thread=True, needs=Need.ADMINISTER)
def change_password(
    business: BusinessInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    look_up: NamedDependency[LookUp],
    systems: Registry,
    connect_business: NamedDependency[ConnectBusiness],
) -> Page:
    """Replace the secrets that were typed; the others stay."""
    stored = look_up.business(business)
    secrets = systems.secrets(stored.accounting.system)
    given = {name: typed for name in secrets if (typed := form.whole(f"{_CONNECTION}{name}"))}
    try:
        if given:
            connect_business.change(business, {"accounting": given}, read=business_from)
    except KvittError as error:
        return _asked_for_secrets(visit, systems, stored, error=error)
    if not given:
        return visit.go(address("businesses", business), told=_("Nothing was typed, so nothing was changed."))
    told = _("The connection is changed. Now see whether it works.")
    return visit.go(address("businesses", business, "verify"), told=told)


@get("/businesses/{business:str}/verify", sync_to_thread=True, needs=Need.SEND)
def ask_to_verify(business: BusinessInPath, visit: NamedDependency[Visit], look_up: NamedDependency[LookUp]) -> Page:
    """Offer to try the connection; just after it was stored, that begins by itself where scripts run."""
    look_up.require(business)
    return visit.page("verify", business=business, found=None, trouble=None, similar=(), rights=_rights())


@post("/businesses/{business:str}/verify", needs=Need.SEND)
async def verify_business(
    request: AnyRequest,
    business: BusinessInPath,
    visit: NamedDependency[Visit],
    verify_business: NamedDependency[VerifyBusiness],
    vendor_calls: NamedDependency[VendorCalls],
) -> Page:
    """Try the connection, and tell of each thing that a send needs. That there is no way in is a result, too."""
    template = "verification" if request.headers.get("hx-request") == "true" else "verify"
    try:
        found = await vendor_calls.run(partial(verify_business.verify, business))
    except NotFound:
        raise
    except KvittError as error:
        return visit.page(
            template,
            business=business,
            found=None,
            trouble=said_document(problem_document(error)),
            similar=error.similar if isinstance(error, UnknownAccount) else (),
            rights=_rights(),
        )
    return visit.page(template, business=business, found=found, trouble=None, similar=(), rights=_rights())


def _asked_for_new(
    visit: Visit, systems: AccountingRegistry, *, system: str, typed: Mapping[str, str], error: KvittError | None = None
) -> Page:
    chosen = system if system in systems.names else next(iter(systems.names), "")
    return visit.page(
        "business_new",
        error=error,
        system=chosen,
        systems=systems.names,
        asked=_asked(systems, chosen, stored=None, typed=typed),
        abilities=_abilities(systems, chosen),
        typed={"product_name": _default("product_name"), "category_name": _default("category_name"), **typed},
    )


def _asked_for_change(
    visit: Visit,
    systems: AccountingRegistry,
    stored: Business,
    *,
    system: str,
    typed: Mapping[str, str],
    error: KvittError | None = None,
) -> Page:
    chosen = system if system in systems.names else stored.accounting.system
    shown = BusinessDocument.of_business(stored, systems)
    settings = shown.model_dump(mode="json")
    texts = {name: "" if settings[name] is None else str(settings[name]) for name in (*_TEXTS, "follow_up_seconds")}
    return visit.page(
        "business_edit",
        error=error,
        business=stored.name,
        system=chosen,
        stored_system=stored.accounting.system,
        systems=systems.names,
        asked=_asked(systems, chosen, stored=stored, typed=typed),
        typed={
            **texts,
            "order_status": settings["order_status"],
            "customer_updates": settings["customer_updates"],
            "vat_codes": _vat_lines(stored),
            "products": _product_lines(stored),
            **typed,
        },
        statuses=_statuses(),
        updates=_updates(),
        told_by=shown.notify,
    )


def _asked_for_secrets(
    visit: Visit, systems: AccountingRegistry, stored: Business, *, error: KvittError | None = None
) -> Page:
    asked = _asked(systems, stored.accounting.system, stored=stored, typed={})
    return visit.page(
        "business_password", error=error, business=stored.name, asked=[one for one in asked if one.setting.secret]
    )


def _asked(
    systems: AccountingRegistry, system: str, *, stored: Business | None, typed: Mapping[str, str]
) -> Sequence[Asked]:
    """Return what a system asks for, with what was typed or is stored, but no secret. Empty without a plugin."""
    if system not in systems.names:
        return []
    same = stored if stored and stored.accounting.system == system else None
    shown = systems.shown(same.accounting) if same else {}
    kept = same.accounting.settings if same else {}
    return [
        Asked(
            setting=setting,
            value="" if setting.secret else typed.get(f"{_CONNECTION}{setting.name}", shown.get(setting.name, "")),
            is_kept=setting.secret and setting.name in kept,
        )
        for setting in settings_of(systems.model(system))
    ]


def _abilities(systems: AccountingRegistry, system: str) -> Sequence[Told]:
    """Tell what a system can do. Nothing without a plugin."""
    return told_of(systems.abilities(system)) if system in systems.names else ()


def _answers(form: Form, systems: AccountingRegistry, *, system: str, stored: Business | None) -> dict[str, Any]:
    """Return what a form says, as the document of a business has it: of what it does not have, nothing.

    A secret that was left empty is not in it; every other setting that was is None, and so goes back to its default.
    Errors: InvalidInput, naming the fields that can't be read, or the system that can't be used.
    """
    typed = form.typed
    connection: dict[str, Any] = {"system": system}
    for setting in settings_of(systems.model(system)):
        field = f"{_CONNECTION}{setting.name}"
        given = form.whole(field) if setting.secret else form.text(field)
        if field in typed and (given or not setting.secret):
            connection[setting.name] = given or None
    answers: dict[str, Any] = {"accounting": connection}
    answers |= {
        name: form.text(name) or None for name in (*_TEXTS, "order_status", "customer_updates") if name in typed
    }
    if "follow_up_seconds" in typed:
        answers["follow_up_seconds"] = _whole_number(form, "follow_up_seconds")
    if stored and (codes := _changed_lines(form, "vat_codes", _vat_lines(stored), parts=(2,))) is not None:
        answers["vat_codes"] = {**dict.fromkeys(map(_plain, stored.vat_codes)), **dict(codes)}
    if stored and (products := _changed_lines(form, "products", _product_lines(stored), parts=(2, 3))) is not None:
        answers["products"] = {
            **dict.fromkeys(stored.products),
            **{
                source: {"product": product, "vat_code": code[0] if code else None}
                for source, product, *code in products
            },
        }
    if form.is_set("nobody_told"):
        answers["notify"] = None
    elif lines := _lines(form.text("notify")):
        answers["notify"] = lines
    return answers


def _require_free(look_up: LookUp, name: str) -> None:
    if name.isprintable() and name and is_connected(look_up, name):
        raise InvalidInput(
            f'There is a business "{name}" already.',
            code="not_a_business",
            hint="Choose another name, or change the settings of the business that there is.",
            faults=[Fault("name", "is taken")],
        )


def _default(field: str) -> str:
    return str(Business.model_fields[field].default)


def _plain(percent: Any) -> str:
    return f"{percent:f}"


def _vat_lines(business: Business) -> str:
    return "\n".join(f"{_plain(percent)}{_BETWEEN}{code}" for percent, code in business.vat_codes.items())


def _product_lines(business: Business) -> str:
    return "\n".join(
        _BETWEEN.join(filter(None, (source, booked.product, booked.vat_code)))
        for source, booked in business.products.items()
    )


def _changed_lines(form: Form, name: str, shown: str, *, parts: Sequence[int]) -> list[list[str]] | None:
    """Return the parts of each line of a field; None where they are as they were shown. Errors: InvalidInput."""
    lines = _lines(form.text(name))
    if name not in form.typed or lines == _lines(shown):
        return None
    read = [[part.strip() for part in line.split(_BETWEEN.strip())] for line in lines]
    if wrong := [line for line, split in zip(lines, read, strict=True) if len(split) not in parts or not all(split)]:
        fault = Fault(name, f"This line can't be read: {wrong[0][:50]}")
        raise InvalidInput(f"The settings can't be read. {fault.field}: {fault.message}.", faults=[fault])
    return read


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _whole_number(form: Form, name: str) -> int | str | None:
    """Return the number that was typed; what is none is left as it is, to be refused with its field's name."""
    typed = form.text(name)
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < len(str(10**12)) else typed or None


def _statuses() -> dict[str, str]:
    """Return the statuses that new orders may get, with what people call them."""
    names = {
        NewOrderStatus.DRAFT: _("Draft"),
        NewOrderStatus.OFFER: _("Offer"),
        NewOrderStatus.CONFIRMED: _("Confirmed"),
    }
    return {status.value: names[status] for status in NewOrderStatus}


def _rights() -> Mapping[str, str]:
    """Return what the accounting systems' rights are called; one that is not here is called what its plugin says."""
    return {
        "customers": _("customers"),
        "products": _("products"),
        "orders": _("orders"),
        "VAT codes": _("VAT codes"),
        "product groups": _("product groups"),
    }


def _updates() -> dict[str, str]:
    """Return what an invoice may change of its customer's record, with what people call it."""
    names = {
        CustomerUpdates.UPDATE: _("What differs"),
        CustomerUpdates.FILL: _("Only what is empty"),
        CustomerUpdates.NEVER: _("Nothing"),
    }
    return {update.value: names[update] for update in CustomerUpdates}


HANDLERS = [
    new_business,
    connect_business,
    show_business,
    edit_business,
    change_business,
    ask_for_password,
    change_password,
    ask_to_verify,
    verify_business,
]
