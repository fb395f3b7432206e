"""Several orders and customers at once: no more at a time than the operator allows, and no call more for that."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from threading import Lock

import pytest

from adapters.twentyfour_seven_office.rest.system import RestAccountingSystem
from core.customer import Customer
from core.customer_changes import CustomerChanges
from core.errors import InvalidInput, LeaseLost, OutcomeUnknown, Rejected
from core.order_draft import OrderDraft
from core.payment import OrderState
from core.ports.accounting import CustomerUpdate
from core.transfer import Receipt
from core.unreadable import readable
from sandbox import Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.adapters.drafts import draft
from tests.adapters.gate import create_orders
from tests.adapters.rest.conftest import operations
from tests.adapters.ways import OpenRest

LINE, FINISH = "POST /salesorders/{id}/lines", "PATCH /salesorders/{id}"
MANY = 12


@pytest.fixture
def drafts(customer_id: str, product_id: str) -> list[OrderDraft]:
    return [draft(f"{nth:02}", customer_id=customer_id, product_id=product_id) for nth in range(MANY)]


def most_at_once(sandbox: Sandbox) -> int:
    """Return how many calls were running at a time, at most."""
    edges = [
        edge
        for call in sandbox.journal.calls()
        for edge in ((call.time, 1), (call.time + timedelta(seconds=call.duration), -1))
    ]
    running = most = 0
    for _, change in sorted(edges):
        running += change
        most = max(most, running)
    return most


@pytest.mark.parametrize("parallel_calls", [1, 3, 8])
def test_so_many_orders_are_worked_on_at_once(
    sandbox: Sandbox, open_system: OpenRest, books: Books, drafts: list[OrderDraft], parallel_calls: int
) -> None:
    system = open_system(parallel_calls=str(parallel_calls))
    system.identity()
    sandbox.journal.clear()
    sandbox.latency = 0.05
    receipts = system.orders.create(drafts)
    assert [type(one) for one in receipts] == [Receipt] * MANY
    written = {str(order.id): order.internal_memo for order in books.orders.values()}
    assert [written[one.order_id] for one in receipts if isinstance(one, Receipt)] == [one.reference for one in drafts]
    assert most_at_once(sandbox) == parallel_calls


def everything(system: RestAccountingSystem, drafts: list[OrderDraft]) -> None:
    """Do all that takes many, with many."""
    created = system.customers.create([Customer(name=f"Kari {nth}") for nth in range(MANY)])
    records = readable(system.customers.read([str(one) for one in created]).values())
    assert len(records) == MANY
    updates = [CustomerUpdate(record=record, changes=CustomerChanges(phone="40000000")) for record in records]
    assert system.customers.update(updates) == [None] * MANY
    receipts = [one for one in system.orders.create(drafts) if isinstance(one, Receipt)]
    states = system.payments.states([one.order_id for one in receipts])
    assert list(states) == [one.order_id for one in receipts]
    assert all(isinstance(one, OrderState) for one in states.values())


def test_it_takes_no_call_more(sandbox: Sandbox, open_system: OpenRest, drafts: list[OrderDraft]) -> None:
    """The customer of all the orders is one whose name was not seen before."""
    open_system().identity()
    sandbox.latency = 0.01
    made: list[Counter[str]] = []
    for parallel_calls in ("1", "8"):
        sandbox.journal.clear()
        everything(open_system(parallel_calls=parallel_calls), drafts)
        made.append(Counter(operations(sandbox)))
    assert made[0] == made[1]
    assert made[0]["GET /customers/{customerId}"] == MANY + 1


@pytest.mark.parametrize(("kind", "outcome"), [("validation_error", Rejected), ("reset_after", OutcomeUnknown)])
def test_what_befalls_one_is_its_own(
    sandbox: Sandbox, open_system: OpenRest, books: Books, drafts: list[OrderDraft], kind: str, outcome: type
) -> None:
    system = open_system(parallel_calls="4")
    sandbox.latency = 0.01
    sandbox.inject(LINE, kind, after=5)
    outcomes = system.orders.create(drafts)
    assert Counter(type(one) for one in outcomes) == {Receipt: MANY - 1, outcome: 1}
    (failed,) = [draft.reference for draft, one in zip(drafts, outcomes, strict=True) if not isinstance(one, Receipt)]
    left = {"validation_error": 0, "reset_after": 1}[kind]
    memos = Counter(order.internal_memo.split(" ")[0] for order in books.orders.values())
    assert memos == Counter({one.reference: 1 for one in drafts if one.reference != failed}) + Counter({failed: left})


def test_what_stands_in_the_way_of_all_begins_nothing_more(
    sandbox: Sandbox, open_system: OpenRest, drafts: list[OrderDraft]
) -> None:
    system = open_system(parallel_calls="4")
    system.customers.read([str(drafts[0].customer_id)])
    sandbox.latency = 0.03
    sandbox.inject("POST /salesorders", "forbidden", after=1, times=1)
    outcomes = system.orders.create(drafts)
    refused = [one for one in outcomes if not isinstance(one, Receipt)]
    assert MANY - len(refused) <= 4, "those that were begun by then"
    assert {getattr(one, "code", "") for one in refused} == {"missing_rights"}
    assert sandbox.journal.count("POST /salesorders") <= 5


def test_a_hold_that_is_lost_ends_the_writing_in_all_threads(
    sandbox: Sandbox, open_system: OpenRest, drafts: list[OrderDraft]
) -> None:
    system, calls, lock = open_system(parallel_calls="4"), 0, Lock()
    system.customers.read([str(drafts[0].customer_id)])
    sandbox.latency = 0.03
    sandbox.journal.clear()

    def lost() -> None:
        nonlocal calls
        with lock:
            calls += 1
            if calls > 9:
                raise LeaseLost("gone")

    with pytest.raises(LeaseLost):
        create_orders(system, drafts, between_calls=lost)
    made = sandbox.journal.count()
    assert made == 10, "the first, and the nine that were let through"
    assert sandbox.journal.wait_until_idle(0)


@pytest.mark.parametrize("given", ["0", "33", "-1", "1.5", "many", "²", "99999999999"])
def test_a_number_that_can_not_be_is_refused(open_system: OpenRest, given: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        open_system(parallel_calls=given)
    assert refusal.value.code == "bad_settings"
    assert refusal.value.message == ("The setting KVITT_TFSO_REST_PARALLEL_CALLS must be a whole number from 1 to 32.")


def test_fewer_are_asked_for_where_the_vendor_wants_fewer_calls(
    sandbox: Sandbox, open_system: OpenRest, customer_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A single send that comes meanwhile need not wait longer for its turn than it does otherwise."""
    monkeypatch.setattr("adapters.pace.PATIENCE", 20.0)
    system = open_system()
    sandbox._office.pace.limit = 5
    assert set(system.customers.read([customer_id, *(str(nth) for nth in range(1, 10))])) == {customer_id}
    assert 2 <= system.limits.items_per_write <= 6
    assert system.limits.items_per_read == open_system().limits.items_per_read
    assert open_system(parallel_calls="1").limits.items_per_write == 1


def test_several_at_once_are_asked_for_in_pieces_of_several(open_system: OpenRest) -> None:
    limits = [open_system(parallel_calls=given).limits for given in ("1", "", "32")]
    assert (limits[0].items_per_write, limits[0].items_per_read) == (1, 50), "who goes first is looked at after each"
    assert limits[1] == open_system(parallel_calls="8").limits
    for fewer, more in pairwise(limits):
        assert fewer.items_per_write < more.items_per_write
        assert fewer.items_per_read < more.items_per_read
