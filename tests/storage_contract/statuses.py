"""Status checks, and the orders that are followed up until they are settled."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from pydantic import SecretStr

from core.event import EventType
from core.follow_up import Round
from core.payment import PaymentReason, PaymentReport, PaymentStatusValue
from core.ports.storage import Storage, UnitOfWork
from core.transfer import (
    Receipt,
    Transfer,
    arrived,
    superseded,
)
from core.webhook import EndpointState
from tests.storage_contract.samples import MINUTE, NOW, SECOND, WithBusinesses, a_business, a_report, a_transfer, pages
from tests.storage_contract.webhooks import SECRETS, an_endpoint


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

    def test_what_was_seen_paid_is_followed_up_again_within_a_day_for_ninety_days(self, arrived_ones: Storage) -> None:
        day = timedelta(days=1)

        def followed(now: datetime, business: str = "fjell", **page: Any) -> list[str]:
            return list(work.statuses.to_follow_up(business, now=now, **{"limit": 9, **page}))

        with arrived_ones.transaction() as work:
            paid = [a_report(one, order_id=f"order-{one}", **PAID) for one in "124"]
            work.statuses.add("fjell", *paid, a_report("5", order_id="order-5", **DELETED))
            work.statuses.add("vidde", a_report("9", order_id="order-9", **PAID))
            assert followed(NOW) == ["3"]
            assert [one.business for one in work.follow_ups.candidates(now=NOW)] == ["fjell"]
        with arrived_ones.transaction() as work:
            assert followed(NOW + day) == ["1", "2", "3", "4"]
            assert followed(NOW + day, limit=2, after="1") == ["2", "3"]
            assert followed(NOW + day, "vidde") == ["9"]
            assert [one.business for one in work.follow_ups.candidates(now=NOW + day)] == ["fjell", "vidde"]
            old = work.transfers.of_invoice("fjell", "2")
            assert old is not None
            work.transfers.save(superseded(old))
            still = a_report("1", order_id="order-1", **PAID, checked_at=NOW + day)
            open_again = a_report("4", order_id="order-4", reason=PaymentReason.OPEN, checked_at=NOW + day)
            work.statuses.add("fjell", still, open_again)
            assert followed(NOW + day) == ["3", "4"]
            assert followed(NOW + 2 * day) == ["1", "3", "4"]
        with arrived_ones.transaction() as work:
            late = NOW + 89 * day
            work.statuses.add("fjell", a_report("1", order_id="order-1", **PAID, checked_at=late))
            work.statuses.add("fjell", a_report("4", order_id="order-4", **PAID, checked_at=late))
            assert followed(NOW + 90 * day) == ["3", "4"]
            assert [one.business for one in work.follow_ups.candidates(now=NOW + 90 * day)] == ["fjell"]

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

    def test_of_a_run_of_equal_answers_that_a_worker_got_the_first_and_the_newest_are_kept(
        self, arrived_ones: Storage
    ) -> None:
        def by_worker(minute: int, number: str = "1", **changes: object) -> PaymentReport:
            at = NOW + minute * MINUTE
            return a_report(number, **{"order_id": f"order-{number}", "worker_checks": 1, "checked_at": at, **changes})

        published: dict[str, Any] = {
            "reason": PaymentReason.OPEN,
            "invoice_number": "30001",
            "warnings": ("The total differs.",),
            "open_amount": "500.00",
        }
        by_person = by_worker(13, worker_checks=0, **published)
        rounds = [
            *((by_worker(minute), by_worker(minute, "2")) for minute in range(4)),
            *((by_worker(minute, **published), by_worker(minute, "2")) for minute in range(10, 13)),
            (by_person,),
            *((by_worker(minute, **published), by_worker(minute, "2")) for minute in range(14, 17)),
            (by_worker(11, **published),),  # comes late
        ]
        for answers in rounds:
            with arrived_ones.transaction() as work:
                work.statuses.add("fjell", *answers)
        with arrived_ones.transaction() as work:
            assert work.statuses.of_invoice("fjell", "1") == [
                *(by_worker(minute, worker_checks=checks) for minute, checks in ((0, 1), (3, 3))),
                by_worker(10, **published),
                by_worker(11, **published),
                by_worker(12, worker_checks=2, **published),
                by_person,
                *(by_worker(minute, worker_checks=checks, **published) for minute, checks in ((14, 1), (16, 2))),
            ]
            assert work.statuses.of_invoice("fjell", "2") == [
                by_worker(0, "2"),
                by_worker(16, "2", worker_checks=9),
            ]
            assert work.statuses.latest("fjell", "1") == by_worker(16, worker_checks=2, **published)

    def test_what_people_asked_for_is_all_kept(self, arrived_ones: Storage) -> None:
        checks = [a_report("1", order_id="order-1", checked_at=NOW + minute * MINUTE) for minute in range(4)]
        with arrived_ones.transaction() as work:
            for check in checks:
                work.statuses.add("fjell", check)
            assert work.statuses.of_invoice("fjell", "1") == checks

    def test_an_answer_about_another_order_ends_a_run(self, arrived_ones: Storage) -> None:
        orders = ["order-1", "order-1", "order-0", "order-1", "order-1"]
        checks = [
            a_report("1", order_id=order, worker_checks=1, checked_at=NOW + nth * MINUTE)
            for nth, order in enumerate(orders)
        ]
        with arrived_ones.transaction() as work:
            for check in checks:
                work.statuses.add("fjell", check)
            assert work.statuses.of_invoice("fjell", "1") == checks

    def test_no_reports_are_stored_as_nothing(self, arrived_ones: Storage) -> None:
        with arrived_ones.transaction() as work:
            work.statuses.add("fjell")
            assert work.statuses.latest("fjell", "1") is None

    def test_businesses_with_open_orders_are_candidates_with_their_latest_round(self, arrived_ones: Storage) -> None:
        begun = Round(begun_at=NOW, resume_at=NOW + MINUTE)
        on_its_way = Round(begun_at=NOW, asked_up_to="3", resume_at=NOW + 2 * MINUTE)
        with arrived_ones.transaction() as work:
            work.businesses.put(a_business("dal"))  # nothing of it has arrived
            fjell, vidde = work.follow_ups.candidates(now=NOW)
            assert (fjell.business, fjell.last, vidde.business, vidde.last) == ("fjell", None, "vidde", None)
            assert work.follow_ups.put("fjell", begun, instead_of=None)
            assert work.follow_ups.put("fjell", on_its_way, instead_of=begun)
        with arrived_ones.transaction() as work:
            assert [one.last for one in work.follow_ups.candidates(now=NOW)] == [on_its_way, None]
            over = Round(begun_at=NOW, asked_up_to="3")
            assert work.follow_ups.put("fjell", over, instead_of=on_its_way)
            assert [one.last for one in work.follow_ups.candidates(now=NOW)] == [over, None]
            assert work.follow_ups.put("fjell", begun, instead_of=over)

    def test_a_business_with_notices_is_told(self, arrived_ones: Storage) -> None:
        with arrived_ones.transaction() as work:
            notices = {"notify": (SecretStr("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"),)}
            work.businesses.put(a_business("vidde").model_copy(update=notices))
            assert [one.is_told for one in work.follow_ups.candidates(now=NOW)] == [False, True]

    def test_a_candidate_says_how_often_its_business_wants_it(self, arrived_ones: Storage) -> None:
        with arrived_ones.transaction() as work:
            work.businesses.put(a_business("vidde").model_copy(update={"follow_up_seconds": 900}))
            assert [one.own_seconds for one in work.follow_ups.candidates(now=NOW)] == [None, 900]

    def test_a_round_is_kept_only_in_place_of_the_one_that_was_seen(self, arrived_ones: Storage) -> None:
        first = Round(begun_at=NOW)
        with arrived_ones.transaction() as work:
            assert not work.follow_ups.put("fjell", first, instead_of=first)
            assert work.follow_ups.put("fjell", first, instead_of=None)
            for other in (
                None,
                Round(begun_at=NOW + SECOND),
                Round(begun_at=NOW, asked_up_to="1"),
                Round(begun_at=NOW, resume_at=NOW),
            ):
                assert not work.follow_ups.put("fjell", Round(begun_at=NOW + MINUTE), instead_of=other)
            assert [one.last for one in work.follow_ups.candidates(now=NOW)] == [first, None]

    def test_a_business_whose_orders_are_all_settled_or_whose_system_is_paused_is_no_candidate(
        self, arrived_ones: Storage
    ) -> None:
        def candidates(now: datetime) -> list[str]:
            return [one.business for one in work.follow_ups.candidates(now=now)]

        with arrived_ones.transaction() as work:
            work.statuses.add("vidde", a_report("9", order_id="order-9", **PAID))
            assert candidates(NOW) == ["fjell"]
            work.pauses.put("24sevenoffice", NOW + MINUTE)
            assert candidates(NOW) == []
            assert candidates(NOW + MINUTE) == ["fjell"]

    @pytest.mark.parametrize(
        ("endpoint", "told"),
        [
            ({}, {"fjell", "vidde"}),
            ({"business": "vidde"}, {"vidde"}),
            ({"types": (EventType.INVOICE_PAID, EventType.TRANSFER_REJECTED)}, {"fjell", "vidde"}),
            ({"types": (EventType.TRANSFER_REJECTED,)}, set()),
            ({"state": EndpointState.DISABLED}, set()),
            ({"business": "dal"}, set()),
        ],
    )
    def test_who_has_an_enabled_endpoint_that_wants_what_asking_finds_is_told(
        self, arrived_ones: Storage, endpoint: dict[str, Any], told: set[str]
    ) -> None:
        with arrived_ones.transaction() as work:
            work.businesses.put(a_business("dal"))
            work.endpoints.add(an_endpoint("one", **endpoint), SECRETS)
            assert {one.business for one in work.follow_ups.candidates(now=NOW) if one.is_told} == told
            work.endpoints.remove("one", now=NOW)
            assert not any(one.is_told for one in work.follow_ups.candidates(now=NOW))

    def test_of_many_threads_that_begin_a_round_one_does(self, arrived_ones: Storage) -> None:
        ready = threading.Barrier(4)

        def begin(number: int, *, instead_of: Round | None) -> bool:
            ready.wait()
            with arrived_ones.transaction() as work:
                held = Round(begun_at=NOW, asked_up_to="1" if instead_of else None, resume_at=NOW + number * SECOND)
                return work.follow_ups.put("fjell", held, instead_of=instead_of)

        last = None
        for _ in range(2):
            with ThreadPoolExecutor(4) as threads:
                begun = list(threads.map(partial(begin, instead_of=last), range(4)))
            assert sorted(begun) == [False, False, False, True]
            with arrived_ones.transaction() as work:
                last = work.follow_ups.candidates(now=NOW)[0].last

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
