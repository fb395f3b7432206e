from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from core.batch import Batch, BatchCounts, BatchItem
from core.errors import InvalidInput, InvalidInvoice, NotFound, Rejected, TryAgain
from core.invoice import InvoiceType
from core.invoice_filter import InvoiceFilter
from core.reasons import Verdict
from core.transfer import TransferState, new_transfer
from core.use_cases import send_many
from tests.fakes import Gateway
from tests.fakes.storage import FakeUnitOfWork
from tests.unit.samples import an_invoice


@pytest.fixture
def idle() -> Gateway:
    """An installation whose queue is worked off by nobody yet."""
    return Gateway(inline=False)


def add(gateway: Gateway, *numbers: str) -> None:
    gateway.add(*(an_invoice(number=number) for number in numbers))


def items(gateway: Gateway, batch: Batch) -> Sequence[BatchItem]:
    return gateway.look_up.batch_items(batch.id, limit=10_000)


def counts(gateway: Gateway, batch: Batch) -> BatchCounts:
    return gateway.look_up.batch_counts(batch.id)


def numbers_of(gateway: Gateway, batch: Batch) -> list[str]:
    return [item.invoice for item in items(gateway, batch)]


def test_each_invoice_gets_a_bulk_transfer_of_its_own_and_the_business_is_queued_once(idle: Gateway) -> None:
    add(idle, "1", "2", "3")
    batch = idle.send_many.send("fjell", ["3", "1", "3", "2", "1"])
    transfers = [item.transfer for item in items(idle, batch)]
    assert [one and (one.invoice, one.state, one.bulk) for one in transfers] == [
        ("3", TransferState.QUEUED, True),
        ("1", TransferState.QUEUED, True),
        ("2", TransferState.QUEUED, True),
    ]
    assert idle.queue.puts == ["fjell"]
    assert idle.system.calls == []
    assert (batch.business, batch.created_at) == ("fjell", idle.clock.now())


def test_transfers_sort_in_the_order_in_which_the_invoices_were_given(idle: Gateway) -> None:
    add(idle, "1", "2", "3")
    many = send_many.SendMany(
        storage=idle.storage,
        systems=idle.systems,
        queue=idle.queue,
        clock=idle.clock,
        auditor=idle.auditor,
        new_id=iter(["batch", "c", "a", "b"]).__next__,
    )
    many.send("fjell", ["3", "1", "2"])
    assert [one.invoice for one in idle.look_up.transfers("fjell", limit=9)] == ["3", "1", "2"]


def test_what_was_sent_together_arrives_together(gateway: Gateway) -> None:
    add(gateway, "1", "2", "3")
    batch = gateway.send_many.send("fjell", ["1", "2", "3"])
    assert counts(gateway, batch) == BatchCounts(transferred=3)
    assert counts(gateway, batch).is_finished
    assert len(gateway.books.orders) == 3


def test_what_can_not_be_sent_is_refused_with_its_error_and_holds_up_no_other(gateway: Gateway) -> None:
    gateway.add(
        an_invoice(number="1"),
        an_invoice(number="2", due_date=None, rows=()),
        an_invoice(number="3", type=InvoiceType.PRINTED),
        an_invoice(number="4"),
    )
    batch = gateway.send_many.send("fjell", ["1", "2", "nix", "3", "4"])
    arrived, incomplete, unknown, printed, last = items(gateway, batch)
    assert [one.transfer and one.transfer.state for one in (arrived, last)] == [TransferState.TRANSFERRED] * 2
    assert incomplete.refusal
    assert printed.refusal
    assert unknown.refusal
    assert isinstance(incomplete.refusal.error, InvalidInvoice)
    assert [fault.field for fault in incomplete.refusal.error.faults] == ["due_date", "rows"]
    assert printed.refusal.code == "not_data_for_accounting"
    assert isinstance(unknown.refusal.error, NotFound)
    assert unknown.refusal.code == "unknown_invoice"
    assert counts(gateway, batch) == BatchCounts(transferred=2, refused=3)
    assert gateway.look_up.transfer_of("fjell", "2") is None


def test_a_refusal_says_what_a_single_send_says(gateway: Gateway) -> None:
    gateway.add(an_invoice(number="1", due_date=None))
    with pytest.raises(InvalidInvoice) as single:
        gateway.send("1")
    (item,) = items(gateway, gateway.send_many.send("fjell", ["1"]))
    assert item.refusal
    bulk = item.refusal.error
    assert (bulk.code, bulk.message, bulk.hint, bulk.faults) == (
        single.value.code,
        single.value.message,
        single.value.hint,
        single.value.faults,
    )


def test_sending_the_same_again_is_the_same_transfers_and_no_second_orders(gateway: Gateway) -> None:
    add(gateway, "1", "2")
    first = gateway.send_many.send("fjell", ["1", "2"])
    puts = list(gateway.queue.puts)
    second = gateway.send_many.send("fjell", ["1", "2"])
    assert first.id != second.id
    assert [one.transfer for one in items(gateway, first)] == [one.transfer for one in items(gateway, second)]
    assert len(gateway.books.orders) == 2
    assert gateway.queue.puts == puts, "there was nothing to do"


def test_what_waits_or_was_rejected_is_tried_again_at_once_as_the_same_transfer(gateway: Gateway) -> None:
    add(gateway, "1", "2")
    gateway.system.customers.fail_next(TryAgain("Later."))
    gateway.send("1")
    gateway.system.orders.fail_item("2", Rejected("The department is missing."))
    gateway.send("2")
    gateway.system.orders.heal_item("2")
    before = {number: gateway.transfer(number) for number in ("1", "2")}
    assert [one.state for one in before.values()] == [TransferState.WAITING, TransferState.REJECTED]
    batch = gateway.send_many.send("fjell", ["1", "2"])
    after = {one.invoice: one.transfer for one in items(gateway, batch) if one.transfer}
    assert {number: one.id for number, one in after.items()} == {number: one.id for number, one in before.items()}
    assert counts(gateway, batch) == BatchCounts(transferred=2)


def test_a_quotas_hour_is_not_shortened(gateway: Gateway) -> None:
    add(gateway, "1")
    ends = gateway.clock.now().replace(hour=9)
    gateway.system.customers.fail_next(TryAgain("Limit exceeded.", code="quota", not_before=ends))
    gateway.send("1")
    calls = list(gateway.system.calls)
    batch = gateway.send_many.send("fjell", ["1"])
    assert counts(gateway, batch) == BatchCounts(waiting=1, next_attempt_at=ends)
    assert gateway.system.calls == calls


def test_an_unknown_business_is_not_found_and_no_batch_is_left_behind(idle: Gateway) -> None:
    with pytest.raises(NotFound) as named:
        idle.send_many.send("vidde", ["1"])
    with pytest.raises(NotFound) as every:
        idle.send_many.send_all("vidde")
    assert (named.value.code, every.value.code) == ("unknown_business", "unknown_business")
    with idle.storage.transaction() as work:
        assert work.tables.batches == {}


def test_a_batch_of_another_business_is_not_found(idle: Gateway) -> None:
    add(idle, "1")
    batch = idle.send_many.send("fjell", ["1"])
    assert idle.look_up.batch(batch.id, business="fjell").id == batch.id
    with pytest.raises(NotFound) as other:
        idle.look_up.batch("nix", business="fjell")
    with pytest.raises(NotFound) as business:
        idle.look_up.batch(batch.id, business="vidde")
    assert (other.value.code, business.value.code) == ("unknown_batch", "unknown_business")


def test_all_are_those_that_are_data_for_accounting_and_have_not_arrived(gateway: Gateway) -> None:
    add(gateway, "1", "2", "4", "5", "6")
    gateway.add(an_invoice(number="3", type=InvoiceType.PRINTED), an_invoice(number="7", due_date=None))
    gateway.send("1")
    gateway.system.customers.fail_next(TryAgain("Later."))
    gateway.send("4")
    gateway.system.orders.fail_item("5", Rejected("No."))
    gateway.send("5")
    gateway.system.orders.heal_item("5")
    batch = gateway.send_many.send_all("fjell")
    assert sorted(numbers_of(gateway, batch)) == ["2", "4", "5", "6", "7"]
    assert counts(gateway, batch) == BatchCounts(transferred=4, refused=1)
    assert (batch.printed, batch.cancelled) == (1, 0)
    assert gateway.look_up.batch(batch.id, business="fjell").id == batch.id


def test_all_leaves_out_what_a_person_cancelled_until_it_is_sent_by_its_number(gateway: Gateway) -> None:
    add(gateway, "1", "2")
    gateway.system.customers.fail_next(TryAgain("Later."))
    gateway.manage_transfers.cancel(gateway.send("1").id)
    batch = gateway.send_many.send_all("fjell")
    assert (numbers_of(gateway, batch), batch.cancelled) == (["2"], 1)
    assert gateway.transfer("1").state is TransferState.CANCELLED
    gateway.system.customers.fail_next(TryAgain("Later."))
    gateway.send("1")
    assert numbers_of(gateway, gateway.send_many.send_all("fjell")) == ["1"]


def test_all_counts_as_printed_what_was_made_so_after_it_was_rejected(gateway: Gateway) -> None:
    add(gateway, "1")
    gateway.system.orders.fail_item("1", Rejected("No."))
    gateway.send("1")
    gateway.add(an_invoice(number="1", type=InvoiceType.PRINTED))
    batch = gateway.send_many.send_all("fjell")
    assert (numbers_of(gateway, batch), batch.printed) == ([], 1)


def test_all_of_nothing_is_an_empty_batch_and_asks_for_no_work(gateway: Gateway) -> None:
    batch = gateway.send_many.send_all("fjell")
    assert counts(gateway, batch) == BatchCounts()
    assert counts(gateway, batch).is_finished
    assert gateway.queue.puts == []


def test_all_takes_an_invoice_again_whose_second_transfer_was_rejected(gateway: Gateway) -> None:
    add(gateway, "1")
    first = gateway.send("1")
    gateway.send_many.send_all("fjell")
    gateway.books.orders.clear()
    gateway.system.orders.fail_item("1", Rejected("No."))
    second = gateway.send_again.send("fjell", "1")
    assert (gateway.transfer("1").id, gateway.transfer("1").state) == (second.id, TransferState.REJECTED)
    gateway.system.orders.heal_item("1")
    (item,) = items(gateway, gateway.send_many.send_all("fjell"))
    assert item.transfer
    assert (item.transfer.id, item.transfer.state) == (second.id, TransferState.TRANSFERRED)
    assert first.id != second.id


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_many, "PIECE", 2)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("every", [True, False])
def test_many_are_recorded_in_pieces_each_a_transaction_of_its_own(idle: Gateway, every: bool) -> None:
    numbers = [f"{nth:02}" for nth in range(7)]
    add(idle, *numbers)
    recorded: list[int] = []

    class Watched:
        """The storage, noting how many transfers each transaction left more of."""

        reading = idle.storage.reading

        @contextmanager
        def transaction(self) -> Iterator[FakeUnitOfWork]:
            with idle.storage.transaction() as work:
                before = len(work.tables.transfers)
                yield work
                if more := len(work.tables.transfers) - before:
                    recorded.append(more)

    many = send_many.SendMany(
        storage=Watched(),
        systems=idle.systems,
        queue=idle.queue,
        clock=idle.clock,
        auditor=idle.auditor,
        new_id=iter("abcdefgh").__next__,
    )
    batch = many.send_all("fjell") if every else many.send("fjell", numbers)
    assert recorded == [2, 2, 2, 1]
    assert numbers_of(idle, batch) == numbers
    assert idle.queue.puts == ["fjell"]


@pytest.mark.usefixtures("small_pieces")
def test_all_finds_every_transfer_that_has_not_arrived_however_many_pages_they_are(idle: Gateway) -> None:
    numbers = [f"{nth:02}" for nth in range(7)]
    add(idle, *numbers)
    idle.send_many.send("fjell", numbers)
    batch = idle.send_many.send_all("fjell")
    assert sorted(numbers_of(idle, batch)) == numbers
    assert counts(idle, batch) == BatchCounts(queued=7)


def test_of_two_that_send_at_the_same_moment_both_get_the_one_transfer(idle: Gateway) -> None:
    add(idle, "1", "2")
    idle.storage.beaten_by(new_transfer("rival", business="fjell", invoice="2", now=idle.clock.now()))
    batch = idle.send_many.send("fjell", ["1", "2"])
    of_one, of_two = items(idle, batch)
    assert [one.transfer and one.transfer.state for one in (of_one, of_two)] == [TransferState.QUEUED] * 2
    assert of_two.transfer
    assert of_two.transfer.id == "rival"
    assert len(idle.look_up.transfers("fjell", limit=9)) == 2


def test_what_arrived_by_a_single_send_is_passed_over_by_all(gateway: Gateway) -> None:
    add(gateway, "1")
    gateway.send("1")
    for _ in range(2):
        assert numbers_of(gateway, gateway.send_many.send_all("fjell")) == []
    assert len(gateway.books.orders) == 1


@pytest.mark.usefixtures("small_pieces")
def test_those_that_are_wanted_are_sent_and_what_has_arrived_or_was_taken_back_is_not(gateway: Gateway) -> None:
    gateway.add(
        *(an_invoice(number=f"A{nth}") for nth in range(5)),
        an_invoice(number="A5", type=InvoiceType.PRINTED),
        an_invoice(number="B1"),
    )
    gateway.send("A1")
    transfer = gateway.look_up.transfer_of("fjell", "A1")
    batch = gateway.send_many.send_wanted("fjell", InvoiceFilter(number="A"))
    assert numbers_of(gateway, batch) == ["A0", "A2", "A3", "A4"]
    kept = gateway.look_up.batch(batch.id, business="fjell")
    assert (kept.printed, kept.cancelled) == (1, 0)
    assert gateway.look_up.transfer_of("fjell", "A1") == transfer
    assert gateway.look_up.transfer_of("fjell", "B1") is None


def test_one_that_was_taken_back_is_counted_and_left_out_where_all_are_sent_that_are_wanted(idle: Gateway) -> None:
    add(idle, "1", "2")
    idle.manage_transfers.cancel(idle.send("1").id)
    batch = idle.send_many.send_wanted("fjell", InvoiceFilter())
    assert numbers_of(idle, batch) == ["2"]
    assert idle.look_up.batch(batch.id, business="fjell").cancelled == 1


def test_a_filter_that_can_not_be_used_sends_nothing(idle: Gateway) -> None:
    with pytest.raises(InvalidInput):
        idle.send_many.send_wanted("fjell", InvoiceFilter(state="gone"))
    assert idle.look_up.batches("fjell", limit=9) == []


@pytest.mark.usefixtures("small_pieces")
def test_a_batchs_rejected_are_sent_again_by_reason(gateway: Gateway) -> None:
    add(gateway, *"1234567")
    for number in "123456":
        code = "closed" if number in "12345" else "other"
        gateway.system.orders.fail_item(number, Rejected("No", code=code))
    first = gateway.send_many.send("fjell", "1234567")
    for number in "12345":
        gateway.system.orders.heal_item(number)
    again = gateway.send_many.send_group("fjell", first.id, Verdict.REJECTED, "closed")
    assert numbers_of(gateway, again) == list("12345")
    assert counts(gateway, again) == BatchCounts(transferred=5)
    assert counts(gateway, first) == BatchCounts(transferred=6, rejected=1)
    assert [batch.id for batch, _ in gateway.look_up.batches("fjell", limit=9)] == [again.id, first.id]


def test_a_batchs_refused_are_judged_anew(gateway: Gateway) -> None:
    gateway.add(an_invoice(number="1", rows=()), an_invoice(number="2", rows=()))
    first = gateway.send_many.send("fjell", "12")
    gateway.add(an_invoice(number="1"))
    again = gateway.send_many.send_group("fjell", first.id, Verdict.REFUSED, "invalid_invoice")
    assert counts(gateway, again) == BatchCounts(transferred=1, refused=1)


@pytest.mark.usefixtures("small_pieces")
def test_all_of_a_business_that_were_rejected_for_a_reason_are_sent_again(gateway: Gateway) -> None:
    add(gateway, *"12345")
    for number in "1234":
        code = "closed" if number in "124" else "other"
        gateway.system.orders.fail_item(number, Rejected("No", code=code))
    gateway.send_many.send("fjell", "12345")
    gateway.system.orders.heal()
    again = gateway.send_many.send_rejected("fjell", "closed")
    assert numbers_of(gateway, again) == ["1", "2", "4"]
    assert counts(gateway, again) == BatchCounts(transferred=3)


def test_another_businesss_batch_is_not_there(gateway: Gateway) -> None:
    with pytest.raises(NotFound):
        gateway.send_many.send_group("fjell", "nothing", Verdict.REJECTED, "closed")
