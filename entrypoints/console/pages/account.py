"""One's own account: the password, the passkeys, and where one is signed in."""

from litestar import get, post
from litestar.di import NamedDependency

from core.errors import InvalidInput, KvittError
from core.session import SignInWay
from core.use_cases.manage_users import ManageUsers
from core.use_cases.sign_in import SignIn
from core.use_cases.use_passkeys import UsePasskeys
from entrypoints.console.forms import Form
from entrypoints.console.rendering import address
from entrypoints.console.sign_in import required_site
from entrypoints.console.texts import gettext as _
from entrypoints.console.visit import Page, Visit, caller_of, site_at

ACCOUNT = address("account")


@get("/account", sync_to_thread=True, needs=None)
def show_account(
    visit: NamedDependency[Visit], sign_in: NamedDependency[SignIn], use_passkeys: NamedDependency[UsePasskeys]
) -> Page:
    """Show what one may do, the form for a new password, the passkeys and the sessions."""
    return _shown(visit, sign_in, use_passkeys)


@post("/account/password", sync_to_thread=True, needs=None)
def change_password(
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    sign_in: NamedDependency[SignIn],
    manage_users: NamedDependency[ManageUsers],
    use_passkeys: NamedDependency[UsePasskeys],
) -> Page:
    """Set a new password, and end all other sessions.

    The old one is asked for, but not after a link: it may be forgotten.
    """
    name, session = visit.user.name, visit.session
    try:
        _confirm(visit, sign_in, form.whole("password"))
        new = form.whole("new_password")
        if new != form.whole("repeated"):
            raise InvalidInput("The new password and its repetition differ.", code="bad_password")
        manage_users.set_password(name, new, but=session.id)
    except KvittError as error:
        return _shown(visit, sign_in, use_passkeys, error=error)
    return visit.go(ACCOUNT, told=_("You have a new password, and are signed out everywhere else."))


@post("/account/sessions", sync_to_thread=True, needs=None)
def end_sessions(visit: NamedDependency[Visit], form: NamedDependency[Form], sign_in: NamedDependency[SignIn]) -> Page:
    """End one of the sessions, or all but this one."""
    if only := form.text("session"):
        sign_in.end(visit.user.name, only)
        return visit.go(ACCOUNT, told=_("You are signed out there."))
    sign_in.sign_out_everywhere(visit.user.name, but=visit.session.id)
    return visit.go(ACCOUNT, told=_("You are signed out everywhere else."))


@post("/account/passkeys", sync_to_thread=True, needs=None)
def ask_new_passkey(
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    sign_in: NamedDependency[SignIn],
    use_passkeys: NamedDependency[UsePasskeys],
) -> Page:
    """Have the browser make a passkey; what it is asked is in the page. The password is asked for as for a new one."""
    name = form.text("passkey_name")
    try:
        site = required_site(visit)
        _confirm(visit, sign_in, form.whole("passkey_password"))
        asked = use_passkeys.ask_new(visit.session, site, name=name)
    except KvittError as error:
        return _shown(visit, sign_in, use_passkeys, error=error, typed_name=name)
    return visit.page("passkey_new", asked=asked, name=name)


@post("/account/passkeys/new", sync_to_thread=True, needs=None)
def add_passkey(
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    sign_in: NamedDependency[SignIn],
    use_passkeys: NamedDependency[UsePasskeys],
) -> Page:
    """Add the passkey that the browser has made."""
    name = form.text("name")
    try:
        use_passkeys.add(visit.session, required_site(visit), name=name, answer=form.whole("answer"))
    except KvittError as error:
        return _shown(visit, sign_in, use_passkeys, error=error, typed_name=name)
    return visit.go(ACCOUNT, told=_("The passkey was added. From now on it signs you in."))


@post("/account/passkeys/remove", sync_to_thread=True, needs=None)
def remove_passkey(
    visit: NamedDependency[Visit], form: NamedDependency[Form], use_passkeys: NamedDependency[UsePasskeys]
) -> Page:
    """Remove one of the passkeys."""
    if not form.is_confirmed:
        return visit.confirm(
            form, _("Remove the passkey?"), sure=_("Remove"), back=ACCOUNT, about=_("It signs you in no more.")
        )
    use_passkeys.remove(visit.user.name, form.text("passkey"))
    return visit.go(ACCOUNT, told=_("The passkey was removed. Remove it from your device as well."))


def _confirm(visit: Visit, sign_in: SignIn, password: str) -> None:
    if _asks_for_password(visit):
        sign_in.confirm(visit.user.name, password, address=caller_of(visit))


def _asks_for_password(visit: Visit) -> bool:
    return visit.user.has_password and visit.session.by is not SignInWay.LINK


def _shown(
    visit: Visit,
    sign_in: SignIn,
    use_passkeys: UsePasskeys,
    *,
    error: KvittError | None = None,
    typed_name: str = "",
) -> Page:
    return visit.page(
        "account",
        error=error,
        sessions=sign_in.sessions(visit.user.name),
        own=visit.session.id,
        passkeys=use_passkeys.list(visit.user.name),
        offers_passkeys=site_at(visit) is not None,
        typed_name=typed_name,
        asks_for_password=_asks_for_password(visit),
    )


HANDLERS = [show_account, change_password, end_sessions, ask_new_passkey, add_passkey, remove_passkey]
