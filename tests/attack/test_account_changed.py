"""The business's account is changed in the middle: an order is never made twice, lost, or judged in other books."""

from contextlib import suppress

import pytest

from core.errors import Conflict, KvittError
from core.payment import PaymentReason, PaymentReport
from core.transfer import Transfer
from entrypoints.sandbox.sandbox import DEMO_OTHER_ACCOUNT
from tests.attack.installation import BUSINESS, Installation
from tests.systems import SYSTEMS, System

NUMBER = "4001"


@pytest.fixture(params=SYSTEMS.values(), ids=lambda system: system.name)
def system(request: pytest.FixtureRequest) -> System:
    chosen: System = request.param
    return chosen


def begun(installation: Installation, system: System) -> Transfer:
    """Send an invoice; its order is made, and the answer is lost."""
    installation.sandbox.inject(system.finishing, "reset_after")
    installation.add(NUMBER)
    transfer = installation.queue(NUMBER)
    installation.container.take_turn().take(BUSINESS)
    return installation.transfer(transfer.id)


def test_an_order_that_is_open_stays_one_when_the_account_is_changed(
    installation: Installation, system: System
) -> None:
    transfer = begun(installation, system)
    with suppress(KvittError):
        installation.connect(account=DEMO_OTHER_ACCOUNT)
    installation.drive(transfer)
    assert len(installation.orders_for(NUMBER)) == 1


def test_an_invoice_that_lies_in_other_books_is_neither_judged_nor_sent_again(
    installation: Installation, system: System
) -> None:
    installation.add(NUMBER)
    installation.drive(installation.queue(NUMBER))
    installation.connect(account=DEMO_OTHER_ACCOUNT)
    (answer,) = installation.container.check_status().check(BUSINESS, [NUMBER])
    assert isinstance(answer, Conflict), answer
    assert answer.code == "other_books"
    with pytest.raises(Conflict) as refused:
        installation.container.send_again().send(BUSINESS, NUMBER)
    assert refused.value.code == "other_books"
    installation.connect()
    (report,) = installation.container.check_status().check(BUSINESS, [NUMBER])
    assert isinstance(report, PaymentReport)
    assert report.reason is PaymentReason.NOT_PUBLISHED
