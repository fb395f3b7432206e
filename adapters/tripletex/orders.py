"""Where orders go at Tripletex: looked for, read, and written with their lines in one call.

They are found by the customer and the dates that can hold them, for those are what the API searches by, and compared by
our reference.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from typing_extensions import override

from adapters.http_api.json_answer import Gone
from adapters.http_api.json_values import Item
from adapters.tripletex.answers import VersionConflict
from adapters.tripletex.customer_mapping import countries_in
from adapters.tripletex.dates import pages_within_dates
from adapters.tripletex.operations import CREATE_ORDER, CREATE_ORDERS, GET_ORDER, GET_ORDERS, VENDOR
from adapters.tripletex.order_mapping import (
    AFTER_THE_LATEST,
    EARLIEST,
    LINE_FIELDS,
    MARK_FIELDS,
    OrderIds,
    carrying,
    changed_since,
    found_order_in,
    order_out,
    receipt_in,
    reference_on,
)
from adapters.tripletex.places import KnownIds
from adapters.tripletex.session import BusinessSession
from adapters.tripletex.values import id_of, known_number, listed, numbers_of, pieces, value_in, values_in
from core.currency import HOME_CURRENCY
from core.errors import AccessRefused, KvittError, Outcome, OutcomeUnknown, Rejected, TryAgain
from core.order_draft import OrderDraft
from core.ports.accounting import OrderSink
from core.recovery import FoundOrder
from core.transfer import Receipt

DATES = {"orderDateFrom": EARLIEST, "orderDateTo": AFTER_THE_LATEST}
"""Every search for orders has to name dates; an invoice may be sent long after its date, or before."""


class TripletexOrderSink(OrderSink):
    """The OrderSink port."""

    def __init__(self, session: BusinessSession, known: KnownIds) -> None:
        self._session = session
        self._known = known

    @override
    def find(
        self, references: Collection[str], *, customer_ids: Sequence[str], since: datetime
    ) -> dict[str, list[Receipt]]:
        """Look for orders by our reference, which the vendor does not search by.

        The orders of these customers are read, a call for a thousand, and those that carry one of ours once more, with
        their amounts. When they were made does not matter: one with our reference is ours.
        """
        return self._find(references, customer_ids)

    def _find(self, references: Collection[str], customer_ids: Sequence[str]) -> dict[str, list[Receipt]]:
        found: list[Item] = []
        for numbers in pieces(numbers_of(customer_ids)):
            query = {**DATES, "customerId": listed(numbers), "fields": MARK_FIELDS}
            for page in pages_within_dates(self._session, GET_ORDERS, query):
                found += carrying(page, references)
        receipts: dict[str, dict[str, Receipt]] = {}
        for order in self._with_amounts(found):
            reference, receipt = reference_on(order), receipt_in(order)
            if reference in references and receipt and receipt.customer_id in customer_ids:
                receipts.setdefault(str(reference), {})[receipt.order_id] = receipt
        return {
            reference: sorted(by_id.values(), key=lambda receipt: int(receipt.order_id))
            for reference, by_id in receipts.items()
        }

    @override
    def changed_since(self, since: datetime) -> Iterator[Sequence[FoundOrder]]:
        """Read all orders, a call for a thousand: the vendor has no search by change, only each order tells of it."""
        query = {**DATES, "fields": f"{MARK_FIELDS},changes(timestamp)"}
        for page in pages_within_dates(self._session, GET_ORDERS, query):
            changed = [order for order in page if changed_since(order, since)]
            if orders := [found for order in self._with_amounts(changed) if (found := found_order_in(order))]:
                yield sorted(orders, key=lambda found: int(found.receipt.order_id))

    @override
    def read(self, order_id: str) -> FoundOrder | None:
        """Read one order, with one call; none is made for what can't be an id of the vendor's."""
        for number in numbers_of([order_id]):
            query = {"fields": f"{MARK_FIELDS},{LINE_FIELDS}"}
            try:
                order = value_in(self._session.call(GET_ORDER, query=query, number=number), GET_ORDER, asked=number)
            except Gone:
                return None
            found = found_order_in(order)
            return found if found and found.receipt.order_id == order_id else None
        return None

    @override
    def create(self, drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        """Create orders with one call: all of them, or none; where it is refused, it is seen whether it was none."""
        if len(drafts) == 1:
            asked = order_out(drafts[0], self._ids_for(drafts[0], CREATE_ORDER.where), where=CREATE_ORDER.where)
            answered = value_in(self._session.call(CREATE_ORDER, body=asked), CREATE_ORDER)
            return [_receipt_of(drafts[0], [answered], CREATE_ORDER.where)]
        where = CREATE_ORDERS.where
        orders = [order_out(draft, self._ids_for(draft, where), where=where) for draft in drafts]
        try:
            created = values_in(self._session.call(CREATE_ORDERS, body=orders), CREATE_ORDERS)
        except (Rejected, VersionConflict) as refusal:
            return self._despite(refusal, drafts)
        return [_receipt_of(draft, created, where) for draft in drafts]

    def _despite(self, refusal: Rejected | VersionConflict, drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        """See what is there of a list that was refused, and write the rest of it one by one.

        That a list is written whole or not at all is confirmed nowhere (docs/tripletex.md). The call is over, so what
        is not there by now was not written.
        Errors: the refusal, when nothing is there; OutcomeUnknown, when that can't be told.
        """
        customers = list(dict.fromkeys(draft.customer_id for draft in drafts if draft.customer_id))
        try:
            there = self._find([draft.reference for draft in drafts], customers)
        except (AccessRefused, Rejected, TryAgain) as trouble:
            raise OutcomeUnknown(trouble.message, code=trouble.code) from trouble
        if not there:
            raise refusal
        outcomes = {reference: _only(receipts) for reference, receipts in there.items()}
        for draft in drafts:
            if draft.reference not in outcomes:
                outcomes[draft.reference] = self._alone(draft)
        return [outcomes[draft.reference] for draft in drafts]

    def _alone(self, draft: OrderDraft) -> Receipt | KvittError:
        try:
            (answer,) = self.create([draft])
        except (AccessRefused, OutcomeUnknown, Rejected, TryAgain) as trouble:
            return trouble
        return answer

    @override
    def delete(self, order_id: str) -> bool:
        """Refuse: nothing says that the system itself would refuse to delete an order that was published meanwhile."""
        raise Rejected(
            f"Kvitt can't delete order {order_id} in {VENDOR}.", code="cannot_withdraw", outcome=Outcome.WRITTEN
        )

    def _ids_for(self, draft: OrderDraft, where: str) -> OrderIds:
        """Look up what the draft names by its code; no call where that is known."""
        known_number(draft.customer_id, "customer", where)  # before anything is asked for its sake
        address = draft.delivery.address if draft.delivery else None
        return OrderIds(
            vat={code: self._known.vat(code) for code in dict.fromkeys(row.vat_code for row in draft.rows)},
            countries=self._known.countries(countries_in(address)),
            currency=self._known.currency(draft.currency.code if draft.currency else HOME_CURRENCY),
        )

    def _with_amounts(self, orders: Sequence[Item]) -> list[Item]:
        """Read these orders again, with their amounts; no call where there are none."""
        ids = numbers_of(order_id for order in orders if (order_id := id_of(order)))
        fields = f"{MARK_FIELDS},{LINE_FIELDS}"
        return [
            order
            for numbers in pieces(ids)
            for page in pages_within_dates(
                self._session, GET_ORDERS, {**DATES, "id": listed(numbers), "fields": fields}
            )
            for order in page
        ]


def _only(receipts: Sequence[Receipt]) -> Receipt | KvittError:
    if len(receipts) == 1:
        return receipts[0]
    where = CREATE_ORDERS.where
    return OutcomeUnknown(f"{where}: the answer does not tell what became of it.", code="broken_answer")


def _receipt_of(draft: OrderDraft, created: Sequence[Item], where: str) -> Receipt | KvittError:
    """Return the receipt of the one order that carries the draft's reference and is its customer's."""
    own = [
        receipt
        for order in created
        if reference_on(order) == draft.reference
        and (receipt := receipt_in(order))
        and receipt.customer_id == draft.customer_id
    ]
    if len(own) == 1:
        return own[0]
    return OutcomeUnknown(f"{where}: the answer does not tell what became of it.", code="broken_answer")
