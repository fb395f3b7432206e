"""What every storage promises (core/ports/storage.py), whatever it is made of.

A subclass supplies the fixture `storage`, empty, and `let_pass` too where its leases run by another clock than the
real one.
"""

import json
import threading
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.api_key import ApiKey, Role
from core.audit import COMMAND_LINE, WORKER, Action, Actor, ActorKind, AuditEntry, AuditResult
from core.batch import Batch, BatchMember, Refusal, counts_of
from core.books import Books
from core.business import Business, Connection, NewOrderStatus
from core.customer import Address, Customer
from core.customer_choice import CustomerLink
from core.customer_directory import CustomerEntry
from core.errors import AccessRefused, Conflict, Fault, InvalidInvoice, LeaseLost, NotFound, Rejected, TryAgain
from core.intent import CLOCKS_DIFFER, Intent, IntentKind, declared
from core.invoice import Invoice, InvoiceRow, InvoiceType, Period
from core.journal import Step
from core.kept_answer import KeptAnswer
from core.lease import Lease
from core.payment import PaymentReason, PaymentReport, PaymentStatusValue
from core.ports.storage import Storage, UnitOfWork
from core.records import Record, RecordKind
from core.recovery import Finding, FindingKind, Recovery, recovery_needed
from core.transfer import (
    Receipt,
    RetryPolicy,
    Transfer,
    TransferError,
    TransferState,
    arrived,
    failed,
    new_transfer,
    started,
    superseded,
)

NOW = datetime(2021, 1, 15, 12, 0, 0, 123456, tzinfo=UTC)
POLICY = RetryPolicy()
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
SHORT = timedelta(milliseconds=50)
"""A lease that a test lets run out."""


def a_business(name: str = "fjell", **changes: object) -> Business:
    connection = Connection.of("24sevenoffice", {"username": "ola@fjell.example", "password": "hunter2 æøå"})
    return Business.model_validate({"name": name, "accounting": connection, **changes})


def an_invoice(number: str = "1001", **changes: object) -> Invoice:
    return Invoice.model_validate(
        {
            "number": number,
            "order_number": "5001",
            "type": InvoiceType.DATA_FOR_ACCOUNTING,
            "issue_date": date(2021, 1, 15),
            "due_date": date(2021, 1, 29),
            "customer": Customer(
                name="Kari Ås", email="kari@example.com", address=Address(street="Storgata 1", city="Bø", country="NO")
            ),
            "rows": (
                InvoiceRow(
                    product="Tractor – «stor»",
                    period=Period(start=date(2021, 1, 10), end=date(2021, 1, 12)),
                    quantity=Decimal("-1.50"),
                    unit_price=Decimal("1200.00"),
                    vat_percent=Decimal("25"),
                ),
            ),
            **changes,
        }
    )


def a_transfer(identifier: str = "t1", invoice: str = "1001", business: str = "fjell", at: datetime = NOW) -> Transfer:
    return new_transfer(identifier, business=business, invoice=invoice, now=at)


def a_report(invoice: str = "1001", **changes: object) -> PaymentReport:
    return PaymentReport.model_validate(
        {
            "invoice": invoice,
            "status": PaymentStatusValue.NOT_PAID,
            "reason": PaymentReason.NOT_PUBLISHED,
            "order_id": "900",
            "checked_at": NOW,
            **changes,
        }
    )


class _BrokenOffError(Exception):
    """Raised by a test within a transaction."""


class _WithBusinesses:
    @pytest.fixture
    def stocked(self, storage: Storage) -> Storage:
        """The storage with two businesses, fjell and vidde."""
        with storage.transaction() as work:
            work.businesses.put(a_business("fjell"))
            work.businesses.put(a_business("vidde"))
        return storage


class TransactionContract:
    def test_what_a_transaction_stored_is_there_for_the_next(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
        with storage.transaction() as work:
            assert work.businesses.get("fjell") is not None
            assert work.businesses.has("fjell")
            assert not work.businesses.has("fjel")

    def test_what_a_transaction_stored_is_there_for_itself(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
            work.transfers.add(a_transfer())
            assert work.transfers.get("t1") == a_transfer()

    def test_a_block_that_raises_leaves_nothing_behind(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
            work.transfers.add(a_transfer())
            work.links.put("fjell", CustomerLink(key="person:a", customer_id="7"))

        def change_everything() -> None:
            with storage.transaction() as work:
                work.businesses.put(a_business(product_name="Other"))
                work.businesses.put(a_business("vidde"))
                work.invoices.put("fjell", an_invoice())
                work.transfers.add(a_transfer("t2", "1002"))
                work.transfers.save(started(a_transfer()))
                work.intents.put("fjell", Intent(kind=IntentKind.ORDER, key="1001", first_at=NOW, last_at=NOW))
                work.links.put("fjell", CustomerLink(key="person:a", customer_id="8"))
                work.references.put("fjell", "vat", "[]", now=NOW)
                work.statuses.add("fjell", a_report())
                work.leases.acquire("fjell", holder="a", length=MINUTE)
                raise _BrokenOffError

        with pytest.raises(_BrokenOffError):
            change_everything()
        with storage.transaction() as work:
            assert work.businesses.get("fjell") == a_business()
            assert work.businesses.get("vidde") is None
            assert work.invoices.get("fjell", "1001") is None
            assert work.transfers.get("t1") == a_transfer()
            assert work.transfers.get("t2") is None
            assert work.intents.get("fjell", IntentKind.ORDER, "1001") is None
            assert work.links.of_keys("fjell", ["person:a"])["person:a"].customer_id == "7"
            assert work.references.all("fjell") == {}
            assert work.statuses.latest("fjell", "1001") is None
            assert work.leases.acquire("fjell", holder="b", length=MINUTE) is not None

    def test_an_error_of_a_store_also_undoes_the_transaction(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
            work.transfers.add(a_transfer())

        def store_two_things() -> None:
            with storage.transaction() as work:
                work.invoices.put("fjell", an_invoice())
                work.transfers.add(a_transfer("t2"))

        with pytest.raises(Conflict):
            store_two_things()
        with storage.transaction() as work:
            assert work.invoices.get("fjell", "1001") is None

    def test_a_conflict_that_is_dealt_with_does_not_spoil_the_transaction(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
            work.transfers.add(a_transfer())
            with pytest.raises(Conflict):
                work.transfers.add(a_transfer("t2"))
            work.invoices.put("fjell", an_invoice())
        with storage.transaction() as work:
            assert work.invoices.get("fjell", "1001") == an_invoice()
            assert work.transfers.get("t2") is None

    def test_transactions_of_many_threads_lose_nothing(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
            work.transfers.add(a_transfer())

        def attempt(_: int) -> None:
            with storage.transaction() as work:
                transfer = work.transfers.get("t1")
                assert transfer is not None
                work.transfers.save(started(transfer))

        def keep_trying(number: int) -> None:
            while True:  # a storage may let two read at once, and refuse the second save
                try:
                    return attempt(number)
                except Conflict:
                    continue

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(keep_trying, range(24)))
        with storage.transaction() as work:
            transfer = work.transfers.get("t1")
        assert transfer is not None
        assert (transfer.attempts, transfer.version) == (24, 24)


class BusinessContract:
    def test_a_business_comes_back_as_it_was_stored(self, storage: Storage) -> None:
        business = a_business(
            product_name="Leie – utstyr",
            category_name="Utleie",
            order_status=NewOrderStatus.CONFIRMED,
            vat_codes={"0": "52", "12.50": "31"},
        )
        with storage.transaction() as work:
            work.businesses.put(business)
        with storage.transaction() as work:
            stored = work.businesses.get("fjell")
        assert stored == business
        assert stored.accounting.settings == {"username": "ola@fjell.example", "password": "hunter2 æøå"}

    def test_a_business_that_is_put_again_is_changed(self, storage: Storage) -> None:
        changed = a_business(accounting=Connection.of("other", {"key": "1"}), product_name="Other")
        with storage.transaction() as work:
            work.businesses.put(a_business())
            work.transfers.add(a_transfer())
        with storage.transaction() as work:
            work.businesses.put(changed)
        with storage.transaction() as work:
            assert work.businesses.get("fjell") == changed
            assert work.businesses.list(limit=10) == [changed]
            assert work.transfers.get("t1") == a_transfer()

    def test_an_unknown_business_is_none(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.businesses.put(a_business())
            assert work.businesses.get("Fjell") is None
            assert work.businesses.get("fjel") is None

    def test_businesses_are_listed_by_name_page_by_page(self, storage: Storage) -> None:
        names = ["c", "B", "a", "a.2", "a-1", "a10", "Z"]
        with storage.transaction() as work:
            assert work.businesses.list(limit=3) == []
            for name in names:
                work.businesses.put(a_business(name))
        with storage.transaction() as work:
            assert pages(lambda after: [b.name for b in work.businesses.list(limit=3, after=after)]) == sorted(names)


class InvoiceContract(_WithBusinesses):
    def test_an_invoice_comes_back_as_it_was_stored(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.invoices.put("fjell", an_invoice())
        with stocked.transaction() as work:
            stored = work.invoices.get("fjell", "1001")
        assert stored == an_invoice()
        assert stored.fingerprint == an_invoice().fingerprint

    def test_an_invoice_with_signs_that_nothing_can_store_comes_back_as_it_was_stated(self, stocked: Storage) -> None:
        stated = Invoice.model_validate({"number": "signs", "comment": "a\x0bb\x00c\x1fd\uffffe"})
        with stocked.transaction() as work:
            work.invoices.put("fjell", stated)
        with stocked.transaction() as work:
            kept = work.invoices.get("fjell", "signs")
        assert kept is not None
        assert (kept.comment, kept.reading_warnings, kept.fingerprint) == (
            stated.comment,
            stated.reading_warnings,
            stated.fingerprint,
        )

    def test_an_invoice_of_which_only_the_number_is_known_is_kept(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.invoices.put("fjell", Invoice(number="INV/2021 – ø%_'"))
        with stocked.transaction() as work:
            assert work.invoices.get("fjell", "INV/2021 – ø%_'") == Invoice(number="INV/2021 – ø%_'")

    def test_what_an_earlier_version_took_in_and_this_one_refuses_is_read(self, stocked: Storage) -> None:
        stored = an_invoice().model_copy(update={"customer": Customer().model_copy(update={"name": "Kari\u202eÅs"})})
        with stocked.transaction() as work:
            work.businesses.put(a_business().model_copy(update={"product_name": "Leie\u200b"}))
            work.invoices.put("fjell", stored)
        with stocked.transaction() as work:
            assert work.invoices.get("fjell", "1001") == stored
            assert work.invoices.of_numbers("fjell", ["1001"]) == {"1001": stored}
            assert work.invoices.list("fjell", limit=1) == [stored]
            business = work.businesses.get("fjell")
            assert business is not None
            assert business.product_name == "Leie\u200b"

    def test_an_invoice_that_is_put_again_is_replaced(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.invoices.put("fjell", an_invoice())
            work.invoices.put("fjell", an_invoice(comment="changed"))
            assert work.invoices.list("fjell", limit=10) == [an_invoice(comment="changed")]

    def test_of_many_those_that_are_new_are_added_and_the_others_stay(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.invoices.put("fjell", an_invoice("2"))
            given = [("fjell", an_invoice(number, comment="given")) for number in ("3", "2", "1")]
            added = work.invoices.add_new([("vidde", an_invoice("2")), *given])
            assert set(added) == {("vidde", "2"), ("fjell", "3"), ("fjell", "1")}
            assert list(work.invoices.add_new(given)) == list(work.invoices.add_new([])) == []
        with stocked.transaction() as work:
            assert work.invoices.of_numbers("fjell", ["1", "2", "3"]) == {
                "1": an_invoice("1", comment="given"),
                "2": an_invoice("2"),
                "3": an_invoice("3", comment="given"),
            }
            assert work.invoices.get("vidde", "2") == an_invoice("2")

    def test_what_two_add_at_the_same_time_is_new_for_one_of_them(self, stocked: Storage) -> None:
        numbers = [f"{nth:03}" for nth in range(200)]
        together = threading.Barrier(2)

        def add(these: Sequence[str], comment: str) -> Collection[tuple[str, str]]:
            together.wait()
            with stocked.transaction() as work:
                return work.invoices.add_new([("fjell", an_invoice(number, comment=comment)) for number in these])

        with ThreadPoolExecutor(2) as threads:
            upwards = threads.submit(add, numbers, "upwards")
            downwards = threads.submit(add, numbers[::-1], "downwards")
            new = {"upwards": set(upwards.result()), "downwards": set(downwards.result())}
        with stocked.transaction() as work:
            kept = work.invoices.of_numbers("fjell", numbers)
        assert {number: invoice.comment for number, invoice in kept.items()} == {
            number: comment for comment, keys in new.items() for _, number in keys
        }
        assert len(kept) == len(numbers) == sum(map(len, new.values()))

    def test_numbers_are_compared_exactly_and_within_a_business(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.invoices.put("fjell", an_invoice("a1"))
            work.invoices.put("vidde", an_invoice("a1", comment="vidde's"))
            assert work.invoices.get("fjell", "a1") == an_invoice("a1")
            assert work.invoices.get("vidde", "a1") == an_invoice("a1", comment="vidde's")
            assert work.invoices.get("fjell", "A1") is None
            assert work.invoices.get("nobody", "a1") is None

    def test_an_invoice_read_for_update_is_the_same_invoice(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.invoices.put("fjell", an_invoice())
        with stocked.transaction() as work:
            assert work.invoices.of_numbers("fjell", ["1001"], for_update=True) == {"1001": an_invoice()}
            assert work.invoices.of_numbers("fjell", ["1002"], for_update=True) == {}

    def test_an_invoice_read_for_update_is_not_changed_by_others_until_the_end(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.invoices.put("fjell", an_invoice())
        begun = threading.Event()

        def replace() -> None:
            begun.set()
            with stocked.transaction() as other:
                other.invoices.put("fjell", an_invoice(comment="replaced"))

        with ThreadPoolExecutor(1) as threads:
            with stocked.transaction() as work:
                work.invoices.of_numbers("fjell", ["1001"], for_update=True)
                replacing = threads.submit(replace)
                begun.wait()
                time.sleep(SHORT.total_seconds())
                assert work.invoices.get("fjell", "1001") == an_invoice()
            replacing.result()
        with stocked.transaction() as work:
            assert work.invoices.get("fjell", "1001") == an_invoice(comment="replaced")

    def test_many_invoices_are_read_at_once_and_the_unknown_are_left_out(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.invoices.put("fjell", an_invoice("1"))
            work.invoices.put("fjell", an_invoice("2"))
            work.invoices.put("vidde", an_invoice("3"))
            assert work.invoices.of_numbers("fjell", ["2", "1", "3"]) == {"1": an_invoice("1"), "2": an_invoice("2")}
            assert work.invoices.of_numbers("fjell", ["2"], for_update=True) == {"2": an_invoice("2")}
            assert work.invoices.of_numbers("fjell", []) == {}

    def test_invoices_are_listed_by_number_page_by_page(self, stocked: Storage) -> None:
        numbers = ["10", "9", "B", "a", "ø", "å", "1 0", "10-2"]
        with stocked.transaction() as work:
            work.invoices.put("vidde", an_invoice("5"))
            for number in numbers:
                work.invoices.put("fjell", an_invoice(number))
        with stocked.transaction() as work:
            listed = pages(lambda after: [i.number for i in work.invoices.list("fjell", limit=3, after=after)])
        assert listed == sorted(numbers)

    def test_unsent_ones_are_listed_until_they_are_marked_for_good(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for number in ("4", "2", "1", "3"):
                work.invoices.put("fjell", an_invoice(number))
            work.invoices.put("fjell", an_invoice("5", type=InvoiceType.PRINTED))
            work.invoices.put("vidde", an_invoice("6"))
            work.invoices.mark_sent("fjell", ["2"])
            work.invoices.mark_sent("fjell", [])
        with stocked.transaction() as work:
            assert pages(lambda after: work.invoices.unsent("fjell", limit=2, after=after)) == ["1", "3", "4"]
            assert (work.invoices.count_unsent_printed("fjell"), work.invoices.count_unsent_printed("vidde")) == (1, 0)
            work.invoices.put("fjell", an_invoice("1", type=InvoiceType.PRINTED))
            work.invoices.put("fjell", an_invoice("2", comment="replaced"))
            assert list(work.invoices.unsent("fjell", limit=9)) == ["3", "4"]
            assert work.invoices.count_unsent_printed("fjell") == 2


class BatchContract(_WithBusinesses):
    def test_a_batch_comes_back_as_it_was_stored_last(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.batches.put(Batch(id="b1", business="fjell", created_at=NOW))
            work.batches.put(Batch(id="b1", business="fjell", created_at=NOW, printed=2, cancelled=3))
        with stocked.transaction() as work:
            assert work.batches.get("b1") == Batch(id="b1", business="fjell", created_at=NOW, printed=2, cancelled=3)
            assert work.batches.get("b2") is None

    def test_its_invoices_are_told_as_they_stand_in_the_order_given(self, stocked: Storage) -> None:
        incomplete = Refusal.of(InvalidInvoice("Incomplete.", faults=[Fault("rows", "there are none")]))
        unknown = Refusal.of(NotFound("Unknown.", code="unknown_invoice", hint="See invoice list."))
        with stocked.transaction() as work:
            for name in ("b1", "b2"):
                work.batches.put(Batch(id=name, business="fjell", created_at=NOW))
            work.transfers.add_all([a_transfer("t1", "9"), a_transfer("t2", "1")])
            work.batches.add_members(
                "b1", [BatchMember(invoice="9", transfer_id="t1"), BatchMember(invoice="5", refusal=incomplete)]
            )
            work.batches.add_members("b2", [BatchMember(invoice="1", transfer_id="t2")])
            work.batches.add_members(
                "b1", [BatchMember(invoice="9", refusal=unknown), BatchMember(invoice="7", refusal=unknown)]
            )
            work.batches.add_members("b1", [])
            running = work.transfers.save(started(a_transfer("t1", "9")))
        with stocked.transaction() as work:
            first = work.batches.items("b1", limit=2)
            rest = work.batches.items("b1", limit=2, after=first[-1].position)
        assert [(one.invoice, one.transfer, one.refusal) for one in (*first, *rest)] == [
            ("9", running, None),
            ("5", None, incomplete),
            ("7", None, unknown),
        ]
        assert [one.position for one in (*first, *rest)] == sorted({one.position for one in (*first, *rest)})

    def test_its_invoices_are_counted_by_where_they_stand(self, stocked: Storage) -> None:
        transfers = [a_transfer(f"t{nth}", str(nth)) for nth in range(9)]
        error = TryAgain("Later")
        stand = [
            transfers[0],
            started(transfers[1]),
            failed(started(transfers[2]), error, policy=POLICY, now=NOW + MINUTE),
            failed(started(transfers[3]), error, policy=POLICY, now=NOW),
            failed(started(transfers[4]), AccessRefused("No way in"), policy=POLICY, now=NOW),
            arrived(
                started(transfers[5]), Receipt(order_id="1", customer_id="2"), warnings=(), books="fake 7", now=NOW
            ),
            failed(started(transfers[6]), Rejected("No"), policy=POLICY, now=NOW),
            failed(started(transfers[8]), recovery_needed("fjell"), policy=POLICY, now=NOW),
            started(transfers[7]),
        ]
        refusal = Refusal.of(NotFound("Unknown."))
        with stocked.transaction() as work:
            work.batches.put(Batch(id="b1", business="fjell", created_at=NOW))
            assert work.batches.counts("b1") == counts_of([])
            work.transfers.add_all(transfers)
            work.batches.add_members("b1", [BatchMember(invoice=one.invoice, transfer_id=one.id) for one in stand[:-1]])
            work.batches.add_members("b1", [BatchMember(invoice=number, refusal=refusal) for number in ("x", "y")])
            work.transfers.save_all(stand)
        with stocked.transaction() as work:
            counts = work.batches.counts("b1")
        assert counts == counts_of(stand[:-1], refused=2)
        assert (counts.waiting, counts.parked, counts.next_attempt_at) == (4, 2, stand[3].next_attempt_at)
        assert counts.unrecovered == 1
        assert (counts.total, counts.in_hand, counts.ended, counts.may_end) == (10, 2, 2, 4)


class TransferContract(_WithBusinesses):
    def test_a_transfer_comes_back_as_it_was_stored(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
            assert work.transfers.get("t1") == a_transfer()
            assert work.transfers.of_invoice("fjell", "1001") == a_transfer()
            assert work.transfers.get("t2") is None
            assert work.transfers.of_invoice("fjell", "1002") is None
            assert work.transfers.of_invoice("vidde", "1001") is None

    def test_every_state_survives_being_saved(self, stocked: Storage) -> None:
        running = started(a_transfer())
        states = [
            running,
            failed(running, TryAgain("Later – ø", not_before=NOW + MINUTE), policy=POLICY, now=NOW),
            failed(running, AccessRefused("No way in"), policy=POLICY, now=NOW),
            failed(running, Rejected("No", code="no", hint="Mend it"), policy=POLICY, now=NOW),
            arrived(
                running, Receipt(order_id="900", customer_id="7"), warnings=("Shortened…", "ø"), books="fake 7", now=NOW
            ),
        ]
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
        version = 0
        for state in states:
            with stocked.transaction() as work:
                saved = work.transfers.save(state.model_copy(update={"version": version}))
            version = saved.version
            assert saved == state.model_copy(update={"version": version})
            with stocked.transaction() as work:
                assert work.transfers.get("t1") == saved

    def test_an_invoice_has_one_transfer(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
        with pytest.raises(Conflict) as refusal, stocked.transaction() as work:
            work.transfers.add(a_transfer("t2"))
        assert refusal.value.code == "transfer_exists"
        with stocked.transaction() as work:
            work.transfers.add(a_transfer("t3", "1002"))
            work.transfers.add(a_transfer("t4", business="vidde"))
            assert work.transfers.of_invoice("fjell", "1001") == a_transfer()

    def test_of_two_threads_that_add_a_transfer_one_wins(self, stocked: Storage) -> None:
        ready = threading.Barrier(2)

        def add(identifier: str) -> bool:
            ready.wait()
            try:
                with stocked.transaction() as work:
                    work.transfers.add(a_transfer(identifier))
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(2) as threads:
            won = list(threads.map(add, ["t1", "t2"]))
        assert sorted(won) == [False, True]
        with stocked.transaction() as work:
            assert [transfer.id for transfer in work.transfers.list("fjell", limit=10)] == ["t1" if won[0] else "t2"]

    def test_saving_counts_the_version_up(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
            first = work.transfers.save(started(a_transfer()))
            second = work.transfers.save(first)
        assert (first.version, second.version) == (1, 2)

    def test_saving_what_somebody_else_saved_is_a_conflict_and_changes_nothing(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
        with stocked.transaction() as work:
            read_by_one = work.transfers.get("t1")
            read_by_another = work.transfers.get("t1")
        assert read_by_one is not None
        assert read_by_another is not None
        with stocked.transaction() as work:
            winner = work.transfers.save(started(read_by_one))
        with pytest.raises(Conflict) as refusal, stocked.transaction() as work:
            work.transfers.save(failed(read_by_another, Rejected("No"), policy=POLICY, now=NOW))
        assert refusal.value.code == "transfer_changed"
        with stocked.transaction() as work:
            assert work.transfers.get("t1") == winner

    @pytest.mark.parametrize(
        "read",
        [
            lambda work: work.transfers.due("fjell", now=NOW, limit=1, for_update=True)[0],
            lambda work: work.transfers.of_invoice("fjell", "1001", for_update=True),
            lambda work: work.transfers.get("t1", for_update=True),
            lambda work: work.transfers.not_begun("fjell", parked=False, limit=9)[0],
        ],
        ids=["due", "of_invoice", "get", "not_begun"],
    )
    def test_a_transfer_that_is_read_to_be_saved_is_not_saved_by_others_meanwhile(
        self, stocked: Storage, read: Callable[[UnitOfWork], Transfer]
    ) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
        begun = threading.Event()

        def save_it_too() -> None:
            begun.wait()
            with stocked.transaction() as work:
                transfer = read(work)
                work.transfers.save(transfer.model_copy(update={"attempts": transfer.attempts + 1}))

        with ThreadPoolExecutor(1) as threads:
            with stocked.transaction() as work:
                transfer = read(work)
                rival = threads.submit(save_it_too)
                begun.set()
                time.sleep(SHORT.total_seconds())
                work.transfers.save(transfer.model_copy(update={"attempts": transfer.attempts + 1}))
            rival.result()
        with stocked.transaction() as work:
            saved = work.transfers.get("t1")
            assert saved is not None
            assert saved.attempts == 2

    def test_saving_what_was_never_added_is_a_conflict(self, stocked: Storage) -> None:
        with pytest.raises(Conflict), stocked.transaction() as work:
            work.transfers.save(a_transfer())
        with stocked.transaction() as work:
            assert work.transfers.get("t1") is None

    def test_a_queued_transfer_is_due(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            assert work.transfers.due("fjell", now=NOW, limit=1) == []
            work.transfers.add(a_transfer())
            assert work.transfers.due("fjell", now=NOW, limit=1) == [a_transfer()]
            assert work.transfers.due("vidde", now=NOW, limit=1) == []

    def test_a_waiting_transfer_is_due_when_its_time_has_come(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
            waiting = work.transfers.save(
                failed(started(a_transfer()), TryAgain("Later", not_before=NOW + MINUTE), policy=POLICY, now=NOW)
            )
            assert work.transfers.due("fjell", now=NOW + MINUTE - timedelta(microseconds=1), limit=1) == []
            assert work.transfers.due("fjell", now=NOW + MINUTE, limit=1) == [waiting]

    def test_a_transfer_left_running_is_due(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
            running = work.transfers.save(started(a_transfer()))
            assert work.transfers.due("fjell", now=NOW, limit=1) == [running]

    @pytest.mark.parametrize(
        "end",
        [
            lambda running: arrived(
                running, Receipt(order_id="1", customer_id="2"), warnings=(), books="fake 7", now=NOW
            ),
            lambda running: failed(running, Rejected("No"), policy=POLICY, now=NOW),
            lambda running: failed(running, AccessRefused("No way in"), policy=POLICY, now=NOW),
        ],
        ids=["transferred", "rejected", "parked"],
    )
    def test_what_has_ended_or_is_parked_is_never_due(
        self, stocked: Storage, end: Callable[[Transfer], Transfer]
    ) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
            work.transfers.save(end(started(a_transfer())))
            assert work.transfers.due("fjell", now=NOW + timedelta(days=365), limit=1) == []
            assert work.transfers.next_attempt_at("fjell") is None

    def test_the_longest_due_comes_first(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer("t1", "1", at=NOW + 2 * SECOND))
            work.transfers.add(a_transfer("t2", "2", at=NOW))
            work.transfers.add(a_transfer("t3", "3", at=NOW + SECOND))
            work.transfers.save(
                failed(
                    started(a_transfer("t1", "1")),
                    TryAgain("Later", not_before=NOW + MINUTE),
                    policy=POLICY,
                    now=NOW,
                )
            )
            order = []
            while found := work.transfers.due("fjell", now=NOW + MINUTE, limit=1):
                order.append(found[0].id)
                work.transfers.save(failed(started(found[0]), Rejected("No"), policy=POLICY, now=NOW))
        assert order == ["t2", "t3", "t1"]

    def test_due_ones_come_in_pieces_that_are_all_left_running_or_all_single_or_all_bulk(
        self, stocked: Storage
    ) -> None:
        with stocked.transaction() as work:
            added = work.transfers.add_all(
                [
                    new_transfer(f"t{nth}", business="fjell", invoice=f"t{nth}", now=NOW + nth * SECOND, bulk=bulk)
                    for nth, bulk in enumerate([True, False, False, True, True, False])
                ]
            )
            assert set(added) == {"t0", "t1", "t2", "t3", "t4", "t5"}
            left = work.transfers.of_invoices("fjell", ["t4", "t5"])
            work.transfers.save_all([started(left["t5"]), started(left["t4"])])
            pieces = []
            while found := work.transfers.due("fjell", now=NOW + MINUTE, limit=2):
                pieces.append([one.id for one in found])
                work.transfers.save_all([failed(started(one), Rejected("No"), policy=POLICY, now=NOW) for one in found])
        assert pieces == [["t4", "t5"], ["t1", "t2"], ["t0", "t3"]]

    def test_many_are_added_but_no_second_for_an_invoice(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer("t1", "1001"))
            assert list(work.transfers.add_all([a_transfer("t2", "1001"), a_transfer("t3", "1002")])) == ["t3"]
            assert work.transfers.add_all([]) == []
            found = work.transfers.of_invoices("fjell", ["1001", "1002", "1003"], for_update=True)
            assert found == {"1001": a_transfer("t1", "1001"), "1002": a_transfer("t3", "1002")}
            assert work.transfers.of_invoices("vidde", ["1001"]) == {}

    def test_many_are_saved_in_their_order_or_none_when_one_was_changed_meanwhile(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add_all([a_transfer("t1", "1"), a_transfer("t2", "2")])
            saved = work.transfers.save_all([started(a_transfer("t2", "2")), started(a_transfer("t1", "1"))])
            assert [(one.id, one.version) for one in saved] == [("t2", 1), ("t1", 1)]
            assert [work.transfers.get(one.id) for one in saved] == list(saved)
            assert work.transfers.save_all([]) == []

        def save_both() -> None:
            with stocked.transaction() as work:
                work.transfers.save_all([saved[0], started(a_transfer("t1", "1"))])

        with pytest.raises(Conflict):
            save_both()
        with stocked.transaction() as work:
            assert work.transfers.get("t2") == saved[0]

    def test_one_left_running_comes_first_and_bulk_comes_last(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for identifier, bulk, minutes in (("t1", True, 0), ("t2", False, 1), ("t3", False, 2), ("t4", False, 3)):
                work.transfers.add(
                    new_transfer(
                        identifier, business="fjell", invoice=identifier, now=NOW + minutes * MINUTE, bulk=bulk
                    )
                )
            left = work.transfers.get("t4")
            assert left is not None
            work.transfers.save(started(left))
            order = []
            while found := work.transfers.due("fjell", now=NOW + 9 * MINUTE, limit=1):
                order.append(found[0].id)
                work.transfers.save(failed(started(found[0]), Rejected("No"), policy=POLICY, now=NOW))
        assert order == ["t4", "t2", "t3", "t1"]

    def test_a_superseded_transfer_is_history_and_makes_room_for_another(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer("t1"))
            history = work.transfers.save(superseded(a_transfer("t1")))
            assert work.transfers.of_invoice("fjell", "1001") is None
            work.transfers.add(a_transfer("t2"))
            assert work.transfers.of_invoice("fjell", "1001") == a_transfer("t2")
            assert work.transfers.get("t1") == history
        with pytest.raises(Conflict), stocked.transaction() as work:
            work.transfers.add(a_transfer("t3"))

    def test_businesses_with_something_due_are_swept_up_unless_somebody_holds_them(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            assert work.transfers.businesses_due(now=NOW) == []
            work.transfers.add(a_transfer("t1", business="fjell"))
            work.transfers.add(a_transfer("t2", business="vidde", at=NOW + MINUTE))
            assert work.transfers.businesses_due(now=NOW) == ["fjell"]
            work.transfers.save(started(a_transfer("t1", business="fjell")))
            assert work.transfers.businesses_due(now=NOW + MINUTE) == ["fjell", "vidde"]
            lease = work.leases.acquire("fjell", holder="a", length=MINUTE)
            assert lease is not None
            assert work.transfers.businesses_due(now=NOW + MINUTE) == ["vidde"]
            work.leases.release(lease)
            work.pauses.put("24sevenoffice", NOW + 2 * MINUTE)
            assert work.transfers.businesses_due(now=NOW + MINUTE) == []
            assert work.transfers.businesses_due(now=NOW + 2 * MINUTE) == ["fjell", "vidde"]

    def test_the_next_attempt_is_the_earliest_of_those_that_wait_for_a_time(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            assert work.transfers.next_attempt_at("fjell") is None
            for identifier, business, error in (
                ("t1", "fjell", TryAgain("Later", not_before=NOW + 2 * MINUTE)),
                ("t2", "fjell", TryAgain("Later", not_before=NOW + MINUTE)),
                ("t3", "fjell", AccessRefused("No way in")),
                ("t4", "vidde", TryAgain("Later", not_before=NOW + SECOND)),
            ):
                transfer = a_transfer(identifier, identifier, business)
                work.transfers.add(transfer)
                work.transfers.save(failed(started(transfer), error, policy=POLICY, now=NOW))
            assert work.transfers.next_attempt_at("fjell") == NOW + MINUTE

    def test_the_live_ones_are_those_that_have_not_ended(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for identifier in ("queued", "running", "waiting", "parked", "transferred", "rejected"):
                work.transfers.add(a_transfer(identifier, identifier))
            work.transfers.add(a_transfer("other", business="vidde"))

            def running(identifier: str) -> Transfer:
                return started(a_transfer(identifier, identifier))

            work.transfers.save(running("running"))
            work.transfers.save(failed(running("waiting"), TryAgain("Later"), policy=POLICY, now=NOW))
            work.transfers.save(failed(running("parked"), AccessRefused("No"), policy=POLICY, now=NOW))
            work.transfers.save(failed(running("rejected"), Rejected("No"), policy=POLICY, now=NOW))
            receipt = Receipt(order_id="1", customer_id="2")
            work.transfers.save(arrived(running("transferred"), receipt, warnings=(), books="fake 7", now=NOW))
            there = {
                parked: [one.id for one in work.transfers.not_begun("fjell", parked=parked, limit=9)]
                for parked in (True, False)
            }
            assert there == {True: ["parked"], False: ["queued", "waiting"]}
            assert len(work.transfers.not_begun("fjell", parked=False, limit=1)) == 1

    def test_transfers_are_listed_by_id_page_by_page(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for number in (5, 3, 1, 4, 2, 6, 7):
                business = "vidde" if number % 3 == 0 else "fjell"
                transfer = a_transfer(f"t{number}", str(number), business)
                work.transfers.add(transfer)
                if number % 2:
                    work.transfers.save(failed(started(transfer), Rejected("No"), policy=POLICY, now=NOW))

        def listed(business: str | None, state: TransferState | None = None) -> list[str]:
            with stocked.transaction() as work:
                return pages(
                    lambda after: [t.id for t in work.transfers.list(business, state=state, limit=2, after=after)]
                )

        assert listed(None) == ["t1", "t2", "t3", "t4", "t5", "t6", "t7"]
        assert listed("fjell") == ["t1", "t2", "t4", "t5", "t7"]
        assert listed("fjell", TransferState.QUEUED) == ["t2", "t4"]
        assert listed(None, TransferState.REJECTED) == ["t1", "t3", "t5", "t7"]
        assert listed("nobody") == []


class MemoryContract(_WithBusinesses):
    """Intents, customer links, reference data and status checks: what is remembered beside the transfers."""

    def test_an_intent_comes_back_as_it_was_stored(self, stocked: Storage) -> None:
        intent = Intent(kind=IntentKind.ORDER, key="1001", first_at=NOW, last_at=NOW + SECOND, customer_ids=("7", "8"))
        with stocked.transaction() as work:
            work.intents.put("fjell", intent)
        with stocked.transaction() as work:
            assert work.intents.get("fjell", IntentKind.ORDER, "1001") == intent
            assert work.intents.get("fjell", IntentKind.PRODUCT, "1001") is None
            assert work.intents.get("fjell", IntentKind.ORDER, "1002") is None
            assert work.intents.of_keys("fjell", IntentKind.ORDER, ["1001", "1002"]) == {"1001": intent}
            assert work.intents.get("vidde", IntentKind.ORDER, "1001") is None

    def test_an_intent_that_is_put_again_is_replaced(self, stocked: Storage) -> None:
        intent = Intent(kind=IntentKind.PRODUCT, key="Leie – ø", first_at=NOW, last_at=NOW)
        with stocked.transaction() as work:
            work.intents.put("fjell", intent)
            work.intents.put("fjell", intent.model_copy(update={"refused": True, "last_at": NOW + SECOND}))
            stored = work.intents.get("fjell", IntentKind.PRODUCT, "Leie – ø")
        assert stored == intent.model_copy(update={"refused": True, "last_at": NOW + SECOND})

    def test_a_removed_intent_is_gone_and_removing_it_again_does_nothing(self, stocked: Storage) -> None:
        order, customer = (
            Intent(kind=kind, key="1001", first_at=NOW, last_at=NOW) for kind in (IntentKind.ORDER, IntentKind.CUSTOMER)
        )
        with stocked.transaction() as work:
            work.intents.put("fjell", order, customer, order.model_copy(update={"key": "1003"}))
            work.intents.put("vidde", order)
            work.intents.remove("fjell", IntentKind.ORDER, "1001", "1003")
            work.intents.remove("fjell", IntentKind.ORDER, "1001")
            assert work.intents.get("fjell", IntentKind.ORDER, "1003") is None
            assert work.intents.get("fjell", IntentKind.ORDER, "1001") is None
            assert work.intents.get("fjell", IntentKind.CUSTOMER, "1001") == customer
            assert work.intents.get("vidde", IntentKind.ORDER, "1001") == order

    def test_open_orders_are_those_that_were_not_refused(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for number, is_refused in (("1003", False), ("1001", False), ("1002", True)):
                mark = Intent(kind=IntentKind.ORDER, key=number, first_at=NOW, last_at=NOW, refused=is_refused)
                work.intents.put("fjell", mark)
            work.intents.put("fjell", Intent(kind=IntentKind.CUSTOMER, key="1000", first_at=NOW, last_at=NOW))
            work.intents.put("vidde", Intent(kind=IntentKind.ORDER, key="1000", first_at=NOW, last_at=NOW))
        with stocked.transaction() as work:
            assert list(work.intents.open_orders("fjell", limit=9)) == ["1001", "1003"]
            assert list(work.intents.open_orders("fjell", limit=1)) == ["1001"]
            assert list(work.intents.open_orders("skog", limit=9)) == []

    def test_a_link_is_remembered_and_replaced(self, stocked: Storage) -> None:
        learned = CustomerLink(key="organization:923609016", customer_id="7")
        other = CustomerLink(key="organization:974760673", customer_id="9")
        chosen = CustomerLink(key="organization:923609016", customer_id="8", chosen=True)
        keys = [learned.key, other.key, "organization:9"]
        with stocked.transaction() as work:
            work.links.put("fjell", learned, other)
            assert work.links.of_keys("fjell", keys) == {learned.key: learned, other.key: other}
            assert work.links.of_keys("fjell", [other.key]) == {other.key: other}
            assert work.links.of_keys("vidde", keys) == {}
            work.links.put("fjell", chosen)
            assert work.links.of_keys("fjell", keys) == {learned.key: chosen, other.key: other}

    def test_a_directory_finds_customers_by_their_keys_in_these_books_alone(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.directory.put(
                "fjell",
                "books",
                [
                    CustomerEntry(id="1", organization_number="NO 923 609 016 MVA", emails=("Post@Moe.example",)),
                    CustomerEntry(id="2", emails=("kari@example.com", "KARI@example.com ", "k@example.com")),
                    CustomerEntry(id="3"),
                ],
            )
            work.directory.put("fjell", "other books", [CustomerEntry(id="4", emails=("kari@example.com",))])
            work.directory.put("vidde", "books", [CustomerEntry(id="5", emails=("kari@example.com",))])

            def found(*, numbers: Collection[str] = (), emails: Collection[str] = ()) -> set[str]:
                return set(work.directory.find("fjell", "books", numbers=numbers, emails=emails))

            assert found(numbers=["923609016"]) == {"1"}
            assert found(emails=["kari@example.com"]) == {"2"}
            assert found(emails=["k@example.com", "post@moe.example"], numbers=["923609016"]) == {"1", "2"}
            assert found(emails=["923609016", "3"], numbers=["kari@example.com"]) == set()

    def test_a_directory_entry_takes_the_place_of_what_was_kept_of_that_customer(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.directory.put("fjell", "books", [CustomerEntry(id="1", emails=("a@example.com", "b@example.com"))])
            work.directory.put("fjell", "books", [CustomerEntry(id="1", emails=("b@example.com",))])
            assert work.directory.find("fjell", "books", numbers=[], emails=["a@example.com"]) == []
            assert work.directory.find("fjell", "books", numbers=[], emails=["b@example.com"]) == ["1"]
            work.directory.remove("fjell", "books", ["1", "2"])
            assert work.directory.find("fjell", "books", numbers=[], emails=["b@example.com"]) == []

    def test_a_directory_knows_when_it_was_read_until_it_is_dropped(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            assert work.directory.read_at("fjell", "books") is None
            work.directory.put("fjell", "books", [CustomerEntry(id="1", emails=("a@example.com",))])
            work.directory.mark_read("fjell", "books", at=NOW)
            work.directory.mark_read("fjell", "books", at=NOW + MINUTE)
            assert work.directory.read_at("fjell", "books") == NOW + MINUTE
            assert work.directory.read_at("fjell", "other books") is None
            work.directory.drop("fjell", "books")
            assert work.directory.read_at("fjell", "books") is None
            assert work.directory.find("fjell", "books", numbers=[], emails=["a@example.com"]) == []

    def test_reference_data_is_kept_with_when_it_was_stored(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.references.put("fjell", "vat", '["ø"]', now=NOW)
            work.references.put("fjell", "product", "{}", now=NOW)
            assert work.references.all("fjell") == {"vat": ('["ø"]', NOW), "product": ("{}", NOW)}
            assert work.references.all("vidde") == {}
            work.references.put("fjell", "vat", "[]", now=NOW + MINUTE)
            assert work.references.all("fjell")["vat"] == ("[]", NOW + MINUTE)

    def test_reference_data_is_forgotten_for_one_business_alone(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for business, name in (("fjell", "vat"), ("fjell", "product"), ("vidde", "vat")):
                work.references.put(business, name, "[]", now=NOW)
            work.references.drop("fjell")
            assert work.references.all("fjell") == {}
            assert work.references.all("vidde") == {"vat": ("[]", NOW)}

    def test_the_latest_status_is_the_one_checked_last(self, stocked: Storage) -> None:
        paid = a_report(
            status=PaymentStatusValue.PAID,
            reason=PaymentReason.PAID,
            invoice_number="30001",
            invoiced_at=date(2021, 1, 16),
            paid_at=date(2021, 1, 20),
            checked_at=NOW + MINUTE,
            warnings=("The total differs – ø.",),
        )
        with stocked.transaction() as work:
            assert work.statuses.latest("fjell", "1001") is None
            work.statuses.add("fjell", a_report())
            assert work.statuses.latest("fjell", "1001") == a_report()
            work.statuses.add("fjell", paid)
            work.statuses.add("fjell", a_report("1002", checked_at=NOW + 2 * MINUTE))
            work.statuses.add("vidde", a_report(checked_at=NOW + 2 * MINUTE))
        with stocked.transaction() as work:
            assert work.statuses.latest("fjell", "1001") == paid
            assert work.statuses.latest("fjell", "1003") is None


PAID = {"status": PaymentStatusValue.PAID, "reason": PaymentReason.PAID}
DELETED = {"reason": PaymentReason.DELETED}


class FollowUpContract(_WithBusinesses):
    @pytest.fixture
    def arrived_ones(self, stocked: Storage) -> Storage:
        """The storage, in which fjell's invoices 1 to 5 and vidde's 9 have arrived, each as the order of its number."""
        with stocked.transaction() as work:
            for business, number in [("vidde", "9"), *(("fjell", number) for number in "53142")]:
                self.arrive(work, f"{business}-{number}", number, business)
        return stocked

    @staticmethod
    def arrive(work: UnitOfWork, identifier: str, number: str, business: str = "fjell") -> Transfer:
        work.transfers.add(a_transfer(identifier, number, business))
        receipt = Receipt(order_id=f"order-{number}", customer_id="7")
        return work.transfers.save(
            arrived(a_transfer(identifier, number, business), receipt, warnings=(), books="fake 7", now=NOW)
        )

    def test_what_has_arrived_is_open_and_listed_by_number_page_by_page(self, arrived_ones: Storage) -> None:
        with arrived_ones.transaction() as work:
            work.transfers.add(a_transfer("t6", "6"))
            found = pages(lambda after: list(work.statuses.open_invoices("fjell", limit=2, after=after)))
            assert found == ["1", "2", "3", "4", "5"]
            assert work.statuses.open_invoices("vidde", limit=9) == ["9"]

    def test_what_is_paid_or_gone_is_not_open_until_a_later_report_says_otherwise(self, arrived_ones: Storage) -> None:
        with arrived_ones.transaction() as work:
            work.statuses.add(
                "fjell",
                a_report("1", order_id="order-1", **PAID),
                a_report("2", order_id="order-2", **DELETED),
                a_report("3", order_id="order-3", reason=PaymentReason.PARTLY_PAID),
                a_report("9", order_id="order-9", **PAID),
            )
            assert work.statuses.open_invoices("fjell", limit=9) == ["3", "4", "5"]
            assert work.statuses.open_invoices("vidde", limit=9) == ["9"]
        with arrived_ones.transaction() as work:
            work.statuses.add(
                "fjell",
                a_report("2", order_id="order-2", **DELETED, checked_at=NOW + MINUTE),
                a_report("1", order_id="order-1", reason=PaymentReason.OPEN, checked_at=NOW + MINUTE),
            )
            assert work.statuses.open_invoices("fjell", limit=9) == ["1", "3", "4", "5"]

    def test_a_report_leaves_the_transfer_as_it_is(self, arrived_ones: Storage) -> None:
        with arrived_ones.transaction() as work:
            before = work.transfers.of_invoice("fjell", "1")
            work.statuses.add("fjell", a_report("1", order_id="order-1", **PAID))
            after = work.transfers.of_invoice("fjell", "1")
            assert after is not None
            assert after == before
            assert work.transfers.save(after).version == after.version + 1
            assert work.statuses.open_invoices("fjell", limit=1) == ["2"]

    def test_a_report_about_another_order_closes_nothing(self, arrived_ones: Storage) -> None:
        with arrived_ones.transaction() as work:
            work.statuses.add("fjell", a_report("1", order_id="order-0", **DELETED))
            assert "1" in work.statuses.open_invoices("fjell", limit=9)

    def test_a_superseded_order_is_not_open_and_the_one_in_its_place_is(self, arrived_ones: Storage) -> None:
        with arrived_ones.transaction() as work:
            work.statuses.add("fjell", a_report("1", order_id="order-1", **DELETED))
            for number in "12":
                old = work.transfers.of_invoice("fjell", number)
                assert old is not None
                work.transfers.save(superseded(old))
            assert work.statuses.open_invoices("fjell", limit=9) == ["3", "4", "5"]
            self.arrive(work, "again", "1")
            assert work.statuses.open_invoices("fjell", limit=9) == ["1", "3", "4", "5"]

    def test_no_reports_are_stored_as_nothing(self, arrived_ones: Storage) -> None:
        with arrived_ones.transaction() as work:
            work.statuses.add("fjell")
            assert work.statuses.latest("fjell", "1") is None

    def test_a_business_with_open_orders_is_due_until_its_follow_up_begins_and_after_the_interval(
        self, arrived_ones: Storage
    ) -> None:
        with arrived_ones.transaction() as work:
            work.businesses.put(a_business("dal"))  # nothing of it has arrived
            assert work.follow_ups.due(now=NOW, begun_before=NOW - MINUTE) == ["fjell", "vidde"]
            assert work.follow_ups.begin("fjell", now=NOW, begun_before=NOW - MINUTE)
            assert work.follow_ups.due(now=NOW, begun_before=NOW - MINUTE) == ["vidde"]
            assert not work.follow_ups.begin("fjell", now=NOW + SECOND, begun_before=NOW - SECOND)
        later = NOW + MINUTE
        with arrived_ones.transaction() as work:
            assert work.follow_ups.due(now=later, begun_before=NOW) == ["fjell", "vidde"]
            assert work.follow_ups.begin("fjell", now=later, begun_before=NOW)
            assert not work.follow_ups.begin("fjell", now=later, begun_before=NOW)

    def test_a_follow_up_that_counts_as_begun_earlier_is_due_sooner(self, arrived_ones: Storage) -> None:
        with arrived_ones.transaction() as work:
            work.follow_ups.begin("fjell", now=NOW, begun_before=NOW - MINUTE)
            work.follow_ups.count_as_begun("fjell", NOW - MINUTE)
            assert "fjell" in work.follow_ups.due(now=NOW, begun_before=NOW - MINUTE)
            work.follow_ups.count_as_begun("vidde", NOW + MINUTE)
            assert "vidde" in work.follow_ups.due(now=NOW, begun_before=NOW - MINUTE)

    def test_a_business_whose_orders_are_all_settled_or_whose_system_is_paused_is_not_due(
        self, arrived_ones: Storage
    ) -> None:
        with arrived_ones.transaction() as work:
            work.statuses.add("vidde", a_report("9", order_id="order-9", **PAID))
            assert work.follow_ups.due(now=NOW, begun_before=NOW) == ["fjell"]
            work.pauses.put("24sevenoffice", NOW + MINUTE)
            assert work.follow_ups.due(now=NOW, begun_before=NOW) == []
            assert work.follow_ups.due(now=NOW + MINUTE, begun_before=NOW) == ["fjell"]

    def test_of_many_threads_that_begin_a_follow_up_one_does(self, arrived_ones: Storage) -> None:
        ready = threading.Barrier(4)

        def begin(_number: int) -> bool:
            ready.wait()
            with arrived_ones.transaction() as work:
                return work.follow_ups.begin("fjell", now=NOW, begun_before=NOW - MINUTE)

        with ThreadPoolExecutor(4) as threads:
            assert sorted(threads.map(begin, range(4))) == [False, False, False, True]

    def test_threads_that_report_on_the_same_orders_in_different_orders_all_end(self, arrived_ones: Storage) -> None:
        ready = threading.Barrier(4)

        def report(thread: int) -> None:
            numbers = "12345" if thread % 2 else "54321"
            ready.wait()
            for _ in range(5):
                with arrived_ones.transaction() as work:
                    work.statuses.add("fjell", *(a_report(one, order_id=f"order-{one}", **PAID) for one in numbers))
                with arrived_ones.transaction() as work:
                    work.statuses.add("fjell", *(a_report(one, order_id=f"order-{one}") for one in numbers))

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(report, range(4)))
        with arrived_ones.transaction() as work:
            assert len(work.statuses.open_invoices("fjell", limit=9)) == 5


class StoryContract(_WithBusinesses):
    def test_a_story_is_told_in_the_order_in_which_it_was_noted(self, stocked: Storage) -> None:
        steps = [
            Step(at=NOW, text="Looking for the customer", duration_ms=12),
            Step(at=NOW, text="Noted that the order is about to be created"),
            Step(at=NOW + SECOND, text="Creating the order: 5001", duration_ms=130),
        ]
        with stocked.transaction() as work:
            work.transfers.add(a_transfer("t1", "1"))
            work.transfers.add(a_transfer("t2", "2"))
            work.journal.add([("t1", step) for step in steps[:2]])
            work.journal.add([("t2", steps[0])])
            work.journal.add([])
            work.journal.add([("t1", step) for step in steps[2:]])
        with stocked.transaction() as work:
            assert work.journal.of("t1") == steps
            assert work.journal.of("t2") == steps[:1]
            assert work.journal.of("t3") == []

    def test_a_pause_is_only_ever_made_longer(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            assert work.pauses.until("24sevenoffice") is None
            work.pauses.put("24sevenoffice", NOW + MINUTE)
            work.pauses.put("24sevenoffice", NOW)
            assert work.pauses.until("24sevenoffice") == NOW + MINUTE
            work.pauses.put("24sevenoffice", NOW + 2 * MINUTE)
            assert work.pauses.until("24sevenoffice") == NOW + 2 * MINUTE
            assert work.pauses.until("other") is None
            assert work.pauses.until_for("fjell") == NOW + 2 * MINUTE


class AnswerContract:
    def begun(self, storage: Storage, key: str = "k1", print_: str = "f1", at: datetime = NOW) -> KeptAnswer | None:
        with storage.transaction() as work:
            return work.answers.begin(key, print_, now=at, stale_before=at - MINUTE)

    def test_a_key_is_claimed_once(self, storage: Storage) -> None:
        assert self.begun(storage) is None
        assert self.begun(storage) == KeptAnswer(fingerprint="f1")
        assert self.begun(storage, key="k2") is None

    def test_an_answer_is_kept_under_its_key(self, storage: Storage) -> None:
        answer = KeptAnswer(fingerprint="f1", status=202, headers={"Location": "/v1/æ"}, body='{"ø": 1}')
        assert self.begun(storage) is None
        with storage.transaction() as work:
            work.answers.finish("k1", answer)
        assert self.begun(storage, print_="f2", at=NOW + timedelta(days=1)) == answer

    def test_a_claim_that_was_given_up_or_has_grown_stale_is_free(self, storage: Storage) -> None:
        assert self.begun(storage) is None
        with storage.transaction() as work:
            work.answers.forget("k1")
        assert self.begun(storage, print_="f2") is None
        assert self.begun(storage, print_="f3", at=NOW + 2 * MINUTE) is None
        assert self.begun(storage, at=NOW + 2 * MINUTE) == KeptAnswer(fingerprint="f3")

    def test_old_answers_are_forgotten(self, storage: Storage) -> None:
        assert self.begun(storage, key="old") is None
        assert self.begun(storage, key="new", at=NOW + MINUTE) is None
        with storage.transaction() as work:
            work.answers.forget_older(NOW + MINUTE)
        assert self.begun(storage, key="old", at=NOW + MINUTE) is None
        assert self.begun(storage, key="new", at=NOW + MINUTE) is not None


class AccessContract:
    """Keys and the trail belong to no business that must be there."""

    def test_a_key_comes_back_as_it_was_stored_and_is_there_once(self, storage: Storage) -> None:
        key = ApiKey(prefix="0b", name="Butikken på Bø", role=Role.SEND, business="fjell", created_at=NOW)
        with storage.transaction() as work:
            assert work.api_keys.get("0b") is None
            work.api_keys.add(key, digest="d1")
        with storage.transaction() as work:
            assert work.api_keys.get("0b") == key
        with pytest.raises(Conflict) as refusal, storage.transaction() as work:
            work.api_keys.add(key.model_copy(update={"name": "another"}), digest="d2")
        assert refusal.value.code == "prefix_taken"

    def test_keys_are_listed_by_prefix_page_by_page(self, storage: Storage) -> None:
        with storage.transaction() as work:
            for prefix in ("c3", "a1", "b2"):
                key = ApiKey(prefix=prefix, name="n", role=Role.READ, created_at=NOW)
                work.api_keys.add(key, digest=prefix)
        with storage.transaction() as work:
            assert pages(lambda after: [one.prefix for one in work.api_keys.list(limit=2, after=after)]) == [
                "a1",
                "b2",
                "c3",
            ]

    def test_a_key_is_revoked_once_and_its_latest_use_stays(self, storage: Storage) -> None:
        with storage.transaction() as work:
            work.api_keys.add(ApiKey(prefix="a1", name="n", role=Role.READ, created_at=NOW), digest="d")
            for moment in (NOW + MINUTE, NOW):
                work.api_keys.note_use("a1", now=moment)
            work.api_keys.revoke("a1", now=NOW)
            work.api_keys.revoke("a1", now=NOW + MINUTE)
            work.api_keys.revoke("never made", now=NOW)
        with storage.transaction() as work:
            key = work.api_keys.get("a1")
        assert key is not None
        assert (key.last_used_at, key.revoked_at) == (NOW + MINUTE, NOW)

    def test_the_trail_comes_back_as_it_was_added_in_its_order(self, storage: Storage) -> None:
        key = Actor(kind=ActorKind.API_KEY, key="a1", name="Butikken på Bø")
        entries = [
            AuditEntry(at=NOW, actor=key, action=Action.INVOICE_ADDED, business="fjell", invoice="1001"),
            AuditEntry(at=NOW, actor=COMMAND_LINE, action=Action.API_KEY_CREATED, subject="a1"),
            AuditEntry(
                at=NOW + MINUTE,
                actor=WORKER,
                action=Action.TRANSFER_REJECTED,
                business="gone since",
                invoice="1001",
                subject="t1",
                result=AuditResult.REFUSED,
                code="unknown_vat_rate",
            ),
        ]
        with storage.transaction() as work:
            work.audit.add()
            work.audit.add(*entries[:2])
            work.audit.add(entries[2])
        with storage.transaction() as work:
            kept = work.audit.list(limit=10)
        assert [AuditEntry(**one.model_dump(exclude={"id"})) for one in kept] == entries
        assert sorted({one.id for one in kept}) == [one.id for one in kept]

    def test_the_trail_is_read_by_business_invoice_and_time_page_by_page(self, storage: Storage) -> None:
        with storage.transaction() as work:
            for nth, business in enumerate(["fjell", "vidde", "fjell", "fjell"]):
                at = NOW + nth * SECOND
                action = Action.INVOICE_SENT
                work.audit.add(AuditEntry(at=at, actor=WORKER, action=action, business=business, invoice=str(nth % 2)))
        with storage.transaction() as work:
            everything = work.audit.list(limit=10)
            ids = [one.id for one in everything]
            first, rest = work.audit.list(limit=1), work.audit.list(limit=10, after=ids[0])
            assert [*first, *rest] == everything
            assert [one.id for one in work.audit.list(business="fjell", limit=10)] == [ids[0], *ids[2:]]
            assert [one.id for one in work.audit.list(business="fjell", invoice="0", limit=10)] == [ids[0], ids[2]]
            assert [one.id for one in work.audit.list(since=NOW + 2 * SECOND, limit=10)] == ids[2:]


class LeaseContract(_WithBusinesses):
    def let_pass(self, length: timedelta) -> None:
        """Let so much time pass on the clock by which leases run."""
        time.sleep(length.total_seconds())

    def test_a_business_has_one_holder(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            lease = work.leases.acquire("fjell", holder="a", length=MINUTE)
        assert lease is not None
        assert (lease.business, lease.holder) == ("fjell", "a")
        with stocked.transaction() as work:
            assert work.leases.acquire("fjell", holder="b", length=MINUTE) is None
            assert work.leases.acquire("vidde", holder="b", length=MINUTE) is not None

    def test_of_many_threads_that_want_a_business_one_gets_it(self, stocked: Storage) -> None:
        ready = threading.Barrier(4)

        def acquire(holder: str) -> Lease | None:
            ready.wait()
            with stocked.transaction() as work:
                return work.leases.acquire("fjell", holder=holder, length=MINUTE)

        with ThreadPoolExecutor(4) as threads:
            leases = list(threads.map(acquire, "abcd"))
        assert sum(lease is not None for lease in leases) == 1

    def test_only_somebody_elses_lease_is_in_the_way(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            assert work.leases.acquire("fjell", holder="a", length=MINUTE) is not None
            again = work.leases.acquire("fjell", holder="a", length=MINUTE)
            assert again is not None
            work.leases.renew(again, length=MINUTE)

    def test_a_released_business_is_free_at_once_and_its_token_grows(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            first = work.leases.acquire("fjell", holder="a", length=MINUTE)
        assert first is not None
        with stocked.transaction() as work:
            work.leases.release(first)
        with stocked.transaction() as work:
            second = work.leases.acquire("fjell", holder="b", length=MINUTE)
        assert second is not None
        assert second.token > first.token

    def test_a_released_lease_cannot_be_renewed(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            lease = work.leases.acquire("fjell", holder="a", length=MINUTE)
            assert lease is not None
            work.leases.release(lease)
        with pytest.raises(LeaseLost), stocked.transaction() as work:
            work.leases.renew(lease, length=MINUTE)

    def test_an_expired_lease_is_taken_over_with_a_greater_token(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            first = work.leases.acquire("fjell", holder="a", length=SHORT)
        assert first is not None
        self.let_pass(2 * SHORT)
        with stocked.transaction() as work:
            second = work.leases.acquire("fjell", holder="b", length=MINUTE)
        assert second is not None
        assert second.token > first.token

    def test_an_expired_lease_cannot_be_renewed_though_nobody_took_it(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            lease = work.leases.acquire("fjell", holder="a", length=SHORT)
        assert lease is not None
        self.let_pass(2 * SHORT)
        with pytest.raises(LeaseLost), stocked.transaction() as work:
            work.leases.renew(lease, length=MINUTE)

    def test_a_renewed_lease_lives_longer(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            lease = work.leases.acquire("fjell", holder="a", length=4 * SHORT)
            assert lease is not None
            work.leases.renew(lease, length=MINUTE)
        self.let_pass(5 * SHORT)
        with stocked.transaction() as work:
            assert work.leases.acquire("fjell", holder="b", length=MINUTE) is None
            work.leases.renew(lease, length=MINUTE)

    def test_whoever_lost_the_lease_writes_nothing_more(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer())
            lost = work.leases.acquire("fjell", holder="a", length=SHORT)
        assert lost is not None
        self.let_pass(2 * SHORT)
        with stocked.transaction() as work:
            assert work.leases.acquire("fjell", holder="b", length=MINUTE) is not None

        def write_as_if_nothing_had_happened() -> None:
            with stocked.transaction() as work:
                work.transfers.save(started(a_transfer()))
                work.leases.renew(lost, length=MINUTE)

        with pytest.raises(LeaseLost):
            write_as_if_nothing_had_happened()
        with stocked.transaction() as work:
            assert work.transfers.get("t1") == a_transfer()

    def test_releasing_a_lost_lease_leaves_the_new_holder_alone(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            lost = work.leases.acquire("fjell", holder="a", length=SHORT)
        assert lost is not None
        self.let_pass(2 * SHORT)
        with stocked.transaction() as work:
            held = work.leases.acquire("fjell", holder="b", length=MINUTE)
        assert held is not None
        with stocked.transaction() as work:
            work.leases.release(lost)
            work.leases.release(Lease(business="vidde", holder="a", token=1))
        with stocked.transaction() as work:
            work.leases.renew(held, length=MINUTE)
            assert work.leases.acquire("fjell", holder="c", length=MINUTE) is None


def a_dated_batch(identifier: str, at: datetime, business: str = "fjell") -> Batch:
    return Batch(id=identifier, business=business, created_at=at)


class BooksContract(_WithBusinesses):
    """The books that a login has led to, and what they claim that was kept before they were told."""

    HERE = Books(system="fake", company_id="7", company="Fjellutleie AS")

    def test_books_are_remembered_by_business_and_told_of_anew(self, stocked: Storage) -> None:
        other = Books(system="fake", company_id="8")
        with stocked.transaction() as work:
            assert work.books.of("fjell") == {}
            work.books.put("fjell", self.HERE)
            work.books.put("fjell", other)
        with stocked.transaction() as work:
            assert work.books.of("fjell") == {"fake 7": self.HERE, "fake 8": other}
            assert work.books.of("vidde") == {}
            renamed = self.HERE.model_copy(update={"company": "Fjell AS"})
            work.books.put("fjell", renamed)
            assert work.books.of("fjell")["fake 7"] == renamed

    def test_what_was_kept_without_its_books_is_claimed_once(self, stocked: Storage) -> None:
        receipt = Receipt(order_id="91", customer_id="2")
        with stocked.transaction() as work:
            for number, books in (("1", None), ("2", "fake 8")):
                work.transfers.add(a_transfer(f"t{number}", invoice=number))
                arriving = arrived(work.transfers.get(f"t{number}"), receipt, warnings=(), books="", now=NOW)  # type: ignore[arg-type]
                work.transfers.save(arriving.model_copy(update={"books": books}))
                work.statuses.add("fjell", a_report(number).model_copy(update={"books": books}))
                mark = Intent(kind=IntentKind.ORDER, key=number, first_at=NOW, last_at=NOW, books=books)
                work.intents.put("fjell", mark)
            work.transfers.add(a_transfer("t3", invoice="3"))
            work.intents.put("fjell", Intent(kind=IntentKind.PRODUCT, key="Leie", first_at=NOW, last_at=NOW))
            assert work.books.has_unclaimed("fjell")
            assert not work.books.has_unclaimed("vidde")
            work.books.claim("fjell", self.HERE, settings=[])
        with stocked.transaction() as work:
            transfers = work.transfers.of_invoices("fjell", ["1", "2", "3"])
            assert {number: one.books for number, one in transfers.items()} == {"1": "fake 7", "2": "fake 8", "3": None}
            intents = work.intents.of_keys("fjell", IntentKind.ORDER, ["1", "2"])
            assert {number: one.books for number, one in intents.items()} == {"1": "fake 7", "2": "fake 8"}
            product = work.intents.get("fjell", IntentKind.PRODUCT, "fake 7 Leie")
            assert product is not None
            assert product.books == "fake 7"
            assert work.intents.get("fjell", IntentKind.PRODUCT, "Leie") is None
            assert [work.statuses.latest("fjell", one).books for one in ("1", "2")] == ["fake 7", "fake 8"]  # type: ignore[union-attr]
            assert not work.books.has_unclaimed("fjell")

    def test_customer_links_are_claimed_that_were_made_for_the_connection_as_it_is(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for business in ("fjell", "vidde"):
                work.links.put(
                    business,
                    CustomerLink(key="https://old.example Fjellutleie AS organization:911000008", customer_id="4"),
                    CustomerLink(
                        key="https://api.example Fjellutleie AS organization:911000008", customer_id="5", chosen=True
                    ),
                    CustomerLink(key="https://api.example Dal AS organization:911000008", customer_id="6"),
                )
            work.books.claim("fjell", self.HERE, settings=["secret", "Fjellutleie AS"])
        claimed, others = "fake 7 organization:911000008", "https://api.example Dal AS organization:911000008"
        with stocked.transaction() as work:
            found = work.links.of_keys("fjell", [claimed, others])
            assert {key: (link.customer_id, link.chosen) for key, link in found.items()} == {
                claimed: ("5", True),
                others: ("6", False),
            }
            assert work.links.of_keys("vidde", [claimed]) == {}


class RecordContract(_WithBusinesses):
    @pytest.fixture
    def filled(self, stocked: Storage) -> Storage:
        """The storage with some of everything for fjell, and as much for vidde."""
        for business in ("fjell", "vidde"):
            with stocked.transaction() as work:
                for number in ("1", "2", "3"):
                    identifier = f"{business}-{number}"
                    work.invoices.put(business, an_invoice(number))
                    work.transfers.add(a_transfer(identifier, invoice=number, business=business))
                    work.journal.add([(identifier, Step(at=NOW, text=f"{business} began {number}."))])
                    work.statuses.add(business, a_report(number, order_id=f"{business} {number}"))
                    work.links.put(business, CustomerLink(key=f"books email:{business}{number}", customer_id=number))
                    work.references.put(business, f"vat {number}", business, now=NOW)
                    work.directory.put(
                        business, "books", [CustomerEntry(id=number, emails=(f"{number}@{business}.example",))]
                    )
                    work.batches.put(a_dated_batch(f"batch-{identifier}", NOW, business))
                    work.batches.add_members(
                        f"batch-{identifier}", [BatchMember(invoice=number, transfer_id=identifier)]
                    )
                    for kind in (IntentKind.ORDER, IntentKind.CUSTOMER):
                        work.intents.put(business, Intent(kind=kind, key=number, first_at=NOW, last_at=NOW))
                for books in ("books", "other", "third"):
                    work.directory.mark_read(business, books, at=NOW)
                    work.books.put(business, Books(system="fake", company_id=books, company=business))
        return stocked

    def test_records_are_given_page_by_page_and_of_one_business_alone(self, filled: Storage) -> None:
        for kind in RecordKind:
            with filled.transaction() as work:
                whole = work.records.page("fjell", kind, limit=100)
                found: list[Record] = []
                while piece := work.records.page("fjell", kind, limit=2, after=found[-1].place if found else None):
                    found += piece
            assert found == whole
            assert len(whole) == (6 if kind is RecordKind.INTENT else 3), kind
            assert "vidde" not in json.dumps([record.content for record in whole])

    def test_an_instant_is_written_as_everywhere(self, filled: Storage) -> None:
        with filled.transaction() as work:
            step, *_ = work.records.page("fjell", RecordKind.STEP, limit=1)
        assert step.content["at"] == "2021-01-15T12:00:00.123Z"
        assert step.content["text"] == "fjell began 1."


class ForgettingContract(_WithBusinesses):
    LONG_AGO, LATER = NOW - timedelta(days=400), NOW - timedelta(days=10)
    BETWEEN = NOW - timedelta(days=100)

    def _sent(self, work: UnitOfWork, number: str, *, ended_at: datetime | None, business: str = "fjell") -> None:
        work.invoices.put(business, an_invoice(number))
        transfer = a_transfer(f"{business}-{number}", invoice=number, business=business)
        work.transfers.add(transfer)
        work.invoices.mark_sent(business, [number])
        if ended_at:
            receipt = Receipt(order_id=f"9{number}", customer_id="77")
            work.transfers.save(
                arrived(started(transfer), receipt, warnings=("Kari is warned of",), books="fake 7", now=ended_at)
            )

    def test_an_erased_business_is_not_there_and_says_nothing(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            self._sent(work, "1", ended_at=NOW)
            work.journal.add([("fjell-1", Step(at=NOW, text="Attempt 1 began."))])
            work.invoices.put("fjell", an_invoice("2"))
            work.links.put("fjell", CustomerLink(key="books email:kari", customer_id="7"))
            work.directory.put("fjell", "books", [CustomerEntry(id="7", emails=("kari@example.com",))])
            work.directory.mark_read("fjell", "books", at=NOW)
            work.references.put("fjell", "vat", "[]", now=NOW)
            work.books.put("fjell", Books(system="fake", company_id="7", company="Kari Fjell"))
            work.statuses.add("fjell", a_report("1"))
            work.batches.put(a_dated_batch("b", NOW))
            work.batches.add_members("b", [BatchMember(invoice="1", transfer_id="fjell-1")])
            work.intents.put("fjell", Intent(kind=IntentKind.CUSTOMER, key="email:kari", first_at=NOW, last_at=NOW))
        with stocked.transaction() as work:
            work.forgetting.erase("fjell", at=NOW)
        with stocked.transaction() as work:
            assert work.businesses.get("fjell") is None
            assert not work.businesses.has("fjell")
            assert [one.name for one in work.businesses.list(limit=9)] == ["vidde"]
            assert work.forgetting.was_erased("fjell")
            assert not work.forgetting.was_erased("vidde")
            assert not work.forgetting.was_erased("nobody")
            assert work.invoices.get("fjell", "2") is None
            assert [kind for kind in RecordKind if work.records.page("fjell", kind, limit=1)] == []

    def test_what_a_recovery_found_is_erased_and_orders_are_read_again_if_the_business_comes_back(
        self, stocked: Storage
    ) -> None:
        finding = Finding(kind=FindingKind.DIFFERENT, invoice="1", order_ids=("7",), message="It is of customer 77.")
        done = Recovery(
            business="fjell",
            needed=False,
            since=NOW,
            ended_at=NOW,
            orders=2,
            tied=1,
            findings=(finding,),
            trouble=TransferError(code="no", message="Kari", hint=""),
        )
        with stocked.transaction() as work:
            work.installation.put_recovery(done)
            work.installation.put_recovery(done.model_copy(update={"business": "vidde"}))
        with stocked.transaction() as work:
            work.forgetting.erase("fjell", at=NOW)
        with stocked.transaction() as work:
            assert [one.business for one in work.installation.recoveries()] == ["vidde"]
            work.businesses.put(a_business("fjell"))
        with stocked.transaction() as work:
            assert work.installation.recovery("fjell") == Recovery(business="fjell", needed=True, since=NOW)
            assert work.installation.recovery("vidde") == done.model_copy(update={"business": "vidde"})

    def test_what_was_sent_is_still_known_to_be_sent(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            self._sent(work, "1", ended_at=NOW)
            work.forgetting.erase("fjell", at=NOW)
        with stocked.transaction() as work:
            transfer = work.transfers.of_invoice("fjell", "1")
            assert transfer is not None
            assert (transfer.state, transfer.order_id, transfer.finished_at) == (TransferState.TRANSFERRED, "91", NOW)
            assert (transfer.customer_id, transfer.warnings) == (None, ())
            assert work.invoices.get("fjell", "1") == Invoice(number="1", type=InvoiceType.DATA_FOR_ACCOUNTING)
            assert work.invoices.unsent("fjell", limit=9) == []
            with pytest.raises(Conflict):
                work.transfers.add(a_transfer("another", invoice="1"))

    def test_others_are_left_alone(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for business in ("fjell", "vidde"):
                self._sent(work, "1", ended_at=NOW, business=business)
                work.statuses.add(business, a_report("1"))
            before = work.transfers.of_invoice("vidde", "1"), work.invoices.get("vidde", "1")
            work.forgetting.erase("fjell", at=NOW)
        with stocked.transaction() as work:
            assert (work.transfers.of_invoice("vidde", "1"), work.invoices.get("vidde", "1")) == before
            assert work.statuses.latest("vidde", "1") is not None

    def test_a_business_that_is_stored_again_is_there_again_with_what_it_sent(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            self._sent(work, "1", ended_at=NOW)
            work.forgetting.erase("fjell", at=NOW)
        with stocked.transaction() as work:
            work.businesses.put(a_business("fjell"))
        with stocked.transaction() as work:
            assert work.businesses.get("fjell") == a_business("fjell")
            assert not work.forgetting.was_erased("fjell")
            assert work.transfers.of_invoice("fjell", "1") is not None

    def test_orders_that_may_exist_are_named_and_their_marks_stay(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            marks = [
                Intent(kind=IntentKind.ORDER, key="1", first_at=NOW, last_at=NOW, customer_ids=("7",)),
                Intent(kind=IntentKind.ORDER, key="2", first_at=NOW, last_at=NOW, refused=True),
                Intent(kind=IntentKind.CUSTOMER, key="3", first_at=NOW, last_at=NOW),
            ]
            work.intents.put("fjell", *marks)
            assert list(work.intents.open_orders("fjell", limit=9)) == ["1"]
            work.forgetting.erase("fjell", at=NOW)
        with stocked.transaction() as work:
            assert list(work.intents.open_orders("fjell", limit=9)) == ["1"]
            assert work.intents.get("fjell", IntentKind.ORDER, "1") == marks[0]
            assert work.intents.get("fjell", IntentKind.ORDER, "2") is None
            assert work.intents.get("fjell", IntentKind.CUSTOMER, "3") is None

    def test_invoices_are_forgotten_whose_transfers_ended_long_ago(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for number in ("1", "2", "3"):
                self._sent(work, number, ended_at=self.LONG_AGO)
            self._sent(work, "4", ended_at=self.LATER)
            self._sent(work, "5", ended_at=None)
        after, pieces = None, 0
        while pieces == 0 or after is not None:
            with stocked.transaction() as work:
                after = work.forgetting.invoices_ended(before=self.BETWEEN, limit=2, after=after)
            pieces += 1
        with stocked.transaction() as work:
            said = [bool(one.rows) for one in work.invoices.list("fjell", limit=9)]
            warned = [bool(one.warnings) for one in work.transfers.list("fjell", limit=9)]
            orders = [one.order_id for one in work.transfers.list("fjell", limit=9)]
        assert said == [False, False, False, True, True]
        assert warned == [False, False, False, True, False]
        assert orders == ["91", "92", "93", "94", None]
        assert pieces == 2

    def test_what_a_forgotten_invoice_was_refused_for_is_forgotten_too(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.invoices.put("fjell", an_invoice("1"))
            transfer = a_transfer("t", invoice="1")
            work.transfers.add(transfer)
            refusal = Rejected("Two customers match: Kari Ås and Kari Ås.")
            work.transfers.save(failed(started(transfer), refusal, policy=POLICY, now=self.LONG_AGO))
            work.forgetting.invoices_ended(before=self.BETWEEN, limit=9)
        with stocked.transaction() as work:
            now = work.transfers.get("t")
        assert now is not None
        assert now.state is TransferState.REJECTED
        assert now.error is not None
        assert now.error.code == "forgotten"
        assert "Kari" not in now.model_dump_json()

    def test_invoices_that_were_never_sent_are_forgotten_by_their_date(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for number, issued in {"1": date(2019, 1, 1), "2": date(2019, 1, 2), "3": date(2020, 1, 1)}.items():
                work.invoices.put("fjell", an_invoice(number, issue_date=issued, type=InvoiceType.PRINTED))
            work.invoices.put("fjell", an_invoice("4", issue_date=None))
            work.invoices.put("fjell", an_invoice("5", issue_date=date(2019, 1, 1)))
            work.invoices.mark_sent("fjell", ["5"])
        with stocked.transaction() as work:
            assert work.forgetting.invoices_unsent(issued_before=date(2020, 1, 1), limit=2)
            assert not work.forgetting.invoices_unsent(issued_before=date(2020, 1, 1), limit=2)
            assert [one.number for one in work.invoices.list("fjell", limit=9)] == ["3", "4", "5"]

    def test_stories_are_forgotten_from_their_beginning(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer("t"))
            for at in (self.LONG_AGO, self.LONG_AGO, self.LATER):
                work.journal.add([("t", Step(at=at, text="It went on."))])
            assert work.forgetting.steps(before=self.BETWEEN, limit=1)
            assert work.forgetting.steps(before=self.BETWEEN, limit=1)
            assert not work.forgetting.steps(before=self.BETWEEN, limit=1)
            assert [step.at for step in work.journal.of("t")] == [self.LATER]

    def test_the_latest_report_stays_however_old(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            for order in ("900", "901", "902"):
                work.statuses.add("fjell", a_report("1", order_id=order, checked_at=self.LONG_AGO))
            work.statuses.add("fjell", a_report("2", checked_at=self.LONG_AGO))
            work.statuses.add("fjell", a_report("2", checked_at=self.LATER))
            work.statuses.add("fjell", a_report("2", checked_at=self.LATER))
        after: int | None = 0
        while after is not None:
            with stocked.transaction() as work:
                after = work.forgetting.statuses(before=self.BETWEEN, limit=1, after=after)
        with stocked.transaction() as work:
            kept = work.records.page("fjell", RecordKind.STATUS, limit=9)
            assert [(one.content["invoice"], one.content["order_id"]) for one in kept] == [
                ("1", "902"),
                ("2", "900"),
                ("2", "900"),
            ]

    def test_old_batches_are_forgotten_and_their_transfers_stay(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(a_transfer("t"))
            work.batches.put(a_dated_batch("a", self.LONG_AGO))
            work.batches.put(a_dated_batch("b", self.LATER))
            for batch in ("a", "b"):
                work.batches.add_members(batch, [BatchMember(invoice="1001", transfer_id="t")])
            assert work.forgetting.batches(before=self.BETWEEN, limit=1)
            assert not work.forgetting.batches(before=self.BETWEEN, limit=1)
            assert work.batches.get("a") is None
            assert work.batches.get("b") is not None
            assert work.transfers.get("t") is not None


class RecoveryContract:
    """What tells a database that was put back, and how businesses are recovered."""

    def test_the_database_keeps_its_id(self, storage: Storage) -> None:
        with storage.transaction() as work:
            first = work.installation.get()
        with storage.transaction() as work:
            assert work.installation.get() == first

    def test_orders_noted_only_grow_and_outlive_the_lease(self, stocked: Storage) -> None:
        for expected in (1, 2, 3):
            with stocked.transaction() as work:
                lease = work.leases.acquire("fjell", holder=f"holder {expected}", length=MINUTE)
                assert lease
                assert work.installation.note_orders("fjell") == expected
                work.leases.release(lease)
        with stocked.transaction() as work:
            assert work.installation.noted(["fjell", "nobody"]) == {"fjell": 3}
            assert work.installation.noted([]) == {}
            assert work.installation.latest_noted(limit=1) == {"fjell": 3}

    def test_a_worker_that_is_there_is_heard(self, storage: Storage) -> None:
        with storage.transaction() as work:
            found = work.installation.get()
            work.installation.beat()
        with storage.transaction() as work:
            assert work.installation.get().alive_at is not None
            work.installation.put(found.model_copy(update={"noticed_at": NOW, "known_until": NOW}))
        with storage.transaction() as work:
            now = work.installation.get()
            assert (now.noticed_at, now.known_until) == (NOW, NOW)
            assert now.alive_at is not None

    def test_the_last_order_is_that_of_a_transfer_or_an_intent(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            assert work.installation.last_sent_at() is None
            work.transfers.add(
                arrived(a_transfer("t"), Receipt(order_id="1", customer_id="2"), warnings=(), books="fake 7", now=NOW)
            )
            assert work.installation.last_sent_at("fjell") == NOW
            work.intents.put("fjell", declared(None, kind=IntentKind.ORDER, key="9", books="fake 7", now=NOW + MINUTE))
            work.intents.put(
                "fjell", declared(None, kind=IntentKind.PRODUCT, key="9", books="fake 7", now=NOW + 2 * MINUTE)
            )
            assert work.installation.last_sent_at("fjell") == NOW + MINUTE
            assert work.installation.last_sent_at() == NOW + MINUTE

    def test_every_business_is_shut_and_opened_by_itself(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.businesses.put(a_business("vidde"))
            work.intents.put("fjell", declared(None, kind=IntentKind.ORDER, key="9", books="fake 7", now=NOW))
            work.installation.shut_all()
        with stocked.transaction() as work:
            shut = {one.business: one.since for one in work.installation.recoveries(needed=True)}
            assert set(shut) >= {"fjell", "vidde"}
            assert shut["fjell"] == NOW - CLOCKS_DIFFER
            finding = Finding(kind=FindingKind.SEVERAL, invoice="1", order_ids=("7", "8"), message="Look at them.")
            ended = Recovery(business="fjell", needed=False, since=NOW, ended_at=NOW, orders=2, tied=1)
            done = ended.model_copy(update={"findings": (finding,)})
            work.installation.put_recovery(done)
        with stocked.transaction() as work:
            assert work.installation.recovery("fjell") == done
            assert work.installation.recovery("nobody") is None
            assert "fjell" not in [one.business for one in work.installation.recoveries(needed=True)]
            assert [one.business for one in work.installation.recoveries(needed=False)] == ["fjell"]

    def test_the_transfer_of_an_order_is_found(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.transfers.add(
                arrived(a_transfer("t"), Receipt(order_id="1", customer_id="2"), warnings=(), books="fake 7", now=NOW)
            )
            found = work.transfers.of_order("fjell", "1", books="fake 7")
            assert found is not None
            assert found.id == "t"
            assert work.transfers.of_order("fjell", "2", books="fake 7") is None
            assert work.transfers.of_order("fjell", "1", books="fake 8") is None


class StorageContract(
    BooksContract,
    RecoveryContract,
    RecordContract,
    ForgettingContract,
    TransactionContract,
    BusinessContract,
    InvoiceContract,
    BatchContract,
    TransferContract,
    MemoryContract,
    FollowUpContract,
    StoryContract,
    AnswerContract,
    AccessContract,
    LeaseContract,
):
    """Every promise of core/ports/storage.py."""


def pages(listing: Callable[[str | None], Sequence[str]]) -> list[str]:
    """Read a listing to its end, each page after the last key of the one before."""
    found: list[str] = []
    while page := listing(found[-1] if found else None):
        found += page
    return found
