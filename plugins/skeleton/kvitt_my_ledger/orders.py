"""The OrderSink port."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from kvitt import FoundOrder, KvittError, OrderDraft, Receipt


class Orders:
    """Orders. Each carries the invoice's number as its reference, by which it is found again when an answer is lost.

    Of a write, whatever is not known to have happened before the write is OutcomeUnknown. Never repeat one here.
    """

    def find(
        self, references: Collection[str], *, customer_ids: Sequence[str], since: datetime
    ) -> dict[str, list[Receipt]]:
        """Return the orders of these customers, changed since then, that carry one of the references."""
        raise NotImplementedError("Read these customers' orders, compare references exactly, the oldest first.")

    def changed_since(self, since: datetime) -> Iterator[Sequence[FoundOrder]]:
        """Yield all orders changed since then, page by page, the oldest first."""
        raise NotImplementedError("Read all orders changed since then, and yield each page as FoundOrder objects.")

    def read(self, order_id: str) -> FoundOrder | None:
        """Return one order, or None when it is gone."""
        raise NotImplementedError("Read the order, and return it with its reference, or None.")

    def create(self, drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        """Create orders. Answer for each, in order: its receipt, or why it was not created."""
        raise NotImplementedError("Create an order for each draft, and return a Receipt or an error for each.")

    def delete(self, order_id: str) -> bool:  # noqa: ARG002 - for you to use
        """Delete an order that is no invoice. Kvitt only asks once `limits.deletes_orders` says that it can be."""
        return False
