"""Users for tests, and how they get in."""

from collections.abc import Mapping

from httpx import Client

from core.errors import Conflict
from core.rights import Role
from core.user import Grant
from entrypoints.container import Container

PASSWORD = "blabaer og rips i bakken"


def add_user(container: Container, name: str, roles: Mapping[str, Role]) -> None:
    """Make sure that there is this user: with these roles by business, or an administrator where there is none."""
    grants = [Grant(business=business, role=role) for business, role in roles.items()] or [Grant(role=Role.SEND)]
    try:
        container.manage_users().add(name, grants=grants)
    except Conflict:
        container.manage_users().set_grants(name, grants)


def link_for(container: Container, name: str, roles: Mapping[str, Role] | None = None) -> str:
    """Return the text of a link that signs this user in, who is made where there is none."""
    add_user(container, name, roles or {})
    return container.manage_users().link(name).text


def password_for(container: Container, name: str) -> str:
    """Return the password of this user, an administrator, who is made where there is none."""
    add_user(container, name, {})
    container.manage_users().set_password(name, PASSWORD)
    return PASSWORD


def sign_in_to(client: Client, container: Container, name: str, roles: Mapping[str, Role]) -> None:
    """Have the client signed in as this user, who is made."""
    sent = {"token": link_for(container, name, roles)}
    assert client.post("/sign-in/link", data=sent, follow_redirects=False).status_code == 303
