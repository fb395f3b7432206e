"""How Kvitt gets in: a session token for the day, once for all, and the company of exactly the right name."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from pydantic import ValidationError

from adapters.http_api.cleaning import masked
from adapters.http_api.troubles import Context
from adapters.tripletex.login import login_request, usable_until
from adapters.tripletex.operations import GET_CUSTOMERS, GET_ORDERS
from adapters.tripletex.settings import TripletexConnection
from adapters.tripletex.values import AS_THEY_ARE
from core.errors import AccessRefused, TryAgain, UnknownAccount
from core.norwegian_time import norwegian_date
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.tripletex import DEMO_CONSUMER_TOKEN
from tests.adapters.tripletex.conftest import ACCOUNTANT, CLIENT, EMPLOYEE, RIGHTLESS, Open, operations
from tests.adapters.tripletex.fake_client import NOW, FakeClient, company_told, session_of, values
from tests.fakes import FakeSessionStore
from tests.fakes.clock import FakeClock

LOGIN, WHO_AM_I = "PUT /token/session/:create", "GET /token/session/>whoAmI"
CLIENTS = "GET /company/>withLoginAccess"
READ = "GET /ledger/vatType"


def refused(attempt: Callable[[], object]) -> AccessRefused:
    with pytest.raises(AccessRefused) as error:
        attempt()
    told = f"{error.value.message} {error.value.hint}"
    assert not any(token in told for token in (EMPLOYEE, ACCOUNTANT, RIGHTLESS, DEMO_CONSUMER_TOKEN, "feil-nøkkel"))
    return error.value


def test_the_login_tells_whose_books_these_are_and_is_kept(sandbox: Sandbox, open_system: Open) -> None:
    system = open_system()
    told = system.identity()
    company = sandbox.tripletex.company(DEMO_ACCOUNT)
    assert (told.system, told.company_id, told.company) == ("tripletex", str(company.id), DEMO_ACCOUNT)
    assert operations(sandbox) == [LOGIN, WHO_AM_I]
    assert open_system().identity() == system.identity() == told
    assert operations(sandbox) == [LOGIN, WHO_AM_I], "the next process goes on with the same token"
    assert system.budget() is None


def test_an_accountants_token_opens_the_clients_books(sandbox: Sandbox, open_system: Open) -> None:
    system = open_system(account_name=CLIENT, employee_token=ACCOUNTANT)
    client = sandbox.tripletex.company(CLIENT)
    assert system.identity().company_id == str(client.id)
    assert operations(sandbox) == [LOGIN, WHO_AM_I, CLIENTS]
    system.products.create_category("SharefoxRental")
    assert [group.name for group in client.books.product_groups.values()] == ["SharefoxRental"]
    assert not sandbox.tripletex.company("Regnskap AS").books.product_groups
    assert system.account().name == CLIENT


def test_an_accountant_of_more_clients_than_a_page_holds_finds_the_last_one(
    sandbox: Sandbox, open_system: Open
) -> None:
    clients = [sandbox.tripletex.add_company(f"Kunde {number}") for number in range(1_001)]
    sandbox.tripletex.add_login("stort kontor", companies=[sandbox.tripletex.company("Regnskap AS"), *clients])
    system = open_system(account_name="Kunde 1000", employee_token="stort kontor")
    assert system.identity().company_id == str(clients[-1].id)
    assert operations(sandbox) == [LOGIN, WHO_AM_I, CLIENTS, CLIENTS]


def test_nothing_secret_is_kept_in_the_clear_but_the_session(open_system: Open, store: FakeSessionStore) -> None:
    open_system().vat.codes()
    assert EMPLOYEE not in store.kept["fjell"]
    assert DEMO_CONSUMER_TOKEN not in store.kept["fjell"]


def test_a_token_is_hidden_as_it_stands_in_an_address_too() -> None:
    token = "a:b/c,d=(é)"

    class Client(FakeClient):
        def log_in(self, asked: Mapping[str, str], *, context: Context) -> Any:
            written = urlencode({"employeeToken": asked["employeeToken"]}, safe=AS_THEY_ARE)
            assert masked(f"{written} {token}", context.secrets) == "employeeToken=*** ***"
            return super().log_in(asked, context=context)

    client = Client()
    client.accepts = {token}
    assert session_of(client, employee_token=token).books().company_id == "7"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"employee_token": "feil-nøkkel"}, "Tripletex, logging in: the employee token is not accepted."),
        ({"consumer_token": "feil-nøkkel"}, "Tripletex, logging in: the consumer token is not accepted."),
    ],
)
def test_a_wrong_token_is_told_by_its_name(open_system: Open, given: dict[str, str], named: str) -> None:
    error = refused(open_system(**given).account)
    assert (error.code, error.message) == ("login_refused", named)


def test_a_name_that_is_nearly_right_is_told_with_the_near_ones(open_system: Open) -> None:
    error = refused(open_system(account_name="Fjellutleie As").identity)
    assert isinstance(error, UnknownAccount)
    assert error.similar == (DEMO_ACCOUNT,)
    assert f'Similar names: "{DEMO_ACCOUNT}".' in error.message


def test_names_that_are_not_near_stay_unnamed(open_system: Open) -> None:
    error = refused(open_system(account_name="Havn Bygg", employee_token=ACCOUNTANT).identity)
    assert error.message.endswith("No company has a similar name.")
    assert CLIENT not in error.message


def test_two_companies_of_one_name_are_not_guessed_at(sandbox: Sandbox, open_system: Open) -> None:
    twins = [sandbox.tripletex.add_company("Tvilling AS") for _ in range(2)]
    sandbox.tripletex.add_login("tvilling", companies=[sandbox.tripletex.company("Regnskap AS"), *twins])
    error = refused(open_system(account_name="Tvilling AS", employee_token="tvilling").identity)
    assert error.code == "ambiguous_account_name"


def test_a_token_without_rights_says_what_is_missing(open_system: Open) -> None:
    rights = open_system(employee_token=RIGHTLESS).rights()
    refusals = [right for right in rights if not right.allowed]
    assert refusals
    assert all(right.message and "permission" in right.message and "code 9000" in right.message for right in refusals)


def test_an_account_without_product_groups_is_told_and_can_do_without(sandbox: Sandbox, open_system: Open) -> None:
    plain = sandbox.tripletex.add_company("Enkel AS", has_logistics=False)
    sandbox.tripletex.add_login("enkel", companies=[plain])
    rights = open_system(account_name="Enkel AS", employee_token="enkel").rights()
    assert all(right.allowed for right in rights)
    (groups,) = [right for right in rights if right.name == "product groups"]
    assert "no product groups" in str(groups.message)


def test_everything_a_send_needs_is_tried(sandbox: Sandbox, open_system: Open) -> None:
    rights = open_system().rights()
    assert all(right.allowed and right.message is None for right in rights)
    assert [right.name for right in rights] == [
        "customers", "products", "orders", "VAT codes", "payments", "product groups",
    ]  # fmt: skip
    assert len(operations(sandbox)) == 8


def test_a_session_that_has_ended_is_made_anew_for_a_write_too(sandbox: Sandbox, open_system: Open) -> None:
    system = open_system()
    system.vat.codes()
    sandbox.tripletex.end_sessions()
    sandbox.journal.clear()
    system.products.create_category("SharefoxRental")
    assert operations(sandbox) == ["POST /product/group", LOGIN, WHO_AM_I, "POST /product/group"]
    assert len(sandbox.tripletex.company(DEMO_ACCOUNT).books.product_groups) == 1


def test_many_threads_log_in_once(sandbox: Sandbox, open_system: Open) -> None:
    system = open_system()
    with ThreadPoolExecutor(8) as threads:
        read = [threads.submit(system.vat.codes) for _ in range(16)]
        assert len({len(one.result()) for one in read}) == 1
    assert operations(sandbox).count(LOGIN) == 1


def test_a_session_of_another_connection_is_not_used(sandbox: Sandbox, open_system: Open) -> None:
    open_system().vat.codes()
    assert refused(open_system(employee_token="feil-nøkkel").vat.codes).code == "login_refused"
    open_system().vat.codes()
    assert operations(sandbox).count(WHO_AM_I) == 1, "what was kept for the right token is still there"


def test_a_new_session_is_asked_for_some_minutes_before_midnight_in_norway() -> None:
    store, client = FakeSessionStore(), FakeClient()
    clock = FakeClock(datetime(2026, 11, 23, 22, 50, tzinfo=UTC))  # 23:50 in Norway
    session = session_of(client, store=store, clock=clock)
    session.books()
    assert [asked["expirationDate"] for asked in client.logins] == ["2026-11-25"]
    clock.set(datetime(2026, 11, 23, 22, 57, tzinfo=UTC))
    session.books()
    assert len(client.logins) == 1, "it is used as long as it lives"
    clock.set(datetime(2026, 11, 23, 22, 58, 1, tzinfo=UTC))
    session.books()
    session_of(client, store=store, clock=clock).books()
    assert [asked["expirationDate"] for asked in client.logins] == ["2026-11-25", "2026-11-26"]


@pytest.mark.parametrize(
    ("now", "day", "until"),
    [
        (datetime(2026, 7, 1, 21, 0, tzinfo=UTC), "2026-07-03", datetime(2026, 7, 1, 21, 58, tzinfo=UTC)),
        (datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "2026-07-04", datetime(2026, 7, 2, 21, 58, tzinfo=UTC)),
        (datetime(2026, 3, 28, 12, 0, tzinfo=UTC), "2026-03-30", datetime(2026, 3, 28, 22, 58, tzinfo=UTC)),
        (datetime(2026, 3, 29, 12, 0, tzinfo=UTC), "2026-03-31", datetime(2026, 3, 29, 21, 58, tzinfo=UTC)),
        (datetime(2026, 10, 25, 12, 0, tzinfo=UTC), "2026-10-27", datetime(2026, 10, 25, 22, 58, tzinfo=UTC)),
    ],
    ids=["summer", "past midnight in Norway", "the day before clocks go forward", "that day", "clocks go back"],
)
def test_the_day_ends_when_it_ends_in_norway(now: datetime, day: str, until: datetime) -> None:
    assert login_request(employee_token="x", consumer_token="y", now=now)["expirationDate"] == day
    assert usable_until(now) == until


@pytest.mark.parametrize("behind", [timedelta(minutes=5), timedelta(hours=23)])
def test_a_clock_that_is_behind_gets_a_session_all_the_same(behind: timedelta) -> None:
    theirs = datetime(2026, 7, 1, 22, 0, 1, tzinfo=UTC)  # a new day in Norway
    day = login_request(employee_token="x", consumer_token="y", now=theirs - behind)["expirationDate"]
    assert date.fromisoformat(day) > norwegian_date(theirs)


@pytest.mark.parametrize("minutes", range(0, 24 * 60, 7))
def test_a_session_is_never_used_up_when_it_is_got(minutes: int) -> None:
    now = datetime(2026, 3, 28, 0, 0, tzinfo=UTC) + timedelta(minutes=minutes)
    assert timedelta(minutes=2) <= usable_until(now) - now <= timedelta(hours=25)


def test_a_real_session_outlives_the_day_it_is_used_for(sandbox: Sandbox, open_system: Open) -> None:
    """The stand-in ends it at midnight; it was renewed by then."""
    open_system().vat.codes()
    (session,) = sandbox.tripletex.sessions._sessions.values()
    assert session.expires.isoformat() >= datetime.now(UTC).date().isoformat()


def test_a_token_that_now_leads_to_another_company_is_used_for_nothing_more() -> None:
    client, store = FakeClient(), FakeSessionStore()
    clock = FakeClock(NOW)
    session = session_of(client, store=store, clock=clock)
    assert session.books().company_id == "7"
    client.replies[WHO_AM_I] = {"value": company_told(8, "Fjellutleie AS")}
    clock.advance(days=1)
    with pytest.raises(TryAgain) as error:
        session.books()
    assert (error.value.code, session.has_moved) == ("books_changed", True)
    assert session_of(client, store=store, clock=clock).books().company_id == "8"


def test_a_renamed_company_is_told_by_verify() -> None:
    client = FakeClient()
    session = session_of(client)
    session.books()
    client.replies[WHO_AM_I] = {"value": company_told(7, "Fjell og Fjord AS")}
    assert refused(session.account).code == "wrong_company"


def test_ids_outlive_the_session_they_were_looked_up_in() -> None:
    client, store, clock = FakeClient(), FakeSessionStore(), FakeClock(NOW)
    session = session_of(client, store=store, clock=clock)
    assert session.ids("vat", "3", lambda: {"3": 33}) == 33
    clock.advance(days=1)
    later = session_of(client, store=store, clock=clock)
    assert later.ids("vat", "3", lambda: pytest.fail("it is known")) == 33
    assert later.ids("vat", "31", lambda: {"3": 33}) is None
    assert len(client.logins) == 2


def kept_login(**changes: object) -> str:
    until = "2026-11-24T00:00:00+00:00"
    whole = {"fingerprint": "x", "usable_until": until, "company": ["7", "A", "0"], "token": "t", "known": {}}
    return json.dumps({**whole, **changes})


@pytest.mark.parametrize(
    "kept",
    [
        *("", "null", "7", "[]", "{}", "not json"),
        kept_login(),
        kept_login(usable_until="2026-11-24"),
        kept_login(company=["7"]),
        kept_login(token="a b"),
        kept_login(known=[]),
        kept_login(known={"vat": {"3": "x"}}),
    ],
)
def test_what_is_not_understood_of_what_was_kept_is_no_login(kept: str) -> None:
    client, store = FakeClient(), FakeSessionStore()
    store.kept["fjell"] = kept
    assert session_of(client, store=store).books().company_id == "7"
    assert len(client.logins) == 1


@pytest.mark.parametrize("told", [None, {}, {"value": None}, {"value": {"token": 7}}, {"value": {"token": "a b"}}])
def test_a_login_without_a_token_is_a_broken_answer(told: object) -> None:
    client = FakeClient()
    client.log_in = lambda asked, *, context: told  # type: ignore[method-assign]
    with pytest.raises(TryAgain) as error:
        session_of(client).books()
    assert error.value.code == "broken_answer"


def test_a_company_without_an_id_is_a_broken_answer() -> None:
    client = FakeClient()
    client.replies[WHO_AM_I] = {"value": {"company": {"name": "Fjellutleie AS"}}}
    with pytest.raises(TryAgain) as error:
        session_of(client).books()
    assert error.value.code == "broken_answer"


@pytest.mark.parametrize(
    "given",
    [
        {"account_name": " ", "employee_token": "x"},
        {"account_name": "A", "employee_token": " "},
        {"account_name": "A", "employee_token": "x\n"},
        {"account_name": "A", "employee_token": "x", "consumer_token": ""},
        {"account_name": "A", "employee_token": "x", "url": "https://evil.example"},
        {"account_name": "A", "employee_token": "x", "only_at": "http://evil.example"},
    ],
)
def test_settings_that_say_nothing_or_too_much_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        TripletexConnection.model_validate(given)


class TestPages:
    """Listings are cut by position, and something may be deleted between two pages."""

    def listing(self, client: FakeClient, ids: list[int], *, then: Callable[[int], None] | None = None) -> list[str]:
        calls = 0

        def reply(query: dict[str, int], _body: object) -> dict[str, object]:
            nonlocal calls
            calls += 1
            page = ids[query["from"] : query["from"] + query["count"]]
            answer = {**values(*({"id": one} for one in page)), "fullResultSize": len(ids)}
            if then:
                then(calls)
            return answer

        client.replies["GET /customer"] = reply
        pages = session_of(client).pages(GET_CUSTOMERS, {"fields": "id"}, most=3)
        return [str(item["id"]) for page in pages for item in page]

    @pytest.mark.parametrize("size", range(12))
    def test_each_item_comes_once(self, size: int) -> None:
        ids = list(range(1, size + 1))
        assert self.listing(FakeClient(), ids) == [str(one) for one in ids]

    def test_a_page_that_was_full_and_the_last_needs_no_other(self) -> None:
        client = FakeClient()
        self.listing(client, [1, 2])
        assert client.operations.count("GET /customer") == 1

    @pytest.mark.parametrize("gone", [1, 2, 3])
    def test_nothing_is_missed_where_one_is_deleted_meanwhile(self, gone: int) -> None:
        ids = list(range(1, 10))

        def delete(calls: int) -> None:
            if calls == 1:
                ids.remove(gone)

        found = self.listing(FakeClient(), ids, then=delete)
        assert set(found) >= {str(one) for one in range(4, 10)}

    def test_a_server_that_cuts_pages_shorter_is_read_to_its_end(self) -> None:
        client = FakeClient()
        ids = list(range(1, 8))

        def reply(query: dict[str, int], _body: object) -> dict[str, object]:
            page = ids[query["from"] : query["from"] + 2]
            return {**values(*({"id": one} for one in page)), "fullResultSize": len(ids)}

        client.replies["GET /order"] = reply
        assert [item["id"] for page in session_of(client).pages(GET_ORDERS) for item in page] == ids

    def test_pages_that_lead_in_circles_are_a_broken_answer(self) -> None:
        client = FakeClient()
        client.replies["GET /order"] = {**values({"id": 1}, {"id": 2}), "fullResultSize": 900}
        with pytest.raises(TryAgain):
            list(session_of(client).pages(GET_ORDERS, most=2))
        assert len(client.asked) < 10

    @pytest.mark.parametrize("told", [None, [], {}, {"values": None}, {"values": {}}, {"value": {}}, {"values": [7]}])
    def test_what_is_no_listing_is_a_broken_answer(self, told: object) -> None:
        client = FakeClient()
        client.replies["GET /order"] = told
        with pytest.raises(TryAgain) as error:
            list(session_of(client).pages(GET_ORDERS))
        assert error.value.code == "broken_answer"
