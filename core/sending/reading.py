"""Read one order's state under a worker's hold."""

from core.errors import KvittError
from core.payment import OrderState
from core.sending.fence import Session


def read_state(session: Session, order_id: str) -> OrderState | None:
    """Return the state of an order as it is now, or None when it is gone.

    Errors: those of PaymentStatus.states, of the call or of the order.
    """
    with session.call("Reading the order's state") as call:
        states = call.system.payments.states([order_id])
        call.tell("there" if states else "gone")
    state = states.get(order_id)
    if isinstance(state, KvittError):
        raise state
    return state
