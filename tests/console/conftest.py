"""Readers of the console: signed in as an administrator, as somebody of one business, or not at all."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from httpx import BaseTransport, Client, Request, Response

from core.rights import Role
from entrypoints.container import Container
from tests.console.people import sign_in_to
from tests.console.reader import Reader
from tests.http.clients import client_of
from tests.http.conftest import connected, container, fjell, office, shared_container  # noqa: F401 - fixtures
from tests.http.documents import Api

SignedInAs = Callable[..., Reader]


@pytest.fixture
def api(container: Container) -> Iterator[Api]:  # noqa: F811
    """A client of the API, with an administrator's key; nothing is stored yet. Readers read the same application."""
    with client_of(container) as client:
        yield client


@pytest.fixture(scope="module")
def shared_fjell(shared_container: Container) -> Iterator[Api]:  # noqa: F811
    """Like `fjell`, for tests that do not mind what others of their module have stored: it saves seconds."""
    with client_of(shared_container) as client:
        yield connected(client)


@pytest.fixture
def stranger(api: Api) -> Iterator[Reader]:
    """Reads without being signed in."""
    with _another_of(api) as client:
        yield Reader(client)


@pytest.fixture
def signed_in_as(api: Api, container: Container) -> Iterator[SignedInAs]:  # noqa: F811
    """Signs a user in: `signed_in_as("kari", fjell=Role.READ)`; an administrator where no business is named."""
    with ExitStack() as stack:

        def sign_in(name: str = "ola", **roles: Role) -> Reader:
            client = stack.enter_context(_another_of(api))
            sign_in_to(client, container, name, roles)
            return Reader(client)

        yield sign_in


@pytest.fixture
def reader(fjell: Api, signed_in_as: SignedInAs) -> Reader:  # noqa: F811
    """Reads as an administrator; "fjell" is connected. What tests store they store through `fjell`, the API."""
    return signed_in_as()


class _SameApplication(BaseTransport):
    """Hands requests to the application of another client, which goes on when this one is closed."""

    def __init__(self, client: Client) -> None:
        self._other = client._transport

    def handle_request(self, request: Request) -> Response:
        return self._other.handle_request(request)


def _another_of(api: Api) -> Client:
    """Return another client of a client's application, with cookies of its own and no key."""
    return Client(transport=_SameApplication(api), base_url=api.base_url, follow_redirects=True)
