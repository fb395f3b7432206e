"""Workers that are killed: whoever takes over ends what they began, and makes nothing a second time."""

import pytest

from core.abilities import Ability
from core.transfer import TransferState
from plugins.conformance.bench import Bench
from plugins.conformance.deaths import Killed, When, Write
from plugins.conformance.fixtures import Setup
from plugins.conformance.installation import Installation
from plugins.conformance.samples import COMPANY_NUMBER, PERSON, an_invoice
from plugins.conformance.tiers import Tier, nothing_to_show, skip_absent

_NUMBER = "2001-1"
_MOST_CALLS = 60
_CREATING = (Write.CREATE_CATEGORY, Write.CREATE_PRODUCT, Write.CREATE_CUSTOMER, Write.CREATE_ORDER)
_WHEN = pytest.mark.parametrize("when", list(When), ids=str)


class Kills(Setup):
    """A worker that dies between the mark that it is about to write and the receipt."""

    tier = Tier.SILVER

    @_WHEN
    @pytest.mark.parametrize("write", _CREATING, ids=lambda write: str(write.value))
    def test_one_of_each_comes_of_a_send_whose_worker_dies(
        self, bench: Bench, kvitt: Installation, write: Write, when: When
    ) -> None:
        """Before the write, or after it was carried out and before that was written down."""
        if write is Write.CREATE_CATEGORY:
            skip_absent(kvitt.abilities, Ability.CATEGORIES)
        kvitt.add(an_invoice())
        with kvitt.dying_at(write, when), pytest.raises(Killed):
            kvitt.send(_NUMBER)
        kvitt.restart()
        self.one_of_each(bench, kvitt.drive(_NUMBER))

    @_WHEN
    def test_a_customer_is_updated_though_the_worker_dies(self, bench: Bench, kvitt: Installation, when: When) -> None:
        """Updating once more does no harm."""
        bench.add_customer("Moe Gammel AS", is_company=True, organization_number=COMPANY_NUMBER)
        kvitt.add(an_invoice())
        with kvitt.dying_at(Write.UPDATE_CUSTOMER, when), pytest.raises(Killed):
            kvitt.send(_NUMBER)
        kvitt.restart()
        self.one_of_each(bench, kvitt.drive(_NUMBER))
        assert bench.customers()[0].name == "Moe Prøve AS"

    @_WHEN
    def test_an_order_is_withdrawn_though_the_worker_dies(self, bench: Bench, kvitt: Installation, when: When) -> None:
        """What is gone already is told apart from what could not be deleted."""
        skip_absent(kvitt.abilities, Ability.DELETES_ORDERS)
        kvitt.add(an_invoice())
        self.arrived(kvitt.send(_NUMBER))
        with kvitt.dying_at(Write.DELETE_ORDER, when), pytest.raises(Killed):
            kvitt.withdraw(_NUMBER)
        kvitt.restart()
        assert kvitt.drive(_NUMBER).state is TransferState.WITHDRAWN
        assert bench.orders() == [], "the order is gone"

    @_WHEN
    def test_a_worker_may_die_at_any_call(self, bench: Bench, kvitt: Installation, when: When) -> None:
        """At the first call of a send to a new customer, at the second, and so on: each ends as one order."""
        kvitt.add(an_invoice("2000-1"))
        self.arrived(kvitt.send("2000-1"))
        numbers = ["2000-1"]
        for call in range(1, _MOST_CALLS):
            numbers.append(f"2001-{call}")
            person = PERSON.model_copy(update={"email": f"post{call}@prove.example"})
            kvitt.add(an_invoice(numbers[-1], customer=person))
            try:
                with kvitt.dying_at(f"call {call}", when):
                    kvitt.send(numbers[-1])
            except Killed:
                kvitt.restart()
                self.arrived(kvitt.drive(numbers[-1]))
            else:
                break
        if not kvitt.calls_told:
            nothing_to_show("this plugin tells of no calls (Surroundings, observer)")
        bench.settle()
        held = sorted(order.id for order in bench.orders())
        assert held == sorted(kvitt.transfer(number).order_id or "" for number in numbers), "one order an invoice"
        assert len(bench.customers()) == len(numbers), "and one customer for each that was new"
