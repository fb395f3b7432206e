"""Status checks, and the orders that are followed up until they are settled."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from core.payment import PaymentReason, PaymentStatusValue
from core.ports.storage import Storage, UnitOfWork
from core.transfer import (
    Receipt,
    Transfer,
    arrived,
    superseded,
)
from tests.storage_contract.samples import MINUTE, NOW, SECOND, WithBusinesses, a_business, a_report, a_transfer, pages


class StatusContract(WithBusinesses):
    """What the latest check of an order said."""

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

    def test_all_reports_of_an_invoice_come_in_the_order_of_their_times(self, stocked: Storage) -> None:
        early, late = a_report(), a_report(checked_at=NOW + MINUTE, order_id="another")
        with stocked.transaction() as work:
            work.statuses.add("fjell", late)
            work.statuses.add("fjell", early, a_report("1002"))
            work.statuses.add("vidde", a_report())
        with stocked.transaction() as work:
            assert work.statuses.of_invoice("fjell", "1001") == [early, late]
            assert work.statuses.of_invoice("fjell", "1003") == []


PAID = {"status": PaymentStatusValue.PAID, "reason": PaymentReason.PAID}
DELETED = {"reason": PaymentReason.DELETED}


class FollowUpContract(WithBusinesses):
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
