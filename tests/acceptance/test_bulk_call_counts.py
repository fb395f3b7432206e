"""How many calls a month-end takes, counted in the sandbox's journal: they must not grow with the account."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attack.installation import BUSINESS, Installation, installed
from tests.benchmarks.month import CUSTOMERS, invoices

MONTH = 1000
PATIENT_SECONDS = 60  # what is given up and asked again on a crowded machine would be counted twice
MOST_COLD, MOST_WARM, MOST_IN_A_LARGE_ACCOUNT = 60, 30, 100


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path, call_seconds=PATIENT_SECONDS) as installation:
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


@pytest.mark.attack
def test_a_month_end_for_new_customers_and_then_for_known_ones(installation: Installation) -> None:
    cold = calls_to_send(installation, "cold")
    warm = calls_to_send(installation, "warm")
    assert cold.total() <= MOST_COLD, cold
    assert warm.total() <= MOST_WARM, warm
    (books,) = [account.books for account in installation.sandbox.accounts if account.books.orders]
    assert (len(books.orders), len(books.customers)) == (2 * MONTH, CUSTOMERS)


@pytest.mark.attack
def test_a_month_end_in_an_account_with_twenty_thousand_customers(installation: Installation) -> None:
    for account in installation.sandbox.accounts:
        account.books.add_customers(20_000)
    cold = calls_to_send(installation, "cold")
    assert cold.total() <= MOST_IN_A_LARGE_ACCOUNT, cold
