"""Whether orders were published and paid at Tripletex: from the orders, and the invoices that they became.

Source: docs/tripletex.md, "Paid".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from typing_extensions import override

from adapters.http_api.json_values import Item, date_in, decimal_in, id_in, part
from adapters.tripletex.dates import pages_within_dates
from adapters.tripletex.operations import GET_INVOICES, GET_ORDERS
from adapters.tripletex.order_mapping import MARK_FIELDS, reference_on, totals_in
from adapters.tripletex.orders import DATES
from adapters.tripletex.session import BusinessSession
from adapters.tripletex.values import id_of, listed, numbers_of, pieces
from core.errors import KvittError
from core.payment import BookedTotals, OrderState
from core.ports.accounting import PaymentStatus

ORDER_FIELDS = (
    f"{MARK_FIELDS},orderDate,isClosed,preliminaryInvoice(id),"
    "orderLines(amountExcludingVatCurrency,amountIncludingVatCurrency,isCharged)"
)
INVOICE_FIELDS = (
    "id,invoiceNumber,invoiceDate,creditedInvoice,amountCurrency,amountExcludingVatCurrency,amountRoundoffCurrency,"
    "amountCurrencyOutstanding,orders(id),postings(date,amountCurrency,closeGroup(id))"
)
INVOICE_DATES = {"invoiceDateFrom": DATES["orderDateFrom"], "invoiceDateTo": DATES["orderDateTo"]}

_FEW = 5
"""Of so many customers invoices are read one by one: a page of all invoices is larger, and may be one of many."""


class TripletexPaymentStatus(PaymentStatus):
    """The PaymentStatus port."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    @override
    def states(self, order_ids: Sequence[str]) -> dict[str, OrderState | KvittError]:
        """Read the state of these orders: a call for some hundreds of them, and what is needed to find their invoices.

        An order that was charged no longer tells which invoice it was to become, and invoices are not searched by it.
        """
        orders = [order for some in pieces(numbers_of(order_ids)) for order in self._read_orders(some)]
        drafts = numbers_of(invoice_id for order in orders if (invoice_id := id_of(part(order, "preliminaryInvoice"))))
        invoices = by_order(invoice for some in pieces(drafts) for invoice in self._read_invoices(id=listed(some)))
        charged = [order for order in orders if id_of(order) not in invoices and may_be_charged(order)]
        others = by_order(self._read_invoices_of(charged))
        found = {str(order_id): order for order in orders if (order_id := id_of(order))}
        return {
            order_id: order_state_in(
                found[order_id], invoices.get(order_id) or others.get(order_id, ()), order_id=order_id
            )
            for order_id in order_ids
            if order_id in found
        }

    def _read_invoices_of(self, orders: Sequence[Item]) -> Iterator[Item]:
        """Read the invoices among which those of these orders are: of few customers, theirs.

        Of many, all that are not older than the oldest order, and those of the customers whose invoice is.
        """
        left = orders
        if len(_customers_of(orders)) > _FEW:
            days = [day for order in orders if (day := date_in(order.get("orderDate")))]
            dated = self._read_invoices(invoiceDateFrom=min(days).isoformat()) if days else []
            yield from dated
            known = by_order(dated)
            left = [order for order in orders if id_of(order) not in known]
        for customer in _customers_of(left):
            yield from self._read_invoices(customerId=customer)

    def _read_orders(self, numbers: Sequence[int]) -> Sequence[Item]:
        query = {**DATES, "id": listed(numbers), "fields": ORDER_FIELDS}
        return [order for page in pages_within_dates(self._session, GET_ORDERS, query) for order in page]

    def _read_invoices(self, **wanted: object) -> Sequence[Item]:
        query = {**INVOICE_DATES, **wanted, "fields": INVOICE_FIELDS}
        return [invoice for page in pages_within_dates(self._session, GET_INVOICES, query) for invoice in page]


def by_order(invoices: Iterable[Item]) -> Mapping[str, Sequence[Item]]:
    """Return the invoices that were charged, by the order that each of them is of, the first one first.

    What credits another one is none of them: that one tells what is left.
    """
    found: dict[str, dict[str | None, Item]] = {}
    for invoice in invoices:
        if invoice_number_in(invoice) and not id_in(invoice.get("creditedInvoice")):
            for order_id in filter(None, map(id_of, _parts(invoice, "orders"))):
                found.setdefault(order_id, {})[id_of(invoice)] = invoice
    return {
        order_id: sorted(some.values(), key=lambda one: int(str(invoice_number_in(one))))
        for order_id, some in found.items()
    }


def may_be_charged(order: Item) -> bool:
    """Whether an order tells that it was charged, in part at least, or that it is done with."""
    return order.get("isClosed") is True or any(line.get("isCharged") is True for line in _parts(order, "orderLines"))


def order_state_in(order: Item, invoices: Sequence[Item], *, order_id: str) -> OrderState:
    """Read an order's state. What was charged counts, once all of it was: an invoice may be rounded."""
    own = totals_in(order)
    state = OrderState(order_id=order_id, reference=reference_on(order), customer_id=_customer_of(order), totals=own)
    if not invoices:
        return state
    left, rest = _sum(_left(invoice, own) for invoice in invoices), _not_charged(order)
    return state.model_copy(
        update={
            "invoice_number": invoice_number_in(invoices[-1]),
            "invoiced_at": date_in(invoices[-1].get("invoiceDate")),
            "open_amount": None if left is None else left + rest,
            "last_paid_at": max(filter(None, map(last_paid_at, invoices)), default=None),
            "totals": own if rest else _charged(invoices) or own,
        }
    )


def invoice_number_in(invoice: Item) -> str | None:
    """Return the invoice's number; None while it has none."""
    return id_in(invoice.get("invoiceNumber"))


def last_paid_at(invoice: Item) -> date | None:
    """Return the day of the payment since which nothing is left to pay, or else of the last one; None without any.

    What is posted on an invoice besides its own amount pays it, or takes a payment back.
    """
    charged = decimal_in(invoice.get("amountCurrency"))
    if not charged:
        return None
    left, settled_on, last = charged, None, None
    for day, amount in _payments(invoice, charged):
        left += amount
        is_settled = (left <= 0) if charged > 0 else (left >= 0)
        settled_on = (settled_on or day) if is_settled else None
        last = day if (amount < 0) is not (charged < 0) else last
    return settled_on or last


def _payments(invoice: Item, charged: Decimal) -> Sequence[tuple[date, Decimal]]:
    """Return what was paid and taken back, the first first; where its own amount is not told, what was paid."""
    posted = sorted(
        (day, amount)
        for posting in _parts(invoice, "postings")
        if (day := date_in(posting.get("date"))) and (amount := decimal_in(posting.get("amountCurrency")))
    )
    own = next((place for place, (_, amount) in enumerate(posted) if amount == charged), None)
    if own is not None:
        return [*posted[:own], *posted[own + 1 :]]
    return [(day, amount) for day, amount in posted if (amount < 0) is not (charged < 0)]


def _left(invoice: Item, own: BookedTotals | None) -> Decimal | None:
    """Return what is left to pay of an order's invoice; None where it is of several orders, and a part was paid."""
    left = decimal_in(invoice.get("amountCurrencyOutstanding"))
    if not left or not _is_of_several(invoice):
        return left
    return own.gross if own and left == decimal_in(invoice.get("amountCurrency")) else None


def _not_charged(order: Item) -> Decimal:
    """Return what an order comes to that was charged in part only, beside that part."""
    lines = _parts(order, "orderLines")
    if order.get("isClosed") is True or not any(line.get("isCharged") is True for line in lines):
        return Decimal(0)
    rest = (decimal_in(line.get("amountIncludingVatCurrency")) for line in lines if line.get("isCharged") is False)
    return sum(filter(None, rest), Decimal(0))


def _charged(invoices: Sequence[Item]) -> BookedTotals | None:
    """Add up what was charged; None where that is not told, or is another order's too."""
    if any(map(_is_of_several, invoices)):
        return None
    gross, net = (
        _sum(decimal_in(one.get(f"amount{kind}Currency")) for one in invoices) for kind in ("", "ExcludingVat")
    )
    rounding = _sum(decimal_in(one.get("amountRoundoffCurrency")) for one in invoices) or Decimal(0)
    return BookedTotals(gross=gross, vat=gross - rounding - net) if gross is not None and net is not None else None


def _is_of_several(invoice: Item) -> bool:
    return len(_parts(invoice, "orders")) > 1


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add amounts up; None where one is not told."""
    told = list(amounts)
    return None if None in told else sum(filter(None, told), Decimal(0))


def _customers_of(orders: Iterable[Item]) -> list[int]:
    return numbers_of(customer for order in orders if (customer := _customer_of(order)))


def _customer_of(order: Item) -> str | None:
    return id_in(part(order, "customer").get("id"))


def _parts(item: Item, name: str) -> Sequence[Item]:
    listed = item.get(name)
    return [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []
