"""The documented behaviour, after the order is there: Check Status."""

from datetime import date
from decimal import Decimal
from typing import Any

from core.abilities import Ability
from core.errors import KvittError
from core.payment import OrderState, PaymentReason, PaymentReport, PaymentStatusValue
from plugins.conformance.bench import Bench
from plugins.conformance.fixtures import Setup
from plugins.conformance.installation import Installation
from plugins.conformance.samples import a_row, an_invoice
from plugins.conformance.tiers import Tier, shows, skip_absent

_NUMBER = "2001-1"
_PAID_ON = date(2026, 10, 20)


class CheckStatusBehaviour(Setup):
    """Whether it was paid: the accounting system is always asked."""

    def test_an_order_is_not_published_then_open_then_paid(self, bench: Bench, kvitt: Installation) -> None:
        """Each time, the accounting system is asked."""
        order_id = self._sent(kvitt)
        assert self._reason(kvitt) is PaymentReason.NOT_PUBLISHED
        bench.publish(order_id)
        assert self._reason(kvitt) is PaymentReason.OPEN
        bench.pay(order_id, on=_PAID_ON)
        (report,) = kvitt.check(_NUMBER)
        assert isinstance(report, PaymentReport)
        assert report.status is PaymentStatusValue.PAID
        assert report.invoice_number, "a published order has an invoice number"
        is_told = kvitt.abilities.has(Ability.PAYMENT_DATE)
        assert report.paid_at == (_PAID_ON if is_told else None), "the day of the payment is told"
        assert report.warnings == ()

    def test_a_part_that_was_paid_is_told(self, bench: Bench, kvitt: Installation) -> None:
        """Not paid, and why: a part of it was."""
        skip_absent(kvitt.abilities, Ability.OPEN_AMOUNT)
        order_id = self._sent(kvitt)
        bench.publish(order_id)
        bench.pay(order_id, on=_PAID_ON, amount=Decimal(500))
        (report,) = kvitt.check(_NUMBER)
        assert isinstance(report, PaymentReport)
        assert (report.status, report.reason) == (PaymentStatusValue.NOT_PAID, PaymentReason.PARTLY_PAID)
        bench.pay(order_id, on=_PAID_ON, amount=Decimal(1000))
        assert self._reason(kvitt) is PaymentReason.PAID

    def test_an_order_of_nothing_is_paid_once_it_is_published(self, bench: Bench, kvitt: Installation) -> None:
        """There is nothing to pay: no payment is waited for."""
        order_id = self._sent(kvitt, rows=(a_row(discount_percent=Decimal(100)),))
        assert self._reason(kvitt) is PaymentReason.NOT_PUBLISHED
        bench.publish(order_id)
        (report,) = kvitt.check(_NUMBER)
        assert isinstance(report, PaymentReport)
        assert (report.reason, report.paid_at) == (PaymentReason.PAID, report.invoiced_at), "0.00 needs no payment"

    def test_a_credit_is_open_until_it_is_paid_back(self, bench: Bench, kvitt: Installation) -> None:
        """Of a credit nothing is paid as long as the money is not given back."""
        order_id = self._sent(kvitt, rows=(a_row(quantity=Decimal(-1)),))
        bench.publish(order_id)
        assert self._reason(kvitt) is PaymentReason.OPEN
        bench.pay(order_id, on=_PAID_ON)
        assert self._reason(kvitt) is PaymentReason.PAID

    def test_an_order_that_was_deleted_is_told(self, bench: Bench, kvitt: Installation) -> None:
        """It is gone, which is an answer and no error."""
        bench.delete_order(self._sent(kvitt))
        assert self._reason(kvitt) is PaymentReason.DELETED

    @shows(Tier.SILVER)
    def test_the_payment_of_an_order_that_is_not_ours_is_not_told(self, bench: Bench, kvitt: Installation) -> None:
        """Its id was used again, or it was changed by hand: it is ours with our number and our customer alone."""
        order_id = self._sent(kvitt)
        customer_id = self.the_order(bench).customer_id
        bench.publish(order_id)
        bench.pay(order_id, on=_PAID_ON)
        other = bench.add_customer("Dal Prøve AS", is_company=True)
        bench.change_order(order_id, reference="77")
        assert self._reason(kvitt) is PaymentReason.NOT_OURS, "it carries another number"
        bench.change_order(order_id, reference="")
        bare = kvitt.system().payments.states([order_id])[order_id]
        assert isinstance(bare, OrderState)
        if bare.reference is not None:
            assert self._reason(kvitt) is PaymentReason.NOT_OURS, "it carries none, where that is told"
        bench.change_order(order_id, reference=_NUMBER)
        assert self._reason(kvitt) is PaymentReason.PAID
        bench.change_order(order_id, customer_id=other)
        state = kvitt.system().payments.states([order_id])[order_id]
        assert isinstance(state, OrderState)
        if state.customer_id is not None:
            assert state.customer_id == other, "whose the order is now is told, or not told"
            assert self._reason(kvitt) is PaymentReason.NOT_OURS, "it is another customer's"
        bench.change_order(order_id, customer_id=customer_id)
        assert self._reason(kvitt) is PaymentReason.PAID

    def test_many_are_asked_about_together(self, bench: Bench, kvitt: Installation) -> None:
        """Each gets its own answer."""
        numbers = ["2001-1", "2001-2", "2001-3"]
        kvitt.add(*(an_invoice(number) for number in numbers))
        orders = []
        for number in numbers:
            transfer = kvitt.send(number)
            self.arrived(transfer)
            orders.append(transfer.order_id or "")
        bench.delete_order(orders[0])
        bench.publish(orders[1])
        reasons = [answer.reason for answer in kvitt.check(*numbers) if not isinstance(answer, KvittError)]
        assert reasons == [PaymentReason.DELETED, PaymentReason.OPEN, PaymentReason.NOT_PUBLISHED]

    def _sent(self, kvitt: Installation, **changes: Any) -> str:
        kvitt.add(an_invoice(**changes))
        transfer = kvitt.send(_NUMBER)
        self.arrived(transfer)
        return transfer.order_id or ""

    def _reason(self, kvitt: Installation) -> PaymentReason:
        (report,) = kvitt.check(_NUMBER)
        assert isinstance(report, PaymentReport), report
        return report.reason
