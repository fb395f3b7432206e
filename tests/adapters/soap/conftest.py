from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from adapters.twentyfour_seven_office.soap.connection import SoapConnection
from adapters.twentyfour_seven_office.soap.system import SoapAccountingSystem, open_soap_system
from core.business import Business, Connection
from core.ports.surroundings import Surroundings
from sandbox.twentyfour_seven_office import DEMO_ACCOUNT, DEMO_APPLICATION_ID, DEMO_USERNAME, Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.fakes import FakeCallCounter

PASSWORD = "hemmelig-Passord-&-<42>"


class MemorySessions:
    """What one installation keeps, for as long as a test lasts."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def load(self, business: str) -> str | None:
        return self.kept.get(business)

    def save(self, business: str, session: str) -> None:
        self.kept[business] = session


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


Open = Callable[..., SoapAccountingSystem]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """One user who reaches three companies: another by default, the one meant, and one that is blocked."""
    with Sandbox(keep_requests=True) as sandbox:
        accounts = [sandbox.add_account("Demo Annet AS"), sandbox.add_account(DEMO_ACCOUNT)]
        blocked = [sandbox.add_account("Blokkert AS")]
        sandbox.add_user(
            DEMO_USERNAME, PASSWORD, application_id=DEMO_APPLICATION_ID, accounts=accounts, blocked=blocked
        )
        yield sandbox


@pytest.fixture
def books(sandbox: Sandbox) -> Books:
    return sandbox.account(DEMO_ACCOUNT).books


@pytest.fixture
def store() -> MemorySessions:
    return MemorySessions()


@pytest.fixture
def counter() -> FakeCallCounter:
    return FakeCallCounter()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_system(sandbox: Sandbox, store: MemorySessions, counter: FakeCallCounter, clock: Clock) -> Open:
    """Open a business's books as a new process would: nothing is shared but the store."""

    def opened(
        business: str = "fjell",
        *,
        account_name: str = DEMO_ACCOUNT,
        password: str = PASSWORD,
        url: str = "",
        timeout: str = "5",
        calls_per_hour: str = "",
    ) -> SoapAccountingSystem:
        connection = SoapConnection(
            account_name=account_name,
            application_id=DEMO_APPLICATION_ID,
            username=DEMO_USERNAME,
            password=password,
        )
        environment = {
            "KVITT_TFSO_API_URL": url or sandbox.url,
            "KVITT_TFSO_TIMEOUT": timeout,
            "KVITT_TFSO_CALLS_PER_HOUR": calls_per_hour,
        }
        return open_soap_system(
            Business(name=business, accounting=Connection.of("24sevenoffice", {})),
            connection,
            Surroundings(sessions=store, calls=counter, clock=clock, environment=environment),
        )

    return opened


@pytest.fixture
def system(open_system: Open) -> SoapAccountingSystem:
    return open_system()
