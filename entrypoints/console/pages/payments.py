"""Payments: what is not paid, by how long it has been due, and asking about all of it."""

import time
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from litestar import get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromQuery

from core.errors import KvittError
from core.payment import PaymentReport, PaymentStatusValue
from core.rights import Need
from core.unpaid import Age, DuePlace
from core.use_cases.check_status import Answer, CheckStatus
from core.use_cases.read_payments import ReadPayments
from entrypoints.console.forms import Form
from entrypoints.console.pages.invoices import InvoiceRow
from entrypoints.console.texts import gettext as _
from entrypoints.console.visit import Page, Visit
from entrypoints.http.paths import USUAL_PAGE, BusinessInPath, Limit, bad_parameter, choice
from entrypoints.http.threads import VendorCalls

_AT_A_TIME_SECONDS = 2.0
"""For so long one request begins with further invoices; those that are left take another request."""

_COUNTED = ("asked", "paid", "failed")


class UnpaidRow(NamedTuple):
    """An invoice that is not paid. `days` is for how many days it has been due."""

    row: InvoiceRow
    due_on: date
    days: int

    @property
    def left(self) -> Decimal | None:
        """What is left to pay; all of it, unless the accounting system told otherwise."""
        told = self.row.payment.open_amount if self.row.payment else None
        return self.row.gross if told is None else told


class Checked(NamedTuple):
    """How far asking about all is: how many were asked about, are paid now, and have no answer.

    `after` is the invoice to go on after, "" at the end; `trouble` is what ended it early.
    """

    asked: int = 0
    paid: int = 0
    failed: int = 0
    after: str = ""
    trouble: KvittError | None = None

    def with_answers(self, numbers: Sequence[str], answers: Sequence[Answer]) -> "Checked":
        """Count further answers."""
        reports = [answer for answer in answers if isinstance(answer, PaymentReport)]
        return self._replace(
            asked=self.asked + len(answers),
            paid=self.paid + sum(report.status is PaymentStatusValue.PAID for report in reports),
            failed=self.failed + len(answers) - len(reports),
            after=numbers[-1],
        )


@get("/businesses/{business:str}/payments", sync_to_thread=True, needs=Need.READ)
def list_payments(
    business: BusinessInPath,
    visit: NamedDependency[Visit],
    read_payments: NamedDependency[ReadPayments],
    age: FromQuery[str] = "",
    limit: Limit = USUAL_PAGE,
    after: FromQuery[str] = "",
) -> Page:
    """Show what is unpaid by age, and the invoices: all, or those of one age."""
    of_age = choice("age", age, Age) if age else None
    found, then = read_payments.unpaid(business, age=of_age, limit=limit, after=_place(after))
    return visit.page(
        "payments",
        business=business,
        groups=read_payments.ages(business),
        ages=_ages(),
        reasons=_reasons(),
        age=age,
        rows=[UnpaidRow(InvoiceRow.of(one.listed), one.due_on, one.days) for one in found],
        then=f"{then.due_on}/{then.number}" if then else None,
    )


@post("/businesses/{business:str}/payments/check", needs=Need.READ)
async def check_all(
    business: BusinessInPath,
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    check_status: NamedDependency[CheckStatus],
    read_payments: NamedDependency[ReadPayments],
    vendor_calls: NamedDependency[VendorCalls],
) -> Page:
    """Ask about the invoices that are open, for a moment; then say how far that is, and go on when asked to."""
    asked, paid, without = (_number(form.text(name)) for name in _COUNTED)
    begun = Checked(asked, paid, without, after=form.text("after"))
    checked = await vendor_calls.run(partial(_check, check_status, business, begun))
    return await sync_to_thread(_told, visit, business, checked, read_payments)


def _check(check_status: CheckStatus, business: str, checked: Checked) -> Checked:
    until = time.monotonic() + _AT_A_TIME_SECONDS
    try:
        while True:
            numbers = check_status.next_open(business, after=checked.after or None)
            if not numbers:
                return checked._replace(after="")
            checked = checked.with_answers(numbers, check_status.check(business, numbers))
            if time.monotonic() >= until:
                return checked
    except KvittError as trouble:
        return checked._replace(trouble=trouble)


def _told(visit: Visit, business: str, checked: Checked, read_payments: ReadPayments) -> Page:
    left = sum(group.invoices for group in read_payments.ages(business))
    return visit.page(
        "payments_check",
        business=business,
        checked=checked,
        total=max(left + checked.paid, checked.asked),
    )


def _place(after: str) -> DuePlace | None:
    if not after:
        return None
    day, _slash, number = after.partition("/")
    try:
        due_on = date.fromisoformat(day)
    except ValueError:
        raise bad_parameter("after", "Not the `next` of a page") from None
    if not number or not number.isprintable():
        raise bad_parameter("after", "Not the `next` of a page")
    return DuePlace(due_on, number)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _ages() -> dict[str, str]:
    return {
        Age.NOT_DUE: _("Not due yet"),
        Age.TO_30: _("Due 1–30 days ago"),
        Age.TO_60: _("Due 31–60 days ago"),
        Age.TO_90: _("Due 61–90 days ago"),
        Age.OVER_90: _("Due more than 90 days ago"),
    }


def _reasons() -> dict[str | None, str]:
    """What was seen last of an order, as people call it."""
    return {
        None: _("never asked about"),
        "not_published": _("not published"),
        "open": _("not paid"),
        "partly_paid": _("partly paid"),
        "paid": _("paid"),
        "deleted": _("deleted there"),
    }


HANDLERS = [list_payments, check_all]
