"""Every kind of trouble, for a read and for a write: what the caller is told, and that no secret shows anywhere."""

import json
import logging
import traceback
from collections.abc import Callable, Sequence

import pytest

from adapters.http_api import answer_body
from adapters.twentyfour_seven_office.soap.system import SoapAccountingSystem
from core.customer import Customer
from core.errors import KvittError, OutcomeUnknown, Rejected, TryAgain
from core.transfer import Receipt
from sandbox import Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.adapters.drafts import draft
from tests.adapters.ways import PASSWORD, OpenSoap
from tests.fakes import FakeSessionStore

# What may keep things from being read back after they were written.
UNREADABLE = ["quota", "fault", "http_502", "reset"]


def read(system: SoapAccountingSystem) -> object:
    return system.customers.find_by_email("kari@x.example")


def write(system: SoapAccountingSystem) -> object:
    (outcome,) = system.customers.create([Customer(name="Kari", email="kari@x.example")])
    if isinstance(outcome, KvittError):
        raise outcome
    return outcome


def raised(attempt: Callable[[], object]) -> KvittError:
    with pytest.raises(KvittError) as error:
        attempt()
    told = "".join(traceback.format_exception(error.value))
    assert PASSWORD not in told
    for inner in ("10.20.30.40", "\\\\", "   at Office24Seven", "127.0.0.1"):
        assert inner not in error.value.message
    assert error.value.hint
    assert error.value.__context__ is None or error.value.__suppress_context__
    return error.value


def test_a_quota_is_waited_for(sandbox: Sandbox, system: SoapAccountingSystem) -> None:
    for operation, attempt in (("GetCompanies", read), ("SaveCompanies", write)):
        sandbox.inject(operation, "quota")
        found = raised(lambda attempt=attempt: attempt(system))  # type: ignore[misc]
        assert isinstance(found, TryAgain)
        assert found.code == "quota_exceeded"
        assert found.not_before is not None
        assert (found.not_before.minute, found.not_before.second) == (0, 0)


@pytest.mark.parametrize(
    ("kind", "error", "code"),
    [
        ("Office24Seven.Library.Data.DataBaseServerException", OutcomeUnknown, "vendor_trouble"),
        ("Office24Seven.Library.Core.InvalidParameterException", Rejected, "rejected_by_accounting_system"),
    ],
)
def test_a_refused_item(
    sandbox: Sandbox, system: SoapAccountingSystem, kind: str, error: type[KvittError], code: str
) -> None:
    sandbox.inject("SaveCompanies", "item_exception", type=kind, text="Nope")
    found = raised(lambda: write(system))
    assert (type(found), found.code) == (error, code)
    assert "Nope (server […])" in found.message


def test_fewer_items_than_asked_are_unknown(sandbox: Sandbox, system: SoapAccountingSystem) -> None:
    sandbox.inject("SaveCompanies", "fewer_items")
    found = raised(lambda: write(system))
    assert (type(found), found.code) == (OutcomeUnknown, "broken_answer")


THREE = [Customer(name="Kari Moe"), Customer(name="Ola Dal", email="ola@x.example"), Customer(name="Per Li")]


def names_of(system: SoapAccountingSystem, outcomes: Sequence[str | KvittError]) -> list[object]:
    records = system.customers.read([one for one in outcomes if isinstance(one, str)])
    return [records[one].name if isinstance(one, str) else type(one) for one in outcomes]


def test_reordered_items_each_find_their_own(sandbox: Sandbox, system: SoapAccountingSystem) -> None:
    for operation in ("SaveCompanies", "GetCompanies"):
        sandbox.inject(operation, "reordered")
    assert names_of(system, system.customers.create(THREE)) == ["Kari Moe", "Ola Dal", "Per Li"]


@pytest.mark.parametrize("operation", ["SaveCompanies", "GetCompanies"])
def test_fewer_items_leave_only_those_unknown_that_are_not_found(
    sandbox: Sandbox, system: SoapAccountingSystem, operation: str
) -> None:
    sandbox.inject(operation, "fewer_items")
    assert names_of(system, system.customers.create(THREE)) == ["Kari Moe", "Ola Dal", OutcomeUnknown]


@pytest.mark.parametrize("kind", UNREADABLE)
def test_customers_that_can_not_be_read_back_may_have_been_created(
    sandbox: Sandbox, system: SoapAccountingSystem, kind: str
) -> None:
    refusal = {"type": "Office24Seven.Library.Core.InvalidParameterException", "item": 1}
    sandbox.inject("SaveCompanies", "item_exception", **refusal)
    sandbox.inject("GetCompanies", kind)
    outcomes = system.customers.create(THREE)
    assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown, Rejected, OutcomeUnknown]
    assert isinstance(outcomes[0], OutcomeUnknown)
    assert "may have been created" in outcomes[0].message


@pytest.mark.parametrize("kind", UNREADABLE)
def test_orders_that_can_not_be_read_back_may_have_been_created(
    sandbox: Sandbox, system: SoapAccountingSystem, books: Books, kind: str
) -> None:
    books.add_customer("Moe AS")
    product_id = str(books.add_product("p", books.add_category("c")))
    drafts = [draft(one, customer_id=str(min(books.customers)), product_id=product_id) for one in "12"]
    sandbox.inject("GetInvoices", kind)
    assert [type(outcome) for outcome in system.orders.create(drafts)] == [OutcomeUnknown] * 2


@pytest.mark.parametrize("refused", [0, 1, 2])
def test_a_refused_order_is_the_right_one(
    sandbox: Sandbox, system: SoapAccountingSystem, books: Books, refused: int
) -> None:
    customer_id, product_id = str(books.add_customer("Moe AS")), str(books.add_product("p", books.add_category("c")))
    drafts = [draft(one, customer_id=customer_id, product_id=product_id) for one in "abc"]
    sandbox.inject("SaveInvoices", "item_exception", type="Office24Seven.NoException", item=refused)
    outcomes = system.orders.create(drafts)
    assert [at for at, outcome in enumerate(outcomes) if isinstance(outcome, Rejected)] == [refused]
    assert sum(isinstance(outcome, Receipt) for outcome in outcomes) == 2


def test_one_refused_item_does_not_hide_the_others(sandbox: Sandbox, system: SoapAccountingSystem) -> None:
    refusal = {"type": "Office24Seven.Library.Core.InvalidParameterException", "item": 1}
    sandbox.inject("SaveCompanies", "item_exception", **refusal)
    outcomes = system.customers.create([Customer(name=name) for name in ("Kari Moe", "Ola Dal", "Per Li")])
    assert [type(outcome) for outcome in outcomes] == [str, Rejected, str]


def test_an_ended_session_during_login_is_temporary(sandbox: Sandbox, system: SoapAccountingSystem) -> None:
    sandbox.inject("GetIdentity", "session_expired")
    found = raised(lambda: read(system))
    assert (isinstance(found, TryAgain), found.code) == (True, "session_lost")


def test_an_answer_beyond_the_limit_is_given_up(
    sandbox: Sandbox, system: SoapAccountingSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.account()
    monkeypatch.setattr(answer_body, "LARGEST_ANSWER", 100)
    assert raised(lambda: read(system)).code == "answer_too_large"
    found = raised(lambda: write(system))
    assert (type(found), found.code) == (OutcomeUnknown, "answer_too_large")


def test_no_secret_reaches_any_log_or_message(
    sandbox: Sandbox, open_system: OpenSoap, store: FakeSessionStore, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("", "kvitt.support", "zeep.transports", "urllib3"):
        caplog.set_level(logging.DEBUG, logger=name)
    for operation in ("GetIdentitiesWithCredential", "Login", "GetIdentity", "SaveCompanies"):
        for kind in ("malformed", "truncated", "fault_after", "login_page_after", "http_502_after"):
            sandbox.inject(operation, kind)
            raised(lambda: write(open_system()))
    sandbox.inject("SaveCompanies", "fault", text=f"It was {PASSWORD} that was sent")
    found = raised(lambda: write(open_system()))
    assert found.message == "24SevenOffice, saving customers: It was *** that was sent."
    session_id = json.loads(store.kept["fjell"])["session_id"]
    assert session_id
    for secret in (PASSWORD, session_id):
        assert secret not in caplog.text
        assert all(secret not in str(vars(record)) for record in caplog.records)
    assert any(record.name == "kvitt.support" for record in caplog.records)


def test_a_person_who_is_named_in_a_fault_is_in_no_log(
    sandbox: Sandbox, system: SoapAccountingSystem, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="kvitt.support")
    sandbox.inject("SaveCompanies", "fault", text="No room for kari.o+x@moe.example here")
    assert "kari.o+x@moe.example" in raised(lambda: write(system)).message
    assert "No room for […] here" in caplog.text
    assert "moe.example" not in caplog.text
