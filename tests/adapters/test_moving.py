"""A business moves from each accounting system to each other, through the real adapters, and back."""

import itertools
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from dependency_injector import providers

from core.business import Business
from core.errors import Conflict, KvittError, OtherBooks
from core.invoice import Invoice
from core.invoice_filter import InvoiceFilter
from core.payment import PaymentReason, PaymentReport
from core.transfer import Transfer, TransferState
from entrypoints.container import INLINE, Container
from entrypoints.settings import Settings
from sandbox import DEMO_ACCOUNT, Sandbox
from tests.homes import furnished
from tests.systems import SYSTEMS, System
from tests.unit.samples import an_invoice

FJELL = "fjell"
PAIRS = list(itertools.permutations(SYSTEMS.values(), 2))

pytestmark = pytest.mark.parametrize(("old", "new"), PAIRS, ids=lambda system: system.name)


class Shop:
    """One installation with one business, and the companies of the sandbox that it moves between."""

    def __init__(self, container: Container, sandbox: Sandbox) -> None:
        self.container = container
        self._sandbox = sandbox

    def connect(self, system: System) -> None:
        """Connect the business to the demo company in this system."""
        connection = system.connection(DEMO_ACCOUNT, system.company(self._sandbox, DEMO_ACCOUNT))
        self.container.connect_business().store(Business.model_validate({"name": FJELL, "accounting": connection}))

    def lose(self, system: System) -> None:
        """Have the next order be made, and its answer be lost."""
        self._sandbox.inject(system.finishing, "reset_after")

    def send(self, number: str) -> Transfer:
        """Send an invoice, which is added where it is new."""
        if not self.container.look_up().transfer_of(FJELL, number):
            self.container.add_invoice().add(FJELL, self.invoice(number))
        return self.container.send_invoice().send(FJELL, number)

    def invoice(self, number: str) -> Invoice:
        """Return an invoice; all are of one customer."""
        return an_invoice(number=number)

    def reason(self, number: str) -> PaymentReason | str:
        """Check an invoice's status: its reason, or the code of what stood in the way."""
        (answer,) = self.container.check_status().check(FJELL, [number])
        return answer.reason if isinstance(answer, PaymentReport) else answer.code

    def lies_in(self) -> dict[str, str | None]:
        """Return in whose books each invoice lies, by their key."""
        standing, _ = self.container.look_up().find_invoices(FJELL, InvoiceFilter(), limit=9)
        return {one.invoice.number: one.books.key if one.books else None for one in standing}

    def key(self, system: System) -> str:
        """Return what the company's books are told from others by."""
        return system.company(self._sandbox, DEMO_ACCOUNT).key

    def counts(self, system: System) -> tuple[int, int]:
        """How many orders and customers a system holds, of all companies."""
        counts = [company.counts() for company in system.companies(self._sandbox)]
        return sum(one.orders for one in counts), sum(one.customers for one in counts)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    settings = Settings(home=tmp_path, retry_first_seconds=60, retry_longest_seconds=60, settling_seconds=0.5)
    with Sandbox.demo(logins_per_minute=0) as sandbox:
        container = furnished(settings, queue=INLINE)
        environment = {name: value for one in SYSTEMS.values() for name, value in one.environment(sandbox).items()}
        container.environment.override(providers.Object(environment))
        storage = container.storage()
        try:
            yield Shop(container, sandbox)
        finally:
            storage.close()


def test_each_order_stays_in_its_books_and_is_judged_there_alone(shop: Shop, old: System, new: System) -> None:
    elsewhere = PaymentReason.NOT_PUBLISHED if old.family == new.family else "other_books"
    shop.connect(old)
    assert shop.send("1").state is TransferState.TRANSFERRED
    shop.connect(new)
    assert shop.send("2").state is TransferState.TRANSFERRED

    assert shop.lies_in() == {"1": shop.key(old), "2": shop.key(new)}
    assert (shop.reason("1"), shop.reason("2")) == (elsewhere, PaymentReason.NOT_PUBLISHED)
    shop.connect(old)
    assert (shop.reason("1"), shop.reason("2")) == (PaymentReason.NOT_PUBLISHED, elsewhere)
    for number in ("1", "2"):
        shop.send(number)
    if old.family == new.family:
        assert shop.counts(old) == (2, 1)
    else:
        assert (shop.counts(old), shop.counts(new)) == ((1, 1), (1, 1))
        for ask in (shop.container.send_again().send, shop.container.preview_invoice().preview):
            with pytest.raises(OtherBooks, match=DEMO_ACCOUNT):
                ask(FJELL, "2")
        assert (shop.counts(old), shop.counts(new)) == ((1, 1), (1, 1))


def test_it_does_not_move_before_it_is_known_whether_an_order_is_there(shop: Shop, old: System, new: System) -> None:
    shop.connect(old)
    shop.lose(old)
    transfer = shop.send("1")
    assert transfer.state is TransferState.WAITING
    with pytest.raises(Conflict) as refused:
        shop.connect(new)
    assert refused.value.code == "orders_open"
    assert shop.send("1").state is TransferState.TRANSFERRED
    shop.connect(new)
    assert shop.send("1").state is TransferState.TRANSFERRED
    assert shop.counts(old)[0] == 1
    assert shop.lies_in() == {"1": shop.key(old)}


def test_no_login_of_the_old_system_is_kept(shop: Shop, old: System, new: System) -> None:
    sessions = shop.container.sessions()
    shop.connect(old)
    shop.send("1")
    before = sessions.load(FJELL)
    assert before
    shop.connect(new)
    assert sessions.load(FJELL) is None
    shop.send("2")
    assert sessions.load(FJELL) not in (None, before)
    settings = shop.container.look_up().business(FJELL).accounting.settings
    assert old.password[1] not in settings.values()


def test_an_invoice_of_the_old_books_is_withdrawn_once_the_business_is_back(
    shop: Shop, old: System, new: System
) -> None:
    shop.connect(old)
    shop.send("1")
    shop.connect(new)
    withdraw = shop.container.withdraw_invoice().withdraw
    transfer = withdraw(FJELL, "1")
    if old.family != new.family:
        assert (transfer.state, transfer.error and transfer.error.code) == (TransferState.TRANSFERRED, "other_books")
        assert shop.counts(old)[0] == 1
        shop.connect(old)
        with suppress(KvittError):
            transfer = withdraw(FJELL, "1")
    deleting = old if old.family != new.family else new
    assert transfer.state is (TransferState.WITHDRAWN if deleting.limits.deletes_orders else TransferState.TRANSFERRED)
    assert shop.counts(old)[0] == (0 if deleting.limits.deletes_orders else 1)
