"""Where orders go at 24SevenOffice."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.twentyfour_seven_office.soap.batches import IDS_PER_READ, batches
from adapters.twentyfour_seven_office.soap.mapping.answers import (
    Item,
    confirmed,
    created_one,
    each_others,
    new_ids,
    readable_items,
    unconfirmed,
)
from adapters.twentyfour_seven_office.soap.mapping.orders import (
    FIND_PROPERTIES,
    asked_key,
    found_key,
    found_order_in,
    new_order,
    receipt_in,
    same_order,
)
from adapters.twentyfour_seven_office.soap.mapping.values import instant_out
from adapters.twentyfour_seven_office.soap.operations import GET_INVOICES, SAVE_INVOICES
from adapters.twentyfour_seven_office.soap.session import BusinessSession
from adapters.twentyfour_seven_office.values import numbers_of
from core.errors import KvittError, Rejected
from core.order_draft import OrderDraft
from core.recovery import FoundOrder
from core.transfer import Receipt


class SoapOrderSink:
    """The OrderSink port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    def find(
        self, references: Collection[str], *, customer_ids: Sequence[str], since: datetime
    ) -> dict[str, list[Receipt]]:
        """Look for orders by our reference.

        The vendor does not search by it, so all orders of these customers changed since then are read, and compared.
        One call for up to IDS_PER_READ customers.
        """
        wanted = set(references)
        found: dict[str, list[Receipt]] = {}
        for numbers in batches(numbers_of(customer_ids), IDS_PER_READ):
            answer = self._session.call(
                GET_INVOICES,
                searchParams={"CustomerIds": {"int": list(numbers)}, "ChangedAfter": instant_out(since)},
                invoiceReturnProperties={"string": list(FIND_PROPERTIES)},
            )
            for order in readable_items(answer, GET_INVOICES):
                reference = order.get("CustomerReferenceNo")
                receipt = receipt_in(order)
                if reference in wanted and receipt:
                    found.setdefault(reference, []).append(receipt)
        return {
            reference: sorted(receipts, key=lambda receipt: int(receipt.order_id))
            for reference, receipts in found.items()
        }

    def changed_since(self, since: datetime) -> Iterator[Sequence[FoundOrder]]:
        """Read all orders changed since then, with one call: there are no pages, and no end to search before."""
        found = self._read_orders({"ChangedAfter": instant_out(since)})
        if found:
            yield sorted(found, key=lambda one: int(one.receipt.order_id))

    def read(self, order_id: str) -> FoundOrder | None:
        """Read one order, with one call; none is made for what can't be an id of the vendor's."""
        numbers = numbers_of([order_id])
        found = self._read_orders({"OrderIds": {"int": numbers}}) if numbers else []
        return next((one for one in found if one.receipt.order_id == order_id), None)

    def _read_orders(self, search: Mapping[str, Any]) -> list[FoundOrder]:
        answer = self._session.call(
            GET_INVOICES, searchParams=search, invoiceReturnProperties={"string": list(FIND_PROPERTIES)}
        )
        orders = (found_order_in(order) for order in readable_items(answer, GET_INVOICES))
        return [order for order in orders if order]

    def create(self, drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        """Create orders. One call; for several one more, which reads back what was created, with its totals.

        A draft that can't be asked for does not keep back the others.
        """
        asked = [_asked(draft) for draft in drafts]
        fit = [one for one in asked if not isinstance(one, Rejected)]
        outcomes = iter(self._created(fit))
        return [one if isinstance(one, Rejected) else next(outcomes) for one in asked]

    def _created(self, asked: Sequence[Item]) -> list[Receipt | KvittError]:
        if not asked:
            return []
        answer = self._session.call(SAVE_INVOICES, invoices={"InvoiceOrder": asked})
        if len(asked) == 1:
            customer_id = str(asked[0]["CustomerId"])
            return [created_one(answer, SAVE_INVOICES, read=lambda item: receipt_in(item, customer_id=customer_id))]
        try:
            found = self._read_back(new_ids(answer, "OrderId"))
        except KvittError as trouble:
            return [*unconfirmed(asked, answer, SAVE_INVOICES, id_name="OrderId", trouble=trouble, same=same_order)]
        keys = {order_id: found_key(order) for order_id, (order, _receipt) in found.items()}
        return confirmed(
            asked,
            answer,
            SAVE_INVOICES,
            id_name="OrderId",
            own=each_others([asked_key(order) for order in asked], keys),
            results={order_id: receipt for order_id, (_order, receipt) in found.items()},
            same=same_order,
        )

    def _read_back(self, ids: Sequence[str]) -> dict[str, tuple[Item, Receipt]]:
        if not ids:
            return {}
        answer = self._session.call(
            GET_INVOICES,
            searchParams={"OrderIds": {"int": numbers_of(ids)}},
            invoiceReturnProperties={"string": list(FIND_PROPERTIES)},
        )
        read = [(order, receipt_in(order)) for order in readable_items(answer, GET_INVOICES)]
        return {receipt.order_id: (order, receipt) for order, receipt in read if receipt and receipt.order_id in ids}


def _asked(draft: OrderDraft) -> dict[str, Any] | Rejected:
    """The order that is asked for, or why it can't be."""
    try:
        return new_order(draft, where=SAVE_INVOICES.where)
    except Rejected as refusal:
        return refusal
