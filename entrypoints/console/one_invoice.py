"""One invoice as its pages show it: what it says, where it stands, what may be done about it, and its story."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, NamedTuple

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from core.books import Books
from core.credit_balance import Crediting
from core.errors import AccessRefused, InvalidInput, KvittError, NotFound
from core.history import HistoryEvent
from core.invoice import Invoice, InvoiceType
from core.invoice_filter import ListedInvoice
from core.order_draft import row_text, whole_row_text
from core.payment import PaymentReason, PaymentReport
from core.ports.accounting import AccountingSystems
from core.ports.clock import Clock
from core.rights import Need
from core.totals import totals_of
from core.transfer import Transfer, TransferState
from core.use_cases.add_invoice import refusal_of_change
from core.use_cases.look_up import LookUp
from core.use_cases.tell_history import TellHistory
from entrypoints.console.formats import day, money
from entrypoints.console.rendering import invoice_address
from entrypoints.console.texts import gettext as _
from entrypoints.console.visit import Page, Visit
from entrypoints.http.businesses import Systems

_LONGEST_STORY = 2000
_WATCHED = timedelta(hours=1)
"""How long a page looks for news by itself: a session should not last because a page was left open."""

_SOON, _LATER = 2, 15
"""So many seconds apart: while something is under way, and while a payment or another attempt is waited for."""

_AT_WORK = (TransferState.QUEUED, TransferState.RUNNING, TransferState.WITHDRAWING)
_TO_SEND = (TransferState.REJECTED, TransferState.CANCELLED, TransferState.WITHDRAWN)


class Question(NamedTuple):
    """What is asked before something is done: the button that asks, the question, its effect, and the answer."""

    button: str
    asked: str
    effect: str
    sure: str


class Reading:
    """What the pages of one invoice read."""

    def __init__(self, look_up: LookUp, tell_history: TellHistory, systems: AccountingSystems, clock: Clock) -> None:
        self.look_up = look_up
        self.tell_history = tell_history
        self.systems = systems
        self.clock = clock


def reading(
    look_up: NamedDependency[LookUp],
    tell_history: NamedDependency[TellHistory],
    systems: Systems,
    clock: NamedDependency[SkipValidation[Clock]],
) -> Reading:
    """Give handlers what they read, in one."""
    return Reading(look_up, tell_history, systems, clock)


class OneInvoice:
    """An invoice as it stands. Errors when it is read: NotFound, where nothing is known of it.

    `invoice` is None where it was deleted: its story is there still. `payment` is what was last seen, or was just
    answered.
    """

    def __init__(self, visit: Visit, business: str, number: str, read: Reading) -> None:
        self.business, self.number = business, number
        self.here = invoice_address(business, number)
        self.may_send = visit.may(Need.SEND, business)
        listed, self.crediting = _found(read, business, number)
        self.invoice: Invoice | None = listed.invoice if listed else None
        self.transfer: Transfer | None = listed.transfer if listed else read.look_up.transfer_of(business, number)
        self.payment: PaymentReport | None = listed.payment if listed else None
        self.books: Books | None = listed.books if listed else None
        self.story: Sequence[HistoryEvent] = read.tell_history.tell(
            business, number, limit=_LONGEST_STORY, with_events=True
        )
        self.totals = totals_of(self.invoice) if self.invoice and self.invoice.rows else None
        self.row_texts = _row_texts(self.invoice, business, read) if self.invoice else []
        self._now = read.clock.now()

    @property
    def is_deleted(self) -> bool:
        """Whether it is there no more."""
        return self.invoice is None

    @property
    def is_printed(self) -> bool:
        """Whether its type keeps it from being sent."""
        return self.invoice is not None and self.invoice.type is InvoiceType.PRINTED

    @property
    def has_arrived(self) -> bool:
        """Whether its order is in the accounting system, and nobody is withdrawing it."""
        return self.transfer is not None and self.transfer.state is TransferState.TRANSFERRED

    @property
    def is_gone(self) -> bool:
        """Whether its order was seen to be deleted there."""
        return self.has_arrived and self.payment is not None and self.payment.reason is PaymentReason.DELETED

    @property
    def is_published(self) -> bool:
        """Whether its order was seen published as an invoice, which is credited and never withdrawn."""
        return self.has_arrived and self.payment is not None and self.payment.reason.is_of_an_invoice

    @property
    def is_on_its_way(self) -> bool:
        """Whether something will happen to it by itself, and soon."""
        return self.transfer is not None and not self.transfer.is_parked and self.transfer.state in _AT_WORK

    @property
    def why_not_changed(self) -> KvittError | None:
        """Why it can't be changed, or None where it can, as far as is known before it is tried."""
        return refusal_of_change(self.number, self.transfer, None)

    @property
    def customer_to_choose(self) -> bool:
        """Whether it waits for a person to say which customer it is for."""
        error = self.transfer.error if self.transfer else None
        return bool(error and error.candidates) and not self.has_arrived

    @property
    def actions(self) -> frozenset[str]:
        """What may be done about it now, by the last part of each action's address."""
        state = self.transfer.state if self.transfer else None
        is_parked = self.transfer is not None and self.transfer.is_parked
        applies = {
            "status": state in (TransferState.TRANSFERRED, TransferState.WITHDRAWING),
        }
        if self.may_send and not self.is_deleted:
            is_there = self.has_arrived and not self.is_gone
            left = self.crediting.left if self.crediting else None
            applies |= {
                "send": state is None or state in _TO_SEND,
                "type": self.is_printed and self.why_not_changed is None,
                "edit": state is not TransferState.RUNNING and self.why_not_changed is None,
                "retry": state in (TransferState.WAITING, TransferState.REJECTED),
                "cancel": state in (TransferState.QUEUED, TransferState.WAITING),
                "again": self.is_gone,
                "customer": not self.has_arrived and state not in _AT_WORK,
                "credit": is_there and left is not None and left.gross > 0,
                "withdraw": (self.has_arrived and not self.is_published)
                or (state is TransferState.WITHDRAWING and is_parked),
                "adopt": state not in _AT_WORK,
                "delete": state is None or state in _TO_SEND,
            }
        return frozenset(name for name, does in applies.items() if does)

    @property
    def marker(self) -> str:
        """What changes whenever the page has something new to tell."""
        seen = self.payment.checked_at.timestamp() if self.payment else 0
        version = f"{self.transfer.id}-{self.transfer.version}" if self.transfer else ""
        return f"{version}-{len(self.story)}-{seen:.0f}-{'gone' if self.is_deleted else ''}"

    def looks_again(self, until: datetime) -> int | None:
        """Return after how many seconds the page looks for news by itself; None where there is nothing to wait for."""
        if self._now >= until or self.transfer is None or self.is_deleted:
            return None
        if self.is_on_its_way:
            return _SOON
        waits = self.transfer.state is TransferState.WAITING and not self.transfer.is_parked
        is_open = self.has_arrived and not (self.payment and self.payment.is_settled)
        return _LATER if waits or is_open else None

    def until(self, asked: str) -> datetime:
        """Return until when the page looks for news: what it said before, within reason, or an hour from now."""
        latest = self._now + _WATCHED
        try:
            return min(datetime.fromisoformat(asked), latest) if asked else latest
        except (ValueError, TypeError):
            return latest

    def questions(self) -> Mapping[str, Question]:
        """Return what is asked before something is done that is written to the books, or can't be undone."""
        of = {"number": self.number}
        amount = money(self.totals.gross, self.invoice.currency) if self.totals and self.invoice else "–"
        order = {"order": self.transfer.order_id if self.transfer else "–"}
        return {
            "send": Question(
                _("Send Invoice"),
                _("Send invoice %(number)s?") % of,
                _("It becomes an order of %(amount)s in the accounting system. There it is published by hand.")
                % {"amount": amount},
                _("Send Invoice"),
            ),
            "retry": Question(
                _("Retry"),
                _("Try to send invoice %(number)s once more?") % of,
                _("If nothing stands in the way any more, it becomes an order in the accounting system."),
                _("Retry"),
            ),
            "again": Question(
                _("Send Again"),
                _("Send invoice %(number)s once more?") % of,
                _("Its order is gone. Kvitt asks the accounting system whether that is so, and creates a new one."),
                _("Send Again"),
            ),
            "withdraw": Question(
                _("Withdraw"),
                _("Withdraw invoice %(number)s?") % of,
                _("Order %(order)s is deleted in the accounting system, if it is not published yet.") % order
                + " "
                + _("The invoice can then be changed and sent again."),
                _("Withdraw"),
            ),
            "delete": Question(
                _("Delete"),
                _("Delete invoice %(number)s?") % of,
                _("It can't be brought back. Nothing is deleted in the accounting system. Its story is kept."),
                _("Delete"),
            ),
        }

    def page(
        self,
        visit: Visit,
        *,
        error: KvittError | None = None,
        status: int = HTTPStatus.OK,
        until: str = "",
        **shown: Any,
    ) -> Page:
        """Answer with the invoice's page. `error` is what stood in the way of what was just asked for."""
        last = self.until(until)
        return visit.page(
            "invoice",
            status=status,
            error=error,
            one=self,
            business=self.business,
            number=self.number,
            said=_said(self.invoice) if self.invoice else {},
            questions=self.questions(),
            looks_again=self.looks_again(last),
            watched_until=last.isoformat(timespec="seconds"),
            payment_sentence=payment_sentence(self.payment) if self.payment else "",
            **shown,
        )


def payment_sentence(report: PaymentReport) -> str:
    """Say whether an invoice is paid, and why."""
    if report.reason is PaymentReason.PAID and report.paid_at:
        return _("Paid on %(day)s.") % {"day": day(report.paid_at)}
    return {
        PaymentReason.PAID: _("Paid."),
        PaymentReason.NOT_PUBLISHED: _("Not paid: the order has not been published as an invoice yet."),
        PaymentReason.OPEN: _("Not paid: the invoice is open."),
        PaymentReason.PARTLY_PAID: _("Not paid: only a part of it is."),
        PaymentReason.DELETED: _("Not paid: the order was deleted in the accounting system."),
        PaymentReason.NOT_OURS: _("Not known to be paid: the order with this id is not this invoice's any more."),
    }[report.reason]


def unchanged() -> Page:
    """Answer that there is nothing new."""
    return Response(b"", status_code=HTTPStatus.NO_CONTENT)


def _found(read: Reading, business: str, number: str) -> tuple[ListedInvoice | None, Crediting | None]:
    try:
        return read.look_up.crediting(business, number)
    except NotFound as missing:
        if missing.code != "unknown_invoice":
            raise
        try:
            read.tell_history.tell(business, number, limit=1)
        except NotFound:
            raise missing from None
        return None, None


def _row_texts(invoice: Invoice, business: str, read: Reading) -> Sequence[str]:
    """Return what each row of the order will say."""
    try:
        longest = read.systems.open(read.look_up.business(business)).limits.row_text
    except (AccessRefused, InvalidInput):
        return [whole_row_text(row) for row in invoice.rows]
    return [row_text(row, longest=longest) for row in invoice.rows]


def _said(invoice: Invoice) -> dict[str, Any]:
    """Return what an invoice says, by the paths of its fields, as values."""
    return dict(_values(invoice.model_dump(exclude={"rows"}), "")) | {
        path: value
        for index, row in enumerate(invoice.rows)
        for path, value in _values(row.model_dump(), f"rows[{index}]")
    }


def _values(document: Mapping[str, Any], place: str) -> Sequence[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in document.items():
        path = f"{place}.{name}".removeprefix(".")
        if isinstance(value, Mapping):
            found += _values(value, path)
        elif value is not None and value != "":
            found.append((path, value))
    return found
