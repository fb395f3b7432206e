"""Every call that goes out is looked on at, under its method and route."""

from collections.abc import Iterator
from contextlib import contextmanager

from adapters.twentyfour_seven_office.rest.settings import RestConnection
from adapters.twentyfour_seven_office.rest.system import open_rest_system
from core.business import Business, Connection
from core.ports.clock import Clock
from core.ports.surroundings import Surroundings
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office import DEMO_CLIENT_ID
from tests.adapters.rest.conftest import operations
from tests.adapters.ways import SECRET
from tests.fakes import FakeCallCounter, FakeSessionStore


class Notebook:
    """A CallObserver that writes down what it sees."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str]] = []

    @contextmanager
    def call(self, system: str, operation: str, business: str) -> Iterator[None]:
        self.seen.append((system, operation, business))
        yield


def test_the_login_and_every_call_are_seen_and_no_id_in_them(
    sandbox: Sandbox, store: FakeSessionStore, clock: Clock, customer_id: str
) -> None:
    notebook = Notebook()
    connection = RestConnection(
        client_id=DEMO_CLIENT_ID,
        client_secret=SECRET,
        organization_id=str(sandbox.account(DEMO_ACCOUNT).number),
        account_name=DEMO_ACCOUNT,
    )
    environment = {"KVITT_TFSO_REST_URL": sandbox.rest_url, "KVITT_TFSO_LOGIN_URL": sandbox.url}
    system = open_rest_system(
        Business(name="fjell", accounting=Connection.of("24sevenoffice-rest", {})),
        connection,
        Surroundings(sessions=store, calls=FakeCallCounter(), clock=clock, environment=environment, observer=notebook),
    )

    assert system.customers.read([customer_id])

    assert notebook.seen[:2] == [
        ("24sevenoffice-rest", "POST /oauth/token", "fjell"),
        ("24sevenoffice-rest", "GET /organization/information", "fjell"),
    ]
    assert len(notebook.seen) == len(operations(sandbox)) > 2
    assert not any(customer_id in operation for _, operation, _ in notebook.seen)
