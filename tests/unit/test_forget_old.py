from datetime import timedelta

import pytest
from pydantic import SecretStr

from core.audit import WORKER
from core.auditor import Auditor
from core.errors import Conflict
from core.event import EventType, Happening
from core.invoice import Invoice, InvoiceType
from core.ports.invoice_stores import Step
from core.transfer import Receipt, TransferState, arrived, new_transfer, started
from core.use_cases.add_invoice import AddInvoice
from core.use_cases.forget_old import PIECE, ForgetOld
from core.webhook import DeliveryFilter, Endpoint, EndpointSecrets
from tests.fakes.clock import FakeClock
from tests.fakes.storage import FakeStorage
from tests.storage_contract.samples import a_business, a_dated_batch, an_invoice

DAY = timedelta(days=1)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def storage(clock: FakeClock) -> FakeStorage:
    storage = FakeStorage(clock)
    with storage.transaction() as work:
        work.businesses.put(a_business())
    return storage


def _forget_old(storage: FakeStorage, clock: FakeClock, *, invoices: int = 0, details: int = 0) -> int:
    forget_old = ForgetOld(
        storage=storage,
        clock=clock,
        keep_invoices=invoices * DAY,
        keep_details=details * DAY,
        stopping=lambda: False,
    )
    return sum(1 for _ in forget_old.pieces())


def _sent(storage: FakeStorage, clock: FakeClock, number: str) -> None:
    with storage.transaction() as work:
        work.invoices.put("fjell", an_invoice(number))
        transfer = new_transfer(number, business="fjell", invoice=number, now=clock.now())
        work.transfers.add(transfer)
        work.invoices.mark_sent("fjell", [number])
        receipt = Receipt(order_id="900", customer_id="7")
        work.transfers.save(arrived(started(transfer), receipt, warnings=(), books="fake 7", now=clock.now()))
        work.journal.add([(number, Step(at=clock.now(), text="Attempt 1 began."))])
        work.batches.put(a_dated_batch(f"batch-{number}", clock.now()))
        work.events.add(Happening(type=EventType.INVOICE_PAID, business="fjell", invoice=number, data={}))


def test_an_invoice_is_kept_for_so_long_after_it_was_sent(storage: FakeStorage, clock: FakeClock) -> None:
    _sent(storage, clock, "1")
    clock.advance(days=10)
    _forget_old(storage, clock, invoices=11)
    with storage.transaction() as work:
        assert work.invoices.get("fjell", "1") == an_invoice("1")
    _forget_old(storage, clock, invoices=9)
    with storage.transaction() as work:
        assert work.invoices.get("fjell", "1") == Invoice(number="1", type=InvoiceType.DATA_FOR_ACCOUNTING)


def test_a_forgotten_invoice_is_still_known_to_be_sent(storage: FakeStorage, clock: FakeClock) -> None:
    _sent(storage, clock, "1")
    clock.advance(days=10)
    _forget_old(storage, clock, invoices=9)
    with pytest.raises(Conflict) as refusal:
        AddInvoice(storage=storage, auditor=Auditor(storage=storage, clock=clock, actor=lambda: WORKER)).add(
            "fjell", an_invoice("1")
        )
    assert refusal.value.code == "already_sent"
    with storage.transaction() as work:
        transfer = work.transfers.of_invoice("fjell", "1")
        assert transfer is not None
        assert transfer.state is TransferState.TRANSFERRED
        assert work.invoices.unsent("fjell", limit=9) == []


def test_details_go_while_the_invoice_stays(storage: FakeStorage, clock: FakeClock) -> None:
    _sent(storage, clock, "1")
    clock.advance(days=10)
    _sent(storage, clock, "2")
    _forget_old(storage, clock, details=9)
    with storage.transaction() as work:
        assert [bool(work.journal.of(number)) for number in ("1", "2")] == [False, True]
        assert [bool(work.batches.get(f"batch-{number}")) for number in ("1", "2")] == [False, True]
        assert [event.invoice for event in work.events.list("fjell", limit=9)] == ["2"]
        assert work.invoices.get("fjell", "1") == an_invoice("1")


def test_zero_is_for_ever(storage: FakeStorage, clock: FakeClock) -> None:
    _sent(storage, clock, "1")
    clock.advance(days=40_000)
    assert _forget_old(storage, clock) == 1, "what is kept of signing in has its own time"
    with storage.transaction() as work:
        assert work.invoices.get("fjell", "1") == an_invoice("1")
        assert work.journal.of("1")


def test_a_webhook_that_was_removed_is_forgotten_with_what_was_on_its_way(
    storage: FakeStorage, clock: FakeClock
) -> None:
    with storage.transaction() as work:
        secrets = EndpointSecrets(url=SecretStr("https://h.example/"), current=SecretStr("whsec_"))
        for name in ("kept", "removed"):
            work.endpoints.add(Endpoint(id=name, url="https://h.example/", created_at=clock.now()), secrets)
    with storage.transaction() as work:
        work.events.add(Happening(type=EventType.INVOICE_PAID, business="fjell", invoice="1", data={}))
    with storage.transaction() as work:
        work.endpoints.remove("removed", now=clock.now())
    clock.advance(seconds=2 * DAY.total_seconds())
    _forget_old(storage, clock, details=3)
    with storage.transaction() as work:
        assert work.deliveries.list("removed", DeliveryFilter(), limit=9) == []
        assert len(work.deliveries.list("kept", DeliveryFilter(), limit=9)) == 1


def test_it_goes_in_small_pieces_and_ends_when_told_to_stop(storage: FakeStorage, clock: FakeClock) -> None:
    with storage.transaction() as work:
        for nth in range(PIECE + 1):
            work.invoices.put("fjell", an_invoice(f"{nth:05}"))
    stop: list[bool] = []
    clock.advance(days=10)
    forget_old = ForgetOld(
        storage=storage, clock=clock, keep_invoices=DAY, keep_details=DAY, stopping=lambda: bool(stop)
    )
    pieces = forget_old.pieces()
    next(pieces)
    next(pieces)
    with storage.transaction() as work:
        assert len(work.invoices.list("fjell", limit=PIECE + 1)) == 1
    stop.append(True)
    assert list(pieces) == []
