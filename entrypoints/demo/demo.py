"""The demo's story: two invoices are sent, one of them twice; one is published and paid, and a shop hears of it.

Everything goes through the real use cases and the real adapter, to a sandbox in this process and a home folder that
is gone afterwards. What it says happened, it has seen in the sandbox's books, or as the shop that webhooks go to.
"""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import httpx

from core.errors import KvittError
from core.event import EventType
from core.fields import plain
from core.invoice import Invoice
from core.payment import PaymentReason, PaymentReport
from core.rights import Role
from core.totals import totals_of
from core.transfer import Transfer, TransferState
from entrypoints import documents
from entrypoints.container import Container
from entrypoints.demo.installation import demo_home, demo_installation
from entrypoints.demo.receiver import Received, receiving
from entrypoints.demo.world import BUSINESS, demo_business, sample_invoice
from entrypoints.http.server import answering
from entrypoints.parsing import business_from
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office.books import Books

Tell = Callable[[str], None]

_PATIENCE_SECONDS = 30.0


def run_demo(*, tell: Tell) -> dict[str, Any]:
    """Play the story, telling it line by line, and return what happened.

    Errors: KvittError, code `demo_failed`, when something is not as the story says it should be.
    """
    with (
        demo_home() as home,
        Sandbox.demo() as office,
        receiving() as shop,
        demo_installation(home, office.url) as container,
    ):
        return _Demo(container, office, shop, tell).play()


class _Demo:
    """One performance."""

    def __init__(self, container: Container, office: Sandbox, shop: Received, tell: Tell) -> None:
        self._container = container
        self._office = office
        self._books: Books = office.account(DEMO_ACCOUNT).books
        self._shop = shop
        self._tell = tell

    def play(self) -> dict[str, Any]:
        """Everything, in order."""
        private, company = sample_invoice("private-customer"), sample_invoice("company")
        self._tell(f"The sandbox, a stand-in for 24SevenOffice, listens on {self._office.url}.")
        self._connect()
        self._preview(private)
        first = self._send(private)
        second = self._send(company)
        self._see_company(company, second)
        self._send_again(private, first)
        unpublished = self._check(private, PaymentReason.NOT_PUBLISHED)
        self._add_webhook()
        self._publish_and_pay(first)
        events = self._hear(private)
        paid = self._check_over_http(private, PaymentReason.PAID)
        self._finish()
        return {
            "transfers": [documents.TransferDocument.of(transfer).document() for transfer in (first, second)],
            "orders": len(self._books.orders),
            "events": events,
            "statuses": [documents.PaymentReport.of(report).document() for report in (unpublished, paid)],
        }

    def _connect(self) -> None:
        self._step(f'Connect the business "{BUSINESS}" and verify the connection')
        self._container.connect_business().store(business_from(demo_business()))
        found = self._container.verify_business().verify(BUSINESS)
        _require(found.ok, f"Verifying the connection did not go well: {found.rights}.")
        _require(found.account.name == DEMO_ACCOUNT, f"The wrong account was reached: {found.account.name}.")
        rates = ", ".join(f"{plain(code.percent.normalize())} %" for code in found.vat_rates[:3])
        self._tell(f"  It reaches the account {found.account.name}; all rights are there; VAT rates {rates} ...")
        if found.product.id is None:
            self._tell(f'  The product "{found.product.name}" is not there yet; the first send creates it.')

    def _preview(self, invoice: Invoice) -> None:
        self._step(f"Add invoice {invoice.number} and preview it")
        self._container.add_invoice().add(BUSINESS, invoice)
        preview = self._container.preview_invoice().preview(BUSINESS, invoice.number)
        _require(not self._books.orders and not self._books.customers, "A preview wrote something.")
        self._tell(f"  Customer: {preview.customer.name} ({preview.customer.action})")
        for row, amount in zip(preview.order.rows, preview.totals.rows, strict=True):
            self._tell(f"  Row: {row.text}, {plain(amount.net)} NOK, {plain(row.vat_percent)} % VAT")
        self._tell(f"  To pay: {plain(preview.totals.gross)} NOK. Nothing has been written.")

    def _send(self, invoice: Invoice) -> Transfer:
        self._step(f"Send invoice {invoice.number}, for {invoice.customer.booked_name}")
        self._container.add_invoice().add(BUSINESS, invoice)
        transfer = self._container.send_invoice().send(BUSINESS, invoice.number)
        trouble = transfer.error.message if transfer.error else "no reason is known"
        _require(transfer.state is TransferState.TRANSFERRED, f"Invoice {invoice.number} did not arrive: {trouble}.")
        self._require_one_order(invoice)
        order = self._books.orders[int(transfer.order_id or 0)]
        total = totals_of(invoice).gross
        _require(order.total_inc_vat == total, f"Order {order.id} comes to {order.total_inc_vat}, not to {total}.")
        self._tell(f"  It is order {order.id} of customer {order.customer_id}, {plain(total)} NOK.")
        return transfer

    def _see_company(self, invoice: Invoice, transfer: Transfer) -> None:
        order = self._books.orders[int(transfer.order_id or 0)]
        record = self._books.customers[order.customer_id]
        person = invoice.customer.name or ""
        _require(record.name == invoice.customer.organization_name, f"The customer is called {record.name}.")
        _require(person in order.invoice_text, f"The order's comment does not name {person}.")
        self._tell(f"  The customer carries the organization's name; the order's comment is \"{order.invoice_text}\".")

    def _send_again(self, invoice: Invoice, first: Transfer) -> None:
        self._step(f"Send invoice {invoice.number} a second time")
        again = self._container.send_invoice().send(BUSINESS, invoice.number)
        _require(again.id == first.id and again.order_id == first.order_id, "There is a second transfer.")
        self._require_one_order(invoice)
        self._tell(f"  It is the same transfer and still order {again.order_id}; the books hold no second one.")

    def _publish_and_pay(self, transfer: Transfer) -> None:
        order_id = int(transfer.order_id or 0)
        self._step("The accountant publishes the order as an invoice, and the customer pays")
        number = self._books.publish(order_id)
        self._books.pay(number)
        self._tell(f"  Order {order_id} is invoice {number} in the accounting system, and paid.")

    def _add_webhook(self) -> None:
        self._step("The shop wants to be told: add a webhook")
        wanted = [EventType.INVOICE_PUBLISHED, EventType.INVOICE_PAID]
        webhooks = self._container.manage_webhooks()
        endpoint, self._shop.secret = webhooks.add(self._shop.url, business=BUSINESS, types=wanted)
        self._tell(f"  {endpoint.url} is sent {' and '.join(wanted)}, signed with a secret that is shown once.")

    def _hear(self, invoice: Invoice) -> list[dict[str, Any]]:
        """Follow up and deliver, as a worker does by itself."""
        self._step("Kvitt asks by itself, as a worker does every hour, and tells the shop")
        self._container.follow_up().run()
        deliverer = self._container.deliverer()
        deliverer.start()
        try:
            self._shop.wait_for(2, seconds=_PATIENCE_SECONDS)
        finally:
            deliverer.stop(timedelta(seconds=_PATIENCE_SECONDS))
        came = [(event["type"], event["data"]["invoice"]) for event in self._shop.events]
        wanted = [("invoice.published", invoice.number), ("invoice.paid", invoice.number)]
        _require(came == wanted and not self._shop.refused, f"The shop heard {came}, and refused {self._shop.refused}.")
        for event in self._shop.events:
            self._tell(f"  {event['type']}: {event['data']['invoice']}. The signature is right.")
        forged = httpx.post(self._shop.url, json=self._shop.events[-1], trust_env=False)
        _require(forged.status_code == HTTPStatus.UNAUTHORIZED, "The shop believed what was not signed.")
        self._tell("  The same without a signature is refused.")
        return self._shop.events

    def _check(self, invoice: Invoice, expected: PaymentReason) -> PaymentReport:
        self._step(f"Check Status of invoice {invoice.number}")
        [report] = self._container.check_status().check(BUSINESS, [invoice.number])
        if isinstance(report, KvittError):
            raise report
        self._tell_status(report, expected)
        return report

    def _check_over_http(self, invoice: Invoice, expected: PaymentReason) -> PaymentReport:
        self._step(f"Check Status of invoice {invoice.number}, now over the HTTP API")
        key, text = self._container.manage_api_keys().create("demo", business=BUSINESS, role=Role.READ)
        self._tell(f"  An API key that may read this business alone: kvitt_{key.prefix}_...")
        with answering(self._container) as url:
            path = f"/v1/businesses/{BUSINESS}/invoices/{invoice.number}/status"
            refused = httpx.post(f"{url}{path}", trust_env=False)
            answer = httpx.post(f"{url}{path}", headers={"Authorization": f"Bearer {text}"}, trust_env=False)
        _require(refused.status_code == HTTPStatus.UNAUTHORIZED, "Somebody without a key was let in.")
        _require(answer.status_code == HTTPStatus.OK, f"The answer was {answer.status_code}: {answer.text}")
        self._tell(f"  POST {url}{path}")
        report = PaymentReport.model_validate(answer.json())
        self._tell_status(report, expected)
        self._tell("  Without the key the same request is refused.")
        return report

    def _tell_status(self, report: PaymentReport, expected: PaymentReason) -> None:
        _require(report.reason is expected, f"The status is {report.reason}, not {expected}.")
        when = f" on {report.paid_at}" if report.paid_at else ""
        self._tell(f"  {report.status.replace('_', ' ').capitalize()} ({report.reason.replace('_', ' ')}){when}.")

    def _finish(self) -> None:
        count = len(self._books.orders)
        _require(count == 2, f"Two invoices were sent, and the books hold {count} orders.")
        self._tell("")
        self._tell("Two invoices were sent, one of them twice; the books hold two orders. Square, nothing owed.")
        self._tell("Next: kvitt demo --open   the console in your browser: press Send Invoice, publish, pay, see Paid")
        self._tell("      kvitt sandbox       stand-ins for 24SevenOffice and Tripletex, for your own invoices")
        self._tell(
            "      kvitt serve         the HTTP API, documented at /schema; its keys are made with kvitt api-key create"
        )

    def _require_one_order(self, invoice: Invoice) -> None:
        ids = [order.id for order in self._books.orders.values() if order.reference == invoice.number]
        _require(len(ids) == 1, f"The books hold {len(ids)} orders for invoice {invoice.number}, not one: {ids}.")

    def _step(self, title: str) -> None:
        self._tell("")
        self._tell(title)


def _require(claim: bool, otherwise: str) -> None:
    if not claim:
        raise KvittError(
            otherwise, code="demo_failed", hint="The demo stops here: this is a fault in Kvitt. Report it."
        )
