"""Invoices as they are listed: by each thing they can be filtered by, alone and with others, page by page."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest

from core.customer import Customer
from core.errors import Rejected
from core.invoice import Invoice, InvoiceRow, InvoiceType
from core.invoice_filter import UNSENT, InvoiceFilter, Place, is_of
from core.payment import PaymentReason, PaymentReport, PaymentStatusValue
from core.ports.storage import Storage
from core.transfer import Receipt, Transfer, arrived, cancelled, failed, started, superseded
from tests.storage_contract.samples import NOW, POLICY, WithBusinesses, a_transfer

_NAMES = ("Kari Nordmann", "Ola Å. Nordmann", "Fjell-Utleie AS", "Æsj & Sønner")
_PARTS: dict[str, list[dict[str, Any]]] = {
    "state": [{"state": UNSENT}, {"state": "transferred"}, {"state": "rejected"}, {"state": "cancelled"}],
    "paid": [{"paid": True}, {"paid": False}],
    "customer": [{"customer": "nord"}, {"customer": "UTLEIE fjell"}, {"customer": "a3@"}],
    "number": [{"number": "F-1"}, {"number": "F-12"}, {"number": "f-"}],
    "dates": [{"first": date(2026, 2, 1)}, {"first": date(2026, 2, 1), "last": date(2026, 2, 3)}],
    "sum": [
        {"least": Decimal("250.01")},
        {"least": Decimal("125"), "most": Decimal("250")},
        {"most": Decimal("-0.005")},
    ],
    "order": [{"newest_first": True}],
    "search": [{"search": "f-12"}, {"search": "po-7"}, {"search": "817 404 502"}, {"search": "example.com søn"}],
}
ALONE = [wanted for part in _PARTS.values() for wanted in part]
TOGETHER = [one | other for two in combinations(_PARTS.values(), 2) for one in two[0] for other in two[1]]


def invoices() -> Iterator[Invoice]:
    """Twenty-six invoices of four customers; the fifth of each thirteen says nothing but its number."""
    for nth in range(26):
        if nth % 13 == 4:
            yield Invoice(number=f"F-{nth}")
            continue
        yield Invoice(
            number=f"F-{nth}",
            type=InvoiceType.PRINTED if nth % 7 == 6 else InvoiceType.DATA_FOR_ACCOUNTING,
            order_number=f"PO-{nth // 2}",
            issue_date=date(2026, 2, 5 - nth % 5),
            customer=Customer(
                name=_NAMES[nth % 4],
                email=f"A{nth % 4}@Example.com",
                organization_number="NO 817404502 MVA" if nth % 4 == 2 else None,
            ),
            rows=(
                InvoiceRow(
                    product="Tractor", quantity=Decimal(nth - 3), unit_price=Decimal(100), vat_percent=Decimal(25)
                ),
            ),
        )


def transfer_of(nth: int, number: str) -> Transfer | None:
    """Every fourth is unsent; the others have arrived, were rejected or cancelled, or wait in the queue."""
    new = a_transfer(f"t{nth:02}", number)
    match nth % 8:
        case 1 | 2 | 5:
            receipt = Receipt(order_id=str(nth), customer_id="2")
            return arrived(started(new), receipt, warnings=(), books="fake 7", now=NOW)
        case 3:
            return failed(started(new), Rejected("No."), policy=POLICY, now=NOW)
        case 6:
            return cancelled(new, now=NOW)
        case 7:
            return new
    return None


def report_of(transfer: Transfer, *, paid: bool) -> PaymentReport:
    """What was said of the transfer's order."""
    return PaymentReport(
        invoice=transfer.invoice,
        status=PaymentStatusValue.PAID if paid else PaymentStatusValue.NOT_PAID,
        reason=PaymentReason.PAID if paid else PaymentReason.OPEN,
        order_id=transfer.order_id or "",
        checked_at=NOW,
        books="fake 7",
    )


def stock(storage: Storage) -> None:
    """Store the invoices with their transfers and what was seen of their payment."""
    with storage.transaction() as work:
        work.invoices.add_new([("fjell", invoice) for invoice in invoices()])
        work.invoices.add_new([("vidde", Invoice(number="F-1", issue_date=date(2026, 2, 1)))])
        for nth, invoice in enumerate(invoices()):
            if transfer := transfer_of(nth, invoice.number):
                work.transfers.add(a_transfer(transfer.id, invoice.number))
                work.transfers.save(transfer)
                work.invoices.mark_sent("fjell", [invoice.number])
                if transfer.order_id:
                    work.statuses.add("fjell", report_of(transfer, paid=nth % 3 == 1))


Standing = tuple[Invoice, Transfer | None, bool]
"""An invoice, its transfer, and whether it is paid."""


def standings(storage: Storage) -> list[Standing]:
    """How each invoice of "fjell" stands."""
    found: list[Standing] = []
    with storage.transaction() as work:
        for invoice in invoices():
            transfer = work.transfers.of_invoice("fjell", invoice.number)
            report = work.statuses.latest("fjell", invoice.number)
            is_paid = bool(transfer and report and is_of(report, transfer) and report.status == "paid")
            found.append((invoice, transfer, is_paid))
    return found


def wanted_numbers(all_: Sequence[Standing], wanted: InvoiceFilter) -> list[str]:
    """Say what is wanted by looking at each invoice."""
    found = [wanted.place_of(one) for one, transfer, is_paid in all_ if wanted.takes(one, transfer, is_paid=is_paid)]
    return [place.number for place in wanted.in_order(found)]


def numbers_page_by_page(storage: Storage, wanted: InvoiceFilter, *, limit: int) -> list[str]:
    """Read a listing as whoever follows it does."""
    numbers: list[str] = []
    after: Place | None = None
    with storage.transaction() as work:
        while True:
            found = work.invoices.find("fjell", wanted, limit=limit, after=after)
            assert len(found.numbers) <= limit
            numbers += found.numbers
            if found.then is None:
                return numbers
            after = found.then


class ListingContract(WithBusinesses):
    @pytest.fixture
    def listed(self, stocked: Storage) -> Storage:
        stock(stocked)
        return stocked

    def test_invoices_are_found_by_each_filter_and_by_two_together(self, listed: Storage) -> None:
        all_ = standings(listed)
        for parts in ({}, *ALONE, *TOGETHER):
            wanted = InvoiceFilter(**parts)
            assert numbers_page_by_page(listed, wanted, limit=3) == wanted_numbers(all_, wanted), parts

    def test_each_filter_finds_some_and_not_all(self, listed: Storage) -> None:
        all_ = standings(listed)
        for parts in ALONE:
            found = wanted_numbers(all_, InvoiceFilter(**parts))
            assert len(found) < 26 or parts == {"newest_first": True}, parts
            assert found or parts == {"number": "f-"}, parts

    def test_the_newest_come_first_and_before_them_what_has_no_date(self, listed: Storage) -> None:
        newest = numbers_page_by_page(listed, InvoiceFilter(newest_first=True), limit=3)
        assert newest[:5] == ["F-4", "F-17", "F-5", "F-25", "F-20"]
        dated = InvoiceFilter(newest_first=True, first=date(2026, 2, 2))
        assert (
            numbers_page_by_page(listed, dated, limit=3)
            == numbers_page_by_page(listed, InvoiceFilter(first=date(2026, 2, 2)), limit=3)[::-1]
        )

    def test_invoices_are_found_by_what_they_come_to(self, listed: Storage) -> None:
        exactly = InvoiceFilter(least=Decimal("125"), most=Decimal("125.009"))
        assert numbers_page_by_page(listed, exactly, limit=3) == []  # F-4 says nothing but its number
        below_nothing = InvoiceFilter(most=Decimal("-125.00"))
        assert numbers_page_by_page(listed, below_nothing, limit=3) == ["F-0", "F-1", "F-2"]
        huge = InvoiceFilter(least=Decimal("9" * 15))
        assert numbers_page_by_page(listed, huge, limit=3) == []

    def test_a_corrected_invoice_is_found_by_what_it_says_now(self, listed: Storage) -> None:
        corrected = Invoice(number="F-1", issue_date=date(2027, 1, 1), customer=Customer(name="Berit"))
        with listed.transaction() as work:
            work.invoices.put("fjell", corrected)
        assert numbers_page_by_page(listed, InvoiceFilter(search="berit"), limit=9) == ["F-1"]
        assert numbers_page_by_page(listed, InvoiceFilter(first=date(2027, 1, 1)), limit=9) == ["F-1"]
        assert "F-1" not in numbers_page_by_page(listed, InvoiceFilter(customer="nordmann"), limit=99)

    def test_an_invoice_that_was_sent_again_stands_where_its_new_transfer_does(self, listed: Storage) -> None:
        with listed.transaction() as work:
            old = work.transfers.of_invoice("fjell", "F-1")
            assert old is not None
            work.transfers.save(superseded(old))
            work.transfers.add(a_transfer("t99", "F-1"))
            both = work.transfers.list("fjell", invoice="F-1", limit=9)
            assert [one.id for one in both] == ["t01", "t99"]
            assert [one.id for one in work.transfers.list("fjell", invoice="F-1", limit=9, after="t01")] == ["t99"]
            assert work.transfers.list("fjell", invoice="F-1", state=old.state, limit=9)[0].id == "t01"
            assert work.transfers.list("vidde", invoice="F-1", limit=9) == []
        assert "F-1" in numbers_page_by_page(listed, InvoiceFilter(state="queued", paid=False), limit=99)
        assert "F-1" not in numbers_page_by_page(listed, InvoiceFilter(paid=True), limit=99)

    def test_an_order_that_takes_the_place_of_a_paid_one_is_not_paid(self, listed: Storage) -> None:
        with listed.transaction() as work:
            paid = work.transfers.of_invoice("fjell", "F-1")
            assert paid is not None
            work.transfers.save(paid.model_copy(update={"order_id": "77"}))
        assert "F-1" not in numbers_page_by_page(listed, InvoiceFilter(paid=True), limit=99)

    def test_the_newest_reports_of_many_are_those_of_each(self, listed: Storage) -> None:
        numbers = [invoice.number for invoice in invoices()]
        with listed.transaction() as work:
            each = {number: report for number in numbers if (report := work.statuses.latest("fjell", number))}
            assert work.statuses.latest_of("fjell", numbers) == each
            assert work.statuses.latest_of("fjell", []) == {}

    def test_nobody_finds_who_was_forgotten(self, listed: Storage) -> None:
        with listed.transaction() as work:
            work.forgetting.erase("fjell", at=NOW)
        assert numbers_page_by_page(listed, InvoiceFilter(search="nordmann"), limit=9) == []
        assert numbers_page_by_page(listed, InvoiceFilter(first=date(2020, 1, 1)), limit=9) == []
        assert numbers_page_by_page(listed, InvoiceFilter(least=Decimal(-(10**9))), limit=9) == []
        assert numbers_page_by_page(listed, InvoiceFilter(search="f-1"), limit=99)[0] == "F-1"
