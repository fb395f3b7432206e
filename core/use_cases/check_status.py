"""Check Status: was the invoice paid? It always asks the accounting system.

Source: docs/behaviour.md, "Check Status".
"""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import TypeGuard

from core.audit import Action
from core.auditor import Auditor
from core.errors import Conflict, KvittError
from core.event import AccessUse
from core.invoice import Invoice
from core.payment import PaymentReport, SentOrder, payment_report
from core.ports.accounting import AccountingSystems
from core.ports.clock import Clock
from core.ports.storage import Storage
from core.sending.books import invoices_elsewhere, note_books
from core.sending.telling import tell_access, tell_payments, telling_no_access
from core.stored import require_business, require_known, unknown_invoice
from core.transfer import Transfer, TransferState

PIECE = 1000
"""So many invoices are read, asked about and stored at a time, however many there are."""

Answer = PaymentReport | KvittError
"""A report, or why there is none: not found (NotFound), never sent (Conflict, code `not_sent`) and
transferred into other books (OtherBooks) are reasons."""


class CheckStatus:
    """Asks about one or many invoices in as few calls as the accounting system allows."""

    def __init__(self, *, storage: Storage, systems: AccountingSystems, clock: Clock, auditor: Auditor) -> None:
        self._storage = storage
        self._systems = systems
        self._clock = clock
        self._auditor = auditor

    def open_numbers(self, business_name: str, *, limit: int, after: str | None = None) -> Sequence[str]:
        """Return the numbers of invoices whose orders are not known to be paid or gone, those after the given one.

        Errors: NotFound.
        """
        with self._storage.transaction() as work:
            require_known(work, business_name)
            return work.statuses.open_invoices(business_name, limit=limit, after=after)

    def next_open(self, business_name: str, *, after: str | None = None, with_paid: bool = False) -> Sequence[str]:
        """Return the numbers of the open invoices to ask about next in one go, those after the given one.

        `with_paid`: and of those that were seen paid and for which it is time to look again.
        Errors: NotFound; TryAgain, code `quota_kept`, when the calls that are left in this hour are kept for others.
        """
        with self._storage.transaction() as work:
            system = self._systems.open(require_business(work, business_name))
            limit = min(PIECE, system.limits.items_per_read)
            if with_paid:
                numbers = work.statuses.to_follow_up(business_name, now=self._clock.now(), limit=limit, after=after)
            else:
                numbers = work.statuses.open_invoices(business_name, limit=limit, after=after)
        if numbers and (budget := system.budget()):
            budget.require_for_bulk()
        return numbers

    def check(self, business_name: str, numbers: Sequence[str], *, by_itself: bool = False) -> list[Answer]:
        """Report on each invoice, in order, or say why that one has no report; what was reported is kept,
        unless the order is not ours.

        Whoever wants answers before all are there, or not all at once, asks about a PIECE at a time. `by_itself`:
        nobody asked at this moment, so it is nothing for the audit trail, which would grow by it for ever.
        Errors, for all of them: NotFound for the business; AccessRefused; TryAgain.
        """
        answers: list[Answer] = []
        for start in range(0, len(numbers), PIECE):
            piece = numbers[start : start + PIECE]
            about = {"business": business_name, "invoice": _the_only(piece)}
            noting = nullcontext() if by_itself else self._auditor.refusals(Action.STATUS_CHECKED, **about)
            with noting, telling_no_access(self._storage, self._clock, business_name, AccessUse.ASKING):
                answers += self._piece(business_name, piece, by_itself=by_itself)
        return answers

    def _piece(self, business_name: str, numbers: Sequence[str], *, by_itself: bool) -> list[Answer]:
        with self._storage.transaction() as work:
            business = require_business(work, business_name)
            invoices = work.invoices.of_numbers(business_name, set(numbers))
            transfers = work.transfers.of_invoices(business_name, invoices.keys())
        orders = {transfer.invoice: order for transfer in transfers.values() if (order := transfer.sent_order)}
        if not orders:
            return [_not_asked(business_name, number, invoices, transfers) for number in numbers]
        system = self._systems.open(business)
        here = system.identity()
        with self._storage.transaction() as work:
            note_books(work, business, here)
            elsewhere = invoices_elsewhere(work, business_name, (transfers[number] for number in orders), here=here)
        orders = {number: orders[number] for number in numbers if number in orders and number not in elsewhere}
        wanted = list(dict.fromkeys(order.order_id for order in orders.values()))
        states = system.payments.states(wanted) if wanted else {}
        now = self._clock.now()

        def answer(invoice: Invoice, sent: SentOrder) -> Answer:
            state = states.get(sent.order_id)
            if isinstance(state, KvittError):
                return state
            report = payment_report(invoice, state, sent=sent, checked_at=now, books=here.key, by_itself=by_itself)
            if transfers[invoice.number].state is not TransferState.WITHDRAWING:
                return report
            return report.model_copy(update={"warnings": (*report.warnings, "Its order is being withdrawn.")})

        answers: dict[str, Answer] = {**elsewhere}
        answers |= {number: answer(invoices[number], sent) for number, sent in orders.items()}
        with self._storage.transaction() as work:
            tell_payments(work, business_name, [answer for answer in answers.values() if is_kept(answer)])
            tell_access(work, business_name, AccessUse.ASKING)
            if answers and not by_itself:  # many are one entry: what was answered of each is kept with its invoice
                self._auditor.done(work, Action.STATUS_CHECKED, business=business_name, invoice=_the_only(numbers))
        return [answers.get(number) or _not_asked(business_name, number, invoices, transfers) for number in numbers]


def is_kept(answer: Answer) -> TypeGuard[PaymentReport]:
    """Whether an answer is kept as the last seen state: a report, and of the invoice's own order.

    An order that is not ours stays open, and is asked about again: its number may be put back.
    """
    return isinstance(answer, PaymentReport) and answer.is_of_the_order


def _the_only(numbers: Sequence[str]) -> str | None:
    return numbers[0] if len(numbers) == 1 else None


def _not_asked(
    business: str, number: str, invoices: Mapping[str, Invoice], transfers: Mapping[str, Transfer]
) -> KvittError:
    if number not in invoices:
        return unknown_invoice(business, number)
    transfer = transfers.get(number)
    stands = f"its transfer is {transfer.state}" if transfer else "it was never sent"
    if transfer and transfer.state is TransferState.WITHDRAWN:
        stands = f"its order {transfer.order_id} was withdrawn"
    return Conflict(
        f"Invoice {number} is not in the accounting system: {stands}.",
        code="not_sent",
        hint="Send it first, or see its transfer for the reason.",
    )
