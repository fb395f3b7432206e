"""Preview an invoice: the customer decision and the order exactly as it would be written. Nothing is written."""

from collections.abc import Mapping
from datetime import datetime

from core.already_sent import AlreadySent, already_sent
from core.business import Business
from core.completeness import require_sendable
from core.customer_changes import fields_before
from core.customer_plan import CustomerAction, CustomerDecision, customer_notes
from core.errors import InvalidInvoice, KvittError, OrderThere, Rejected
from core.fields import Document
from core.invoice import Invoice
from core.order_draft import OrderDraft, References
from core.ports.accounting import AccountingSystems
from core.ports.storage import Storage
from core.sending.books import note_books, require_here
from core.sending.customers import FindCustomers
from core.sending.fence import Session
from core.sending.references import ReferenceData
from core.stored import require_business, require_invoice
from core.totals import InvoiceTotals, totals_of
from core.unreadable import readable
from core.use_cases.verify_business import NamedThing


class CustomerPreview(Document):
    """What becomes of the customer: created, updated (which fields, to what), or used as is.

    `before` is what the record says now, of the fields that change: None where it says nothing.
    """

    action: CustomerAction
    id: str | None
    name: str
    changes: Mapping[str, object]
    before: Mapping[str, object]


class InvoicePreview(Document):
    """What a send would do now.

    `products` are those that the business's settings name for its rows, and `product` the one for all other rows.
    `not_written` is what the invoice says and the order won't, by field, and why. With `already_sent` a send does
    nothing; the rest is what would be written if the invoice were sent again, because its order is gone.
    """

    invoice: str
    customer: CustomerPreview
    product: NamedThing
    products: tuple[NamedThing, ...]
    order: OrderDraft
    totals: InvoiceTotals
    not_written: Mapping[str, str]
    warnings: tuple[str, ...]
    already_sent: AlreadySent | None = None


class PreviewInvoice:
    """Takes the same decisions as a transfer, and stops before the first write."""

    def __init__(
        self,
        *,
        storage: Storage,
        systems: AccountingSystems,
        reference_data: ReferenceData,
        find_customers: FindCustomers,
    ) -> None:
        self._storage = storage
        self._systems = systems
        self._reference_data = reference_data
        self._find_customers = find_customers

    def preview(self, business_name: str, number: str) -> InvoicePreview:
        """Show the decisions for an invoice.

        Errors: NotFound; InvalidInvoice, naming every fault; Rejected, as a send would be; OrderThere, code
        `already_sent`, in their place where the invoice was sent: nothing is to be mended; OtherBooks, where
        its order lies or may lie in others; AccessRefused; TryAgain.
        """
        with self._storage.transaction() as work:
            business = require_business(work, business_name)
            invoice = require_invoice(work, business_name, number)
            kept = work.references.all(business_name)
            sent = already_sent(work, business_name, number)
        try:
            return self._decided(business, invoice, kept, sent)
        except (InvalidInvoice, Rejected) as trouble:
            if sent is None:
                raise
            raise _nothing_to_send(number, sent, trouble) from trouble

    def _decided(
        self,
        business: Business,
        invoice: Invoice,
        kept: Mapping[str, tuple[str, datetime]],
        sent: AlreadySent | None,
    ) -> InvoicePreview:
        business_name, number = business.name, invoice.number
        session = Session(self._systems.open(business))
        require_sendable(invoice, limits=session.limits)
        here, customers = session.identity(), {number: invoice.customer}
        with self._storage.transaction() as work:
            note_books(work, business, here)
            require_here(work, business_name, number, here=here)
            links = self._find_customers.read_links(work, business_name, customers, books=here.key)
        prepared = self._reference_data.fit([invoice], business, session, kept=kept)
        if number in prepared.refused:
            raise prepared.refused[number]
        updates = business.customer_updates
        plan = self._find_customers.decide(business_name, customers, session, links=links, updates=updates).plan
        if number in plan.undecided:
            raise plan.undecided[number]
        order, decision = prepared.orders[number], plan.decisions[number]
        customer = _customer_preview(decision)
        notes = customer_notes(invoice.customer, decision, customer_id=decision.record.id)
        return InvoicePreview(
            invoice=number,
            customer=customer,
            product=NamedThing(name=business.product_name, id=prepared.references.product_id),
            products=_named_products(prepared.references),
            order=order.for_customer(customer.id, person=notes.person),
            totals=totals_of(invoice),
            not_written=order.not_written,
            warnings=(*notes.warnings, *order.warnings),
            already_sent=sent,
        )


def _nothing_to_send(number: str, sent: AlreadySent, trouble: KvittError) -> OrderThere:
    return OrderThere(
        f"Invoice {number} was sent already, as order {sent.order_id}. It could not be sent again: {trouble.message}",
        code="already_sent",
        hint="Look at the order in the accounting system, or check its status. Nothing has to be sent.",
    )


def _named_products(references: References) -> tuple[NamedThing, ...]:
    found = [product for several in references.products.values() for product in readable(several)]
    return tuple(
        NamedThing(name=f"{product.number} {product.name}" if product.number else product.name, id=product.id)
        for product in found
    )


def _customer_preview(decision: CustomerDecision) -> CustomerPreview:
    is_new = decision.action is CustomerAction.CREATE
    return CustomerPreview(
        action=decision.action,
        id=None if is_new else decision.record.id,
        name=decision.record.name,
        changes=decision.changes.model_dump(mode="json", exclude_none=True) if decision.changes else {},
        before=fields_before(decision.record, decision.changes) if decision.changes else {},
    )
