"""What a preview of an invoice and a verification show, the same over HTTP and on the command line.

They name all that they show, as in documents.py: what a send needs to know besides stays inside.
"""

from collections.abc import Mapping

from core.business import NewOrderStatus
from core.call_budget import CallBudget
from core.currency import Currency
from core.customer_plan import CustomerAction
from core.dimension import Dimension
from core.fields import DecimalText, IsoDate
from core.invoice import Delivery
from core.order_draft import CreditedOrder
from core.totals import InvoiceTotals
from core.vat_code import VatCode
from entrypoints.documents import Shown
from entrypoints.invoice_documents import AlreadySent


class NamedThing(Shown):
    """A product or category of the settings; `id` is None when it will be created with the first send."""

    name: str
    id: str | None


class CustomerPreview(Shown):
    """What becomes of the customer: created, updated (which fields, to what), or used as is.

    `before` is what the record says now, of the fields that change: null where it says nothing.
    """

    action: CustomerAction
    id: str | None
    name: str
    changes: Mapping[str, object]
    before: Mapping[str, object]


class OrderRow(Shown):
    """One row of the order. `product_id` is None only in a preview, while the product does not exist yet.

    `department` and `project` are what the row is counted under: its own, or the order's. With `is_text` it is written
    as a text and nothing else; its amounts are zero and say nothing. Only a system that has such rows (Limits) is asked
    for one.
    """

    product_id: str | None
    text: str
    quantity: DecimalText
    unit_price: DecimalText
    discount_percent: DecimalText
    vat_percent: DecimalText
    vat_code: str
    is_text: bool = False
    department: Dimension | None
    project: Dimension | None


class OrderDraft(Shown):
    """What will be written to the accounting system.

    `reference` is the source's invoice number, by which the order is found again. `customer_id` is None only in a
    preview, while the customer does not exist yet. `currency` is None for the home currency (NOK). An order has no
    due date of its own in every system: adapters turn it into days from the issue date where they must.
    What follows `rows` is there only where the system has a place for it (Limits, `order_fields`); where it has one
    place for `your_reference` and `buyer_reference`, that is `your_reference`.
    """

    reference: str
    customer_id: str | None
    status: NewOrderStatus
    issue_date: IsoDate
    due_date: IsoDate
    currency: Currency | None
    prices_include_vat: bool
    your_reference: str | None
    comment: str | None
    rows: tuple[OrderRow, ...]
    order_number: str | None
    our_reference: str | None
    buyer_reference: str | None
    order_reference: str | None
    credited: CreditedOrder | None
    delivery: Delivery | None
    paid_amount: DecimalText | None
    paid_date: IsoDate | None
    department: Dimension | None
    project: Dimension | None


class InvoicePreview(Shown):
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
    already_sent: AlreadySent | None


class Account(Shown):
    """Whose books are reached: the company's name as the accounting system shows it, and its id there."""

    name: str
    id: str


class Right(Shown):
    """One thing the gateway must be allowed to do, and whether it is. `message` says why not."""

    name: str
    allowed: bool
    message: str | None


class Verification(Shown):
    """What was found. `ok` tells whether invoices can be sent.

    `warnings` name what the settings say and the account does not have. `calls`: what is left of the accounting
    system's calls in this hour; None where it does not count them.
    """

    business: str
    ok: bool
    account: Account
    rights: tuple[Right, ...]
    product: NamedThing
    category: NamedThing
    vat_rates: tuple[VatCode, ...]
    calls: CallBudget | None
    warnings: tuple[str, ...] = ()
