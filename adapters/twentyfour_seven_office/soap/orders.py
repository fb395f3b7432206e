"""Where orders go at 24SevenOffice."""

from collections.abc import Collection, Sequence
from datetime import datetime

from adapters.twentyfour_seven_office.soap.batches import IDS_PER_READ, batches, written_in_batches
from adapters.twentyfour_seven_office.soap.mapping.answers import created, readable_items
from adapters.twentyfour_seven_office.soap.mapping.orders import FIND_PROPERTIES, new_order, receipt_in, same_order
from adapters.twentyfour_seven_office.soap.mapping.values import instant_out, numbers_of
from adapters.twentyfour_seven_office.soap.operations import GET_INVOICES, SAVE_INVOICES
from adapters.twentyfour_seven_office.soap.session import BusinessSession
from core.errors import KvittError, Rejected
from core.order_draft import OrderDraft
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

    def create(self, drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        """Create orders, ITEMS_PER_WRITE a call; a draft that can't be asked for does not keep back the others."""
        unfit = {position: refusal for position, draft in enumerate(drafts) if (refusal := _unfit(draft))}
        outcomes = iter(written_in_batches([draft for at, draft in enumerate(drafts) if at not in unfit], self._create))
        return [unfit.get(position) or next(outcomes) for position in range(len(drafts))]

    def _create(self, drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        asked = [new_order(draft, where=SAVE_INVOICES.where) for draft in drafts]
        answer = self._session.call(SAVE_INVOICES, invoices={"InvoiceOrder": asked})
        return created(
            asked,
            answer,
            SAVE_INVOICES,
            same=same_order,
            read=lambda position, item: receipt_in(item, customer_id=drafts[position].customer_id),
        )


def _unfit(draft: OrderDraft) -> Rejected | None:
    """Why a draft can't even be asked for, or None."""
    try:
        new_order(draft, where=SAVE_INVOICES.where)
    except Rejected as refusal:
        return refusal
    return None
