"""Every kind of trouble, for a read and for a write: what the caller is told, and that no secret shows anywhere."""

import json
import logging
import traceback
from collections.abc import Callable
from datetime import timedelta

import pytest

from adapters.twentyfour_seven_office.rest.system import RestAccountingSystem
from core.customer import Customer
from core.customer_changes import CustomerChanges
from core.errors import AccessRefused, KvittError, OutcomeUnknown, Rejected, TryAgain
from core.outcome import only
from core.ports.accounting import CustomerUpdate
from core.unreadable import readable
from sandbox import Sandbox
from tests.adapters.ways import SECRET, OpenRest
from tests.fakes import FakeSessionStore

READ, WRITE, LOGIN = "GET /customers", "POST /customers", "POST /oauth/token"
# kind of fault, options, code
LOST = [
    ("reset", {}, "connection_lost"),
    ("reset_after", {}, "connection_lost"),
    ("late", {"delay": 0.1}, "connection_lost"),
    ("http_502", {}, "bad_gateway"),
    ("http_502_after", {}, "bad_gateway"),
    ("html_200", {}, "not_json"),
    ("login_page_after", {}, "not_json"),
    ("truncated", {}, "broken_answer"),
    ("malformed", {}, "broken_answer"),
    ("fault", {}, "vendor_fault"),
    ("fault_after", {}, "vendor_fault"),
]


def read(system: RestAccountingSystem) -> object:
    return system.customers.find_by_email("kari@x.example")


def write(system: RestAccountingSystem) -> object:
    return only(system.customers.create([Customer(name="Kari", email="kari@x.example")]))


def raised(attempt: Callable[[], object]) -> KvittError:
    with pytest.raises(KvittError) as error:
        attempt()
    told = "".join(traceback.format_exception(error.value))
    assert SECRET not in told
    for inner in ("10.20.30.40", "\\\\", "127.0.0.1", "salesorders.ts"):
        assert inner not in error.value.message
    assert error.value.hint
    assert error.value.__context__ is None or error.value.__suppress_context__
    return error.value


@pytest.mark.parametrize(("kind", "options", "code"), LOST)
def test_trouble_with_the_login_is_temporary_for_a_write_too(
    sandbox: Sandbox, system: RestAccountingSystem, kind: str, options: dict[str, float], code: str
) -> None:
    sandbox.inject(LOGIN, kind, **options)
    found = raised(lambda: write(system))
    assert isinstance(found, TryAgain)
    assert found.code == {"vendor_fault": "bad_gateway"}.get(code, code)
    assert sandbox.journal.count(WRITE) == 0
    sandbox.settle()


@pytest.mark.parametrize(("operation", "attempt"), [(READ, read), (WRITE, write)])
def test_a_refusal_is_certain_on_a_read_and_on_a_write(
    sandbox: Sandbox,
    system: RestAccountingSystem,
    operation: str,
    attempt: Callable[[RestAccountingSystem], object],
) -> None:
    for kind, error, code in (
        ("validation_error", Rejected, "vendor_validation"),
        ("forbidden", AccessRefused, "missing_rights"),
        ("throttled", TryAgain, "quota_exceeded"),
        ("quota", TryAgain, "quota_exceeded"),
    ):
        sandbox.inject(operation, kind)
        found = raised(lambda: attempt(system))
        assert isinstance(found, error)
        assert found.code == code


def test_a_pause_is_as_long_as_the_server_says(sandbox: Sandbox, system: RestAccountingSystem) -> None:
    sandbox.inject(WRITE, "throttled")
    before = system._clock.now()
    short = raised(lambda: write(system))
    assert isinstance(short, TryAgain)
    assert short.not_before is not None
    assert timedelta(seconds=2) <= short.not_before - before < timedelta(seconds=10)
    sandbox.inject(WRITE, "quota")
    long = raised(lambda: write(system))
    assert isinstance(long, TryAgain)
    assert long.not_before is not None
    assert (long.not_before.minute, long.not_before.second) == (0, 0)


def test_a_validation_error_names_the_field(sandbox: Sandbox, system: RestAccountingSystem) -> None:
    sandbox.inject(WRITE, "validation_error", path="email.contact", keyword="format")
    assert raised(lambda: write(system)).message == (
        "24SevenOffice, saving a customer: it does not accept email.contact (format)."
    )


@pytest.mark.parametrize("operation", ["GET /customers/{customerId}", "GET /organization/information"])
def test_an_empty_object_is_no_answer_of_a_read(
    sandbox: Sandbox, system: RestAccountingSystem, customer_id: str, operation: str
) -> None:
    sandbox.inject(operation, "fewer_items")
    attempt = system.account if "organization" in operation else lambda: system.customers.read([customer_id])
    found = raised(attempt)
    assert (type(found), found.code) == (TryAgain, "broken_answer")


@pytest.mark.parametrize("operation", [WRITE, "PATCH /customers/{customerId}", "POST /productcategories"])
def test_an_empty_object_leaves_a_write_open(
    sandbox: Sandbox, system: RestAccountingSystem, customer_id: str, operation: str
) -> None:
    sandbox.inject(operation, "fewer_items")
    found = raised(lambda: change_something(system, operation, customer_id))
    assert (type(found), found.code) == (OutcomeUnknown, "broken_answer")


def change_something(system: RestAccountingSystem, operation: str, customer_id: str) -> object:
    if operation == WRITE:
        return write(system)
    if operation.startswith("PATCH"):
        (record,) = readable(system.customers.read([customer_id]).values())
        return system.customers.update([CustomerUpdate(record=record, changes=CustomerChanges(phone="4"))])
    return system.products.create_category("x")


@pytest.mark.parametrize(
    ("wrong", "setting"), [("rest_url", "KVITT_TFSO_REST_URL"), ("login_url", "KVITT_TFSO_LOGIN_URL")]
)
def test_a_wrong_address_is_temporary_and_the_setting_is_named(
    sandbox: Sandbox, open_system: OpenRest, wrong: str, setting: str
) -> None:
    right = {"rest_url": sandbox.rest_url, "login_url": sandbox.url}
    for attempt in (read, RestAccountingSystem.account, RestAccountingSystem.rights):
        found = raised(lambda attempt=attempt: attempt(open_system(**{wrong: f"{right[wrong]}/x"})))  # type: ignore[misc]
        assert (type(found), found.code) == (TryAgain, "no_such_address")
        assert "404" in found.message
        assert setting in found.hint


def test_no_secret_reaches_any_log_or_message(
    sandbox: Sandbox, open_system: OpenRest, store: FakeSessionStore, caplog: pytest.LogCaptureFixture
) -> None:
    open_system().account()  # every module that logs is loaded now
    for name in ("", *logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, logger=name)
    tokens = set()
    for operation in (LOGIN, WRITE):
        for kind in ("malformed", "truncated", "fault_after", "login_page_after", "http_502_after", "reset", "fault"):
            if operation == LOGIN:
                sandbox.expire_sessions()
            else:
                write(open_system())
            sandbox.inject(operation, kind)
            raised(lambda: write(open_system()))
            tokens.add(json.loads(store.kept["fjell"])["token"])
    write(open_system())
    tokens.add(json.loads(store.kept["fjell"])["token"])
    sandbox.inject(WRITE, "fault", text=f"It was {SECRET} that was sent")
    assert "It was *** that was sent" in raised(lambda: write(open_system())).message
    assert len(tokens) > 1
    for secret in (SECRET, *tokens):
        assert secret not in caplog.text
        assert all(secret not in str(vars(record)) for record in caplog.records)
    assert any(record.name == "kvitt.support" for record in caplog.records)


def test_the_http_library_says_nothing_of_its_own(
    sandbox: Sandbox, system: RestAccountingSystem, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    write(system)
    assert [record.name for record in caplog.records if record.name.startswith("http")] == []
