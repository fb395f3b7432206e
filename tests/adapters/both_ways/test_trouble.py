"""Every kind of trouble, for a read and for a write: what the caller is told, and that no secret shows in it."""

import traceback
from collections.abc import Callable
from typing import Any

import pytest

from core.customer import Customer
from core.errors import KvittError, OutcomeUnknown, TryAgain
from core.outcome import only
from core.ports.accounting import AccountingSystem
from sandbox import Sandbox
from tests.adapters.both_ways.conftest import Open, Way

NO_ANSWER = "no answer"
"""What each way has its own code for."""

# kind of fault, options, code
LOST: list[tuple[str, dict[str, Any], str]] = [
    ("reset", {}, "connection_lost"),
    ("reset_after", {}, "connection_lost"),
    ("late", {"delay": 0.1}, "connection_lost"),
    ("http_502", {}, "bad_gateway"),
    ("http_502_after", {}, "bad_gateway"),
    ("html_200", {}, NO_ANSWER),
    ("login_page_after", {}, NO_ANSWER),
    ("truncated", {}, "broken_answer"),
    ("malformed", {}, "broken_answer"),
    ("fault", {}, "vendor_fault"),
    ("fault_after", {}, "vendor_fault"),
]
INNER = ("10.20.30.40", "\\\\", "   at Office24Seven", "127.0.0.1", "salesorders.ts")
"""What the sandbox says of its inside."""


def read(system: AccountingSystem) -> object:
    return system.customers.find_by_email("kari@x.example")


def write(system: AccountingSystem) -> object:
    return only(system.customers.create([Customer(name="Kari", email="kari@x.example")]))


def raised(attempt: Callable[[AccountingSystem], object], system: AccountingSystem, way: Way) -> KvittError:
    with pytest.raises(KvittError) as error:
        attempt(system)
    assert way.secret not in "".join(traceback.format_exception(error.value))
    assert not [inner for inner in INNER if inner in error.value.message]
    assert error.value.hint
    assert error.value.__context__ is None or error.value.__suppress_context__
    return error.value


@pytest.mark.parametrize(("kind", "options", "code"), LOST)
def test_trouble_on_a_read_is_temporary_and_on_a_write_unknown(
    sandbox: Sandbox, system: AccountingSystem, way: Way, kind: str, options: dict[str, Any], code: str
) -> None:
    expected = way.no_answer if code == NO_ANSWER else code
    for operation, attempt, error in (
        (way.find_customers, read, TryAgain),
        (way.create_customers, write, OutcomeUnknown),
    ):
        sandbox.inject(operation, kind, **options)
        found = raised(attempt, system, way)
        assert (type(found), found.code) == (error, expected)
        assert found.message.startswith("24SevenOffice, ")
    sandbox.settle()
    assert read(system) is not None  # nothing lingers on the connection


def test_no_answer_in_time(sandbox: Sandbox, open_system: Open, way: Way) -> None:
    open_system().account()
    system = open_system(timeout="0.3")
    for operation, attempt, error in (
        (way.find_customers, read, TryAgain),
        (way.create_customers, write, OutcomeUnknown),
    ):
        sandbox.inject(operation, "slow", delay=0.6)
        found = raised(attempt, system, way)
        assert (type(found), found.code) == (error, "timeout")
    sandbox.settle()


def test_nobody_at_the_address_is_temporary_for_a_write_too(
    sandbox: Sandbox, system: AccountingSystem, way: Way
) -> None:
    system.account()
    sandbox.stop()
    found = raised(write, system, way)
    assert (type(found), found.code) == (TryAgain, "unreachable")
