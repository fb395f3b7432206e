"""What is kept of people: forgotten, and handed out."""

import json
from datetime import date, datetime, timedelta

import pytest

from core.batch import BatchMember
from core.books import Books
from core.customer import Address, CustomerEntry
from core.customer_candidates import AmbiguousCustomer, CustomerCandidate
from core.customer_choice import CustomerLink
from core.errors import Conflict
from core.event import EventType, Happening
from core.intent import Intent, IntentKind
from core.invoice import Invoice, InvoiceType
from core.ports.invoice_stores import Step
from core.ports.personal_data_stores import Record, RecordKind
from core.ports.storage import Storage, UnitOfWork
from core.recovery import Finding, FindingKind, Recovery
from core.transfer import (
    Receipt,
    TransferError,
    TransferState,
    arrived,
    failed,
    started,
)
from core.webhook import Attempt
from tests.storage_contract.samples import (
    NOW,
    POLICY,
    WithBusinesses,
    a_business,
    a_dated_batch,
    a_report,
    a_transfer,
    an_invoice,
)
from tests.storage_contract.webhooks import SECRETS, SOON, an_endpoint


class ForgettingContract(WithBusinesses):
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
            work.events.add(Happening(type=EventType.INVOICE_PAID, business="fjell", invoice="1", data={}))
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
            kari = CustomerCandidate(id="7", name="Kari Ås", emails=("kari@post.example",), address=Address(city="Ås"))
            refusal = AmbiguousCustomer("Two customers match: Kari Ås and Kari Ås.", candidates=[kari])
            work.transfers.save(failed(started(transfer), refusal, policy=POLICY, now=self.LONG_AGO))
            kept = work.transfers.get("t")
            assert kept is not None
            assert kept.error is not None
            assert kept.error.candidates == (kari,)
            work.forgetting.invoices_ended(before=self.BETWEEN, limit=9)
        with stocked.transaction() as work:
            now = work.transfers.get("t")
        assert now is not None
        assert now.state is TransferState.REJECTED
        assert now.error is not None
        assert now.error.code == "forgotten"
        assert now.error.candidates == ()
        assert "kari" not in now.model_dump_json().lower()

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


class RecordContract(WithBusinesses):
    @pytest.fixture
    def filled(self, stocked: Storage) -> Storage:
        """The storage with some of everything for fjell, and as much for vidde."""
        for business in ("fjell", "vidde"):
            with stocked.transaction() as work:
                for number, types in (
                    ("1", ()),
                    ("2", (EventType.BATCH_FINISHED,)),
                    ("3", (EventType.BATCH_FINISHED,)),
                ):
                    endpoint = an_endpoint(f"{business}-{number}", business=business, types=types)
                    work.endpoints.add(endpoint, SECRETS)
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
                    paid = Happening(type=EventType.INVOICE_PAID, business=business, invoice=number, data={})
                    work.events.add(paid)
                    for kind in (IntentKind.ORDER, IntentKind.CUSTOMER):
                        work.intents.put(business, Intent(kind=kind, key=number, first_at=NOW, last_at=NOW))
                for books in ("books", "other", "third"):
                    work.directory.mark_read(business, books, at=NOW)
                    work.books.put(business, Books(system="fake", company_id=books, company=business))
            with stocked.transaction() as work:
                for due in work.deliveries.due(f"{business}-1", now=SOON, limit=9):
                    tried = due.delivery.model_copy(update={"attempts": 1, "next_attempt_at": SOON})
                    work.deliveries.tried(tried, Attempt(at=NOW, status=500, duration_ms=1))
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
