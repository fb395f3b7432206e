"""Kvitt broken on purpose, one part of the promise at a time: what a simulation is worth that does not notice?"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from adapters.storage.turns import SqlIntentStore, SqlLeaseStore
from core.intent import Intent
from core.payment import PaymentReason
from core.sending import reading, withdraw
from core.sending.attempt import TransferInvoices
from core.sending.orders import PlaceOrders
from core.sending.progress import Progress
from core.sending.withdraw import WithdrawOrders
from core.use_cases import add_invoice


@contextmanager
def nothing_settles() -> Iterator[None]:
    """An earlier call is taken to have ended as soon as it was begun."""

    def require_settled(self: Intent, *, settling: timedelta, now: datetime) -> None:
        return

    with patch.object(Intent, "require_settled", require_settled):
        yield


@contextmanager
def intents_are_not_written() -> Iterator[None]:
    """Nothing is marked before it is created."""
    with patch.object(SqlIntentStore, "put", lambda *_: None):
        yield


@contextmanager
def leases_are_not_checked() -> Iterator[None]:
    """A worker goes on although another has taken over."""
    with patch.object(SqlLeaseStore, "renew", lambda *_, **__: None):
        yield


@contextmanager
def nobody_looks_for_earlier_orders() -> Iterator[None]:
    """What an earlier attempt may have created is not looked for."""
    find_earlier = PlaceOrders.find_earlier

    def none(self: PlaceOrders, _intents: Any, session: Any) -> Any:
        return find_earlier(self, [], session)

    with patch.object(PlaceOrders, "find_earlier", none):
        yield


@contextmanager
def content_is_not_locked() -> Iterator[None]:
    """An invoice may be replaced while its order may exist."""
    with patch.object(add_invoice, "refusal_of_change", lambda *_: None):
        yield


@contextmanager
def marks_outlive_their_orders() -> Iterator[None]:
    """What became of an order is not told to its mark."""
    with patch.object(PlaceOrders, "conclude", lambda *_: None):
        yield


@contextmanager
def published_counts_as_paid() -> Iterator[None]:
    """An invoice that is published is taken to be paid."""
    with patch(
        "core.payment._reason",
        lambda _invoice, state: PaymentReason.PAID if state.invoice_number else PaymentReason.NOT_PUBLISHED,
    ):
        yield


@contextmanager
def an_error_loses_the_transfer() -> Iterator[None]:
    """What went wrong with an attempt is not stored, so that nothing says what to do and nobody tries again."""
    end = TransferInvoices._end

    def only_arrivals(self: TransferInvoices, progress: Any, hold: Any, outcomes: Any, **options: Any) -> Progress:
        failed = [number for number, outcome in outcomes.items() if isinstance(outcome, Exception)]
        arrived = {number: outcome for number, outcome in outcomes.items() if number not in failed}
        left = end(self, progress, hold, arrived, **options)
        return replace(left, open={number: one for number, one in left.open.items() if number not in failed})

    with patch.object(TransferInvoices, "_end", only_arrivals):
        yield


@contextmanager
def deletions_are_not_marked() -> Iterator[None]:
    """Nothing is marked before an order is deleted."""
    with patch.object(WithdrawOrders, "_declare", lambda *_: None):
        yield


@contextmanager
def published_orders_are_withdrawn() -> Iterator[None]:
    """Whether an order that is to be withdrawn is published is not looked at."""
    read_state = reading.read_state

    def unpublished(*arguments: Any) -> Any:
        state = read_state(*arguments)
        return state and state.model_copy(update={"invoice_number": None})

    with patch.object(withdraw, "read_state", unpublished):
        yield


@contextmanager
def what_replaces_an_invoice_is_forgotten() -> Iterator[None]:
    """An invoice is withdrawn and not sent anew, though both are one wish."""
    with patch.object(WithdrawOrders, "_send_anew", lambda _self, _work, ended, **_: ended):
        yield


@contextmanager
def withdrawn_is_said_too_early() -> Iterator[None]:
    """An order is taken to be gone once somebody has asked for that."""
    with patch.object(WithdrawOrders, "_is_gone", lambda *_, **__: True):
        yield


BREAKAGES = (
    nothing_settles,
    intents_are_not_written,
    leases_are_not_checked,
    nobody_looks_for_earlier_orders,
    content_is_not_locked,
    marks_outlive_their_orders,
    published_counts_as_paid,
    an_error_loses_the_transfer,
    deletions_are_not_marked,
    published_orders_are_withdrawn,
    what_replaces_an_invoice_is_forgotten,
    withdrawn_is_said_too_early,
)
