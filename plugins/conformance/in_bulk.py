"""A month's invoices in one go: each has its own outcome, and what they share is made once."""

from decimal import Decimal

import pytest

from core.customer import Customer
from core.invoice import Invoice
from core.transfer import Transfer, TransferState
from plugins.conformance.bench import Bench, Call, Trouble
from plugins.conformance.deaths import Killed, When, Write
from plugins.conformance.fixtures import Setup
from plugins.conformance.installation import Installation
from plugins.conformance.samples import a_customer, a_row, an_invoice
from plugins.conformance.tiers import Tier

_INVOICES, _CUSTOMERS = 24, 6
_BAD = 7
_NUMBERS = [f"2001-{nth:02}" for nth in range(_INVOICES)]


class InBulk(Setup):
    """Many invoices that are sent together."""

    tier = Tier.GOLD

    def test_each_has_its_own_outcome_and_customers_are_made_once(self, bench: Bench, kvitt: Installation) -> None:
        """One that is refused is among them, and nobody was a customer before, in whatever spelling they come."""
        invoices = [_invoice(nth) for nth in range(_INVOICES)]
        invoices[_BAD] = invoices[_BAD].model_copy(update={"rows": (a_row(vat_percent=Decimal(17)),)})
        kvitt.add(*invoices)
        kvitt.send_all(_NUMBERS)
        transfers = [kvitt.drive(number) for number in _NUMBERS]
        refused = transfers.pop(_BAD)
        assert refused.state is TransferState.REJECTED, "the one that can't be booked is refused"
        assert refused.error is not None
        assert refused.error.code == "unknown_vat_rate"
        self._each_once(bench, transfers)

    @pytest.mark.parametrize("call", [Call.CREATE_CUSTOMER, Call.CREATE_ORDER], ids=lambda call: str(call.value))
    @pytest.mark.parametrize("trouble", list(Trouble), ids=lambda trouble: str(trouble.value))
    def test_trouble_at_one_write_hides_no_other(
        self, bench: Bench, kvitt: Installation, call: Call, trouble: Trouble
    ) -> None:
        """Whatever it was: in the end each invoice is one order, once a person has mended what needs that."""
        has_struck = self.struck(bench, call, trouble)
        kvitt.add(*(_invoice(nth) for nth in range(_INVOICES)))
        kvitt.send_all(_NUMBERS)
        assert has_struck(), (
            "The trouble never happened: the plugin made no such call, or the bench arranged it wrongly."
        )
        bench.settle()
        self._each_once(bench, [self.mended(kvitt, kvitt.drive(number)) for number in _NUMBERS])

    @pytest.mark.parametrize("when", list(When), ids=str)
    @pytest.mark.parametrize("write", [Write.CREATE_CUSTOMER, Write.CREATE_ORDER], ids=lambda write: str(write.value))
    def test_a_worker_that_dies_leaves_nothing_twice(
        self, bench: Bench, kvitt: Installation, write: Write, when: When
    ) -> None:
        """Before a write of many, or after it was carried out: whoever takes over looks first."""
        kvitt.add(*(_invoice(nth) for nth in range(_INVOICES)))
        with kvitt.dying_at(write, when), pytest.raises(Killed):
            kvitt.send_all(_NUMBERS)
        kvitt.restart()
        self._each_once(bench, [kvitt.drive(number) for number in _NUMBERS])

    def _each_once(self, bench: Bench, transfers: list[Transfer]) -> None:
        for transfer in transfers:
            self.arrived(transfer)
        bench.settle()
        orders = {order.id: order for order in bench.orders()}
        assert sorted(orders) == sorted(transfer.order_id or "" for transfer in transfers), "one order an invoice"
        names = {customer.id: customer.name for customer in bench.customers()}
        assert len(names) == _CUSTOMERS, f"{_CUSTOMERS} customers were new, and each is one record; there are {names}"
        for transfer in transfers:
            expected = _customer_of(int(transfer.invoice.partition("-")[2])).booked_name
            held = names[orders[transfer.order_id or ""].customer_id]
            assert held == expected, "each order is its own customer's"
        assert len(bench.products()) == 1, "they share one product"


def _invoice(nth: int) -> Invoice:
    """Return the invoice of that number; the same customer's e-mail address comes in two spellings."""
    customer = _customer_of(nth)
    email = customer.email or ""
    spelt = email.upper() if nth >= _CUSTOMERS * 2 else email
    return an_invoice(_NUMBERS[nth], customer=customer.model_copy(update={"email": spelt}))


def _customer_of(nth: int) -> Customer:
    return a_customer(nth % _CUSTOMERS)
