"""`kvitt user`: the people who use the console, and what they may do there."""

import sys
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from core.password import SHORTEST
from core.rights import Role
from core.user import Grant, User
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, print_table, say, show
from entrypoints.cli.paging import every
from entrypoints.cli.running import LOOPBACK, SERVE_PORT
from entrypoints.cli.telling import moment
from entrypoints.documents import MadeLinkDocument, UserDocument
from entrypoints.language.at_hand import translated
from entrypoints.sign_in_link import link_address

if TYPE_CHECKING:
    from entrypoints.container import Container

LOCAL_CONSOLE = f"http://{LOOPBACK}:{SERVE_PORT}"

Name = Annotated[str, typer.Argument(metavar="NAME", help="The user's name; list shows it.")]
Administrator = Annotated[bool, typer.Option("--administrator", help="For every business and the installation itself.")]
Businesses = Annotated[
    list[str] | None,
    typer.Option("--business", metavar="NAME", help="For this business; give it for each.", show_default=False),
]
RoleOption = Annotated[str, typer.Option("--role", metavar="ROLE", help="send (includes reading) or read.")]


def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who it is, as the audit trail is to say.")],
    business: Businesses = None,
    administrator: Administrator = False,
    role: RoleOption = "send",
    email: Annotated[
        str | None,
        typer.Option("--email", metavar="ADDRESS", help="What an OpenID Connect provider knows the user by."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Add a user of the console."""
    wanted = _role(role)
    businesses = _businesses(business, administrator=administrator) if business or administrator else []
    with installation() as container:
        grants = _grants(container, businesses, wanted)
        user = container.manage_users().add(name, email=email, grants=grants)
    _shown(user, as_json, f'Added the user "{user.name}".')
    if not as_json:
        _say_roles(user)
        say(f"Next: kvitt user link {_argument(user.name)}")
    return ExitCode.DONE


def list_(as_json: AsJson = False) -> int:
    """List the users, disabled ones too."""
    with installation() as container:
        users = list(every(container.manage_users().list, key=lambda user: user.name))
    if as_json:
        print_json([UserDocument.of(user).document() for user in users])
    elif users:
        rows = [
            [
                user.name,
                _roles(user),
                "yes" if user.has_password else "no",
                user.email or "",
                moment(user.created_at),
                moment(user.disabled_at) if user.disabled_at else "",
            ]
            for user in users
        ]
        print_table(["Name", "Roles", "Password", "E-mail", "Added", "Disabled"], rows, below=["Disabled", "Roles"])
    else:
        say("There are no users yet. Add one with: kvitt user add NAME --administrator")
    return ExitCode.DONE


def set_(
    name: Name,
    email: Annotated[
        str, typer.Option("--email", metavar="ADDRESS", help="What an OpenID Connect provider has; blank for none.")
    ],
    as_json: AsJson = False,
) -> int:
    """Change a user's e-mail address."""
    with installation() as container:
        user = container.manage_users().set_email(name, email.strip() or None)
    return _shown(user, as_json, f'Changed the user "{user.name}".')


def grant(
    name: Name,
    business: Businesses = None,
    administrator: Administrator = False,
    role: RoleOption = "send",
    as_json: AsJson = False,
) -> int:
    """Give a user a role for businesses, or for everything."""
    wanted, businesses = _role(role), _businesses(business, administrator=administrator)
    with installation() as container:
        user = container.manage_users().grant(name, _grants(container, businesses, wanted))
    return _shown_with_roles(user, as_json)


def revoke(
    name: Name, business: Businesses = None, administrator: Administrator = False, as_json: AsJson = False
) -> int:
    """Take a user's role for businesses, or for everything, away."""
    businesses = _businesses(business, administrator=administrator)
    with installation() as container:
        user = container.manage_users().revoke(name, businesses)
    return _shown_with_roles(user, as_json)


def link(
    name: Name,
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="Where the user reaches the console.")
    ] = LOCAL_CONSOLE,
    as_json: AsJson = False,
) -> int:
    """Make a link that signs a user in, once, within 15 minutes.

    Standard output holds the link and nothing else.
    """
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise typer.BadParameter("write it like https://kvitt.example.com.", param_hint="--url")
    with installation() as container:
        made = container.manage_users().link(name)
    address = link_address(url, made.text)
    if as_json:
        print_json(MadeLinkDocument(user=made.user.name, url=address, expires_at=made.expires_at).document())
    else:
        show(address)
        say(f'It signs "{made.user.name}" in, once, until {moment(made.expires_at)}. Whoever has it may use it.')
    return ExitCode.DONE


def set_password(name: Name, as_json: AsJson = False) -> int:
    """Set a user's password, and end the user's sessions.

    It is asked for at a terminal, and read from standard input elsewhere; a blank one takes the password away.
    """
    with installation() as container:
        users = container.manage_users()
        users.get(name)
        password = _password()
        user = users.set_password(name, password) if password else users.remove_password(name)
    told = "has a new password" if user.has_password else "has no password any more"
    return _shown(user, as_json, f'The user "{user.name}" {told}.')


def disable(name: Name, as_json: AsJson = False) -> int:
    """Let a user in no more, and end the user's sessions."""
    with installation() as container:
        user = container.manage_users().disable(name)
    return _shown(user, as_json, f'The user "{user.name}" is disabled.')


def enable(name: Name, as_json: AsJson = False) -> int:
    """Let a user in again."""
    with installation() as container:
        user = container.manage_users().enable(name)
    return _shown(user, as_json, f'The user "{user.name}" is enabled.')


def _shown(user: User, as_json: bool, told: str) -> int:
    if as_json:
        print_json(UserDocument.of(user).document())
    else:
        show(told)
    return ExitCode.DONE


def _shown_with_roles(user: User, as_json: bool) -> int:
    _shown(user, as_json, f'Changed the user "{user.name}".')
    if not as_json:
        _say_roles(user)
    return ExitCode.DONE


def _say_roles(user: User) -> None:
    if roles := _roles(user):
        say(f"Roles: {roles}")
    else:
        say("There is no role yet: give one with kvitt user grant.")


def _roles(user: User) -> str:
    return ", ".join(f"{one.business or '(administrator)'}: {one.role}" for one in user.grants)


def _businesses(names: list[str] | None, *, administrator: bool) -> list[str | None]:
    """Return for what a grant is; None is for everything."""
    if administrator == bool(names):
        raise typer.BadParameter("Say for what: give one of the two.", param_hint="--business, --administrator")
    return [*names] if names else [None]


def _role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise typer.BadParameter(f"choose one of {', '.join(Role)}.", param_hint="--role") from None


def _grants(container: "Container", businesses: list[str | None], role: Role) -> list[Grant]:
    for business in businesses:
        if business is not None:
            container.look_up().require(business)
    return [Grant(business=business, role=role) for business in businesses]


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    asked, again = translated(f"New password, at least {SHORTEST} characters"), translated("Once more")
    return str(
        typer.prompt(asked, default="", show_default=False, hide_input=True, confirmation_prompt=again, err=True)
    )


def _argument(name: str) -> str:
    return f'"{name}"' if " " in name else name
