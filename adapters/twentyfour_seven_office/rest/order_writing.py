"""One order, written with several calls.

Order: a draft marked as unfinished, its rows one by one, and last, with one call, its status and our reference. Killed
anywhere in between, it is found by its mark and completed. Refused anywhere in between, it is deleted again. While
the draft lies there, no error says that nothing was written.
"""

from collections.abc import Callable, Sequence
from typing import Any

from adapters.twentyfour_seven_office.rest.customer_names import CustomerNames
from adapters.twentyfour_seven_office.rest.mapping.customers import customer_record
from adapters.twentyfour_seven_office.rest.mapping.lines import fitting, line_ids, lines_of
from adapters.twentyfour_seven_office.rest.mapping.orders import (
    begun_order,
    completed_order,
    finished_order,
    is_published,
    is_there,
    totals_in,
)
from adapters.twentyfour_seven_office.rest.mapping.values import Item, created_id, item_in
from adapters.twentyfour_seven_office.rest.operations import (
    CREATE_LINE,
    CREATE_ORDER,
    DELETE_LINE,
    DELETE_ORDER,
    FINISH_ORDER,
    GET_CUSTOMER,
    GET_LINES,
    GET_ORDER,
)
from adapters.twentyfour_seven_office.rest.refusals import Gone
from adapters.twentyfour_seven_office.rest.session import BusinessSession
from adapters.twentyfour_seven_office.values import known_number
from core.errors import AccessRefused, KvittError, Outcome, OutcomeUnknown, Rejected, TryAgain
from core.order_draft import OrderDraft
from core.transfer import Receipt


class OrderWriting:
    """Writes orders one after the other."""

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
            return self._written(draft)
        except (AccessRefused, Rejected, TryAgain) as trouble:
            if self._draft_lies_there and trouble.outcome is Outcome.NOTHING_WRITTEN:
                trouble.outcome = Outcome.UNKNOWN
            raise

    def _written(self, draft: OrderDraft) -> Receipt:
        lines = lines_of(draft, where=CREATE_LINE.where)
        customer = known_number(draft.customer_id, "customer", CREATE_ORDER.where)
        if draft.begun_as is not None:
            return self._completed(draft, lines, known_number(draft.begun_as, "order", GET_ORDER.where), customer)
        asked = begun_order(draft, customer_name=self._name_of(customer), where=CREATE_ORDER.where)
        order_id = int(created_id(self._session.call(CREATE_ORDER, body=asked), CREATE_ORDER))
        self._draft_lies_there = True
        return self._finished(draft, order_id, [], lines, lambda: finished_order(draft))

    def _completed(self, draft: OrderDraft, lines: Sequence[dict[str, Any]], order_id: int, customer: int) -> Receipt:
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
        name = self._name_of(customer)
        return self._finished(
            draft,
            order_id,
            line_ids(there[kept:]),
            lines[kept:],
            lambda: completed_order(draft, begun, customer_name=name, where=FINISH_ORDER.where),
        )

    def _finished(
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
            raise self._undone(order_id, refusal) from None
        return Receipt(order_id=str(order_id), customer_id=str(draft.customer_id), totals=totals_in(order))

    def _delete_line(self, order_id: int, line: int) -> None:
        try:
            self._session.call(DELETE_LINE, id=order_id, line=line)
        except Gone:
            return

    def _undone(self, order_id: int, refusal: Rejected) -> KvittError:
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

    def _name_of(self, customer: int) -> str:
        """Return the customer's name. A call, unless it was seen lately.

        Errors: Rejected, code `gone`, when there is no such customer any more.
        """
        if name := self._names.get(str(customer)):
            return name
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
