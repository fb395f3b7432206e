"""The withdrawal of an order, and how its transfer moves from state to state meanwhile.

Pure: the time is given. Source: docs/behaviour.md, "Withdrawing an invoice".
"""

from datetime import datetime

from core.errors import (
    AccessRefused,
    Conflict,
    HandedBack,
    KvittError,
    OrderThere,
    Outcome,
    OutcomeUnknown,
    RecoveryNeeded,
    TryAgain,
)
from core.payment import OrderState, SentOrder, how_to_mend, what_differs
from core.transfer import GAVE_UP, RetryPolicy, Transfer, TransferError, TransferState


def asked_for(transfer: Transfer, *, now: datetime) -> Transfer:
    """A person wants the order of a transfer that has arrived withdrawn. When it arrived is kept until it is."""
    return transfer.model_copy(
        update={
            "state": TransferState.WITHDRAWING,
            "attempts": 0,
            "error": None,
            "next_attempt_at": now,
            "not_before": None,
            "trying_since": now,
            "bulk": False,
            "alone": False,
        }
    )


def attempted(transfer: Transfer, *, policy: RetryPolicy, now: datetime) -> Transfer:
    """A worker begins an attempt; should it die, the next one is due after the policy's delay."""
    attempts = transfer.attempts + 1
    again = now + policy.delay(attempts, chance=0)
    return transfer.model_copy(update={"attempts": attempts, "next_attempt_at": again})


def withdrawn(transfer: Transfer, *, now: datetime) -> Transfer:
    """The order is gone; its id stays, as history."""
    return transfer.model_copy(
        update={
            "state": TransferState.WITHDRAWN,
            "error": None,
            "next_attempt_at": None,
            "not_before": None,
            "finished_at": now,
        }
    )


def failed(
    transfer: Transfer, error: KvittError, *, policy: RetryPolicy, now: datetime, chance: float, call_open: bool
) -> Transfer:
    """Decide what an error means for a withdrawal: again later, parked, or given up, so that the order stays.

    `call_open`: a call to delete the order may have taken effect, or still may. Until that is known the withdrawal is
    never given up: it is tried again, or parked until a person asks for it again.
    """
    told = TransferError.of(error, order_open=False).model_copy(
        update={"outcome": Outcome.UNKNOWN if call_open else Outcome.WRITTEN}
    )
    if isinstance(error, HandedBack):
        attempts = transfer.attempts - 1
        return transfer.model_copy(update={"attempts": attempts, "next_attempt_at": now})
    if isinstance(error, RecoveryNeeded):
        return _parked(transfer, told)
    if isinstance(error, TryAgain | OutcomeUnknown) and not policy.gives_up(transfer, now=now):
        not_before = error.not_before if isinstance(error, TryAgain) else None
        again = max(now + policy.delay(transfer.attempts, chance=chance), not_before or now)
        return transfer.model_copy(update={"error": told, "next_attempt_at": again, "not_before": not_before})
    if isinstance(error, TryAgain | OutcomeUnknown):
        told = told.model_copy(update={"code": GAVE_UP, "hint": "When the trouble is over, withdraw it again."})
    if isinstance(error, AccessRefused):
        told = told.model_copy(update={"code": AccessRefused.default_code})
    if call_open:
        return _parked(transfer, told)
    return transfer.model_copy(
        update={
            "state": TransferState.TRANSFERRED,
            "error": told,
            "next_attempt_at": None,
            "not_before": None,
        }
    )


def _parked(transfer: Transfer, error: TransferError) -> Transfer:
    return transfer.model_copy(update={"error": error, "next_attempt_at": None, "not_before": None})


def refusal_in(transfer: Transfer) -> KvittError | None:
    """Return why the order was not withdrawn, where the latest withdrawal was given up; else None."""
    error = transfer.error
    if transfer.state is not TransferState.TRANSFERRED or error is None:
        return None
    kind: type[KvittError] = AccessRefused if error.code == AccessRefused.default_code else OrderThere
    return kind(error.message, code=error.code, hint=error.hint, outcome=Outcome.WRITTEN)


def published(number: str, state: OrderState) -> OrderThere:
    """The error for an order that is an invoice in the accounting system by now."""
    return OrderThere(
        f"Order {state.order_id} of invoice {number} was published as invoice {state.invoice_number} and can't be "
        "withdrawn.",
        code="order_published",
        hint="Credit it instead (invoice credit).",
    )


def not_ours(number: str, state: OrderState, sent: SentOrder) -> OrderThere:
    """The error for what has the order's id now and is not the order that was sent."""
    return OrderThere(
        f"Nothing was deleted: {what_differs(state, sent)}",
        code="not_ours",
        hint=how_to_mend(number, state, sent),
    )


def cannot_delete(number: str, order_id: str) -> OrderThere:
    """The error where the accounting system can't delete orders through this API."""
    return OrderThere(
        f"The accounting system can't delete order {order_id} of invoice {number} through its API.",
        code="cannot_withdraw",
        hint="Delete the order in the accounting system, then withdraw the invoice again: Kvitt sees that the order is "
        "gone, and the invoice can be changed and sent again.",
    )


def not_sent(number: str, transfer: Transfer | None) -> Conflict:
    """The error for an invoice that has no order to withdraw."""
    stands = f"its transfer is {transfer.state}" if transfer else "it was never sent"
    return Conflict(
        f"Invoice {number} has no order to withdraw: {stands}.",
        code="not_sent",
        hint="Change and send it as usual."
        if transfer is None
        else "Cancel the transfer (transfer cancel), or wait until it has finished.",
    )
