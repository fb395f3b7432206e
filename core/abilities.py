"""What an accounting system can do through its plugin, as the plugin declares it: shown to people, shown true by tests.

Pure. The engine asks Limits, which are a part of this; the rest tells people what to choose and what to expect, and
the conformance kit what there is to be shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum

from core.limits import Limits, OrderField


class Ability(StrEnum):
    """What a system has or has not, by the field of Abilities or of Limits that says so."""

    FINDS_BY_EMAIL = "finds_by_email"
    FINDS_BY_NUMBER = "finds_by_number"
    CATEGORIES = "categories"
    INVOICE_EMAIL = "invoice_email"
    SUPPLIERS = "suppliers"
    TEXT_ROWS = "text_rows"
    PRICES_WITH_VAT = "prices_with_vat"
    CURRENCIES = "currencies"
    OPEN_AMOUNT = "open_amount"
    PAYMENT_DATE = "payment_date"
    DELETES_ORDERS = "deletes_orders"


class DiscountKind(StrEnum):
    """How an order's row holds a discount."""

    PERCENT = "percent"
    AMOUNT = "amount"


class Lookup(StrEnum):
    """How an order is found again when the answer to its creation was lost; references are then compared exactly.

    BY_REFERENCE: the system is asked for our reference. BY_CUSTOMER: that customer's orders since then are read.
    BY_DATE: orders of the dates that can hold it are read. AMONG_ALL: all orders since then are read.
    """

    BY_REFERENCE = "by_reference"
    BY_CUSTOMER = "by_customer"
    BY_DATE = "by_date"
    AMONG_ALL = "among_all"


@dataclass(frozen=True, kw_only=True)
class JobCalls:
    """How many calls the usual jobs take at most; logging in is counted where a job begins with it.

    `warm_send`: an invoice for a customer that is known and unchanged, by a worker that has sent before. `cold_send`:
    the very first one, of a new customer, product and category, in a new process with no login kept.
    `thousand_invoices`: those of 400 new customers, of one row each, sent in bulk, cold. `thousand_statuses`: of as
    many orders that are not published.
    """

    warm_send: int
    cold_send: int
    thousand_invoices: int
    thousand_statuses: int


@dataclass(frozen=True, kw_only=True)
class Abilities:
    """What an accounting system can do through its plugin; what its orders can hold is in `limits`.

    `finds_by_email` and `finds_by_number` (organization number): whether the system itself searches customers so;
    without both, Kvitt finds them in a directory of its own (CustomerRepo, `can_search`). `categories`: products are in
    categories. `invoice_email`: a customer has an e-mail address of its own for invoices. `suppliers`: some customers
    are suppliers. `currencies`: orders may be in other currencies than kroner. `open_amount`: it is told what is left
    to pay, so that a part that was paid is known; `payment_date`: it is told when an invoice was paid.
    `parallel_calls` is how many calls are made at a time, unless the operator says otherwise.
    `left_out` names what the vendor's API has and the plugin makes no use of, and why: an Ability or an OrderField.
    What is absent and not named there, the API does not have.
    Errors: ValueError when `left_out` names what is there, or `parallel_calls` is below 1.
    """

    limits: Limits
    lookup: Lookup
    finds_by_email: bool = True
    finds_by_number: bool = True
    categories: bool = True
    invoice_email: bool = True
    suppliers: bool = True
    currencies: bool = False
    discount: DiscountKind = DiscountKind.PERCENT
    open_amount: bool = False
    payment_date: bool = True
    parallel_calls: int = 1
    calls: JobCalls | None = None
    left_out: Mapping[Ability | OrderField, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if there := [str(one) for one in self.left_out if self.has(one)]:
            raise ValueError(f"left_out names what is declared to be there: {', '.join(there)}")
        if self.parallel_calls < 1:
            raise ValueError("parallel_calls is below 1")

    def has(self, ability: Ability | OrderField) -> bool:
        """Whether it is there."""
        if isinstance(ability, OrderField):
            return ability in self.limits.order_fields
        holder = self if ability in _OWN else self.limits
        return bool(getattr(holder, ability))

    def why_not(self, ability: Ability | OrderField) -> str:
        """Say why something is absent."""
        return self.left_out.get(ability, "the accounting system has none")


_OWN = {one.name for one in fields(Abilities)}
