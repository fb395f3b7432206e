"""Where orders go."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from core.errors import KvittError
from core.order_draft import OrderDraft
from core.recovery import FoundOrder
from core.transfer import Receipt


class OrderSink(Protocol):
    """The accounting system, as a place that takes orders."""

    def find(
        self, references: Collection[str], *, customer_ids: Sequence[str], since: datetime
    ) -> dict[str, list[Receipt]]:
        """Return the orders of these customers, changed since then, that carry one of our references.

        References are compared exactly; those that no order carries are left out. Oldest order first. Where an order is
        written with several calls, those that were begun and not finished are among them, and not whole.
        Errors: AccessRefused, TryAgain, Rejected.
        """

    def changed_since(self, since: datetime) -> Iterator[Sequence[FoundOrder]]:
        """Yield all orders created or changed since then, page by page, the oldest first; each page is a call or more.

        Of every customer, published ones too, in as few calls as the system allows. Deleted ones are left out, and so
        may be those that carry no number where ours would be. One that changes meanwhile may come twice.
        Errors, from each page: AccessRefused, TryAgain, Rejected.
        """

    def read(self, order_id: str) -> FoundOrder | None:
        """Return one order with the number that it carries, or None when it is gone or never was.

        Errors: AccessRefused, TryAgain, Rejected.
        """

    def create(
        self, drafts: Sequence[OrderDraft], *, before_next_call: Callable[[], None]
    ) -> list[Receipt | KvittError]:
        """Create orders. Answers item by item, in order: the receipt, or why that one was not created.

        A receipt is answered only where it is certain that it is this draft's; what can't be told is OutcomeUnknown.
        Where writing takes several calls, `before_next_call` comes before each but the first: it keeps the worker's
        hold, and what it raises ends the writing. A draft that was `begun_as` an order is completed.
        Errors, for all of them: Rejected, AccessRefused, TryAgain when no whole order was written and no call is open
        (TryAgain with `at_once` when nothing at all was); OutcomeUnknown when an answer was lost or does not fit what
        was asked. Where one that was begun lies there, the former three carry the outcome `unknown`, or `written` when
        it can't be completed any more.
        """
