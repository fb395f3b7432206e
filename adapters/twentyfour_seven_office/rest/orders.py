"""Where orders go at 24SevenOffice: looked for, read, and written with several calls each.

An order is written as a draft marked as unfinished, then its rows one by one, and last, with one call, its status and
our reference. Killed anywhere in between, it is found by its mark and completed. Refused anywhere in between, it is
deleted again. While the draft lies there, no error says that nothing was written.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from typing_extensions import override

from adapters.http_api.json_answer import Gone
from adapters.http_api.json_values import Item, instant_out
from adapters.parallel import each_of
from adapters.twentyfour_seven_office.rest.customer_mapping import customer_record
from adapters.twentyfour_seven_office.rest.customers import CustomerNames
from adapters.twentyfour_seven_office.rest.json_values import created_id, item_in
from adapters.twentyfour_seven_office.rest.operations import (
    CREATE_LINE,
    CREATE_ORDER,
    DELETE_LINE,
    DELETE_ORDER,
    FINISH_ORDER,
    GET_CUSTOMER,
    GET_LINES,
    GET_ORDER,
    GET_ORDERS,
)
from adapters.twentyfour_seven_office.rest.order_mapping import (
    begun_order,
    completed_order,
    finished_order,
    fitting,
    found_order_in,
    is_published,
    is_there,
    line_ids,
    lines_of,
    receipts_in,
    totals_in,
)
from adapters.twentyfour_seven_office.rest.session import BusinessSession
from adapters.twentyfour_seven_office.values import known_number, numbers_of
from core.errors import AccessRefused, KvittError, Outcome, OutcomeUnknown, Rejected, TryAgain
from core.order_draft import OrderDraft
from core.ports.accounting import OrderSink
from core.recovery import FoundOrder
from core.transfer import Receipt

_PAGE = 100


class RestOrderSink(OrderSink):
    """The OrderSink port."""

    def __init__(self, session: BusinessSession, names: CustomerNames) -> None:
        self._session = session
        self._names = names

    @override
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

    @override
    def changed_since(self, since: datetime) -> Iterator[Sequence[FoundOrder]]:
        """Read all orders created since then, one call for a hundred; the vendor has no search by change."""
        for page in self._session.pages(GET_ORDERS, {"createdFrom": instant_out(since), "limit": _PAGE}):
            orders = [found for order in page if (found := found_order_in(order))]
            if orders:
                yield orders

    @override
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

    @override
    def create(self, drafts: Sequence[OrderDraft]) -> list[Receipt | KvittError]:
        """Create orders, several at once, or complete those that were begun.

        Two calls, and one a row, for each that is new.
        """
        if len(drafts) == 1:
            return [OrderWriting(self._session, self._names).write(drafts[0])]
        return each_of(drafts, self._write, at_once=self._session.parallel_calls)

    @override
    def delete(self, order_id: str) -> bool:
        """Delete one order, with one call; the vendor refuses an order that was published (409).

        None is made for what can't be an id of the vendor's.
        """
        for number in numbers_of([order_id]):
            try:
                self._session.call(DELETE_ORDER, id=number)
            except Gone:
                return False
            return True
        return False

    def _write(self, draft: OrderDraft) -> Receipt:
        return OrderWriting(self._session, self._names).write(draft)


class OrderWriting:
    """Writes one order."""

    def __init__(self, session: BusinessSession, names: CustomerNames) -> None:
        self._session = session
        self._names = names
        self._draft_lies_there = False

    def write(self, draft: OrderDraft) -> Receipt:
        """Create the order, or complete the one that it was begun as.

        Errors: Rejected, AccessRefused, TryAgain when there is no whole order and no call is open (their outcome is
        `unknown` where a draft lies there); OutcomeUnknown.
        """
        self._draft_lies_there = draft.begun_as is not None
        try:
            lines = lines_of(draft, where=CREATE_LINE.where)
            customer = known_number(draft.customer_id, "customer", CREATE_ORDER.where)
            if draft.begun_as is not None:
                return self._complete(draft, lines, known_number(draft.begun_as, "order", GET_ORDER.where), customer)
            asked = begun_order(draft, customer_name=self._read_name(customer), where=CREATE_ORDER.where)
            order_id = int(created_id(self._session.call(CREATE_ORDER, body=asked), CREATE_ORDER))
            self._draft_lies_there = True
            return self._finish(draft, order_id, [], lines, lambda: finished_order(draft))
        except (AccessRefused, Rejected, TryAgain) as trouble:
            if self._draft_lies_there and trouble.outcome is Outcome.NOTHING_WRITTEN:
                trouble.outcome = Outcome.UNKNOWN
            raise

    def _complete(self, draft: OrderDraft, lines: Sequence[dict[str, Any]], order_id: int, customer: int) -> Receipt:
        """Keep what fits of the rows that are there already, and write the header anew: the invoice may differ."""
        try:
            begun = item_in(self._session.call(GET_ORDER, id=order_id), GET_ORDER, asked=order_id)
            pages = self._session.pages(GET_LINES, ids={"id": order_id})
            there = [line for page in pages for line in page]
        except Gone:
            raise self._order_gone(order_id) from None
        if not is_there(begun):
            raise self._order_gone(order_id)
        if is_published(begun):
            raise _published_half(order_id)
        kept = fitting(lines, there)
        name = self._read_name(customer)
        return self._finish(
            draft,
            order_id,
            line_ids(there[kept:]),
            lines[kept:],
            lambda: completed_order(draft, begun, customer_name=name, where=FINISH_ORDER.where),
        )

    def _finish(
        self,
        draft: OrderDraft,
        order_id: int,
        unfit: Sequence[int],
        missing: Sequence[Item],
        whole: Callable[[], dict[str, Any]],
    ) -> Receipt:
        """Take away the lines that don't fit, write those that are missing, and make the order whole."""
        try:
            for line in unfit:
                self._delete_line(order_id, line)
            for asked in missing:
                created_id(self._session.call(CREATE_LINE, body=asked, id=order_id), CREATE_LINE)
            order = item_in(self._session.call(FINISH_ORDER, body=whole(), id=order_id), FINISH_ORDER, asked=order_id)
        except Rejected as refusal:
            raise self._undo(order_id, refusal) from None
        return Receipt(order_id=str(order_id), customer_id=str(draft.customer_id), totals=totals_in(order))

    def _delete_line(self, order_id: int, line: int) -> None:
        try:
            self._session.call(DELETE_LINE, id=order_id, line=line)
        except Gone:
            return

    def _undo(self, order_id: int, refusal: Rejected) -> KvittError:
        """Delete what was begun; return the refusal, or that it is not known what is left."""
        try:
            self._session.call(DELETE_ORDER, id=order_id)
        except Gone:
            pass
        except OutcomeUnknown as lost:
            return OutcomeUnknown(
                f"{refusal.message} Whether order {order_id}, which was begun, has been deleted again is not known.",
                code=lost.code,
            )
        except (Rejected, AccessRefused, TryAgain):
            return Rejected(
                f"{refusal.message} Order {order_id}, which was begun, could not be deleted again: do not publish it.",
                code=refusal.code,
                hint=refusal.hint,
                faults=refusal.faults,
                outcome=Outcome.WRITTEN,
            )
        self._draft_lies_there = False
        return refusal

    def _order_gone(self, order_id: int) -> TryAgain:
        self._draft_lies_there = False
        return TryAgain(
            f"{GET_ORDER.where}: order {order_id}, which an earlier attempt began, is gone; Kvitt writes a new one.",
            code="order_gone",
        )

    def _read_name(self, customer: int) -> str:
        """Return the customer's name. A call, unless it was seen lately.

        Errors: Rejected, code `gone`, when there is no such customer any more.
        """
        if name := self._names.get(str(customer)):
            return name
        with self._names.being_read:  # orders of one customer ask once; names that were not seen lately are few
            return self._names.get(str(customer)) or self._ask_for_name(customer)

    def _ask_for_name(self, customer: int) -> str:
        record = customer_record(item_in(self._session.call(GET_CUSTOMER, id=customer), GET_CUSTOMER, asked=customer))
        if record is None or not record.name:
            raise Rejected(f"{GET_CUSTOMER.where}: customer {customer} has no name.", code="unnamed_customer")
        self._names.put(record.id, record.name)
        return record.name


def _published_half(order_id: int) -> Rejected:
    return Rejected(
        f"{GET_ORDER.where}: order {order_id} was published as an invoice before it was complete.",
        code="published_incomplete",
        hint="Credit that invoice in 24SevenOffice and clear its internal memo, then retry the transfer.",
        outcome=Outcome.WRITTEN,
    )
