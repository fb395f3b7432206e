import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.customer import Customer
from core.errors import AccessRefused, KvittError, TryAgain
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office import DEMO_APPLICATION_ID, DEMO_USERNAME
from tests.adapters.ways import PASSWORD, OpenSoap
from tests.fakes import FakeSessionStore

COLD = ["GetIdentitiesWithCredential", "Login", "GetIdentity"]


def operations(sandbox: Sandbox) -> list[str]:
    return [call.operation for call in sandbox.journal.calls()]


def refused(attempt: Callable[[], object]) -> AccessRefused:
    with pytest.raises(AccessRefused) as error:
        attempt()
    assert PASSWORD not in error.value.message
    return error.value


def test_the_company_is_chosen_by_name_although_another_is_the_default(sandbox: Sandbox, open_system: OpenSoap) -> None:
    open_system().customers.create([Customer(name="Kari")])
    assert operations(sandbox) == [*COLD, "SaveCompanies"]
    assert len(sandbox.account(DEMO_ACCOUNT).books.customers) == 1
    assert sandbox.account("Demo Annet AS").books.customers == {}


@pytest.mark.parametrize("name", ["Fjellutleie As", "Fjellutleie  AS", "Fjelutleie AS"])
def test_a_near_name_is_no_match_and_is_named(open_system: OpenSoap, name: str) -> None:
    error = refused(open_system(account_name=name).account)
    assert error.code == "unknown_account_name"
    assert '"Fjellutleie AS"' in error.message
    assert "Demo Annet" not in error.message


def test_a_name_far_from_any_names_no_other_business(open_system: OpenSoap) -> None:
    error = refused(open_system(account_name="Noe helt annet").account)
    assert error.code == "unknown_account_name"
    assert "No company has a similar name" in error.message


def test_two_companies_of_one_name_are_ambiguous(sandbox: Sandbox, open_system: OpenSoap) -> None:
    twins = [sandbox.add_account("Tvilling AS"), sandbox.add_account("Tvilling AS")]
    sandbox.add_user(DEMO_USERNAME, PASSWORD, application_id=DEMO_APPLICATION_ID, accounts=twins)
    assert refused(open_system(account_name="Tvilling AS").account).code == "ambiguous_account_name"


def test_a_blocked_company_is_refused_before_logging_in(sandbox: Sandbox, open_system: OpenSoap) -> None:
    assert refused(open_system(account_name="Blokkert AS").account).code == "identity_blocked"
    assert operations(sandbox) == ["GetIdentitiesWithCredential"]


def test_a_wrong_password_is_refused_as_that_whatever_was_asked(open_system: OpenSoap) -> None:
    for asked in (open_system(password="en annen").account, open_system(password="en annen").vat.codes):
        error = refused(asked)
        assert error.code == "login_refused"
        assert error.message.startswith("24SevenOffice, logging in: the user name, the password or the application id")


def test_a_throttled_login_is_temporary(sandbox: Sandbox, open_system: OpenSoap) -> None:
    sandbox.inject("Login", "fault", text="Too many login attempts. Please try again later.")
    with pytest.raises(TryAgain) as error:
        open_system().account()
    assert error.value.code == "login_throttled"


def test_a_session_is_used_again_by_the_next_process(
    sandbox: Sandbox, open_system: OpenSoap, store: FakeSessionStore
) -> None:
    open_system().products.find_categories("x")
    open_system().products.find_categories("x")
    assert operations(sandbox) == [*COLD, "GetCategories", "GetCategories"]
    assert PASSWORD not in store.kept["fjell"]


@pytest.mark.parametrize("change", [{"account_name": "Demo Annet AS"}, {"password": "ny"}])
def test_a_session_of_another_connection_is_not_used(
    sandbox: Sandbox, open_system: OpenSoap, change: dict[str, str]
) -> None:
    open_system().account()
    accounts = [sandbox.account(DEMO_ACCOUNT), sandbox.account("Demo Annet AS")]
    password = change.get("password", PASSWORD)
    sandbox.add_user(DEMO_USERNAME, password, application_id=DEMO_APPLICATION_ID, accounts=accounts)
    sandbox.journal.clear()
    assert open_system(**change).account().name == change.get("account_name", DEMO_ACCOUNT)
    assert operations(sandbox)[:3] == COLD


@pytest.mark.parametrize("kept", ["", "no json", "[]", '{"fingerprint": 1}', "null"])
def test_what_cannot_be_read_of_a_kept_session_is_forgotten(
    open_system: OpenSoap, store: FakeSessionStore, kept: str
) -> None:
    store.kept["fjell"] = kept
    assert open_system().account().name == DEMO_ACCOUNT


def test_an_ended_session_is_renewed_in_the_same_company_without_choosing_again(
    sandbox: Sandbox, open_system: OpenSoap
) -> None:
    system = open_system()
    system.account()
    sandbox.expire_sessions()
    sandbox.journal.clear()
    assert system.customers.find_by_email("kari@fjell.no") == []
    assert operations(sandbox) == ["GetCompanies", "Login", "GetIdentity", "GetCompanies"]


def test_a_write_is_never_repeated_here_but_finds_a_live_session_the_next_time(
    sandbox: Sandbox, open_system: OpenSoap
) -> None:
    system = open_system()
    system.account()
    sandbox.expire_sessions()
    sandbox.journal.clear()
    with pytest.raises(TryAgain) as error:
        system.customers.create([Customer(name="Kari")])
    assert (error.value.code, error.value.at_once) == ("session_lost", True)
    assert _customers(sandbox) == {}
    assert system.customers.create([Customer(name="Kari")]) == [str(next(iter(_customers(sandbox))))]
    assert operations(sandbox) == ["SaveCompanies", "Login", "GetIdentity", "SaveCompanies"]


def test_a_write_that_waited_long_for_its_session_is_not_sent(
    sandbox: Sandbox, open_system: OpenSoap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.http_api.kept_login._LONG_WAIT", 0.1)
    sandbox.inject("Login", "slow", delay=0.2)
    system = open_system()
    with pytest.raises(TryAgain) as error:
        system.customers.create([Customer(name="Kari")])
    assert error.value.at_once
    assert sandbox.journal.count("SaveCompanies") == 0
    assert len(system.customers.create([Customer(name="Kari")])) == 1


def _customers(sandbox: Sandbox) -> dict[int, object]:
    return dict(sandbox.account(DEMO_ACCOUNT).books.customers)


def test_a_session_that_ends_again_at_once_is_given_up(sandbox: Sandbox, open_system: OpenSoap) -> None:
    system = open_system()
    system.account()
    sandbox.inject("GetCompanies", "session_expired", times=None)
    sandbox.journal.clear()
    with pytest.raises(TryAgain) as error:
        system.customers.find_by_email("kari@fjell.no")
    assert (error.value.code, error.value.at_once) == ("session_lost", False)
    assert operations(sandbox) == ["GetCompanies", "Login", "GetIdentity", "GetCompanies"]


def test_a_session_that_another_process_has_renewed_is_picked_up(sandbox: Sandbox, open_system: OpenSoap) -> None:
    first, second = open_system(), open_system()
    first.account()
    second.account()
    sandbox.expire_sessions()
    first.account()
    sandbox.journal.clear()
    second.account()
    assert operations(sandbox) == ["GetIdentity", "GetIdentity"]


def test_an_identity_that_is_no_longer_the_users_is_chosen_anew(
    sandbox: Sandbox, open_system: OpenSoap, store: FakeSessionStore
) -> None:
    open_system().account()
    kept = json.loads(store.kept["fjell"])
    kept["identity_id"] = "99999999-9999-9999-9999-999999999999"
    store.kept["fjell"] = json.dumps(kept)
    sandbox.expire_sessions()
    sandbox.journal.clear()
    assert open_system().products.find_categories("x") == []
    assert operations(sandbox) == ["GetCategories", "Login", *COLD, "GetCategories"]


def test_a_session_that_stands_in_another_company_is_never_used_again(
    sandbox: Sandbox, open_system: OpenSoap, store: FakeSessionStore
) -> None:
    open_system().account()
    kept = json.loads(store.kept["fjell"])
    other = sandbox.account("Demo Annet AS").identity_id
    store.kept["fjell"] = json.dumps({**kept, "identity_id": other})
    system = open_system()
    assert refused(system.account).code == "wrong_company"
    assert json.loads(store.kept["fjell"])["session_id"] == ""


def test_two_businesses_of_one_user_side_by_side_keep_their_books_apart(
    sandbox: Sandbox, open_system: OpenSoap
) -> None:
    names = {"fjell": DEMO_ACCOUNT, "annet": "Demo Annet AS"}
    systems = {business: open_system(business, account_name=name) for business, name in names.items()}

    for system in systems.values():
        system.account()

    def write(nth: int) -> None:
        business = ("fjell", "annet")[nth % 2]
        try:
            systems[business].customers.create([Customer(name=f"{business} {nth}")])
        except TryAgain:  # its session had ended: it had no effect, and is made once more
            systems[business].customers.create([Customer(name=f"{business} {nth}")])
        if nth == 7:
            sandbox.expire_sessions()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(24)))
    for business, name in names.items():
        names_written = [customer.first_name for customer in sandbox.account(name).books.customers.values()]
        assert names_written == [business] * 12


def test_many_threads_of_one_business_log_in_once(sandbox: Sandbox, open_system: OpenSoap) -> None:
    system = open_system()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: system.products.find_categories("x"), range(16)))
    assert sandbox.journal.count("Login") == 1
    sandbox.expire_sessions()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: system.products.find_categories("x"), range(16)))
    assert sandbox.journal.count("Login") == 2


def test_rights_say_what_is_missing_and_why(sandbox: Sandbox, open_system: OpenSoap) -> None:
    allowed = open_system().rights()
    assert [(right.name, right.allowed) for right in allowed] == [
        ("customers", True),
        ("products", True),
        ("orders", True),
        ("VAT codes", True),
    ]
    bare = sandbox.add_account("Uten pakke AS", invoicing_package=False)
    sandbox.add_user(DEMO_USERNAME, PASSWORD, application_id=DEMO_APPLICATION_ID, accounts=[bare])
    missing = open_system("bare", account_name="Uten pakke AS").rights()
    assert not any(right.allowed for right in missing)
    assert all("does not have access" in (right.message or "") for right in missing)


def test_no_way_in_is_no_list_of_rights(open_system: OpenSoap) -> None:
    assert refused(open_system(password="en annen").rights).code == "login_refused"


def test_errors_are_of_the_core(open_system: OpenSoap) -> None:
    with pytest.raises(KvittError) as error:
        open_system(url="http://127.0.0.1:9").account()
    assert error.value.code == "unreachable"


class TestTheBooks:
    """Whose they are, by the company behind the session."""

    def test_the_login_tells_and_no_call_is_made_for_it(self, sandbox: Sandbox, open_system: OpenSoap) -> None:
        system, number = open_system(), sandbox.account(DEMO_ACCOUNT).number
        told = system.identity()
        assert (told.system, told.company_id, told.company) == ("24sevenoffice", str(number), DEMO_ACCOUNT)
        assert operations(sandbox) == COLD
        assert system.identity() == told
        system.vat.codes()
        assert operations(sandbox) == [*COLD, "GetVatTypeList"]

    def test_another_process_is_told_by_the_session_that_was_kept(
        self, sandbox: Sandbox, open_system: OpenSoap
    ) -> None:
        told = open_system().identity()
        assert open_system().identity() == told
        assert operations(sandbox) == COLD

    def test_who_is_not_let_in_has_none(self, open_system: OpenSoap) -> None:
        refused(open_system(password="wrong").identity)

    @pytest.mark.parametrize("ends", [True, False], ids=["session ended", "kept by another process"])
    def test_a_name_that_leads_to_another_company_by_now_is_written_to_by_nobody_who_knew_the_first(
        self, sandbox: Sandbox, open_system: OpenSoap, ends: bool
    ) -> None:
        """The company was closed, and another of its name has invited the user: only who opens it anew gets there."""
        system = open_system()
        before = system.identity()
        namesake = sandbox.add_account(DEMO_ACCOUNT)
        user = sandbox.add_user(DEMO_USERNAME, PASSWORD, application_id=DEMO_APPLICATION_ID, accounts=[namesake])
        assert user.default_account is namesake
        sandbox.expire_sessions()
        if not ends:
            with pytest.raises(TryAgain):
                open_system().vat.codes()  # found its session ended, and the company gone
            assert open_system().identity().company_id == str(namesake.number)
        for _ in range(2):
            with pytest.raises(TryAgain) as moved:
                system.vat.codes()
            assert moved.value.code == "books_changed"
            with pytest.raises(TryAgain) as moved:
                system.customers.create([Customer(name="Kari")])
            assert moved.value.code == "books_changed"
        assert system.has_moved
        assert namesake.books.customers == {}
        assert open_system().identity() == before.model_copy(update={"company_id": str(namesake.number)})
