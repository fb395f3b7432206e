"""Preview an invoice: the customer decision and the order exactly as it would be written. Nothing is written."""

from collections.abc import Mapping

from core.completeness import require_sendable
from core.customer import CustomerRecord
from core.customer_changes import CustomerChanges
from core.fields import Document
from core.order_draft import OrderDraft
from core.ports.accounting_system import AccountingSystems
from core.ports.storage import Storage
from core.totals import InvoiceTotals, totals_of
from core.use_cases.find_customer import CustomerAction, CustomerDecision, FindCustomer
from core.use_cases.look_up import require_business, require_invoice
from core.use_cases.prepare_order import prepared_order
from core.use_cases.reference_data import ReferenceData
from core.use_cases.verify_business import NamedThing


class CustomerPreview(Document):
    """What becomes of the customer: created, updated (which fields, to what), or used as is."""

    action: CustomerAction
    id: str | None
    name: str
    changes: Mapping[str, object]


class InvoicePreview(Document):
    """What a send would do now."""

    invoice: str
    customer: CustomerPreview
    product: NamedThing
    order: OrderDraft
    totals: InvoiceTotals
    warnings: tuple[str, ...]


class PreviewInvoice:
    """Takes the same decisions as a transfer, and stops before the first write."""

    def __init__(
        self,
        *,
        storage: Storage,
        systems: AccountingSystems,
        reference_data: ReferenceData,
        find_customer: FindCustomer,
    ) -> None:
        self._storage = storage
        self._systems = systems
        self._reference_data = reference_data
        self._find_customer = find_customer

    def preview(self, business_name: str, number: str) -> InvoicePreview:
        """Show the decisions for an invoice.

        Errors: NotFound; InvalidInvoice, naming every fault; Rejected, as a send would be; AccessRefused; TryAgain.
        """
        with self._storage.transaction() as work:
            business = require_business(work, business_name)
            invoice = require_invoice(work, business_name, number)
        system = self._systems.open(business)
        require_sendable(invoice, limits=system.limits)
        references = self._reference_data.fitting(invoice, business, system)
        decision = self._find_customer.decide(business_name, invoice.customer, system)
        customer_id = decision.record.id if decision.record else None
        order = prepared_order(invoice, business, references, customer_id=customer_id, limits=system.limits)
        return InvoicePreview(
            invoice=number,
            customer=_customer_preview(decision, new_name=invoice.customer.booked_name),
            product=NamedThing(name=business.product_name, id=references.product_id),
            order=order.draft,
            totals=totals_of(invoice),
            warnings=order.warnings,
        )


def _customer_preview(decision: CustomerDecision, *, new_name: str) -> CustomerPreview:
    record: CustomerRecord | None = decision.record
    changes: CustomerChanges | None = decision.changes
    return CustomerPreview(
        action=decision.action,
        id=record.id if record else None,
        name=record.name if record else new_name,
        changes=changes.model_dump(mode="json", exclude_none=True) if changes else {},
    )
