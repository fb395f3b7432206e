"""Whether orders were published and paid."""

from collections.abc import Sequence
from typing import Protocol

from core.errors import KvittError
from core.payment import OrderState


class PaymentStatus(Protocol):
    """The accounting system, as a place that knows what was paid."""

    def states(self, order_ids: Sequence[str]) -> dict[str, OrderState | KvittError]:
        """Return the state of each order, or why that one can't be told; an order that is gone is left out.

        Errors, for all of them: AccessRefused, TryAgain, Rejected.
        """
