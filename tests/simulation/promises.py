"""What Kvitt promises, checked from outside: while a history goes on, and when it has come to its end."""

from collections import Counter

from core.errors import Outcome
from core.intent import IntentKind
from core.invoice import Invoice
from core.payment import PaymentReason, PaymentReport, PaymentStatusValue
from core.transfer import Transfer, TransferState
from tests.simulation.acts import transfers_of
from tests.simulation.life import Life
from tests.simulation.line import Company

_ALL = 1000

_PARKED = {"access_refused", "other_books", "recovery_needed"}
"""Codes of what waits for a person, without a time."""


def check(life: Life) -> None:
    """What must hold at every moment; the first that does not is noted."""
    for business in life.businesses:
        _nothing_is_doubled(life, business)
        _only_what_may_be_is_withdrawn(life, business)
        transfers = life.stage.container.look_up().transfers(business, limit=_ALL)
        counting = [one.invoice for one in transfers if not one.superseded]
        if len(counting) != len(set(counting)):
            life.world.breaks(f"an invoice of {business} has two transfers that count")
        for transfer in transfers:
            if fault := _disagreement(transfer) or _wrong_receipt(life, transfer):
                life.world.breaks(f"transfer {transfer.id} of {transfer.invoice} is {transfer.state}, and {fault}")


def check_the_end(life: Life) -> None:
    """What must hold when nothing has gone wrong for long enough: nothing is lost, and nothing is stuck."""
    for business in life.businesses:
        transfers = {one.invoice: one for one in transfers_of(life, business)}
        for transfer in transfers.values():
            if transfer.state is not TransferState.TRANSFERRED and not transfer.state.is_taken_back:
                life.world.breaks(f"invoice {transfer.invoice} is stuck: {transfer.state}, {transfer.error}")
            _its_story_says_so(life, transfer)
            if transfer.state is TransferState.WITHDRAWN:
                _it_is_withdrawn_once(life, transfer)
        for number in sorted(life.promised - transfers.keys()):
            if number in life.plan.invoices[business]:
                life.world.breaks(f"invoice {number} is lost: it was sent and has no transfer")
        _its_order_is_there(life, business, transfers)
        _orders_say_what_invoices_say(life, business)
        _no_mark_is_left(life, business, transfers)
        _statuses_are_true(life, business, transfers)


def _nothing_is_doubled(life: Life, business: str) -> None:
    companies = life.companies_of(business)
    references = Counter(reference for company in companies for reference in company.orders.values())
    for reference, orders in references.items():
        if orders > 1:
            life.world.breaks(f"invoice {reference} has {orders} orders in the books of {business}'s companies")
    if life.was_restored:
        return  # what was being created besides orders when a backup was put back may come a second time: operations.md
    for company in companies:
        books = company.system.books
        numbers = Counter(one.key_number for one in company.made_for if one.key_number)
        people = Counter((one.booked_name, one.key_email) for one in company.made_for)
        names = Counter(("product", one.name) for one in books.products.values())
        names.update(("category", one.name) for one in books.categories.values())
        for what, count in [*numbers.items(), *people.items(), *names.items()]:
            if count > 1:
                life.world.breaks(f"{what} is there {count} times in the books of {company.name}")


def _only_what_may_be_is_withdrawn(life: Life, business: str) -> None:
    """An order is deleted once, only where somebody wants it withdrawn, and never after it was published."""
    for company in life.companies_of(business):
        for order_id, times in Counter(company.withdrawn).items():
            number = company.ever[order_id]
            if times > 1:
                life.world.breaks(f"order {order_id} of invoice {number} was deleted {times} times in {company.name}")
            if number not in life.to_withdraw | life.to_replace:
                life.world.breaks(f"order {order_id} of invoice {number} was deleted, and nobody wanted that")
        for order_id in sorted(company.published - company.orders.keys()):
            life.world.breaks(f"order {order_id} in {company.name} was published, and is gone")


def _disagreement(transfer: Transfer) -> str | None:
    """Say in what a transfer's fields do not fit its state."""
    match transfer.state:
        case TransferState.QUEUED:
            fits = transfer.next_attempt_at is not None
        case TransferState.RUNNING:
            fits = transfer.next_attempt_at is None and transfer.attempts > 0
        case TransferState.WAITING:
            fits = transfer.error is not None and (
                transfer.next_attempt_at is not None or transfer.error.code in _PARKED
            )
        case TransferState.TRANSFERRED:
            stays = transfer.error is None or transfer.error.outcome is Outcome.WRITTEN
            fits = bool(transfer.order_id and transfer.customer_id) and transfer.next_attempt_at is None and stays
        case TransferState.REJECTED | TransferState.CANCELLED:
            fits = transfer.error is not None and transfer.next_attempt_at is None
        case TransferState.WITHDRAWING:
            fits = bool(transfer.order_id) and (transfer.next_attempt_at is not None or transfer.error is not None)
        case TransferState.WITHDRAWN:
            fits = bool(transfer.order_id) and transfer.error is None and transfer.next_attempt_at is None
    has_arrived = transfer.state.is_final or transfer.state is TransferState.WITHDRAWING
    if not fits or has_arrived != (transfer.finished_at is not None):
        return f"its fields do not fit that: {transfer!r}"
    error = transfer.error
    if error and not (error.message and (error.hint or transfer.state.is_taken_back)):
        return f"it is not told what to do: {error}"
    return None


def _wrong_receipt(life: Life, transfer: Transfer) -> str | None:
    """Say what is wrong with a receipt: it must be for an order that was made for this invoice."""
    if not transfer.state.has_order and transfer.state is not TransferState.WITHDRAWN:
        return None
    made = [
        company
        for company in life.companies_of(transfer.business)
        if company.ever.get(transfer.order_id or "") == transfer.invoice
    ]
    return None if made else f"no order {transfer.order_id} was ever made for it"


def _it_is_withdrawn_once(life: Life, transfer: Transfer) -> None:
    """Its order is gone from the books, by one deletion; and what was to be sent anew has been."""
    number, order_id = transfer.invoice, transfer.order_id or ""
    companies = life.companies_of(transfer.business)
    for company in companies:
        if order_id in company.orders and company.ever[order_id] == number:
            life.world.breaks(f"invoice {number} is withdrawn, and its order {order_id} is there in {company.name}")
    was_deleted = any(order_id in (*company.withdrawn, *company.deleted) for company in companies)
    if not was_deleted:
        life.world.breaks(f"invoice {number} is withdrawn, and nobody has deleted order {order_id}")
    if number not in life.to_withdraw:
        life.world.breaks(f"invoice {number} was to be sent anew, and has no order")


def _its_order_is_there(life: Life, business: str, transfers: dict[str, Transfer]) -> None:
    for number, transfer in transfers.items():
        if transfer.state is not TransferState.TRANSFERRED:
            continue
        there = [
            (company, order)
            for company in life.companies_of(business)
            if (order := company.system.books.orders.get(transfer.order_id or "")) and order.draft.reference == number
        ]
        was_deleted = any(
            transfer.order_id in company.deleted or (life.was_restored and transfer.order_id in company.withdrawn)
            for company in life.companies_of(business)
        )  # that it was withdrawn may be what the database has forgotten; Check Status says then that it is deleted
        if not there and not was_deleted:
            life.world.breaks(f"invoice {number} is lost: order {transfer.order_id} is in no books")
        for company, order in there:
            if not order.is_whole:
                life.world.breaks(f"order {order.id} of invoice {number} in {company.name} was never finished")
            if order.customer_id != transfer.customer_id:
                life.world.breaks(f"order {order.id} of invoice {number} is another customer's than its receipt says")


def _orders_say_what_invoices_say(life: Life, business: str) -> None:
    for company in life.companies_of(business):
        for order in company.system.books.orders.values():
            with life.stage.database.storage.transaction() as work:
                invoice = work.invoices.get(business, order.draft.reference)
            if life.was_restored:  # what it said last may be what the database has forgotten
                continue
            if invoice is None:
                life.world.breaks(f"order {order.id} is for {order.draft.reference}, which there is not")
            elif order.is_whole and not _says(company, order.id, invoice):
                life.world.breaks(f"order {order.id} does not say what invoice {invoice.number} says")


def _says(company: Company, order_id: str, invoice: Invoice) -> bool:
    rows = company.system.books.orders[order_id].draft.rows
    return [(row.unit_price, row.quantity, row.vat_percent) for row in rows] == [
        (row.unit_price, row.quantity, row.vat_percent) for row in invoice.rows
    ]


def _its_story_says_so(life: Life, transfer: Transfer) -> None:
    """The story, the version and the audit trail were stored with what they tell of."""
    story = [step.text for step in life.stage.container.look_up().steps(transfer.id)]
    if transfer.attempts and not story:
        life.world.breaks(f"nothing is told of transfer {transfer.id}, which was tried {transfer.attempts} times")
    if transfer.state is not TransferState.TRANSFERRED:
        return
    told = (
        f"Transferred as order {transfer.order_id}.",
        f"Order {transfer.order_id} was found in the accounting system and matched to the invoice.",
    )
    if not set(told) & set(story):
        life.world.breaks(f"the story of transfer {transfer.id} does not tell of order {transfer.order_id}")
    was_tied = told[1] in story  # one that recovery made has arrived with its first change
    if transfer.version < 2 - was_tied:
        life.world.breaks(f"transfer {transfer.id} has arrived at version {transfer.version}")


def _no_mark_is_left(life: Life, business: str, transfers: dict[str, Transfer]) -> None:
    """An order that has arrived leaves no open mark behind."""
    with life.stage.database.storage.transaction() as work:
        open_orders = work.intents.open_orders(business, limit=_ALL)
        kept = work.intents.of_keys(business, IntentKind.ORDER, list(transfers))
        deletions = work.intents.of_keys(business, IntentKind.WITHDRAWAL, list(transfers))
    for number in sorted({*open_orders, *kept}):
        if number in transfers and transfers[number].state is TransferState.TRANSFERRED:
            life.world.breaks(f"invoice {number} has arrived, and an intent to create its order is left")
    for number in sorted(deletions):
        life.world.breaks(f"the withdrawal of invoice {number} has ended, and an intent to delete its order is left")


def _statuses_are_true(life: Life, business: str, transfers: dict[str, Transfer]) -> None:
    """In the end Check Status says of each order what the books say."""
    arrived = sorted(number for number, one in transfers.items() if one.state is TransferState.TRANSFERRED)
    for answer in life.stage.container.check_status().check(business, arrived):
        if not isinstance(answer, PaymentReport):
            continue
        orders = [
            order
            for company in life.companies_of(business)
            if (order := company.system.books.orders.get(answer.order_id)) and order.draft.reference == answer.invoice
        ]
        is_paid = any(order.paid_at for order in orders)
        if (answer.status is PaymentStatusValue.PAID) != is_paid:
            life.world.breaks(f"invoice {answer.invoice} is reported {answer.status}, and that is not so")
        if orders and answer.reason is PaymentReason.NOT_OURS:
            life.world.breaks(f"invoice {answer.invoice} has its order, which is called not ours")
        if (answer.reason is PaymentReason.DELETED) == bool(orders):
            life.world.breaks(f"invoice {answer.invoice} is reported {answer.reason}, and that is not so")
