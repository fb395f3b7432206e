from collections.abc import Callable, Iterator

import pytest

from adapters.tripletex.settings import TripletexConnection
from adapters.tripletex.system import TripletexAccountingSystem, open_tripletex_system
from core.business import Business, Connection
from core.ports.clock import Clock
from core.ports.surroundings import Surroundings
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.tripletex import DEMO_CONSUMER_TOKEN
from sandbox.tripletex.books import Books
from tests.adapters.gate import Gate
from tests.fakes import FakeCallCounter, FakeSessionStore
from tests.openapi.tripletex_contract import assert_kept_where_known

EMPLOYEE, ACCOUNTANT, RIGHTLESS = "ansatt-&-nøkkel-42", "regnskapsfører-nøkkel-42", "rettighetsløs-nøkkel-42"
CLIENT = "Kundens AS"

Open = Callable[..., TripletexAccountingSystem]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A company with its own token, an accountant's whose client another one is, and a token that may nothing.

    All that goes back and forth is held against the vendor's own file, where that is.
    """
    with Sandbox(logins_per_minute=0, keep_rest_exchanges=1_000) as sandbox:
        tripletex = sandbox.tripletex
        own, office, client = (tripletex.add_company(name) for name in (DEMO_ACCOUNT, "Regnskap AS", CLIENT))
        tripletex.add_login(EMPLOYEE, companies=[own])
        tripletex.add_login(ACCOUNTANT, companies=[office, client])
        tripletex.add_login(RIGHTLESS, companies=[own], may_invoice=False)
        yield sandbox
    assert_kept_where_known(sandbox.tripletex.exchanges)


@pytest.fixture
def books(sandbox: Sandbox) -> Books:
    return sandbox.tripletex.company(DEMO_ACCOUNT).books


@pytest.fixture
def open_system(sandbox: Sandbox, store: FakeSessionStore, counter: FakeCallCounter, clock: Clock) -> Open:
    """Return what opens a business's books as a new process would: nothing is shared but the store."""

    def opened(
        business: str = "fjell",
        *,
        account_name: str = DEMO_ACCOUNT,
        employee_token: str = EMPLOYEE,
        consumer_token: str = DEMO_CONSUMER_TOKEN,
        clock: Clock = clock,
        timeout: str = "5",
    ) -> TripletexAccountingSystem:
        connection = TripletexConnection.model_validate(
            {"account_name": account_name, "employee_token": employee_token, "consumer_token": consumer_token}
        )
        environment = {"KVITT_TRIPLETEX_URL": sandbox.tripletex_url, "KVITT_TRIPLETEX_TIMEOUT": timeout}
        return open_tripletex_system(
            Business(name=business, accounting=Connection.of("tripletex", {})),
            connection,
            Surroundings(sessions=store, calls=counter, clock=clock, environment=environment, observer=Gate()),
        )

    return opened


@pytest.fixture
def system(open_system: Open) -> TripletexAccountingSystem:
    return open_system()


def operations(sandbox: Sandbox) -> list[str]:
    return [call.operation for call in sandbox.journal.calls()]
