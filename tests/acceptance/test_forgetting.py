"""What has grown old is forgotten by a worker that runs, by itself; that it was sent is not, nor what is younger."""

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import NotFound
from entrypoints.container import DURABLE, Container, make_container
from entrypoints.settings import Settings
from entrypoints.worker import Worker
from tests.acceptance.movable_clock import MovableClock
from tests.acceptance.office import COMPANY, LANDING_COMPANY, Office
from tests.acceptance.steps.builders import BusinessBuilder, InvoiceBuilder
from tests.acceptance.use_case_gateway import UseCaseGateway

KEPT_DAYS = 10
EVERYTHING = {"story", "content", "batch", "unsent"}
A_WORKERS_DAY = timedelta(seconds=0.3)
"""So often it begins to forget; some sweeps go by, because each forgets a piece."""
PATIENCE_SECONDS = 30


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path / "home", keep_invoices_days=KEPT_DAYS, keep_details_days=KEPT_DAYS, sweep_seconds=0.02
    )


@pytest.fixture
def working(environment: None, settings: Settings, clock: MovableClock) -> Iterator[Container]:
    """The same installation, as a process that works has it."""
    container = make_container(settings, queue=DURABLE)
    container.clock.override(clock)
    yield container
    container.storage().close()


class Books:
    """The invoices of the business "fjell": as they come in, and as far as they are still kept."""

    def __init__(self, container: Container, office: Office, clock: MovableClock) -> None:
        self._container = container
        self._gateway = UseCaseGateway(container)
        self._clock = clock
        self._gateway.connect(BusinessBuilder(office.connection()).document())

    def add(self, number: str) -> None:
        """Add an invoice of today's."""
        today = self._clock.now().date().isoformat()
        self._gateway.add("fjell", {**InvoiceBuilder(number).document(), "issue_date": today, "due_date": today})

    def send(self, number: str) -> str:
        """Add an invoice of today's, send it in a batch, and check its status; the batch's id."""
        self.add(number)
        batch = self._container.send_many().send("fjell", [number])
        self._gateway.status("fjell", number)
        return batch.id

    def kept(self, *, sent: str, batch: str, unsent: str) -> set[str]:
        """What is left of an invoice that was sent and of one that was not, of all that may be forgotten."""
        look_up = self._container.look_up()
        transfer = look_up.transfer_of("fjell", sent)
        assert transfer is not None
        assert look_up.crediting("fjell", sent)[0].payment is not None  # the latest is kept for ever
        left = {"story"} if look_up.steps(transfer.id) else set()
        left |= {"content"} if look_up.invoice("fjell", sent).rows else set()
        with suppress(NotFound):
            left |= {"batch"} if look_up.batch(batch, business="fjell") else set()
        with suppress(NotFound):
            left |= {"unsent"} if look_up.invoice("fjell", unsent).rows else set()
        return left


@pytest.fixture
def books(container: Container, office: Office, clock: MovableClock) -> Books:
    office.invite(LANDING_COMPANY, COMPANY)
    return Books(container, office, clock)


def test_a_worker_forgets_by_itself_what_is_old_enough_and_nothing_else(
    books: Books,
    container: Container,
    working: Container,
    office: Office,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("entrypoints.worker._FORGET_EVERY", A_WORKERS_DAY)
    old_batch = books.send("1")
    books.add("2")
    clock.forward(timedelta(days=KEPT_DAYS - 1))
    young_batch = books.send("3")
    books.add("4")
    with Worker(working):
        time.sleep(2 * A_WORKERS_DAY.total_seconds())
        assert books.kept(sent="1", batch=old_batch, unsent="2") == EVERYTHING

        clock.forward(timedelta(days=2))
        until = time.monotonic() + PATIENCE_SECONDS
        while left := books.kept(sent="1", batch=old_batch, unsent="2"):
            assert time.monotonic() < until, left
            time.sleep(0.05)
        time.sleep(A_WORKERS_DAY.total_seconds())
        assert books.kept(sent="3", batch=young_batch, unsent="4") == EVERYTHING

    orders = office.books.orders()
    assert container.send_invoice().send("fjell", "1").order_id is not None
    assert office.books.orders() == orders
