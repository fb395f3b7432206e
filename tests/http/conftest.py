from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from dependency_injector import providers

from entrypoints.container import DURABLE, INLINE, Container
from entrypoints.settings import Settings
from entrypoints.worker import Worker
from sandbox import Sandbox
from tests.homes import furnished
from tests.http.clients import client_of
from tests.http.documents import Api, business_document


@contextmanager
def installation(home: Path, office: Sandbox, *, queue: str = INLINE) -> Iterator[Container]:
    # With the inline queue a send has ended, or waits, before it is answered: what does not need workers is quicker.
    settings = Settings(home=home, sweep_seconds=0.2, retry_first_seconds=0.3, settling_seconds=0.5, stop_seconds=20)
    container = furnished(settings, queue=queue)
    container.environment.override(providers.Object({"KVITT_TFSO_API_URL": office.url}))
    storage = container.storage()
    try:
        yield container
    finally:
        storage.close()


def connected(api: Api) -> Api:
    """Connect the business "fjell", and return the client."""
    assert api.put("/v1/businesses/fjell", json=business_document()).status_code == 201
    return api


@pytest.fixture
def office() -> Iterator[Sandbox]:
    with Sandbox.demo() as sandbox:
        yield sandbox


@pytest.fixture
def container(office: Sandbox, tmp_path: Path) -> Iterator[Container]:
    with installation(tmp_path, office) as container:
        yield container


@pytest.fixture
def api(container: Container) -> Iterator[Api]:
    """A client of the API, with an administrator's key; nothing is stored yet."""
    with client_of(container) as client:
        yield client


@pytest.fixture
def fjell(api: Api) -> Api:
    """A client of the API; the business "fjell" is connected."""
    return connected(api)


@pytest.fixture(scope="module")
def shared_container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """The installation of `shared_fjell`."""
    with Sandbox.demo() as office, installation(tmp_path_factory.mktemp("shared"), office) as container:
        yield container


@pytest.fixture(scope="module")
def shared_fjell(shared_container: Container) -> Iterator[Api]:
    """Like `fjell`, for tests that do not mind what others of their module have stored: it saves seconds."""
    with client_of(shared_container) as client:
        yield connected(client)


@pytest.fixture
def served(office: Sandbox, tmp_path: Path) -> Iterator[Api]:
    """A client of the API as it is served: a durable queue and a worker inside. "fjell" is connected."""
    with (
        installation(tmp_path, office, queue=DURABLE) as container,
        Worker(container),
        client_of(container) as client,
    ):
        yield connected(client)
