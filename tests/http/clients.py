"""Clients of the API, with an API key or without."""

from litestar.testing import TestClient

from core.rights import Role
from entrypoints.container import Container
from entrypoints.http.app import create_app
from tests.http.documents import Api


def key_for(container: Container, *, business: str | None = None, role: Role = Role.SEND, name: str = "tests") -> str:
    """Make a key, an administrator's unless a business is named, and return its text."""
    _, text = container.manage_api_keys().create(name, business=business, role=role)
    return text


def bearing(key: str) -> dict[str, str]:
    """Return the header that carries a key."""
    return {"Authorization": f"Bearer {key}"}


def client_of(container: Container, *, key: str | None = None, local_only: bool = True) -> Api:
    """Return a client that carries this key, or an administrator's that is made for it; none when it is ""."""
    text = key_for(container) if key is None else key
    app = create_app(container, local_only=local_only)
    client: Api = TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False)
    client.headers.update(bearing(text) if text else {})
    return client
