"""Records, as they are handed out to a business that leaves."""

import json

import pytest

from core.batch import BatchMember
from core.books import Books
from core.customer_choice import CustomerLink
from core.customer_directory import CustomerEntry
from core.intent import Intent, IntentKind
from core.journal import Step
from core.ports.storage import Storage
from core.records import Record, RecordKind
from tests.storage_contract.samples import (
    NOW,
    WithBusinesses,
    a_dated_batch,
    a_report,
    a_transfer,
    an_invoice,
)


class RecordContract(WithBusinesses):
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
