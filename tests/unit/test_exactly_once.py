"""Whatever goes wrong on the way, and in whatever order: one order, one customer, one product, one category."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import OutcomeUnknown, TryAgain
from core.transfer import TransferState
from tests.fakes import Gateway
from tests.fakes.gateway import SETTLING
from tests.thoroughness import examples
from tests.unit.samples import an_invoice

_PORTS = ("orders", "customers", "products")


class _ProcessDiedError(BaseException):
    """Not an Exception: nothing in a dead process handles it."""


@st.composite
def mishaps(draw: st.DrawFn) -> tuple[str, str, int]:
    """A port, what goes wrong at its next write or call, and after how many seconds a late write shows."""
    kind = draw(st.sampled_from(["lost", "late", "never", "busy", "dies before", "hurried", "pause", "breaks off"]))
    longest = int(SETTLING.total_seconds()) - 1
    return draw(st.sampled_from(_PORTS)), kind, draw(st.integers(0, longest))


def befall(gateway: Gateway, port_name: str, kind: str, seconds: int) -> None:
    port = {
        "orders": gateway.system.orders,
        "customers": gateway.system.customers,
        "products": gateway.system.products,
    }[port_name]
    create = {"orders": "create", "customers": "create", "products": "create_product"}[port_name]
    if kind == "lost":
        port.lose_next_answer = True
    elif kind == "late":
        port.appears_after = timedelta(seconds=seconds)
    elif kind == "never":
        port.fail_next(OutcomeUnknown("Lost."), call=create)
    elif kind == "busy":
        port.fail_next(TryAgain("Busy."))
    elif kind == "dies before":
        port.fail_next(_ProcessDiedError(), call=create)
    elif kind == "breaks off":
        gateway.system.orders.lose_step_after = seconds % 4
    elif kind == "pause":
        gateway.clock.advance(seconds=seconds)


def go_on(gateway: Gateway, *, hurried: bool) -> None:
    """Have an attempt made: at its time, or because a person asks for it now."""
    due = gateway.transfer("2001-1").next_attempt_at
    if due and not hurried:
        gateway.clock.set(max(due, gateway.clock.now()))
    try:
        if hurried:
            gateway.send("2001-1")
        else:
            gateway.turn()
    except _ProcessDiedError:
        gateway.clock.advance(hours=1)  # its lease runs out


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(mishaps(), max_size=8), st.booleans(), st.booleans())
def test_an_invoice_becomes_one_order_whatever_goes_wrong(
    troubles: list[tuple[str, str, int]], in_steps: bool, can_search: bool
) -> None:
    """Also where an order is written in steps, and where customers can't be searched for."""
    gateway = Gateway(inline=False)
    gateway.system.orders.in_steps, gateway.system.customers.can_search = in_steps, can_search
    gateway.add(an_invoice())
    gateway.send("2001-1")
    gateway.queue.take_turn = gateway.take_turn.take
    for port, kind, seconds in troubles:
        befall(gateway, port, kind, seconds)
        go_on(gateway, hurried=kind == "hurried")
    for _ in range(30):
        if gateway.transfer("2001-1").state is TransferState.TRANSFERRED:
            break
        go_on(gateway, hurried=False)
    transfer = gateway.transfer("2001-1")
    (order,) = gateway.books.orders.values()
    (customer_id,) = gateway.books.customers
    assert (transfer.state, transfer.order_id, transfer.customer_id) == (
        TransferState.TRANSFERRED,
        order.id,
        customer_id,
    )
    assert (len(gateway.books.products), len(gateway.books.categories)) == (1, 1)
    assert transfer.error is None
    assert order.is_whole
    assert order.draft.rows
