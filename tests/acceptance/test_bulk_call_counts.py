"""How many calls a month-end takes, counted in the sandbox's journal: they must not grow with the account."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.payment import PaymentReport
from tests.attack.installation import BUSINESS, Installation, installed
from tests.benchmarks.month import CUSTOMERS, invoices
from tests.systems import SOAP, TRIPLETEX, System

MONTH = 1000
PATIENT_SECONDS = 60  # what is given up and asked again on a crowded machine would be counted twice
MOST_COLD, MOST_WARM, MOST_IN_A_LARGE_ACCOUNT = 60, 30, 100
MOST_FOR_STATUSES = {SOAP: 2, TRIPLETEX: 12}


@pytest.fixture
def system(request: pytest.FixtureRequest) -> System:
    chosen: System = getattr(request, "param", SOAP)
    return chosen


@pytest.fixture
def installation(tmp_path: Path, system: System) -> Iterator[Installation]:
    with installed(tmp_path, system=system, call_seconds=PATIENT_SECONDS) as installation:
        yield installation


def calls_to_send(installation: Installation, prefix: str) -> Counter[str]:
    """Send a month-end in one batch, see that each arrives, and return the calls by operation."""
    for invoice in invoices(prefix, MONTH):
        installation.container.add_invoice().add(BUSINESS, invoice)
    batch = installation.container.send_many().send_all(BUSINESS)
    installation.sandbox.journal.clear()
    installation.container.take_turn().take(BUSINESS)
    assert installation.container.look_up().batch_counts(batch.id).transferred == MONTH
    return Counter(call.operation for call in installation.sandbox.journal.calls())


def calls_to_check(installation: Installation, prefix: str) -> Counter[str]:
    """Check the status of a month-end in one go, and return the calls by operation."""
    numbers = [invoice.number for invoice in invoices(prefix, MONTH)]
    installation.sandbox.journal.clear()
    answers = installation.container.check_status().check(BUSINESS, numbers)
    assert [type(answer) for answer in answers] == [PaymentReport] * MONTH
    return Counter(call.operation for call in installation.sandbox.journal.calls())


@pytest.mark.attack
@pytest.mark.parametrize("system", MOST_FOR_STATUSES, indirect=True, ids=lambda system: system.name)
def test_a_month_end_for_new_customers_and_then_for_known_ones(installation: Installation, system: System) -> None:
    cold = calls_to_send(installation, "cold")
    warm = calls_to_send(installation, "warm")
    statuses = calls_to_check(installation, "cold")
    assert cold.total() <= MOST_COLD, cold
    assert warm.total() <= MOST_WARM, warm
    assert statuses.total() <= MOST_FOR_STATUSES[system], statuses
    (held,) = [books.counts() for books in system.companies(installation.sandbox) if books.counts().orders]
    assert (held.orders, held.customers) == (2 * MONTH, CUSTOMERS)


@pytest.mark.attack
def test_a_month_end_in_an_account_with_twenty_thousand_customers(installation: Installation) -> None:
    for account in installation.sandbox.accounts:
        account.books.add_customers(20_000)
    cold = calls_to_send(installation, "cold")
    assert cold.total() <= MOST_IN_A_LARGE_ACCOUNT, cold
