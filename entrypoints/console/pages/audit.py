"""The audit trail: who did what when, and how it ended."""

from collections.abc import Mapping

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from core.audit import Action, ActorKind
from core.errors import InvalidInput, NotFound
from core.rights import Need
from core.use_cases.look_up import LookUp
from entrypoints.console.forms import beginning_of
from entrypoints.console.texts import gettext as _
from entrypoints.console.visit import Page, Visit
from entrypoints.http.paths import USUAL_PAGE, BusinessInPath, Limit, bad_parameter, position_from


@get("/audit", sync_to_thread=True, needs=Need.OVERSEE)
def show_audit(
    visit: NamedDependency[Visit],
    look_up: NamedDependency[LookUp],
    of_business: FromQuery[str] = "",
    invoice: FromQuery[str] = "",
    since: FromQuery[str] = "",
    limit: Limit = USUAL_PAGE,
    after: FromQuery[str] = "",
) -> Page:
    """List what was done in the whole installation, or with one business, the newest first."""
    return _shown(visit, look_up, of_business.strip(), invoice, since, limit=limit, after=after, is_of_one=False)


@get("/businesses/{business:str}/audit", sync_to_thread=True, needs=Need.READ)
def show_business_audit(
    business: BusinessInPath,
    visit: NamedDependency[Visit],
    look_up: NamedDependency[LookUp],
    invoice: FromQuery[str] = "",
    since: FromQuery[str] = "",
    limit: Limit = USUAL_PAGE,
    after: FromQuery[str] = "",
) -> Page:
    """List what was done with a business and its invoices, the newest first."""
    return _shown(visit, look_up, business, invoice, since, limit=limit, after=after, is_of_one=True)


def _shown(
    visit: Visit,
    look_up: LookUp,
    business: str,
    invoice: str,
    since: str,
    *,
    limit: int,
    after: str,
    is_of_one: bool,
) -> Page:
    invoice = invoice.strip()
    asked = {"of_business": "" if is_of_one else business, "invoice": invoice, "since": since}
    try:
        if invoice and not business:
            raise bad_parameter("of_business", "Name the invoice's business too")
        for name, text in (("of_business", business), ("invoice", invoice)):
            if not text.isprintable():
                raise bad_parameter(name, "Holds what is not printable")
        found = look_up.newest_audit(
            business=business or None,
            invoice=invoice or None,
            since=beginning_of("since", since),
            limit=limit + 1,
            before=position_from(after or None),
        )
    except InvalidInput as error:
        return _page(visit, asked, [], None, is_of_one=is_of_one, error=error)
    except NotFound as error:
        if is_of_one:
            raise
        return _page(visit, asked, [], None, is_of_one=is_of_one, error=error)
    rows = found[:limit]
    return _page(visit, asked, rows, str(rows[-1].id) if len(found) > limit else None, is_of_one=is_of_one)


def _page(
    visit: Visit,
    asked: Mapping[str, str],
    rows: object,
    then: str | None,
    *,
    is_of_one: bool,
    error: InvalidInput | NotFound | None = None,
) -> Page:
    return visit.page(
        "audit",
        error=error,
        rows=rows,
        then=then,
        asked=asked,
        is_filtered=any(asked.values()),
        is_of_one=is_of_one,
        actions=_actions(),
        ways=_ways(),
    )


def _ways() -> Mapping[str, str]:
    """Return by which ways one acts, with what people call them."""
    return {
        ActorKind.API_KEY: _("API key"),
        ActorKind.USER: _("console"),
        ActorKind.COMMAND_LINE: _("command line"),
        ActorKind.WORKER: _("by itself"),
    }


def _actions() -> Mapping[str, str]:
    """Return what can be done, in people's words."""
    return {
        Action.BUSINESS_STORED: _("Business stored"),
        Action.BUSINESS_VERIFIED: _("Connection tried"),
        Action.BUSINESS_EXPORTED: _("Business exported"),
        Action.BUSINESS_ERASED: _("Business erased"),
        Action.INVOICE_ADDED: _("Invoice added"),
        Action.INVOICE_REPLACED: _("Invoice replaced"),
        Action.INVOICE_DELETED: _("Invoice deleted"),
        Action.INVOICE_CREDITED: _("Invoice credited"),
        Action.INVOICE_SENT: _("Invoice sent"),
        Action.INVOICES_SENT: _("Many invoices sent"),
        Action.INVOICE_SENT_AGAIN: _("Invoice sent again"),
        Action.WITHDRAWAL_ASKED: _("Withdrawal asked for"),
        Action.TRANSFER_RETRIED: _("Transfer tried again"),
        Action.TRANSFER_CANCELLED: _("Transfer cancelled"),
        Action.TRANSFER_TRANSFERRED: _("Order created"),
        Action.TRANSFER_REJECTED: _("Transfer rejected"),
        Action.TRANSFER_WITHDRAWN: _("Order withdrawn"),
        Action.ORDER_ADOPTED: _("Order adopted"),
        Action.RECOVERY_NEEDED: _("Recovery needed"),
        Action.RECOVERY_ENDED: _("Recovery ended"),
        Action.CUSTOMER_LINKED: _("Customer chosen"),
        Action.CUSTOMER_UNLINKED: _("Customer's link removed"),
        Action.STATUS_CHECKED: _("Status checked"),
        Action.API_KEY_CREATED: _("API key made"),
        Action.API_KEY_REVOKED: _("API key revoked"),
        Action.USER_ADDED: _("User added"),
        Action.USER_CHANGED: _("User changed"),
        Action.USER_DISABLED: _("User disabled"),
        Action.USER_ENABLED: _("User enabled"),
        Action.USER_LINK_MADE: _("Sign-in link made"),
        Action.USER_SIGNED_IN: _("Signed in"),
        Action.USER_SIGNED_OUT: _("Signed out"),
        Action.SIGN_IN_REFUSED: _("Sign-in refused"),
        Action.PASSKEY_ADDED: _("Passkey added"),
        Action.PASSKEY_REMOVED: _("Passkey removed"),
        Action.KEYS_ROTATED: _("Secret key rotated"),
        Action.WEBHOOK_ADDED: _("Webhook added"),
        Action.WEBHOOK_CHANGED: _("Webhook changed"),
        Action.WEBHOOK_REMOVED: _("Webhook removed"),
        Action.WEBHOOK_ENABLED: _("Webhook enabled"),
        Action.WEBHOOK_DISABLED: _("Webhook disabled"),
        Action.WEBHOOK_SECRET_ROTATED: _("Webhook's secret replaced"),
        Action.WEBHOOK_TESTED: _("Webhook tested"),
        Action.WEBHOOK_RESENT: _("Events sent again"),
    }


HANDLERS = [show_audit, show_business_audit]
