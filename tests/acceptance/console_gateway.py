"""The gateway by its console, as a browser without scripts uses it: pages are read, forms filled in, buttons pressed.

What the console's pages of one invoice do is done there; everything else by the HTTP API, as whoever set it up did.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from core.errors import Fault
from core.payment import PaymentReason, PaymentReport, PaymentStatusValue
from core.transfer import Transfer, TransferError, TransferState
from tests.acceptance.gateway import Json, Refused
from tests.acceptance.http_gateway import HttpGateway
from tests.console.reader import Reader, Shown
from tests.http.documents import Api

_STATES = {
    "Queued": TransferState.QUEUED,
    "Being sent": TransferState.RUNNING,
    "Waiting": TransferState.WAITING,
    "On hold": TransferState.WAITING,
    "Sent": TransferState.TRANSFERRED,
    "Rejected": TransferState.REJECTED,
    "Cancelled": TransferState.CANCELLED,
    "Being withdrawn": TransferState.WITHDRAWING,
    "Withdrawn": TransferState.WITHDRAWN,
}
_REASONS = {
    "Not published": PaymentReason.NOT_PUBLISHED,
    "Partly paid": PaymentReason.PARTLY_PAID,
    "Deleted there": PaymentReason.DELETED,
    "Paid": PaymentReason.PAID,
    "Not paid": PaymentReason.OPEN,
}
_ANOTHERS = "not this invoice's any more"


class ConsoleGateway(HttpGateway):
    """Presses the buttons. `reader` is signed in."""

    def __init__(self, client: Api, reader: Reader) -> None:
        super().__init__(client)
        self._reader = reader
        self._numbers: dict[str, str] = {}

    def add(self, business: str, invoice: Json) -> None:
        place = _page_of(business, invoice["number"])
        page = self._reader.read(f"{place}/edit")
        if page.status == HTTPStatus.NOT_FOUND:
            page = self._reader.read(f"/businesses/{business}/invoices/new")
        _refuse(page)
        for _ in invoice.get("rows", [])[1:]:
            page = self._reader.press(page, "Add a row")
        (form,) = page.tree.xpath("//form[@class='invoice']")
        fields = {name: "" for name, _ in form.form_values() if name not in ("csrf", "seen")}
        _refuse(self._reader.press(page, "Save", **{**fields, **_typed(invoice, "")}))

    def send(self, business: str, number: str) -> Transfer:
        return self._transfer_of(business, number, self._pressed(business, number, "send", "Send Invoice"))

    def retry(self, business: str, transfer_id: str) -> Transfer:
        number = self._numbers[transfer_id]
        return self._transfer_of(business, number, self._pressed(business, number, "retry", "Retry"))

    def link(self, business: str, number: str, customer_id: str) -> None:
        page = self._read(f"{_page_of(business, number)}/customer")
        _refuse(self._reader.press(page, "Link this record", customer_id=customer_id))

    def status(self, business: str, number: str) -> PaymentReport:
        page = self._pressed(business, number, "status", "Check Status")
        said = page.text("//*[@id='payment']")
        reason = next(reason for words, reason in _REASONS.items() if said.startswith(words))
        if _ANOTHERS in said:
            reason = PaymentReason.NOT_OURS
        published = page.tree.xpath("//*[@id='published']//time/@datetime")
        paid = page.tree.xpath("//*[@id='payment']//time/@datetime")
        return PaymentReport(
            invoice=page.heading.removeprefix("Invoice "),
            status=PaymentStatusValue.PAID if reason is PaymentReason.PAID else PaymentStatusValue.NOT_PAID,
            reason=reason,
            order_id=page.text("//*[@id='order']//code"),
            invoice_number=page.text("//*[@id='published']//code") or None,
            invoiced_at=published[0] if published else None,
            paid_at=paid[0] if paid else None,
            checked_at=page.tree.xpath("//*[@id='checked']//time/@datetime")[0],
            warnings=tuple(page.texts("//li[@class='of-payment']")),
        )

    def _pressed(self, business: str, number: str, action: str, button: str) -> Shown:
        """Press a button of the invoice's page and say that it is meant; where it is gone, as on an older page."""
        page = self._read(_page_of(business, number))
        if button in page.texts("//button"):
            page = self._reader.press(page, button)
            if page.heading.endswith("?"):
                page = self._reader.press(page, button)
        else:
            typed = {"csrf": page.text("//input[@name='csrf']/@value"), "confirmed": "yes"}
            page = Shown(self._reader.client.post(f"{_page_of(business, number)}/{action}", data=typed))
        _refuse(page)
        return page

    def _read(self, address: str) -> Shown:
        page = self._reader.read(address)
        _refuse(page)
        return page

    def _transfer_of(self, business: str, number: str, page: Shown) -> Transfer:
        transfer_id = page.text("//*[@id='transfer']//code")
        self._numbers[transfer_id] = number
        now = datetime.now(UTC)
        error = None
        if page.tree.xpath("//*[@id='standing']//div[@class='problem']"):
            message, hint, code = _told(page, "//*[@id='standing']//div[@class='problem']")
            error = TransferError(code=code, message=message, hint=hint)
        return Transfer(
            id=transfer_id,
            business=business,
            invoice=number,
            state=_STATES[page.text("//*[@id='state']")],
            order_id=page.text("//*[@id='order']//code") or None,
            customer_id=page.text("//*[@id='customer']//code") or None,
            warnings=tuple(page.texts("//li[@class='of-transfer']")),
            error=error,
            created_at=now,
            trying_since=now,
        )


def _page_of(business: str, number: str) -> str:
    return f"/businesses/{business}/invoices/{quote(number, safe='')}"


def _typed(document: Any, place: str) -> dict[str, str]:
    """Return what a person types for a document, by the names of the form's fields."""
    if isinstance(document, Mapping):
        parts = {f"{place}.{name}".removeprefix("."): part for name, part in document.items()}
    elif isinstance(document, list | tuple):
        parts = {f"{place}[{nth}]": part for nth, part in enumerate(document)}
    elif isinstance(document, bool):
        return {place: str(document).lower()}
    elif document is None:
        return {}
    else:
        return {place: f"{document:f}" if isinstance(document, Decimal) else str(document)}
    return {name: text for where, part in parts.items() for name, text in _typed(part, where).items()}


def _told(page: Shown, place: str) -> tuple[str, str, str]:
    """Return a problem's message, hint and code."""
    sentences = page.texts(f"{place}/p")
    return sentences[0], sentences[1] if len(sentences) > 2 else "", page.text(f"{place}//code")


def _refuse(page: Shown) -> None:
    """Raise Refused for what the page says to have stood in the way."""
    if not page.problem:
        assert page.status == HTTPStatus.OK or page.status == HTTPStatus.CONFLICT, page.problem
        return
    assert page.status >= HTTPStatus.BAD_REQUEST
    message, hint, code = _told(page, "//*[@role='alert']")
    places, said = page.texts("//*[@role='alert']//li/@data-field"), page.texts("//*[@role='alert']//li")
    # Each fault is told by the name of its field, and leads there: here it has its place, as everywhere else.
    told = [Fault(place, text.partition(": ")[2]).sentence for place, text in zip(places, said, strict=True)]
    faults = [{"field": place} for place in places]
    detail = " ".join([message, *told])
    raise Refused({"title": "", "code": code, "detail": detail, "hint": hint, "faults": faults})
