"""What a plugin declares (Abilities), each held against what it does."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.abilities import Ability
from core.payment import OrderState
from core.transfer import TransferState
from plugins.conformance.bench import Bench, Call, Trouble
from plugins.conformance.fixtures import Setup
from plugins.conformance.installation import CATEGORY, Installation
from plugins.conformance.samples import a_row, an_invoice
from plugins.conformance.tiers import Tier, shows, skip_absent

_NUMBER = "2001-1"


class Declared(Setup):
    """Nobody chooses a system by what it only says of itself."""

    tier = Tier.GOLD

    @shows(Tier.BRONZE)
    def test_opened_books_have_the_limits_that_are_declared(self, kvitt: Installation) -> None:
        """But for how much is written or read at a time, which the operator's settings may change."""
        limits, declared = kvitt.system().limits, kvitt.abilities.limits
        limits = replace(limits, items_per_write=declared.items_per_write, items_per_read=declared.items_per_read)
        assert limits == declared, "the limits of opened books are those of Abilities"

    @shows(Tier.BRONZE)
    def test_customers_are_searched_as_declared(self, kvitt: Installation) -> None:
        """By e-mail and by number; where the system does not search by both, they are found in Kvitt's directory."""
        searched = all(kvitt.abilities.has(one) for one in (Ability.FINDS_BY_EMAIL, Ability.FINDS_BY_NUMBER))
        assert kvitt.system().customers.can_search == searched, "can_search says what finds_by_... declare"

    @shows(Tier.BRONZE)
    def test_products_are_in_a_category_where_there_are_such(self, bench: Bench, kvitt: Installation) -> None:
        """Made with the first of them."""
        skip_absent(kvitt.abilities, Ability.CATEGORIES)
        kvitt.add(an_invoice())
        self.arrived(kvitt.send(_NUMBER))
        assert [product.category for product in bench.products()] == [CATEGORY]

    def test_an_invoice_in_another_currency_is_booked_in_it(self, bench: Bench, kvitt: Installation) -> None:
        """One that the books have a rate for."""
        skip_absent(kvitt.abilities, Ability.CURRENCIES)
        code = bench.foreign_currency()
        kvitt.add(an_invoice(currency=code), an_invoice("2001-2"))
        foreign, home = kvitt.send(_NUMBER), kvitt.send("2001-2")
        self.arrived(foreign)
        self.arrived(home)
        held = {order.id: order for order in bench.orders()}
        assert held[foreign.order_id or ""].currency == code, "the order is in the invoice's currency"
        assert held[home.order_id or ""].currency == "NOK", "an order in kroner is in kroner"
        assert held[foreign.order_id or ""].rows[0].unit_price == 1200, "amounts are the invoice's, not converted"

    @shows(Tier.BRONZE)
    def test_a_currency_that_the_books_do_not_have_is_refused(self, bench: Bench, kvitt: Installation) -> None:
        """Without a rate it would be booked one to one."""
        kvitt.add(an_invoice(currency="XTS"))
        transfer = kvitt.send(_NUMBER)
        assert transfer.error is not None
        assert (transfer.state, transfer.error.code) == (TransferState.REJECTED, "unknown_currency")
        assert not bench.orders(), "nothing is written for an invoice that is refused"

    def test_prices_include_vat_where_they_can(self, bench: Bench, kvitt: Installation) -> None:
        """As the invoice states them; where the system's orders take only net prices, they are booked so."""
        kvitt.add(an_invoice(prices_include_vat=True, rows=(a_row(unit_price=Decimal(125)),)))
        self.arrived(kvitt.send(_NUMBER))
        (row,) = self.the_order(bench).rows
        with_vat = kvitt.abilities.has(Ability.PRICES_WITH_VAT)
        assert row.unit_price == (125 if with_vat else 100), "prices_with_vat says how a price is booked"

    def test_what_is_left_to_pay_is_told_where_that_is_declared(self, bench: Bench, kvitt: Installation) -> None:
        """And nowhere else: a plugin that tells it declares it."""
        kvitt.add(an_invoice())
        transfer = kvitt.send(_NUMBER)
        self.arrived(transfer)
        order_id = transfer.order_id or ""
        bench.publish(order_id)
        state = kvitt.system().payments.states([order_id])[order_id]
        assert isinstance(state, OrderState), state
        is_declared = kvitt.abilities.has(Ability.OPEN_AMOUNT)
        assert (state.open_amount is not None) == is_declared, "open_amount says whether it is told"

    @shows(Tier.SILVER)
    @pytest.mark.parametrize("lost", [Trouble.LOST_BUT_DONE, Trouble.LOST_AND_NOT_DONE], ids=lambda one: str(one.value))
    @pytest.mark.parametrize("issued", [date(2025, 1, 31), date(2027, 12, 31)], ids=str)
    def test_a_lost_order_is_found_whatever_date_it_has(
        self, bench: Bench, kvitt: Installation, lost: Trouble, issued: date
    ) -> None:
        """However orders are looked for (Abilities, lookup), an invoice's own date may be long ago or far ahead."""
        has_struck = self.struck(bench, Call.CREATE_ORDER, lost)
        kvitt.add(an_invoice(issue_date=issued, due_date=issued))
        kvitt.send(_NUMBER)
        assert has_struck()
        self.one_of_each(bench, kvitt.drive(_NUMBER))
