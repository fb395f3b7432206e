import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError

from adapters.twentyfour_seven_office.rest.settings import RestConnection
from core.business import NewOrderStatus
from core.customer import Customer
from core.errors import AccessRefused, LeaseLost, TryAgain
from core.transfer import Receipt
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office import DEMO_CLIENT_ID
from sandbox.twentyfour_seven_office.books import Books
from tests.adapters.drafts import draft
from tests.adapters.gate import create_orders
from tests.adapters.rest.conftest import operations
from tests.adapters.ways import SECRET, OpenRest
from tests.fakes import FakeClock, FakeSessionStore

LOGIN = "POST /oauth/token"
CONFIRM = "GET /organization/information"
READ = "GET /taxes"


def refused(attempt: Callable[[], object]) -> AccessRefused:
    with pytest.raises(AccessRefused) as error:
        attempt()
    assert SECRET not in f"{error.value.message} {error.value.hint}"
    return error.value


def test_calls_are_not_budgeted(open_system: OpenRest) -> None:
    assert open_system().budget() is None


def test_the_login_tells_whose_books_these_are_and_no_call_is_made_for_it(
    sandbox: Sandbox, open_system: OpenRest
) -> None:
    system, number = open_system(account_name=DEMO_ACCOUNT), sandbox.account(DEMO_ACCOUNT).number
    told = system.identity()
    assert (told.system, told.company_id, told.company) == ("24sevenoffice", str(number), DEMO_ACCOUNT)
    before = operations(sandbox)
    assert system.identity() == told
    system.vat.codes()
    assert operations(sandbox) == [*before, "GET /taxes"]


def test_who_is_not_let_in_has_no_books(open_system: OpenRest) -> None:
    with pytest.raises(AccessRefused):
        open_system(organization_id="77").identity()


def test_a_token_is_used_again_by_the_next_process(
    sandbox: Sandbox, open_system: OpenRest, store: FakeSessionStore
) -> None:
    open_system().vat.codes()
    open_system().vat.codes()
    assert operations(sandbox) == [LOGIN, READ, READ]
    assert SECRET not in store.kept["fjell"]


def test_a_token_of_one_business_is_not_anothers(sandbox: Sandbox, open_system: OpenRest) -> None:
    open_system().vat.codes()
    other = str(sandbox.account("Demo Annet AS").number)
    assert open_system("annet", organization_id=other).account().name == "Demo Annet AS"
    assert open_system().account().name == DEMO_ACCOUNT
    assert operations(sandbox).count(LOGIN) == 2


def test_a_token_of_another_connection_is_not_used(sandbox: Sandbox, open_system: OpenRest) -> None:
    open_system().vat.codes()
    other = str(sandbox.account("Demo Annet AS").number)
    assert open_system(organization_id=other).account().name == "Demo Annet AS"
    error = refused(open_system(secret="en annen").vat.codes)
    assert error.code == "login_refused"
    assert error.message.startswith("24SevenOffice, logging in: the client id, the client secret or the organization")


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "no json",
        "[]",
        "null",
        '{"fingerprint": 1}',
        '{"fingerprint": "x", "identity_id": "y", "session_id": "z"}',  # the SOAP adapter's: the business has moved
        '{"fingerprint": "x", "usable_until": "2099-01-01", "token": "y"}',
        '{"fingerprint": "x", "usable_until": "2099-01-01T00:00:00Z", "token": "a b"}',
    ],
)
def test_what_cannot_be_read_of_a_kept_token_is_forgotten(
    open_system: OpenRest, store: FakeSessionStore, kept: str
) -> None:
    store.kept["fjell"] = kept
    assert open_system().account().name == DEMO_ACCOUNT


class TestBeforeItEnds:
    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()

    def test_a_token_is_renewed_a_minute_before(
        self, sandbox: Sandbox, open_system: OpenRest, clock: FakeClock
    ) -> None:
        system = open_system()
        system.vat.codes()
        clock.advance(seconds=86_400 - 61)
        system.vat.codes()
        open_system().vat.codes()
        assert operations(sandbox).count(LOGIN) == 1
        clock.advance(seconds=1)
        system.vat.codes()
        open_system().vat.codes()
        assert operations(sandbox).count(LOGIN) == 2

    def test_one_that_lives_shortly_is_used_for_half_its_life(
        self, sandbox: Sandbox, open_system: OpenRest, clock: FakeClock
    ) -> None:
        sandbox._office.clients.token_lifetime = 40
        system = open_system()
        for _ in range(2):
            system.vat.codes()
        assert operations(sandbox).count(LOGIN) == 1
        clock.advance(seconds=20)
        system.vat.codes()
        assert operations(sandbox).count(LOGIN) == 2


def test_a_read_whose_token_was_revoked_is_repeated_with_a_new_one(sandbox: Sandbox, open_system: OpenRest) -> None:
    system = open_system()
    system.vat.codes()
    sandbox.expire_sessions()
    sandbox.journal.clear()
    assert system.vat.codes()
    assert operations(sandbox) == [READ, LOGIN, READ]


def test_a_write_whose_token_was_revoked_did_nothing_and_is_repeated_once(
    sandbox: Sandbox, open_system: OpenRest, books: Books
) -> None:
    system = open_system()
    system.vat.codes()
    sandbox.expire_sessions()
    sandbox.journal.clear()
    (customer_id,) = system.customers.create([Customer(name="Kari Moe")])
    assert list(books.customers) == [int(str(customer_id))]
    assert operations(sandbox) == ["POST /customers", LOGIN, "POST /customers"]


def test_a_token_that_another_process_got_meanwhile_is_used_first(sandbox: Sandbox, open_system: OpenRest) -> None:
    first, second = open_system(), open_system()
    first.vat.codes()
    second.vat.codes()
    sandbox.expire_sessions()
    second.vat.codes()
    sandbox.journal.clear()
    first.vat.codes()
    assert operations(sandbox) == [READ, READ]


def test_a_new_token_that_is_refused_too_is_temporary_trouble(sandbox: Sandbox, open_system: OpenRest) -> None:
    """Who is not let in is told so when logging in: here the API does not know yet what its login server granted."""
    for operation, attempt in (
        (READ, lambda: open_system().vat.codes()),
        ("POST /customers", lambda: open_system().customers.create([Customer(name="Kari")])),
    ):
        sandbox.inject(operation, "session_expired", times=3)
        with pytest.raises(TryAgain) as trouble:
            attempt()
        assert (trouble.value.code, trouble.value.at_once) == ("session_lost", False)
        sandbox.clear_faults()


def test_a_row_whose_token_was_revoked_is_written_again_after_the_hold_was_kept(
    sandbox: Sandbox, open_system: OpenRest, customer_id: str, product_id: str
) -> None:
    system, kept = open_system(), []
    asked = draft("1001", customer_id=customer_id, product_id=product_id)
    system.customers.read([customer_id])
    sandbox.inject("POST /salesorders/{id}/lines", "session_expired")
    sandbox.journal.clear()
    (receipt,) = create_orders(system, [asked], between_calls=lambda: kept.append(sandbox.journal.count()))
    assert isinstance(receipt, Receipt)
    assert operations(sandbox) == [
        "POST /salesorders",
        "POST /salesorders/{id}/lines",
        LOGIN,
        "POST /salesorders/{id}/lines",
        "PATCH /salesorders/{id}",
    ]
    assert kept == [1, 2, 3, 4]


def test_a_hold_that_is_lost_meanwhile_ends_the_writing(
    sandbox: Sandbox, open_system: OpenRest, customer_id: str, product_id: str, books: Books
) -> None:
    system = open_system()
    system.customers.read([customer_id])
    sandbox.inject("POST /salesorders", "session_expired")

    def lost() -> None:
        raise LeaseLost("gone")

    with pytest.raises(LeaseLost):
        create_orders(
            system,
            [draft("1001", customer_id=customer_id, product_id=product_id, status=NewOrderStatus.OFFER)],
            between_calls=lost,
        )
    assert books.orders == {}


def test_a_refused_login_tells_nobodys_secret(open_system: OpenRest) -> None:
    error = refused(open_system(secret="helt feil").vat.codes)
    assert error.code == "login_refused"
    assert "helt feil" not in error.message


def test_an_organization_that_the_client_does_not_reach_is_refused(open_system: OpenRest) -> None:
    assert refused(open_system(organization_id="12345").vat.codes).code == "login_refused"


@pytest.mark.parametrize("kind", ["throttled", "quota"])
def test_a_throttled_login_is_waited_for(sandbox: Sandbox, open_system: OpenRest, kind: str) -> None:
    sandbox.inject(LOGIN, kind)
    with pytest.raises(TryAgain) as error:
        open_system().vat.codes()
    assert error.value.code == "login_throttled"
    assert error.value.not_before is not None
    assert open_system().vat.codes()


def test_threads_of_one_business_log_in_once(sandbox: Sandbox, open_system: OpenRest) -> None:
    sandbox.latency = 0.02
    system = open_system()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(2):
            assert all(pool.map(lambda _: system.vat.codes(), range(8)))
            sandbox.expire_sessions()
    assert operations(sandbox).count(LOGIN) == 2


class TestTheCompanysName:
    def test_a_new_token_is_used_for_nothing_before_the_name_was_compared(
        self, sandbox: Sandbox, open_system: OpenRest
    ) -> None:
        system = open_system(account_name=DEMO_ACCOUNT)
        system.vat.codes()
        open_system(account_name=DEMO_ACCOUNT).vat.codes()
        assert operations(sandbox) == [LOGIN, CONFIRM, READ, READ]
        sandbox.expire_sessions()
        sandbox.journal.clear()
        system.vat.codes()
        assert operations(sandbox) == [READ, LOGIN, CONFIRM, READ]

    @pytest.mark.parametrize("name", ["Fjellutleie", "fjellutleie as", "Demo Annet AS"])
    def test_another_name_is_refused_and_nothing_kept(
        self, sandbox: Sandbox, open_system: OpenRest, store: FakeSessionStore, name: str
    ) -> None:
        error = refused(lambda: open_system(account_name=name).customers.create([Customer(name="Kari")]))
        assert error.code == "wrong_company"
        assert DEMO_ACCOUNT not in error.message  # another business's name is its own affair
        assert operations(sandbox) == [LOGIN, CONFIRM]
        assert store.kept == {}

    def test_it_is_compared_when_asked_for_as_well(self, sandbox: Sandbox, open_system: OpenRest) -> None:
        system = open_system(account_name=DEMO_ACCOUNT)
        system.vat.codes()
        sandbox.account(DEMO_ACCOUNT).name = "Nytt navn AS"
        assert refused(system.account).code == "wrong_company"

    def test_a_token_that_is_refused_at_once_is_not_kept(
        self, sandbox: Sandbox, open_system: OpenRest, store: FakeSessionStore
    ) -> None:
        sandbox.inject(CONFIRM, "session_expired")
        with pytest.raises(TryAgain):
            open_system(account_name=DEMO_ACCOUNT).vat.codes()
        assert store.kept == {}


class TestRights:
    def test_all_are_there(self, sandbox: Sandbox, open_system: OpenRest) -> None:
        rights = open_system().rights()
        assert [right.name for right in rights] == ["customers", "products", "orders", "VAT codes", "payments"]
        assert all(right.allowed for right in rights)
        assert len(operations(sandbox)) == 6

    def test_one_that_is_missing_is_told(self, sandbox: Sandbox, open_system: OpenRest) -> None:
        sandbox.inject("GET /transactionlines", "forbidden")
        *others, payments = open_system().rights()
        assert all(right.allowed for right in others)
        assert payments.allowed is False
        assert payments.message == "24SevenOffice, reading what was paid: Insufficient permissions."

    def test_no_way_in_at_all_is_raised(self, open_system: OpenRest) -> None:
        assert refused(open_system(secret="feil").rights).code == "login_refused"


class TestTheConnection:
    def test_its_secret_shows_nowhere(self) -> None:
        connection = RestConnection(client_id="a", client_secret=SECRET, organization_id="1")
        assert SECRET not in repr(connection) + str(connection) + connection.model_dump_json()

    @pytest.mark.parametrize(
        "change", [{"client_secret": " "}, {"client_secret": "a\nb"}, {"more": "x"}, {"client_id": ""}]
    )
    def test_what_is_wrong_is_refused_without_its_value(self, change: dict[str, str]) -> None:
        given = {"client_id": "a", "client_secret": SECRET, "organization_id": "1", **change}
        with pytest.raises(ValidationError) as error:
            RestConnection.model_validate(given)
        assert SECRET not in str(error.value)


def test_a_kept_token_shows_only_in_its_store(open_system: OpenRest, store: FakeSessionStore) -> None:
    system = open_system()
    system.vat.codes()
    token = json.loads(store.kept["fjell"])["token"]
    session = system.vat._session
    assert token not in repr(session._login.at_hand)
    assert DEMO_CLIENT_ID not in store.kept["fjell"]
