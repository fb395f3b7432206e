"""Invoices as they were stated, and which are yet to be sent."""

import threading
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from core.customer import Customer
from core.invoice import Invoice, InvoiceType
from core.ports.storage import Storage
from core.sums import Sum, TypeSum
from core.totals import gross_of
from tests.storage_contract.samples import SHORT, WithBusinesses, a_business, an_invoice, pages


class InvoiceContract(WithBusinesses):
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

    def test_an_invoice_that_is_removed_is_gone_and_may_come_anew_as_unsent(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.invoices.put("fjell", an_invoice())
            work.invoices.put("vidde", an_invoice())
            work.invoices.mark_sent("fjell", ["1001"])
            work.invoices.remove("fjell", "1001")
            work.invoices.remove("fjell", "nothing of the kind")
        with stocked.transaction() as work:
            assert work.invoices.get("fjell", "1001") is None
            assert work.invoices.get("vidde", "1001") == an_invoice()
            work.invoices.put("fjell", an_invoice())
            assert work.invoices.unsent("fjell", limit=10) == ["1001"]

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

    def test_the_credits_of_an_invoice_are_found_until_they_say_otherwise(self, stocked: Storage) -> None:
        with stocked.transaction() as work:
            work.invoices.put("fjell", an_invoice("1"))
            work.invoices.put("fjell", an_invoice("3", credits="1"))
            work.invoices.add_new([("fjell", an_invoice("2", credits="1")), ("fjell", an_invoice("4", credits="2"))])
            work.invoices.put("vidde", an_invoice("5", credits="1"))
        with stocked.transaction() as work:
            assert [one.number for one in work.invoices.credits_of("fjell", "1")] == ["2", "3"]
            assert list(work.invoices.credits_of("fjell", "3")) == []
            work.invoices.put("fjell", an_invoice("3"))
            assert [one.number for one in work.invoices.credits_of("fjell", "1")] == ["2"]

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

    def test_many_are_added_up_by_type_and_currency(self, stocked: Storage) -> None:
        euros = an_invoice("2").model_copy(update={"currency": "EUR"})
        with stocked.transaction() as work:
            for one in (an_invoice("1"), euros, an_invoice("3"), an_invoice("4"), Invoice(number="5")):
                work.invoices.put("fjell", one)
            work.invoices.put("vidde", an_invoice("1"))
        gross = gross_of(euros)
        with stocked.transaction() as work:
            sums = work.invoices.sums("fjell", ["1", "2", "3", "5", "6"])
            assert work.invoices.sums("fjell", []) == []
        assert sums == [
            TypeSum(InvoiceType.DATA_FOR_ACCOUNTING, Sum(currency="NOK", count=2, total=2 * gross)),
            TypeSum(InvoiceType.DATA_FOR_ACCOUNTING, Sum(currency="EUR", count=1, total=gross)),
            TypeSum(Invoice(number="5").type, Sum(currency=None, count=1, total=Decimal("0.00"))),
        ]

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

    def test_what_an_invoice_is_to_become_is_kept_beside_it(self, stocked: Storage) -> None:
        changed = an_invoice(comment="Changed.")
        with stocked.transaction() as work:
            work.invoices.put("fjell", an_invoice())
            assert work.invoices.replacement("fjell", "1001") is None
            work.invoices.set_replacement("fjell", "1001", changed)
            work.invoices.set_replacement("fjell", "unknown", changed)
        with stocked.transaction() as work:
            assert work.invoices.replacement("fjell", "1001") == changed
            assert work.invoices.replacement("fjell", "unknown") is None
            assert work.invoices.get("fjell", "1001") == an_invoice()
            work.invoices.put("fjell", an_invoice(comment="Put."))
            assert work.invoices.replacement("fjell", "1001") == changed
            work.invoices.set_replacement("fjell", "1001", None)
            assert work.invoices.replacement("fjell", "1001") is None
