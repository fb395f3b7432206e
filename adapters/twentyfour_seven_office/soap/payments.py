"""Whether orders were published and paid at 24SevenOffice."""

from collections.abc import Mapping, Sequence
from typing import Any

from typing_extensions import override

from adapters.twentyfour_seven_office.soap.answers import items_in
from adapters.twentyfour_seven_office.soap.operations import GET_INVOICES
from adapters.twentyfour_seven_office.soap.orders import totals_in
from adapters.twentyfour_seven_office.soap.refusals import error_for_item
from adapters.twentyfour_seven_office.soap.session import BusinessSession
from adapters.twentyfour_seven_office.soap.values import IDS_PER_READ, batches, date_in, id_in
from adapters.twentyfour_seven_office.values import numbers_of
from core.errors import KvittError
from core.payment import OrderState
from core.ports.accounting import PaymentStatus

STATE_PROPERTIES = (
    "OrderId",
    "CustomerId",
    "OrderStatus",
    "InvoiceId",
    "DateInvoiced",
    "CustomerReferenceNo",
    "OrderTotalIncVat",
    "OrderTotalVat",
    "Paid",
)


class SoapPaymentStatus(PaymentStatus):
    """24SevenOffice, as a place that knows what was paid."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    @override
    def states(self, order_ids: Sequence[str]) -> dict[str, OrderState | KvittError]:
        """Read the state of these orders, a thousand a call; one that is not answered is gone.

        An item with an exception that does not say which order it is about raises: it could hide any of them.
        """
        states: dict[str, OrderState | KvittError] = {}
        for numbers in batches(numbers_of(order_ids), IDS_PER_READ):
            states.update(self._read_states(numbers))
        wanted = set(order_ids)
        return {order_id: state for order_id, state in states.items() if order_id in wanted}

    def _read_states(self, numbers: Sequence[int]) -> dict[str, OrderState | KvittError]:
        answer = self._session.call(
            GET_INVOICES,
            searchParams={"OrderIds": {"int": list(numbers)}},
            invoiceReturnProperties={"string": list(STATE_PROPERTIES)},
        )
        states: dict[str, OrderState | KvittError] = {}
        for order in items_in(answer):
            state = order_state_in(order)
            if exception := order.get("APIException"):
                error = error_for_item(exception, where=GET_INVOICES.where, writes=False)
                if state is None:
                    raise error
                states[state.order_id] = error
            elif state:
                states[state.order_id] = state
        return states


def order_state_in(order: Mapping[str, Any]) -> OrderState | None:
    """Read an order's state, its dates as Norwegian dates; None without an order id."""
    order_id = id_in(order.get("OrderId"))
    if order_id is None:
        return None
    return OrderState(
        order_id=order_id,
        reference=order.get("CustomerReferenceNo") or None,  # REST keeps our number where SOAP does not see it
        customer_id=id_in(order.get("CustomerId")),
        invoice_number=id_in(order.get("InvoiceId")),
        invoiced_at=date_in(order.get("DateInvoiced")),
        paid_at=date_in(order.get("Paid")),
        totals=totals_in(order),
    )
