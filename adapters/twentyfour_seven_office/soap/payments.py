"""Whether orders were published and paid at 24SevenOffice."""

from collections.abc import Sequence

from adapters.twentyfour_seven_office.soap.batches import IDS_PER_READ, batches
from adapters.twentyfour_seven_office.soap.mapping.answers import items_in
from adapters.twentyfour_seven_office.soap.mapping.orders import STATE_PROPERTIES, order_state_in
from adapters.twentyfour_seven_office.soap.operations import GET_INVOICES
from adapters.twentyfour_seven_office.soap.refusals import error_for_item
from adapters.twentyfour_seven_office.soap.session import BusinessSession
from adapters.twentyfour_seven_office.values import numbers_of
from core.errors import KvittError
from core.payment import OrderState


class SoapPaymentStatus:
    """The PaymentStatus port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    def states(self, order_ids: Sequence[str]) -> dict[str, OrderState | KvittError]:
        """Read the state of these orders, a thousand a call; one that is not answered is gone.

        An item with an exception that does not say which order it is about raises: it could hide any of them.
        """
        states: dict[str, OrderState | KvittError] = {}
        for numbers in batches(numbers_of(order_ids), IDS_PER_READ):
            states.update(self._states(numbers))
        wanted = set(order_ids)
        return {order_id: state for order_id, state in states.items() if order_id in wanted}

    def _states(self, numbers: Sequence[int]) -> dict[str, OrderState | KvittError]:
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
