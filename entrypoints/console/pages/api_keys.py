"""API keys: which there are, make one, and revoke one."""

from http import HTTPStatus

from litestar import get, post
from litestar.di import NamedDependency

from core.errors import KvittError
from core.rights import Need
from core.use_cases.api_keys import ManageApiKeys
from core.use_cases.look_up import LookUp
from entrypoints.console.forms import Form
from entrypoints.console.rendering import address
from entrypoints.console.roles import choices, wanted_grant
from entrypoints.console.texts import gettext as _
from entrypoints.console.visit import Page, Visit
from entrypoints.http.api_keys import PrefixInPath
from entrypoints.http.paths import USUAL_PAGE, After, Limit, page

KEYS = address("api-keys")


@get("/api-keys", sync_to_thread=True, needs=Need.OVERSEE)
def list_api_keys(
    visit: NamedDependency[Visit],
    manage_api_keys: NamedDependency[ManageApiKeys],
    look_up: NamedDependency[LookUp],
    limit: Limit = USUAL_PAGE,
    after: After = None,
) -> Page:
    """List all keys by prefix, revoked ones too."""
    return _listed(visit, manage_api_keys, look_up, limit=limit, after=after)


@post("/api-keys", sync_to_thread=True, needs=Need.ADMINISTER)
def create_api_key(
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    manage_api_keys: NamedDependency[ManageApiKeys],
    look_up: NamedDependency[LookUp],
) -> Page:
    """Make a key, and show its text this once."""
    try:
        grant = wanted_grant(form)
        key, text = manage_api_keys.create(form.text("name"), business=grant.business, role=grant.role)
    except KvittError as error:
        return _listed(visit, manage_api_keys, look_up, form=form, error=error)
    return visit.page("api_key_made", status=HTTPStatus.CREATED, key=key, text=text)


@post("/api-keys/{prefix:str}/revoke", sync_to_thread=True, needs=Need.ADMINISTER)
def revoke_api_key(
    prefix: PrefixInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    manage_api_keys: NamedDependency[ManageApiKeys],
) -> Page:
    """Have a key open nothing any more, once it is certain that this is meant."""
    key = manage_api_keys.get(prefix)
    if not form.is_confirmed:
        return visit.confirm(
            form,
            _("Revoke the key %(name)s?") % {"name": key.name},
            about=_("Whatever uses it is shut out within seconds. That can't be undone."),
            items=[key.prefix],
            sure=_("Revoke"),
            back=KEYS,
        )
    key = manage_api_keys.revoke(prefix)
    return visit.go(KEYS, told=_("The key %(name)s opens nothing any more.") % {"name": key.name})


def _listed(
    visit: Visit,
    manage_api_keys: ManageApiKeys,
    look_up: LookUp,
    *,
    limit: int = USUAL_PAGE,
    after: str | None = None,
    form: Form | None = None,
    error: KvittError | None = None,
) -> Page:
    rows, then = page(
        lambda most, start: manage_api_keys.list(limit=most, after=start),
        limit=limit,
        after=after or None,
        key=lambda key: key.prefix,
    )
    return visit.page(
        "api_keys",
        error=error,
        rows=rows,
        then=then,
        typed=form.typed if form else {},
        **choices(look_up),
    )


HANDLERS = [list_api_keys, create_api_key, revoke_api_key]
