"""Whether orders were published and paid at 24SevenOffice."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from adapters.twentyfour_seven_office.rest.mapping.orders import is_there
from adapters.twentyfour_seven_office.rest.mapping.payments import (
    is_to_be_settled,
    ledger_search,
    order_state_in,
    settled,
)
from adapters.twentyfour_seven_office.rest.mapping.values import item_in
from adapters.twentyfour_seven_office.rest.one_by_one import one_by_one
from adapters.twentyfour_seven_office.rest.operations import GET_LEDGER_LINES, GET_ORDER
from adapters.twentyfour_seven_office.rest.refusals import Gone
from adapters.twentyfour_seven_office.rest.session import BusinessSession
from adapters.twentyfour_seven_office.values import numbers_of
from core.errors import KvittError
from core.payment import OrderState
from core.ports.clock import Clock

_OSLO = ZoneInfo("Europe/Oslo")
_PAGE = 100


class RestPaymentStatus:
    """The PaymentStatus port."""

    def __init__(self, session: BusinessSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def states(self, order_ids: Sequence[str]) -> dict[str, OrderState | KvittError]:
        """Read the state of these orders: a call for one that is not published, two for one that is."""
        numbers = numbers_of(order_ids)
        states = {str(number): state for number, state in zip(numbers, one_by_one(numbers, self._state), strict=True)}
        wanted = set(order_ids)
        return {order_id: state for order_id, state in states.items() if state is not None and order_id in wanted}

    def _state(self, number: int) -> OrderState | None:
        """Read one order's state; None when it is gone."""
        try:
            order = item_in(self._session.call(GET_ORDER, id=number), GET_ORDER, asked=number)
        except Gone:
            return None
        if not is_there(order):
            return None
        state = order_state_in(order, order_id=str(number))
        if not is_to_be_settled(state):
            return state
        today = self._clock.now().astimezone(_OSLO).date()
        search = {**ledger_search(order, state, today=today), "limit": _PAGE}
        pages = self._session.pages(GET_LEDGER_LINES, search)
        return settled(state, order, [line for page in pages for line in page])
