"""The two ways to a company's books in the sandbox: who is let in there, and how a process opens them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from adapters.twentyfour_seven_office.rest.settings import RestConnection
from adapters.twentyfour_seven_office.rest.system import RestAccountingSystem, open_rest_system
from adapters.twentyfour_seven_office.soap.settings import SoapConnection
from adapters.twentyfour_seven_office.soap.system import SoapAccountingSystem, open_soap_system
from core.business import Business, Connection
from core.ports.clock import Clock
from core.ports.surroundings import Surroundings
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office import DEMO_APPLICATION_ID, DEMO_CLIENT_ID, DEMO_USERNAME
from tests.adapters.gate import Gate
from tests.fakes import FakeCallCounter, FakeSessionStore
from tests.openapi.vendor_contract import assert_kept_where_known

PASSWORD = "hemmelig-Passord-&-<42>"
SECRET = "hemmelig-Nøkkel-&-<42>"

OpenSoap = Callable[..., SoapAccountingSystem]
OpenRest = Callable[..., RestAccountingSystem]


@contextmanager
def soap_office() -> Iterator[Sandbox]:
    """One user who reaches three companies: another by default, the one meant, and one that is blocked."""
    with Sandbox(keep_requests=True) as sandbox:
        accounts = [sandbox.add_account("Demo Annet AS"), sandbox.add_account(DEMO_ACCOUNT)]
        blocked = [sandbox.add_account("Blokkert AS")]
        sandbox.add_user(
            DEMO_USERNAME, PASSWORD, application_id=DEMO_APPLICATION_ID, accounts=accounts, blocked=blocked
        )
        yield sandbox


@contextmanager
def rest_office() -> Iterator[Sandbox]:
    """One client that reaches two companies. All that goes back and forth is held against the vendor's own file."""
    with Sandbox(logins_per_minute=0, keep_rest_exchanges=1000) as sandbox:
        accounts = [sandbox.add_account("Demo Annet AS"), sandbox.add_account(DEMO_ACCOUNT)]
        sandbox.add_client(DEMO_CLIENT_ID, SECRET, accounts=accounts)
        yield sandbox
        assert_kept_where_known(sandbox.rest_exchanges)


def opens_soap(sandbox: Sandbox, store: FakeSessionStore, counter: FakeCallCounter, clock: Clock) -> OpenSoap:
    """Return what opens a business's books as a new process would: nothing is shared but the store."""

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
            Surroundings(sessions=store, calls=counter, clock=clock, environment=environment, observer=Gate()),
        )

    return opened


def opens_rest(sandbox: Sandbox, store: FakeSessionStore, counter: FakeCallCounter, clock: Clock) -> OpenRest:
    """Return what opens a business's books as a new process would: nothing is shared but the store."""

    def opened(
        business: str = "fjell",
        *,
        secret: str = SECRET,
        organization_id: str = "",
        account_name: str | None = None,
        timeout: str = "5",
        rest_url: str = "",
        login_url: str = "",
        parallel_calls: str = "",
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
            "KVITT_TFSO_REST_PARALLEL_CALLS": parallel_calls,
        }
        return open_rest_system(
            Business(name=business, accounting=Connection.of("24sevenoffice-rest", {})),
            connection,
            Surroundings(sessions=store, calls=counter, clock=clock, environment=environment, observer=Gate()),
        )

    return opened
