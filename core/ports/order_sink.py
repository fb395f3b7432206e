"""Where orders go."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from core.errors import KvittError
from core.order_draft import OrderDraft
from core.transfer import Receipt


class OrderSink(Protocol):
    """The accounting system, as a place that takes orders."""

    def find(
        self, references: Collection[str], *, customer_ids: Sequence[str], since: datetime
    ) -> dict[str, list[Receipt]]:
        """Return the orders of these customers, changed since then, that carry one of our references.

        References are compared exactly; those that no order carries are left out. Oldest order first.
        Errors: AccessRefused, TryAgain, Rejected.
        """

    def create(self, drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        """Create orders. Answers item by item, in order: the receipt, or why that one was not created.

        A receipt is answered only where it is certain that it is this draft's; what can't be told is OutcomeUnknown.
        Errors, for all of them: Rejected, AccessRefused, TryAgain when nothing was written; OutcomeUnknown when
        the answer was lost or does not fit what was asked.
        """
