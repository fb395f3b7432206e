"""Whether orders were published and paid at 24SevenOffice: from the sales order and the ledger.

Source: docs/24sevenoffice.md, "REST": no payment flag on a sales order (assumed: paid when the receivable lines of
the invoice add up to zero). Assumed: receivables are the accounts from 1500 to 1599, as in the Norwegian standard
chart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import Any

from typing_extensions import override

from adapters.http_api.json_answer import Gone
from adapters.http_api.json_values import Item, date_in, decimal_in, id_in, part
from adapters.parallel import each_of
from adapters.twentyfour_seven_office.rest.json_values import item_in
from adapters.twentyfour_seven_office.rest.operations import GET_LEDGER_LINES, GET_ORDER
from adapters.twentyfour_seven_office.rest.order_mapping import is_there, reference_on, totals_in
from adapters.twentyfour_seven_office.rest.session import BusinessSession
from adapters.twentyfour_seven_office.values import numbers_of
from core.errors import KvittError
from core.norwegian_time import norwegian_date
from core.payment import OrderState
from core.ports.accounting import PaymentStatus
from core.ports.clock import Clock
from core.totals import to_the_ore

_PAGE = 100
_RECEIVABLES = range(1500, 1600)
_A_YEAR = timedelta(days=366)
_PRECISION = 60  # more digits than the product of two amounts can have


class RestPaymentStatus(PaymentStatus):
    """The PaymentStatus port."""

    def __init__(self, session: BusinessSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    @override
    def states(self, order_ids: Sequence[str]) -> dict[str, OrderState | KvittError]:
        """Read the state of these orders, several at once: one call each, two where it is published."""
        numbers = numbers_of(order_ids)
        read = each_of(numbers, self._read_state, at_once=self._session.parallel_calls)
        states = {str(number): state for number, state in zip(numbers, read, strict=True)}
        wanted = set(order_ids)
        return {order_id: state for order_id, state in states.items() if state is not None and order_id in wanted}

    def _read_state(self, number: int) -> OrderState | None:
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
        today = norwegian_date(self._clock.now())
        search = {**ledger_search(order, state, today=today), "limit": _PAGE}
        pages = self._session.pages(GET_LEDGER_LINES, search)
        return settled(state, order, [line for page in pages for line in page])


def is_to_be_settled(state: OrderState) -> bool:
    """Whether the ledger has to be asked: nothing is booked on an order, and nothing to be paid on one of 0.00."""
    return state.invoice_number is not None and not state.comes_to_nothing


def order_state_in(order: Item, *, order_id: str) -> OrderState:
    """Read what the order itself tells."""
    number = id_in(part(order, "invoice").get("number"))
    return OrderState(
        order_id=order_id,
        reference=reference_on(order) or None,  # SOAP keeps our number where REST does not see it
        customer_id=id_in(part(order, "customer").get("id")),
        invoice_number=number,
        invoiced_at=date_in(part(order, "invoice").get("date")) if number else None,
        totals=totals_in(order),
    )


def ledger_search(order: Item, state: OrderState, *, today: date) -> dict[str, Any]:
    """Say which ledger lines to ask for: the API demands dates, and the last day is not included.

    What is booked on an invoice can be older than the invoice itself, but hardly than its order.
    """
    known = [day for day in (date_in(order.get("date")), state.invoiced_at, today) if day]
    return {
        "invoiceNumber": state.invoice_number,
        "dateFrom": (min(known) - _A_YEAR).isoformat(),
        "dateTo": (max(known) + _A_YEAR).isoformat(),
    }


def settled(state: OrderState, order: Item, lines: Sequence[Item]) -> OrderState:
    """Complete an order's state with what the ledger says of its invoice: what is open, and since which payment.

    What is open is told in the order's currency: lines may be in another, so it is the order's amount, in the
    proportion of what is open to what was charged.
    """
    receivables = [line for listed in lines if (line := _receivable(listed, order, state))]
    if not receivables:
        return state
    with localcontext(prec=_PRECISION):
        is_open = sum((line.amount for line in receivables), Decimal(0))
        booked = _booked(receivables, order, state)
        charged = sum((line.amount for line in booked), Decimal(0))
        if is_open and not charged:
            return state
        whole = state.totals.gross if state.totals else charged
        payments = [line for line in receivables if line not in booked]
        left = to_the_ore(whole * is_open / charged) if is_open else Decimal(0)
        return state.model_copy(update={"open_amount": left, "last_paid_at": _last_paid_at(payments, charged)})


@dataclass(frozen=True)
class _Line:
    """A ledger line on a receivables account."""

    amount: Decimal
    date: date
    transaction_id: str | None


def _receivable(line: Item, order: Item, state: OrderState) -> _Line | None:
    account, amount = decimal_in(part(line, "account").get("number")), decimal_in(line.get("amount"))
    day = date_in(line.get("date"))
    customer, wanted = id_in(part(line, "customer").get("id")), id_in(part(order, "customer").get("id"))
    is_ours = str(part(line, "invoice").get("number")) == state.invoice_number and customer in (None, wanted)
    if account not in _RECEIVABLES or amount is None or day is None or not is_ours:
        return None
    return _Line(amount, day, _text(part(line, "transaction").get("id")))


def _booked(receivables: Sequence[_Line], order: Item, state: OrderState) -> Sequence[_Line]:
    """Return the lines that the invoice itself booked; where it does not tell which those are, those of its sign."""
    own = _text(part(order, "invoice", "transaction").get("id"))
    if booked := [line for line in receivables if own and line.transaction_id == own]:
        return booked
    is_credit = bool(state.totals and state.totals.gross < 0)
    return [line for line in receivables if (line.amount < 0) is is_credit]


def _last_paid_at(payments: Sequence[_Line], charged: Decimal) -> date | None:
    """The day of the payment since which nothing is left to pay, or else of the last one; None without any."""
    left, settled_on = charged, None
    for line in sorted(payments, key=lambda line: line.date):
        left += line.amount
        is_settled = (left <= 0) if charged > 0 else (left >= 0)
        settled_on = (settled_on or line.date) if is_settled else None
    return settled_on or max((line.date for line in payments), default=None)


def _text(value: Any) -> str | None:
    return value.casefold() if isinstance(value, str) and value else None
