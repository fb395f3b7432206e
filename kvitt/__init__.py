"""The one name for outsiders: what plugins and scripts import of Kvitt.

Stable by semantic versioning, and listed in docs/python-api.md; whatever else there is of Kvitt may move with any
release. The conformance suite is in `kvitt.conformance`, because it needs pytest. Nothing here reads a file or opens
a connection when it is imported.
"""

from core.abilities import Abilities, Ability, DiscountKind, JobCalls, Lookup
from core.books import Account, Books, Right
from core.business import Business, Connection, CustomerUpdates, NewOrderStatus
from core.call_budget import CallBudget, hour_after, hour_of
from core.currency import Currency
from core.customer import Address, Customer, CustomerEntry, CustomerKind, CustomerRecord
from core.customer_changes import CustomerChanges
from core.dimension import Dimension, DimensionKind
from core.errors import (
    AccessRefused,
    Fault,
    InvalidInput,
    KvittError,
    Outcome,
    OutcomeUnknown,
    Rejected,
    TryAgain,
    UnknownAccount,
)
from core.fields import plain
from core.identity import emails_in, normal_email, search_number
from core.invoice import Delivery, Invoice, InvoiceRow, InvoiceType, Period
from core.limits import Limits, OrderField
from core.order_draft import CreditedOrder, OrderDraft, OrderRow
from core.payment import BookedTotals, OrderState
from core.ports.accounting import (
    AccountingSystem,
    CurrencyTable,
    CustomerRepo,
    CustomerUpdate,
    DimensionTable,
    OrderSink,
    PaymentStatus,
    ProductCatalog,
    VatTable,
)
from core.ports.clock import Clock
from core.ports.observers import CallObserver
from core.ports.surroundings import CallCounter, Draw, SessionStore, Surroundings
from core.product import BookedProduct, Category, Product
from core.recovery import FoundOrder
from core.totals import Amounts, InvoiceTotals, totals_of
from core.transfer import Receipt
from core.unreadable import Unreadable
from core.vat_code import VatCode
from plugins.spec import Registration, hookimpl

__all__ = [
    "Abilities",
    "Ability",
    "AccessRefused",
    "Account",
    "AccountingSystem",
    "Address",
    "Amounts",
    "BookedProduct",
    "BookedTotals",
    "Books",
    "Business",
    "CallBudget",
    "CallCounter",
    "CallObserver",
    "Category",
    "Clock",
    "Connection",
    "CreditedOrder",
    "Currency",
    "CurrencyTable",
    "Customer",
    "CustomerChanges",
    "CustomerEntry",
    "CustomerKind",
    "CustomerRecord",
    "CustomerRepo",
    "CustomerUpdate",
    "CustomerUpdates",
    "Delivery",
    "Dimension",
    "DimensionKind",
    "DimensionTable",
    "DiscountKind",
    "Draw",
    "Fault",
    "FoundOrder",
    "InvalidInput",
    "Invoice",
    "InvoiceRow",
    "InvoiceTotals",
    "InvoiceType",
    "JobCalls",
    "KvittError",
    "Limits",
    "Lookup",
    "NewOrderStatus",
    "OrderDraft",
    "OrderField",
    "OrderRow",
    "OrderSink",
    "OrderState",
    "Outcome",
    "OutcomeUnknown",
    "PaymentStatus",
    "Period",
    "Product",
    "ProductCatalog",
    "Receipt",
    "Registration",
    "Rejected",
    "Right",
    "SessionStore",
    "Surroundings",
    "TryAgain",
    "UnknownAccount",
    "Unreadable",
    "VatCode",
    "VatTable",
    "emails_in",
    "hookimpl",
    "hour_after",
    "hour_of",
    "normal_email",
    "plain",
    "search_number",
    "totals_of",
]
