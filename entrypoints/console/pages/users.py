"""Users of the console: who there is, what each may do, and links that sign them in."""

from http import HTTPStatus
from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter

from core.errors import KvittError
from core.rights import Need
from core.use_cases.look_up import LookUp
from core.use_cases.manage_users import ManageUsers
from core.use_cases.sign_in import SignIn
from core.user import Grant
from entrypoints.console.forms import Form
from entrypoints.console.rendering import address
from entrypoints.console.roles import EVERYTHING, choices, wanted_grant
from entrypoints.console.texts import gettext as _
from entrypoints.console.visit import Page, Visit
from entrypoints.http.paths import USUAL_PAGE, After, Limit, page
from entrypoints.http.problems import AnyRequest
from entrypoints.sign_in_link import link_address

UserInPath = Annotated[str, PathParameter(name="user")]
Users = NamedDependency[ManageUsers]


@get("/users", sync_to_thread=True, needs=Need.OVERSEE)
def list_users(
    visit: NamedDependency[Visit],
    manage_users: Users,
    look_up: NamedDependency[LookUp],
    limit: Limit = USUAL_PAGE,
    after: After = None,
) -> Page:
    """List all users by name, disabled ones too."""
    return _listed(visit, manage_users, look_up, limit=limit, after=after)


@post("/users", sync_to_thread=True, needs=Need.ADMINISTER)
def add_user(
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    manage_users: Users,
    look_up: NamedDependency[LookUp],
) -> Page:
    """Add a user with one role; more are given on the user's own page, and so is a link."""
    try:
        user = manage_users.add(form.text("name"), email=form.text("email") or None, grants=[wanted_grant(form)])
    except KvittError as error:
        return _listed(visit, manage_users, look_up, form=form, error=error)
    told = _("%(name)s is added. A link lets the person in the first time.") % {"name": user.name}
    return visit.go(_page_of(user.name), told=told)


@get("/users/{user:str}", sync_to_thread=True, needs=Need.OVERSEE)
def show_user(
    user: UserInPath,
    visit: NamedDependency[Visit],
    manage_users: Users,
    sign_in: NamedDependency[SignIn],
    look_up: NamedDependency[LookUp],
) -> Page:
    """Show what a user may do, and where the user is signed in."""
    return _shown(visit, manage_users, sign_in, look_up, user)


@post("/users/{user:str}/roles", sync_to_thread=True, needs=Need.ADMINISTER)
def give_role(
    user: UserInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    manage_users: Users,
    sign_in: NamedDependency[SignIn],
    look_up: NamedDependency[LookUp],
) -> Page:
    """Give a role for one business or for everything; it takes the place of the one before."""
    grants = manage_users.get(user).grants
    try:
        manage_users.set_grants(user, [*grants, wanted_grant(form)], own=visit.user.name)
    except KvittError as error:
        return _shown(visit, manage_users, sign_in, look_up, user, form=form, error=error)
    return visit.go(_page_of(user), told=_("The role is given, and holds from now on."))


@post("/users/{user:str}/roles/remove", sync_to_thread=True, needs=Need.ADMINISTER)
def take_role(
    user: UserInPath, visit: NamedDependency[Visit], form: NamedDependency[Form], manage_users: Users
) -> Page:
    """Take a role away, once it is certain that this is meant."""
    business = None if form.text("for") == EVERYTHING else form.text("business")
    grants = manage_users.get(user).grants
    if not form.is_confirmed:
        return visit.confirm(
            form,
            _("Take this role away from %(name)s?") % {"name": user},
            items=[business or _("Everything: all businesses and the installation")],
            sure=_("Take it away"),
            back=_page_of(user),
        )
    manage_users.set_grants(user, _without(grants, business), own=visit.user.name)
    return visit.go(_page_of(user), told=_("The role is taken away, also where the user is signed in now."))


@post("/users/{user:str}/email", sync_to_thread=True, needs=Need.ADMINISTER)
def change_email(
    user: UserInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    manage_users: Users,
    sign_in: NamedDependency[SignIn],
    look_up: NamedDependency[LookUp],
) -> Page:
    """Set the e-mail address by which an OpenID Connect provider knows the user; left empty, there is none."""
    try:
        manage_users.set_email(user, form.text("email") or None)
    except KvittError as error:
        return _shown(visit, manage_users, sign_in, look_up, user, form=form, error=error)
    return visit.go(_page_of(user), told=_("The e-mail address is changed."))


@post("/users/{user:str}/disable", sync_to_thread=True, needs=Need.ADMINISTER)
def disable_user(
    user: UserInPath, visit: NamedDependency[Visit], form: NamedDependency[Form], manage_users: Users
) -> Page:
    """Let the user in no more, once it is certain that this is meant."""
    if not form.is_confirmed:
        return visit.confirm(
            form,
            _("Disable %(name)s?") % {"name": user},
            about=_("The user is signed out everywhere and let in no more, until enabled again."),
            sure=_("Disable"),
            back=_page_of(user),
        )
    manage_users.disable(user, own=visit.user.name)
    return visit.go(_page_of(user), told=_("%(name)s is disabled, and signed out everywhere.") % {"name": user})


@post("/users/{user:str}/enable", sync_to_thread=True, needs=Need.ADMINISTER)
def enable_user(user: UserInPath, visit: NamedDependency[Visit], manage_users: Users) -> Page:
    """Let the user in again."""
    manage_users.enable(user)
    return visit.go(_page_of(user), told=_("%(name)s is let in again.") % {"name": user})


@post("/users/{user:str}/sign-out", sync_to_thread=True, needs=Need.ADMINISTER)
def sign_user_out(
    user: UserInPath, visit: NamedDependency[Visit], manage_users: Users, sign_in: NamedDependency[SignIn]
) -> Page:
    """End all of the user's sessions; of one's own, all but this one."""
    manage_users.get(user)
    sign_in.sign_out_everywhere(user, but=visit.session.id if user == visit.user.name else None)
    return visit.go(_page_of(user), told=_("%(name)s is signed out everywhere.") % {"name": user})


@post("/users/{user:str}/link", sync_to_thread=True, needs=Need.ADMINISTER)
def make_link(request: AnyRequest, user: UserInPath, visit: NamedDependency[Visit], manage_users: Users) -> Page:
    """Make a link that signs the user in once, and show it this once."""
    made = manage_users.link(user)
    link = link_address(str(request.base_url), made.text)
    return visit.page(
        "user_link", status=HTTPStatus.CREATED, user=made.user.name, link=link, expires_at=made.expires_at
    )


def _page_of(user: str) -> str:
    return address("users", user)


def _without(grants: tuple[Grant, ...], business: str | None) -> list[Grant]:
    return [grant for grant in grants if grant.business != business]


def _listed(
    visit: Visit,
    manage_users: ManageUsers,
    look_up: LookUp,
    *,
    limit: int = USUAL_PAGE,
    after: str | None = None,
    form: Form | None = None,
    error: KvittError | None = None,
) -> Page:
    rows, then = page(
        lambda most, start: manage_users.list(limit=most, after=start),
        limit=limit,
        after=after or None,
        key=lambda user: user.name,
    )
    return visit.page(
        "users",
        error=error,
        rows=rows,
        then=then,
        typed=form.typed if form else {},
        **choices(look_up),
    )


def _shown(
    visit: Visit,
    manage_users: ManageUsers,
    sign_in: SignIn,
    look_up: LookUp,
    name: str,
    *,
    form: Form | None = None,
    error: KvittError | None = None,
) -> Page:
    user = manage_users.get(name)
    return visit.page(
        "user",
        error=error,
        user=user,
        sessions=sign_in.sessions(user.name),
        typed=form.typed if form else {},
        **choices(look_up),
    )


HANDLERS = [
    list_users,
    add_user,
    show_user,
    give_role,
    take_role,
    change_email,
    disable_user,
    enable_user,
    sign_user_out,
    make_link,
]
