from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from adapters.twentyfour_seven_office.rest.connection import RestConnection
from adapters.twentyfour_seven_office.rest.system import RestAccountingSystem, open_rest_system
from core.business import Business, Connection
from core.ports.clock import Clock
from core.ports.surroundings import Surroundings
from sandbox.twentyfour_seven_office import DEMO_ACCOUNT, DEMO_CLIENT_ID, Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.fakes import FakeCallCounter, FakeSessionStore
from tests.openapi.vendor_contract import assert_kept_where_known

SECRET = "hemmelig-Nøkkel-&-<42>"


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


Open = Callable[..., RestAccountingSystem]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """One client that reaches two companies. All that goes back and forth is held against the vendor's own file."""
    with Sandbox(logins_per_minute=0, keep_rest_exchanges=1000) as sandbox:
        accounts = [sandbox.add_account("Demo Annet AS"), sandbox.add_account(DEMO_ACCOUNT)]
        sandbox.add_client(DEMO_CLIENT_ID, SECRET, accounts=accounts)
        yield sandbox
        assert_kept_where_known(sandbox.rest_exchanges)


@pytest.fixture
def books(sandbox: Sandbox) -> Books:
    return sandbox.account(DEMO_ACCOUNT).books


@pytest.fixture
def product_id(books: Books) -> str:
    return str(books.add_product("Sharefox rental", books.add_category("SharefoxRental")))


@pytest.fixture
def customer_id(books: Books) -> str:
    return str(books.add_customer("Moe AS"))


@pytest.fixture
def store() -> FakeSessionStore:
    return FakeSessionStore()


@pytest.fixture
def clock() -> Clock:
    return RealClock()


@pytest.fixture
def open_system(sandbox: Sandbox, store: FakeSessionStore, clock: Clock) -> Open:
    """Open a business's books as a new process would: nothing is shared but the store."""

    def opened(
        business: str = "fjell",
        *,
        secret: str = SECRET,
        organization_id: str = "",
        account_name: str | None = None,
        timeout: str = "5",
        rest_url: str = "",
        login_url: str = "",
    ) -> RestAccountingSystem:
        connection = RestConnection(
            client_id=DEMO_CLIENT_ID,
            client_secret=secret,
            organization_id=organization_id or str(sandbox.account(DEMO_ACCOUNT).number),
            account_name=account_name,
        )
        environment = {
            "KVITT_TFSO_REST_URL": rest_url or sandbox.rest_url,
            "KVITT_TFSO_LOGIN_URL": login_url or sandbox.url,
            "KVITT_TFSO_TIMEOUT": timeout,
        }
        return open_rest_system(
            Business(name=business, accounting=Connection.of("24sevenoffice-rest", {})),
            connection,
            Surroundings(sessions=store, calls=FakeCallCounter(), clock=clock, environment=environment),
        )

    return opened


@pytest.fixture
def system(open_system: Open) -> RestAccountingSystem:
    return open_system()


def operations(sandbox: Sandbox) -> list[str]:
    return [call.operation for call in sandbox.journal.calls()]
