"""Invoices counted and summed up: what stands for which reason, what arrived when, and what is due."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from core.customer_candidates import AmbiguousCustomer
from core.errors import AccessRefused, KvittError, Rejected
from core.invoice import InvoiceRow
from core.payment import PaymentReason, PaymentStatusValue
from core.ports.storage import Storage
from core.sums import ArrivedSum, Sum
from core.transfer import Receipt, Transfer, TransferState, arrived, failed, started, superseded
from core.unpaid import Age, DueDates, DuePlace, UnpaidSum, age_of
from core.withdrawal import withdrawn
from tests.storage_contract.samples import NOW, POLICY, WithBusinesses, a_report, a_transfer, an_invoice

_DAY = timedelta(days=1)
_TODAY = date(2021, 1, 15)


def _row(amount: str) -> tuple[InvoiceRow, ...]:
    return (InvoiceRow(product="Tractor", net_amount=Decimal(amount), vat_percent=Decimal(25)),)


def _add(storage: Storage, number: str, *, amount: str = "100", business: str = "fjell", **changes: object) -> Transfer:
    """Add an invoice with a new transfer."""
    with storage.transaction() as work:
        work.invoices.put(business, an_invoice(number, **{"rows": _row(amount), **changes}))
        transfer = a_transfer(f"{business} t{number}", number, business)
        work.transfers.add(transfer)
    return transfer


def _arrive(storage: Storage, number: str, *, days: int = 0, **changes: object) -> Transfer:
    """Add an invoice that arrived so many days ago."""
    new = _add(storage, number, **changes)  # type: ignore[arg-type]
    receipt = Receipt(order_id=f"o{number}", customer_id="2")
    with storage.transaction() as work:
        return work.transfers.save(arrived(started(new), receipt, warnings=(), books="fake 7", now=NOW - days * _DAY))


def _fail(storage: Storage, number: str, error: KvittError) -> None:
    with storage.transaction() as work:
        new = work.transfers.of_invoice("fjell", number)
        assert new is not None
        work.transfers.save(failed(started(new), error, policy=POLICY, now=NOW))


def _see(storage: Storage, number: str, reason: PaymentReason, *, left: str | None = None) -> None:
    paid = PaymentStatusValue.PAID if reason is PaymentReason.PAID else PaymentStatusValue.NOT_PAID
    seen = a_report(number, order_id=f"o{number}", reason=reason, status=paid, open_amount=left)
    with storage.transaction() as work:
        work.statuses.add("fjell", seen)


def _nok(count: int, total: str, currency: str = "NOK") -> Sum:
    return Sum(currency=currency, count=count, total=Decimal(total))


class SumContract(WithBusinesses):
    def test_transfers_are_counted_by_where_they_stand_and_why(self, stocked: Storage) -> None:
        for number in "12345":
            _add(stocked, number)
        _add(stocked, "1", business="vidde")
        _arrive(stocked, "6")
        _fail(stocked, "1", Rejected("No.", code="no_vat_code"))
        _fail(stocked, "2", Rejected("No.", code="no_vat_code"))
        _fail(stocked, "3", AmbiguousCustomer("Which?", candidates=[]))
        _fail(stocked, "4", AccessRefused("No way in."))

        with stocked.transaction() as work:
            assert work.sums.counts("fjell") == {TransferState.QUEUED: 1, TransferState.WAITING: 1}
            assert work.sums.errors("fjell") == [
                (TransferState.REJECTED, "ambiguous_customer", 1),
                (TransferState.REJECTED, "no_vat_code", 2),
                (TransferState.WAITING, "access_refused", 1),
            ]
            newest = work.sums.newest("fjell", TransferState.REJECTED, "no_vat_code", limit=9)
            assert [one.invoice for one in newest] == ["2", "1"]
            assert len(work.sums.newest("fjell", TransferState.REJECTED, "no_vat_code", limit=1)) == 1
            assert work.sums.newest("vidde", TransferState.REJECTED, "no_vat_code", limit=9) == []
            assert work.sums.counts("vidde") == {TransferState.QUEUED: 1}
            assert work.sums.errors("vidde") == []

    def test_an_error_that_was_mended_is_counted_no_more(self, stocked: Storage) -> None:
        _add(stocked, "1")
        _fail(stocked, "1", Rejected("No.", code="no_vat_code"))
        with stocked.transaction() as work:
            rejected = work.transfers.of_invoice("fjell", "1")
            assert rejected is not None
            work.transfers.save(rejected.model_copy(update={"state": TransferState.QUEUED, "error": None}))
            assert work.sums.errors("fjell") == []

    def test_what_arrived_is_summed_up_by_norwegian_day_and_currency(self, stocked: Storage) -> None:
        _arrive(stocked, "1")
        _arrive(stocked, "2", amount="-20.01")
        _arrive(stocked, "3", currency="EUR")
        _arrive(stocked, "4", days=1)
        _arrive(stocked, "5", days=2)
        _add(stocked, "6")
        _arrive(stocked, "7", business="fjell")
        with stocked.transaction() as work:
            gone = work.transfers.of_invoice("fjell", "7")
            assert gone is not None
            work.transfers.save(withdrawn(gone, now=NOW))
            assert work.sums.arrived("fjell", since=_TODAY - _DAY) == [
                ArrivedSum(_TODAY - _DAY, _nok(1, "125.00")),
                ArrivedSum(_TODAY, _nok(1, "125.00", "EUR")),
                ArrivedSum(_TODAY, _nok(2, "99.99")),
            ]
            assert work.sums.arrived("vidde", since=_TODAY - _DAY) == []

    def test_a_norwegian_day_begins_before_that_of_utc(self, stocked: Storage) -> None:
        new = _add(stocked, "1")
        receipt, late = Receipt(order_id="o1", customer_id="2"), NOW.replace(hour=23, minute=30)
        with stocked.transaction() as work:
            work.transfers.save(arrived(started(new), receipt, warnings=(), books="fake 7", now=late))
            assert [one.day for one in work.sums.arrived("fjell", since=_TODAY)] == [_TODAY + _DAY]

    def test_what_is_not_known_to_be_paid_is_summed_up_by_how_long_it_has_been_due(self, stocked: Storage) -> None:
        for number, due in (("1", date(2021, 2, 1)), ("2", date(2021, 1, 20)), ("3", date(2021, 2, 1)), ("4", None)):
            _arrive(stocked, number, due_date=due, issue_date=date(2021, 1, 10))
        _arrive(stocked, "5", due_date=date(2021, 2, 1), amount="7")
        _arrive(stocked, "6")
        _add(stocked, "7")
        for number in ("1", "3"):
            _see(stocked, number, PaymentReason.OPEN)
        _see(stocked, "6", PaymentReason.PAID)
        _see(stocked, "5", PaymentReason.PAID)
        _see(stocked, "5", PaymentReason.DELETED)

        with stocked.transaction() as work:
            assert work.sums.unpaid("fjell", today=_TODAY) == [
                UnpaidSum(Age.NOT_DUE, None, _nok(1, "125.00")),
                UnpaidSum(Age.NOT_DUE, PaymentReason.OPEN, _nok(2, "250.00")),
                UnpaidSum(Age.TO_30, None, _nok(1, "125.00")),
            ]
            assert work.sums.unpaid("fjell", today=date(2021, 2, 8)) == [
                UnpaidSum(Age.TO_30, None, _nok(2, "250.00")),
                UnpaidSum(Age.TO_30, PaymentReason.OPEN, _nok(2, "250.00")),
            ]
            assert work.sums.unpaid("vidde", today=_TODAY) == []

        _see(stocked, "5", PaymentReason.PARTLY_PAID)
        with stocked.transaction() as work:
            assert UnpaidSum(Age.NOT_DUE, PaymentReason.PARTLY_PAID, _nok(1, "8.75")) in work.sums.unpaid(
                "fjell", today=_TODAY
            )

    def test_of_what_was_partly_paid_that_counts_which_is_left(self, stocked: Storage) -> None:
        for number, amount in (("1", "100"), ("2", "100"), ("3", "-100"), ("4", "100"), ("5", "1000")):
            _arrive(stocked, number, amount=amount, due_date=_TODAY)
        _arrive(stocked, "6", amount="100", due_date=_TODAY - _DAY, currency="EUR")
        for number, left in (("1", "25.50"), ("3", "-0.01"), ("5", "1000.00"), ("6", "124.99")):
            _see(stocked, number, PaymentReason.PARTLY_PAID, left=left)
        _see(stocked, "2", PaymentReason.PARTLY_PAID)  # the system does not tell what is left: it counts whole

        def unpaid() -> dict[tuple[Age, PaymentReason | None], Sum]:
            with stocked.transaction() as work:
                return {(one.age, one.seen): one.of for one in work.sums.unpaid("fjell", today=_TODAY)}

        assert unpaid() == {
            (Age.NOT_DUE, None): _nok(1, "125.00"),
            (Age.NOT_DUE, PaymentReason.PARTLY_PAID): _nok(4, "1150.49"),
            (Age.TO_30, PaymentReason.PARTLY_PAID): _nok(1, "124.99", "EUR"),
        }
        _see(stocked, "1", PaymentReason.OPEN)
        _see(stocked, "3", PaymentReason.PARTLY_PAID, left="-50.00")
        _see(stocked, "5", PaymentReason.PAID)
        assert unpaid() == {
            (Age.NOT_DUE, None): _nok(1, "125.00"),
            (Age.NOT_DUE, PaymentReason.OPEN): _nok(1, "125.00"),
            (Age.NOT_DUE, PaymentReason.PARTLY_PAID): _nok(2, "75.00"),
            (Age.TO_30, PaymentReason.PARTLY_PAID): _nok(1, "124.99", "EUR"),
        }

    def test_what_is_left_of_one_order_says_nothing_of_the_next(self, stocked: Storage) -> None:
        sent = _arrive(stocked, "1")
        _see(stocked, "1", PaymentReason.PARTLY_PAID, left="25.00")
        with stocked.transaction() as work:
            work.transfers.save(sent.model_copy(update={"order_id": "another"}))
            assert work.sums.unpaid("fjell", today=_TODAY) == [UnpaidSum(Age.NOT_DUE, None, _nok(1, "125.00"))]

    def test_each_age_has_what_has_been_due_for_so_long(self, stocked: Storage) -> None:
        days = (-9, 0, 1, 30, 31, 60, 61, 90, 91, 900)
        for one in days:
            _arrive(stocked, f"due-{one}", due_date=_TODAY - one * _DAY)
        ages = [age_of(_TODAY - one * _DAY, today=_TODAY) for one in days]
        with stocked.transaction() as work:
            assert {one.age: one.of.count for one in work.sums.unpaid("fjell", today=_TODAY)} == dict(Counter(ages))

    def test_what_is_unpaid_is_listed_by_when_it_is_due_page_by_page(self, stocked: Storage) -> None:
        for number, day in (("1", 3), ("2", 1), ("3", 2), ("4", 2), ("5", 4), ("6", 5)):
            _arrive(stocked, number, due_date=date(2021, 2, day))
        _see(stocked, "5", PaymentReason.PAID)

        def listed(due: DueDates, *, limit: int) -> list[str]:
            found: list[DuePlace] = []
            with stocked.transaction() as work:
                while page := work.sums.find_unpaid("fjell", due, limit=limit, after=found[-1] if found else None):
                    assert len(page) <= limit
                    found += page
            return [place.number for place in found]

        for limit in (1, 2, 9):
            assert listed(DueDates(), limit=limit) == ["2", "3", "4", "1", "6"]
            assert listed(DueDates(date(2021, 2, 2), date(2021, 2, 4)), limit=limit) == ["3", "4", "1"]
            assert listed(DueDates(last=date(2021, 2, 1)), limit=limit) == ["2"]
            assert listed(DueDates(first=date(2021, 2, 6)), limit=limit) == []

    def test_an_order_that_is_gone_is_neither_sent_nor_unpaid(self, stocked: Storage) -> None:
        sent = _arrive(stocked, "1")
        with stocked.transaction() as work:
            work.transfers.save(superseded(sent))
            assert work.sums.arrived("fjell", since=_TODAY) == []
            assert work.sums.unpaid("fjell", today=_TODAY) == []
            assert work.sums.find_unpaid("fjell", DueDates(), limit=9) == []

    def test_an_order_that_was_adopted_counts_at_once(self, stocked: Storage) -> None:
        receipt = Receipt(order_id="o1", customer_id="2")
        with stocked.transaction() as work:
            work.invoices.put("fjell", an_invoice("1", rows=_row("100")))
            new = started(a_transfer("t1", "1"))
            work.transfers.add(arrived(new, receipt, warnings=(), books="fake 7", now=NOW))
            assert [one.of for one in work.sums.arrived("fjell", since=_TODAY)] == [_nok(1, "125.00")]
            assert [one.of for one in work.sums.unpaid("fjell", today=_TODAY)] == [_nok(1, "125.00")]

    def test_nothing_is_summed_up_of_a_business_that_was_erased(self, stocked: Storage) -> None:
        _arrive(stocked, "1")
        with stocked.transaction() as work:
            work.forgetting.erase("fjell", at=NOW)
            assert [one.of.total for one in work.sums.arrived("fjell", since=_TODAY)] in ([], [Decimal("0.00")])
            assert [one.of.total for one in work.sums.unpaid("fjell", today=_TODAY)] in ([], [Decimal("0.00")])

    def test_the_largest_sums_are_added_up(self, stocked: Storage) -> None:
        amount = Decimal("999999999999999")
        rows = 6 * _row(str(amount))
        for nth in range(14):
            _arrive(stocked, str(nth), rows=rows)
        total = 14 * 6 * amount * Decimal("1.25")
        with stocked.transaction() as work:
            (of_the_day,) = work.sums.arrived("fjell", since=_TODAY)
            assert (of_the_day.of.count, of_the_day.of.total) == (14, total)
            assert sum(one.of.total for one in work.sums.unpaid("fjell", today=_TODAY)) == total

    def test_a_code_may_be_long(self, stocked: Storage) -> None:
        code = "a_plugin_s_own_code_" + 60 * "x"
        _add(stocked, "1")
        _fail(stocked, "1", Rejected("No.", code=code))
        with stocked.transaction() as work:
            (counted,) = work.sums.errors("fjell")
            for known_by in (code, counted.code):
                assert len(work.sums.newest("fjell", TransferState.REJECTED, known_by, limit=9)) == 1
