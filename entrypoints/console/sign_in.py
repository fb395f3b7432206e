"""Signing in and out: by password, by a link that works once, by passkey and by OpenID Connect."""

from typing import Annotated
from urllib.parse import quote, unquote

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from core.errors import InvalidInput, KvittError
from core.passkey import Site
from core.ports.openid import OpenIdAttempt
from core.use_cases.sign_in import SignIn
from core.use_cases.use_passkeys import UsePasskeys
from entrypoints.console.forms import MOST_OF_A_STRANGER, Form
from entrypoints.console.headers import FORGET, KEEPS_TOKEN
from entrypoints.console.rendering import address
from entrypoints.console.session import session_cookie, session_text
from entrypoints.console.visit import OPEN, Page, Visit, caller_of, host_of, own_address, site_at
from entrypoints.http.problems import AnyRequest

Next = Annotated[str, QueryParameter(name="next")]
Token = Annotated[str, QueryParameter()]

_OPENID_COOKIE = "kvitt_openid"
_OPENID_SECONDS = 600


@get("/sign-in", sync_to_thread=True, opt={OPEN: True})
def show_sign_in(visit: NamedDependency[Visit], sign_in: NamedDependency[SignIn], back: Next = "") -> Page:
    """Ask who it is; whoever is signed in goes on."""
    if visit.signed_in:
        return visit.go(own_address(back))
    return _asked(visit, sign_in, back=own_address(back))


@post("/sign-in", sync_to_thread=True, request_max_body_size=MOST_OF_A_STRANGER, opt={OPEN: True})
def sign_in_by_password(
    visit: NamedDependency[Visit], form: NamedDependency[Form], sign_in: NamedDependency[SignIn]
) -> Page:
    """Begin a session by name and password."""
    back, name = own_address(form.text("next")), form.text("name")
    try:
        started = sign_in.by_password(name, form.whole("password"), address=caller_of(visit))
    except KvittError as error:
        return _asked(visit, sign_in, back=back, name=name, error=error)
    response = visit.go(back)
    response.set_cookie(session_cookie(visit, started.text))
    return response


@get("/sign-in/link", sync_to_thread=True, opt={OPEN: True})
def show_link(visit: NamedDependency[Visit], token: Token = "") -> Page:
    """Show the button that uses a link: what only looks at addresses, such as a preview, does not use it up."""
    return visit.page("sign_in_link", token=token, headers=KEEPS_TOKEN)


@post("/sign-in/link", sync_to_thread=True, request_max_body_size=MOST_OF_A_STRANGER, opt={OPEN: True})
def sign_in_by_link(
    visit: NamedDependency[Visit], form: NamedDependency[Form], sign_in: NamedDependency[SignIn]
) -> Page:
    """Begin a session by a link."""
    try:
        started = sign_in.by_link(form.text("token"), address=caller_of(visit))
    except KvittError as error:
        return visit.page("sign_in_link", error=error, token="", headers=KEEPS_TOKEN)
    response = visit.go("/")
    response.set_cookie(session_cookie(visit, started.text))
    return response


@get("/sign-in/passkey", sync_to_thread=True, opt={OPEN: True})
def ask_passkey(visit: NamedDependency[Visit], use_passkeys: NamedDependency[UsePasskeys], back: Next = "") -> Page:
    """Have the browser sign in with a passkey; what it is asked is in the page."""
    asked = use_passkeys.ask(required_site(visit), address=caller_of(visit))
    return visit.page("sign_in_passkey", asked=asked, back=own_address(back))


@post("/sign-in/passkey", sync_to_thread=True, request_max_body_size=MOST_OF_A_STRANGER, opt={OPEN: True})
def sign_in_by_passkey(
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    sign_in: NamedDependency[SignIn],
    use_passkeys: NamedDependency[UsePasskeys],
) -> Page:
    """Begin a session by what the browser has signed."""
    back, site = own_address(form.text("next")), required_site(visit)
    try:
        started = use_passkeys.sign_in(form.whole("answer"), site, address=caller_of(visit))
    except KvittError as error:
        return _asked(visit, sign_in, back=back, error=error)
    response = visit.go(back)
    response.set_cookie(session_cookie(visit, started.text))
    return response


@get("/sign-in/openid", sync_to_thread=True, opt={OPEN: True})
def ask_openid(visit: NamedDependency[Visit], sign_in: NamedDependency[SignIn], back: Next = "") -> Page:
    """Lead to the OpenID Connect provider; the browser keeps what its answer must fit."""
    attempt, where = sign_in.ask_openid(back=_openid_back(visit))
    kept = (attempt.state, attempt.nonce, attempt.verifier, quote(own_address(back), safe=""))
    response = visit.go(where)
    response.set_cookie(visit.cookie(_OPENID_COOKIE, ".".join(kept), max_age=_OPENID_SECONDS))
    return response


@get("/sign-in/openid/back", sync_to_thread=True, opt={OPEN: True})
def sign_in_by_openid(
    visit: NamedDependency[Visit],
    request: AnyRequest,
    sign_in: NamedDependency[SignIn],
    code: Annotated[str, QueryParameter()] = "",
    stated: Annotated[str, QueryParameter(name="state")] = "",
) -> Page:
    """Begin a session by what the OpenID Connect provider sent along."""
    state, nonce, verifier, back = (*request.cookies.get(_OPENID_COOKIE, "").split(".", 3), "", "", "", "")[:4]
    attempt = OpenIdAttempt(state=state or "none", nonce=nonce, verifier=verifier)
    try:
        started = sign_in.by_openid(
            attempt, code=code, state=stated, back=_openid_back(visit), address=caller_of(visit)
        )
    except KvittError as error:
        visit.forget_query()
        response = _asked(visit, sign_in, back="/", error=error)
    else:
        response = visit.go(own_address(unquote(back)))
        response.set_cookie(session_cookie(visit, started.text))
    response.delete_cookie(_OPENID_COOKIE)
    return response


@post("/sign-out", sync_to_thread=True, needs=None)
def sign_out(visit: NamedDependency[Visit], request: AnyRequest, sign_in: NamedDependency[SignIn]) -> Page:
    """End the session, here and in the browser."""
    if text := session_text(request):
        sign_in.sign_out(text)
    response = visit.go(address("sign-in"))
    response.delete_cookie(session_cookie(visit, "").key)
    response.headers.update(FORGET)
    return response


def required_site(visit: Visit) -> Site:
    """Return the console's site. Errors: InvalidInput, code `no_passkeys_here`, where browsers use no passkeys."""
    if site := site_at(visit):
        return site
    raise InvalidInput(
        "Browsers use no passkeys at this address.",
        code="no_passkeys_here",
        hint="Open Kvitt over https by its name, or on this machine as http://localhost.",
    )


def _asked(visit: Visit, sign_in: SignIn, *, back: str, name: str = "", error: KvittError | None = None) -> Page:
    return visit.page(
        "sign_in",
        error=error,
        back=back,
        name=name,
        offers_openid=sign_in.offers_openid,
        offers_passkeys=site_at(visit) is not None,
    )


def _openid_back(visit: Visit) -> str:
    """Return where the provider sends the browser back to: it knows this address too, and takes no other."""
    return f"{visit.scope['scheme']}://{host_of(visit)}/sign-in/openid/back"


HANDLERS = [
    show_sign_in,
    sign_in_by_password,
    show_link,
    sign_in_by_link,
    ask_passkey,
    sign_in_by_passkey,
    ask_openid,
    sign_in_by_openid,
    sign_out,
]
