"""Where orders go at 24SevenOffice: begun, written row by row, and finished."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from adapters.twentyfour_seven_office.rest.customer_names import CustomerNames
from adapters.twentyfour_seven_office.rest.mapping.orders import found_order_in, receipts_in
from adapters.twentyfour_seven_office.rest.mapping.values import instant_out, item_in
from adapters.twentyfour_seven_office.rest.one_by_one import one_by_one
from adapters.twentyfour_seven_office.rest.operations import GET_ORDER, GET_ORDERS
from adapters.twentyfour_seven_office.rest.order_writing import OrderWriting
from adapters.twentyfour_seven_office.rest.refusals import Gone
from adapters.twentyfour_seven_office.rest.session import BusinessSession
from adapters.twentyfour_seven_office.values import numbers_of
from core.errors import KvittError
from core.order_draft import OrderDraft
from core.recovery import FoundOrder
from core.transfer import Receipt

_PAGE = 100


class RestOrderSink:
    """The OrderSink port."""

    def __init__(self, session: BusinessSession, names: CustomerNames) -> None:
        self._session = session
        self._names = names

    def find(
        self, references: Collection[str], *, customer_ids: Sequence[str], since: datetime
    ) -> dict[str, list[Receipt]]:
        """Look for orders by our reference.

        The vendor does not search by it, so the orders created since then are read, and compared: those of the
        customer, or of all where there are several. One call a page.
        """
        numbers = numbers_of(customer_ids)
        if not numbers:
            return {}
        customer = numbers[0] if len(numbers) == 1 else None
        query = {"customerId": customer, "createdFrom": instant_out(since), "limit": _PAGE}
        pages = self._session.pages(GET_ORDERS, query)
        found: dict[str, list[Receipt]] = {}
        for order in (order for page in pages for order in page):
            for reference, receipt in receipts_in(order, references).items():
                if receipt.customer_id in customer_ids:
                    found.setdefault(reference, []).append(receipt)
        return {
            reference: sorted(receipts, key=lambda receipt: int(receipt.order_id))
            for reference, receipts in found.items()
        }

    def changed_since(self, since: datetime) -> Iterator[Sequence[FoundOrder]]:
        """Read all orders created since then, one call for a hundred; the vendor has no search by change."""
        for page in self._session.pages(GET_ORDERS, {"createdFrom": instant_out(since), "limit": _PAGE}):
            orders = [order for one in page if (order := found_order_in(one))]
            if orders:
                yield orders

    def read(self, order_id: str) -> FoundOrder | None:
        """Read one order, with one call; none is made for what can't be an id of the vendor's."""
        for number in numbers_of([order_id]):
            try:
                order = item_in(self._session.call(GET_ORDER, id=number), GET_ORDER, asked=number)
            except Gone:
                return None
            found = found_order_in(order)
            return found if found and found.receipt.order_id == order_id else None
        return None

    def create(self, drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        """Create orders, or complete those that were begun: two calls and one a row for each that is new."""
        writing = OrderWriting(self._session, self._names)
        return one_by_one(drafts, writing.write)
