"""Each trouble at each call is the error that it is: the one promise on which exactly-once rests."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from core.abilities import Ability
from core.customer_changes import CustomerChanges
from core.errors import AccessRefused, KvittError, OutcomeUnknown, Rejected, TryAgain
from core.order_draft import OrderDraft
from core.ports.accounting import AccountingSystem, CustomerUpdate
from core.unreadable import readable
from plugins.conformance.bench import Bench, Call, HasStruck, Trouble
from plugins.conformance.fixtures import Setup
from plugins.conformance.installation import Installation
from plugins.conformance.samples import COMPANY, COMPANY_NUMBER, PERSON, drafts_for
from plugins.conformance.tiers import Tier, nothing_to_show, skip_absent

_ERRORS: dict[Trouble, type[KvittError]] = {
    Trouble.REFUSED: Rejected,
    Trouble.TEMPORARY: TryAgain,
    Trouble.NO_ACCESS: AccessRefused,
    Trouble.LOST_BUT_DONE: OutcomeUnknown,
    Trouble.LOST_AND_NOT_DONE: OutcomeUnknown,
}
_KNOWN_OUTCOMES = (Trouble.REFUSED, Trouble.TEMPORARY, Trouble.NO_ACCESS)
_STEPS = (Call.ADD_ROW, Call.FINISH_ORDER)


class PortErrors(Setup):
    """What each port raises."""

    tier = Tier.SILVER

    @pytest.mark.parametrize("call", list(Call), ids=lambda call: str(call.value))
    def test_each_trouble_is_the_error_that_it_is(self, bench: Bench, kvitt: Installation, call: Call) -> None:
        """Refused is Rejected, temporary TryAgain, no access AccessRefused, and a write's lost answer OutcomeUnknown.

        A write whose outcome nobody knows and that is reported as anything else may be done twice.
        """
        if call in _STEPS and not bench.writes_orders_in_steps:
            nothing_to_show("this plugin writes an order with one call")
        if call is Call.DELETE_ORDER:
            skip_absent(kvitt.abilities, Ability.DELETES_ORDERS)
        if call in (Call.FIND_CATEGORY, Call.CREATE_CATEGORY):
            skip_absent(kvitt.abilities, Ability.CATEGORIES)
        ask, writes = _asking(call, kvitt.system())
        for trouble in Trouble if writes else _KNOWN_OUTCOMES:
            has_struck = bench.strike(call, trouble)
            _expect(_ERRORS[trouble], ask, has_struck, f"{trouble.value} at {call.value}")
            bench.settle()


def _expect(expected: type[KvittError], ask: Callable[[], Any], has_struck: HasStruck, what: str) -> None:
    try:
        answer = ask()
    except KvittError as error:
        answer = error
    if isinstance(answer, Sequence) and len(answer) == 1:
        answer = answer[0]
    if isinstance(answer, dict) and len(answer) == 1:
        answer = next(iter(answer.values()))
    assert has_struck(), f"{what} never happened: the plugin made no such call, or the bench arranged it wrongly."
    if expected is TryAgain and not isinstance(answer, KvittError):
        return  # it did nothing, so the plugin made the call again itself, which is as good
    assert isinstance(answer, expected), f"{what} is {expected.__name__}; the port answered {answer!r}."


def _asking(call: Call, system: AccountingSystem) -> tuple[Callable[[], Any], bool]:
    """Return how a port is asked for this call, and whether that writes."""
    customers, products = system.customers, system.products
    numbers = count(1)
    if call is Call.FIND_CUSTOMER:
        find = customers.find_by_organization_number if customers.can_search else _all_customers(system)
        return lambda: find(COMPANY_NUMBER), False
    if call is Call.CREATE_CUSTOMER:
        return lambda: customers.create([PERSON]), True
    if call is Call.UPDATE_CUSTOMER:
        customer_id = str(customers.create([COMPANY])[0])
        (record,) = readable(customers.read([customer_id]).values())
        return lambda: customers.update(
            [CustomerUpdate(record, CustomerChanges(name=f"Moe Prøve {next(numbers)} AS"))]
        ), True
    if call is Call.CREATE_PRODUCT:
        category_id = products.create_category("Prøve")
        return lambda: products.create_product(f"Prøve {next(numbers)}", category_id=category_id), True
    simple: dict[Call, tuple[Callable[[], Any], bool]] = {
        Call.FIND_PRODUCT: (lambda: products.find_products("Prøve"), False),
        Call.FIND_CATEGORY: (lambda: products.find_categories("Prøve"), False),
        Call.CREATE_CATEGORY: (lambda: products.create_category(f"Prøve {next(numbers)}"), True),
        Call.READ_VAT: (system.vat.codes, False),
    }
    if call in simple:
        return simple[call]
    return _asking_orders(call, system)


def _asking_orders(call: Call, system: AccountingSystem) -> tuple[Callable[[], Any], bool]:
    (draft,) = drafts_for(system, ["2001-0"])
    if call is Call.FIND_ORDER:
        since = datetime.now(UTC) - timedelta(days=1)
        return lambda: system.orders.find(["2001-1"], customer_ids=[draft.customer_id or ""], since=since), False
    if call is Call.READ_STATE:
        (order_id,) = (getattr(answer, "order_id", "") for answer in _create(system, draft))
        return lambda: system.payments.states([order_id]), False
    numbers = count(1)
    if call is Call.DELETE_ORDER:
        drafts = (draft.model_copy(update={"reference": f"2001-{number}"}) for number in numbers)
        orders = [str(getattr(_create(system, next(drafts))[0], "order_id", "")) for _ in Trouble]
        return lambda: system.orders.delete(orders.pop()), True
    return lambda: _create(system, draft.model_copy(update={"reference": f"2001-{next(numbers)}"})), True


def _create(system: AccountingSystem, draft: OrderDraft) -> Sequence[object]:
    return system.orders.create([draft])


def _all_customers(system: AccountingSystem) -> Callable[[str], Any]:
    return lambda _number: list(system.customers.entries())
