"""How results read to a person: lines of plain English for support staff. Nothing is decided here."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.books import Books
from core.business_changes import Change
from core.call_budget import CallBudget
from core.customer import Address
from core.customer_plan import CustomerAction
from core.dimension import Dimension, DimensionKind
from core.fields import plain
from core.invoice import Delivery, Invoice, InvoiceRow, Period
from core.order_draft import OrderDraft
from core.payment import PaymentReason, PaymentReport
from core.ports.invoice_stores import Step
from core.reasons import Reason, Verdict
from core.totals import Amounts, row_amount, totals_of
from core.transfer import Transfer, TransferState
from core.use_cases.preview_invoice import CustomerPreview, InvoicePreview
from core.use_cases.verify_business import NamedThing, Verification

Row = Sequence[str]

_REASONS = {
    PaymentReason.NOT_PUBLISHED: "not paid: the order has not been published as an invoice yet",
    PaymentReason.OPEN: "not paid: the invoice is open",
    PaymentReason.PARTLY_PAID: "not paid: only part of it has been paid",
    PaymentReason.PAID: "paid",
    PaymentReason.DELETED: "not paid: the order was deleted in the accounting system",
    PaymentReason.NOT_OURS: "not known to be paid: the order with this id no longer belongs to this invoice",
}


_NOT_SET = "(not set)"
_CHANGEABLE = {"update": "what differs", "fill": "what is empty", "never": "nothing"}


def moment(instant: datetime) -> str:
    """Write an instant in this machine's time zone."""
    return f"{instant.astimezone():%Y-%m-%d %H:%M:%S %Z}"


def business_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """A business's settings, without its secrets."""
    yield f"Business {document['name']}"
    labels = {"system": "Accounting system", "account_name": "Account name"}
    for setting, value in document["accounting"].items():
        yield f"  {labels.get(setting, setting.replace('_', ' ').capitalize())}: {value}"
    yield f"  Product: {document['product_name']}, in the category {document['category_name']}"
    yield f"  Status of new orders: {document['order_status']}"
    yield f"  What an invoice may change in its customer record: {_CHANGEABLE[document['customer_updates']]}"
    for percent, code in document["vat_codes"].items():
        yield f"  VAT code for {percent} %: {code}"
    for source, booked in document["products"].items():
        vat = f", VAT code {booked['vat_code']}" if booked["vat_code"] else ""
        yield f"  {source} is booked as: {booked['product']}{vat}"
    for kind in DimensionKind:
        if document[kind]:
            yield f"  {kind.value.capitalize()}: {document[kind]}"
    if document["notify"]:
        yield f"  People are told by: {', '.join(document['notify'])}"
    if document["follow_up_seconds"]:
        yield f"  Open orders are asked about every {document['follow_up_seconds']} seconds"


def change_lines(changes: Sequence[Change]) -> Iterator[str]:
    """What has changed of a business; of a secret no more than that it has."""
    for change in changes:
        told = "changed" if change.secret else f"{change.before or _NOT_SET} -> {change.after or _NOT_SET}"
        yield f"  {change.setting}: {told}"


def verification_lines(found: Verification) -> Iterator[str]:
    """What verifying a connection found."""
    yield f"Business {found.business} reaches the account {found.account.name} ({found.account.id})."
    for right in found.rights:
        yield f"  {'allowed' if right.allowed else 'REFUSED'}  {right.name}" + (
            f": {right.message}" if right.message else ""
        )
    if found.ok:
        yield f"  Product: {_named(found.product)}"
        yield f"  Category: {_named(found.category)}"
        rates = ", ".join(f"{plain(code.percent.normalize())} % (code {code.code})" for code in found.vat_rates)
        yield f"  VAT rates for a sale: {rates or 'none'}"
    if found.calls:
        yield f"  {_calls(found.calls)}"
    yield from _warnings(found.warnings)
    yield "Invoices can be sent." if found.ok else "Invoices can't be sent until the refused rights are granted."


def invoice_lines(invoice: Invoice, transfer: Transfer | None, books: Books | None = None) -> Iterator[str]:
    """An invoice's head, as its source stated it; `books` are those that its order lies in."""
    yield f"Invoice {invoice.number}, {_type_of(invoice)}"
    if invoice.order_number:
        yield f"  Order number at the source: {invoice.order_number}"
    yield f"  Issued {invoice.issue_date or '(no date)'}, due {invoice.due_date or '(no date)'}"
    customer = invoice.customer
    named = [customer.organization_name, customer.organization_number, customer.name, customer.email, customer.phone]
    yield f"  Customer: {', '.join(part for part in named if part) or '(none)'}"
    if customer.address:
        yield f"  Address: {', '.join(_address_parts(customer.address))}"
    yield from _reference_lines(invoice, credited=invoice.credits and f"invoice {invoice.credits}")
    if invoice.comment:
        yield f"  Comment: {invoice.comment}"
    yield f"  Transfer: {f'{transfer.state}, {transfer.id}' if transfer else 'never sent'}"
    if transfer and transfer.order_id:
        yield f"  Order in the accounting system: {transfer.order_id}, customer {transfer.customer_id}"
        if books:
            yield f"  In the books of: {books.named}"
    elif transfer and transfer.error:
        yield f"  Trouble: {transfer.error.message}"


INVOICE_ROW_HEADERS = ("Product", "Period", "Quantity", "Unit price", "Discount", "Amount", "VAT %")
"""Headers for `invoice_rows`."""

INVOICE_ROWS_BELOW = ("Discount",)
"""The column of `invoice_rows` that a narrow terminal can best do without."""


def invoice_rows(invoice: Invoice) -> list[Row]:
    """An invoice's rows as they were stated, and what each comes to, less its discount."""
    return [
        [
            f"{row.product or ''} ({row.product_code})" if row.product_code else row.product or "",
            _period(row.period),
            _figure(row.quantity),
            _figure(row.unit_price),
            _discount(row),
            _amount(row),
            _figure(row.vat_percent),
        ]
        for row in invoice.rows
    ]


def _amount(row: InvoiceRow) -> str:
    is_told = row.net_amount is not None or None not in (row.quantity, row.unit_price)
    return _figure(row_amount(row)) if is_told else ""


def _discount(row: InvoiceRow) -> str:
    return _figure(row.discount_amount) if row.discount_percent is None else f"{plain(row.discount_percent)} %"


def invoice_total(invoice: Invoice) -> str:
    """What an invoice adds up to, VAT included."""
    return f"{plain(totals_of(invoice).gross)} {invoice.currency}"


def customer_name(invoice: Invoice) -> str:
    """Who an invoice is for."""
    return invoice.customer.booked_name


def stated_totals_line(invoice: Invoice) -> str:
    """What an invoice comes to, as far as it is complete."""
    return _totals_line(totals_of(invoice), invoice.currency)


def _totals_line(totals: Amounts, currency: str) -> str:
    return f"Net {plain(totals.net)}, VAT {plain(totals.vat)}, to pay {plain(totals.gross)} {currency}"


def preview_lines(preview: InvoicePreview) -> Iterator[str]:
    """What a send would do, up to the order's rows."""
    order = preview.order
    yield f"Invoice {preview.invoice}: a send would do this (nothing has been written)."
    yield from _customer_lines(preview.customer)
    for product in preview.products:
        yield f"Product: {_named(product)}"
    if any(row.product_id == preview.product.id for row in order.rows):
        yield f"Product: {_named(preview.product)}"
    yield f"Order: status {order.status}, reference {order.reference}, issued {order.issue_date}, due {order.due_date}"
    if order.currency and order.currency.rate is None:
        yield f"  Currency: {order.currency.code}, at the accounting system's own rate"
    elif order.currency and order.currency.rate is not None:
        yield f"  Currency: {order.currency.code}, {order.currency.unit} for {plain(order.currency.rate)} NOK"
    if order.order_number:
        yield f"  Order number at the source: {order.order_number}"
    yield from _reference_lines(order, credited=f"order {order.credited.order_id}" if order.credited else None)
    if order.comment:
        yield f"  Comment: {' / '.join(order.comment.splitlines())}"
    yield f"  Prices {'include' if order.prices_include_vat else 'are without'} VAT"


ORDER_ROW_HEADERS = ("Text", "Quantity", "Unit price", "Discount %", "VAT %", "VAT code", "Amount")
"""Headers for `order_rows`."""

ORDER_ROWS_BELOW = ("VAT code", "Discount %")
"""The columns of `order_rows` that a narrow terminal can best do without."""


def order_rows(order: OrderDraft, amounts: Sequence[Amounts]) -> list[Row]:
    """An order's rows as they would be written, with what each comes to."""
    return [
        [row.text, *[""] * (len(ORDER_ROW_HEADERS) - 1)]
        if row.is_text
        else [
            row.text,
            plain(row.quantity),
            plain(row.unit_price),
            plain(row.discount_percent),
            plain(row.vat_percent),
            row.vat_code,
            plain(amount.gross if order.prices_include_vat else amount.net),
        ]
        for row, amount in zip(order.rows, amounts, strict=True)
    ]


def preview_end_lines(preview: InvoicePreview) -> Iterator[str]:
    """What stands under the order's rows."""
    yield from row_notes(preview.order)
    yield _totals_line(preview.totals, preview.order.currency.code if preview.order.currency else "NOK")
    if preview.not_written:
        yield f"  Stated on the invoice, but not written to the order: {', '.join(preview.not_written)}"
    yield from _warnings(preview.warnings)


def outcome_text(transfer: Transfer) -> str:
    """What came of a transfer, in a few words."""
    if transfer.state is TransferState.TRANSFERRED:
        return f"order {transfer.order_id}, customer {transfer.customer_id}"
    if transfer.state is TransferState.WITHDRAWN:
        return f"order {transfer.order_id} is gone"
    return transfer.error.message if transfer.error else ""


def reason_codes(reasons: Sequence[Reason], verdict: Verdict) -> str:
    """Why so many were rejected, or refused: the codes of the reasons, each with its count where there are several."""
    of_it = [reason for reason in reasons if reason.verdict is verdict]
    if len(of_it) == 1:
        return of_it[0].code
    return ", ".join(f"{reason.code} ({reason.count:,})" for reason in of_it)


def reason_lines(reasons: Sequence[Reason]) -> Iterator[str]:
    """Why invoices that are counted as rejected or refused were so: each reason once, with one of them."""
    for reason in reasons:
        yield f"{reason.count:,} {reason.verdict}: {reason.code}. Such as invoice {reason.invoice}: {reason.message}"
        if reason.hint:
            yield f"  {reason.hint}"


def transfer_lines(transfer: Transfer, *, is_attended: bool) -> Iterator[str]:
    """A transfer as it stands, in a line, and what to do about it. `is_attended`: a worker is running."""
    yield f"Invoice {transfer.invoice}: {_standing(transfer, is_attended=is_attended)}"
    if transfer.error:
        yield f"  {transfer.error.message}"
        if transfer.error.hint:
            yield f"  {transfer.error.hint}"
        yield f"  Transfer {transfer.id}"
    yield from _warnings(transfer.warnings)


def transfer_story(transfer: Transfer, steps: Sequence[Step], *, is_attended: bool) -> Iterator[str]:
    """All that is known of a transfer, in the order in which it happened. `is_attended`: a worker is running."""
    attempts = "not attempted yet" if not transfer.attempts else f"attempts so far: {transfer.attempts}"
    yield f"Transfer {transfer.id}: invoice {transfer.invoice} of {transfer.business}"
    yield f"  Asked for at {moment(transfer.created_at)}; {attempts}."
    if transfer.error:
        yield f"  Last trouble ({transfer.error.code}): {transfer.error.message}"
    ended = f" at {moment(transfer.finished_at)}" if transfer.finished_at and transfer.state.is_final else ""
    yield f"  Now: {_standing(transfer, is_attended=is_attended).removesuffix('.')}{ended}."
    if transfer.error and transfer.error.hint:
        yield f"  What to do: {transfer.error.hint}"
    yield from _warnings(transfer.warnings)
    if steps:
        yield "Step by step:"
    for step in steps:
        yield f"  {moment(step.at)}  {step_line(step)}"


def step_line(step: Step) -> str:
    """What happened in a step, and how long the accounting system took."""
    return step.text if step.duration_ms is None else f"{step.text} ({step.duration_ms / 1000:.1f} s)"


def status_lines(report: PaymentReport) -> Iterator[str]:
    """The answer to Check Status."""
    yield f"Invoice {report.invoice}: {_REASONS[report.reason]}" + (f" on {report.paid_at}" if report.paid_at else "")
    known = [f"order {report.order_id}"]
    if report.invoice_number:
        known.append(f"invoice {report.invoice_number} of {report.invoiced_at}" if report.invoiced_at else "published")
    yield f"  In the accounting system: {', '.join(known)}. Checked at {moment(report.checked_at)}."
    yield from _warnings(report.warnings)


def last_status_line(report: PaymentReport) -> str:
    """What the accounting system last said about an invoice's payment, under the invoice's head."""
    on = f" on {report.paid_at}" if report.paid_at else ""
    return f"  Payment: {_REASONS[report.reason]}{on} (checked {moment(report.checked_at)})"


def _standing(transfer: Transfer, *, is_attended: bool) -> str:
    if transfer.waits_for_recovery:
        return "waiting for kvitt recover."
    if transfer.state is TransferState.WITHDRAWN:
        return f"withdrawn; order {transfer.order_id} is gone."
    if transfer.state is TransferState.WITHDRAWING:
        again = transfer.next_attempt_at
        if again is None:
            when = "parked until the connection works, or it is asked again"
        else:
            when = f"tried again at {moment(again)}" if is_attended else f"it can be tried again from {moment(again)}"
        return f"order {transfer.order_id} is being withdrawn; {when}."
    if transfer.is_parked:
        return "waiting for the connection to be fixed."
    if transfer.state is TransferState.TRANSFERRED:
        return f"transferred as order {transfer.order_id}, customer {transfer.customer_id}."
    if transfer.state is TransferState.WAITING and transfer.next_attempt_at:
        at = moment(transfer.next_attempt_at)
        return f"waiting; retried at {at}." if is_attended else f"waiting; it can be retried from {at}."
    return f"{transfer.state}."


def _customer_lines(customer: CustomerPreview) -> Iterator[str]:
    if customer.action is CustomerAction.CREATE:
        yield f"Customer: a new record, {customer.name}"
    elif customer.action is CustomerAction.AS_IS:
        yield f"Customer: record {customer.id}, {customer.name}, unchanged"
    else:
        yield f"Customer: record {customer.id}, {customer.name}, will be updated:"
    for field, value in customer.changes.items():
        for part in value if isinstance(value, list) else [value]:
            yield f"  {field.replace('_', ' ')}: {_changed(part)}"


def _changed(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(str(part) for part in value.values() if part)
    return str(value)


def _reference_lines(said: Invoice | OrderDraft, *, credited: str | None) -> Iterator[str]:
    texts = {
        "Your reference": said.your_reference,
        "Our reference": said.our_reference,
        "Buyer reference": said.buyer_reference,
        "Order reference": said.order_reference,
        "Credits": credited,
        "Delivery": said.delivery and _delivery_text(said.delivery),
        "Paid before": said.paid_amount is not None and _paid_text(said.paid_amount, said.paid_date),
        "Department": said.department and _dimension_text(said.department),
        "Project": said.project and _dimension_text(said.project),
    }
    yield from (f"  {label}: {text}" for label, text in texts.items() if text)


def _delivery_text(delivery: Delivery) -> str:
    parts = (delivery.date, delivery.name, *_address_parts(delivery.address or Address()))
    return ", ".join(str(part) for part in parts if part)


def _address_parts(address: Address) -> Sequence[str]:
    place = " ".join(part for part in (address.postal_code, address.city) if part)
    return [part for part in (address.whole_street, place, address.country) if part]


def row_notes(said: Invoice | OrderDraft) -> Iterator[str]:
    """Which rows are counted under another department or project than the whole."""
    for number, row in enumerate(said.rows, start=1):
        for kind in DimensionKind:
            own: str | Dimension | None = getattr(row, kind)
            if own and own != getattr(said, kind):
                yield f"  {kind.value.capitalize()} of row {number}: {_dimension_text(own)}"


def _dimension_text(said: str | Dimension) -> str:
    if isinstance(said, str):
        return said
    return f"{said.name} ({said.id})" if said.name else said.id


def _paid_text(amount: Decimal, on: date | None) -> str:
    return f"{plain(amount)} on {on}" if on else plain(amount)


def _warnings(warnings: Sequence[str]) -> Iterator[str]:
    for warning in warnings:
        yield f"  Note: {warning}"


def _calls(budget: CallBudget) -> str:
    return f"Calls left this hour: {budget.left:,} of {budget.limit:,} (until {budget.resets_at:%H:%M} UTC)"


def _named(thing: NamedThing) -> str:
    return f"{thing.name} ({thing.id})" if thing.id else f"{thing.name}, created by the first send"


def _type_of(invoice: Invoice) -> str:
    return invoice.type.value.replace("_", " ")


def _period(period: Period | None) -> str:
    return f"{period.start} – {period.end}" if period else ""


def _figure(amount: Decimal | None) -> str:
    return "" if amount is None else plain(amount)
