"""What a company's books hold: plain records, to be read and changed freely by whoever plays the accountant.

In Tripletex's own words, as Python writes them. Instants are aware datetimes in UTC, money and counts Decimal,
percentages in percent (25, not 0.25). Every record has a `version`, which goes up with each change. What is `spoilt` is
there and can't be read.

A line's amount is rounded half away from zero to the øre; the VAT in it is not rounded before it is added up.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

ORE = Decimal("0.01")
HUNDRED = Decimal(100)
ZERO = Decimal(0)
_FINEST = Decimal("1e-10")


@dataclass
class Address:
    """Where mail goes, or goods."""

    id: int = 0
    version: int = 0
    address_line1: str = ""
    address_line2: str = ""
    postal_code: str = ""
    city: str = ""
    country_id: int | None = None
    name: str = ""


@dataclass
class Customer:
    """A customer, a supplier, or both."""

    id: int
    name: str
    version: int = 0
    customer_number: int = 0
    organization_number: str = ""
    is_customer: bool = True
    is_supplier: bool = False
    is_inactive: bool = False
    is_private_individual: bool = False
    email: str = ""
    invoice_email: str = ""
    overdue_notice_email: str = ""
    phone_number: str = ""
    phone_number_mobile: str = ""
    description: str = ""
    website: str = ""
    language: str = "NO"
    invoice_send_method: str = "EMAIL"
    invoices_due_in: int | None = None
    invoices_due_in_type: str = "DAYS"
    currency_id: int | None = None
    postal_address: Address | None = None
    physical_address: Address | None = None
    created_at: datetime | None = None
    changed_at: datetime | None = None
    spoilt: bool = False


@dataclass
class Product:
    """A product. `number` is what people know it by, and no two have the same."""

    id: int
    name: str
    version: int = 0
    number: str = ""
    description: str = ""
    price_excluding_vat: Decimal = ZERO
    price_including_vat: Decimal = ZERO
    is_inactive: bool = False
    vat_type_id: int | None = None
    currency_id: int | None = None
    changed_at: datetime | None = None
    spoilt: bool = False


@dataclass
class ProductGroup:
    """A group of products, of the Logistics module."""

    id: int
    name: str
    version: int = 0
    parent_group_id: int | None = None
    spoilt: bool = False


@dataclass
class ProductGroupRelation:
    """A product's place in a group."""

    id: int
    product_id: int
    product_group_id: int
    version: int = 0


@dataclass
class Department:
    """A department."""

    id: int
    name: str
    version: int = 0
    department_number: str = ""
    is_inactive: bool = False
    spoilt: bool = False


@dataclass
class Project:
    """A project."""

    id: int
    name: str
    version: int = 0
    number: str = ""
    is_closed: bool = False


@dataclass
class OrderLine:
    """A line of an order; one without a product is a text. Of the unit prices the one counts that the order goes by."""

    id: int
    product_id: int | None = None
    version: int = 0
    description: str = ""
    count: Decimal = Decimal(1)
    unit_price_excluding_vat: Decimal = ZERO
    unit_price_including_vat: Decimal = ZERO
    discount: Decimal = ZERO
    vat_type_id: int | None = None
    percentage: Decimal = ZERO
    amount_excluding_vat: Decimal = ZERO
    amount_including_vat: Decimal = ZERO
    is_charged: bool = False

    def reckon(self, *, prices_include_vat: bool) -> None:
        """Fill in the price that follows from the other one, and the amounts."""
        share = (HUNDRED + self.percentage) / HUNDRED
        kept = (HUNDRED - self.discount) / HUNDRED
        if prices_include_vat:
            self.unit_price_excluding_vat = exact(self.unit_price_including_vat / share)
            self.amount_including_vat = to_ore(self.count * self.unit_price_including_vat * kept)
            self.amount_excluding_vat = exact(self.amount_including_vat / share)
        else:
            self.unit_price_including_vat = exact(self.unit_price_excluding_vat * share)
            self.amount_excluding_vat = to_ore(self.count * self.unit_price_excluding_vat * kept)
            self.amount_including_vat = exact(self.amount_excluding_vat * share)

    @property
    def unit_price(self) -> Decimal:
        """The unit price without VAT."""
        return self.unit_price_excluding_vat


@dataclass
class Order:
    """An order. `preliminary_invoice_id` is what it will be as an invoice; `invoice_id` is that, once it is charged."""

    id: int
    customer_id: int
    order_date: date
    delivery_date: date
    version: int = 0
    number: str = ""
    reference: str = ""
    invoice_comment: str = ""
    delivery_comment: str = ""
    receiver_email: str = ""
    currency_id: int = 0
    prices_include_vat: bool = False
    invoices_due_in: int | None = None
    invoices_due_in_type: str = "DAYS"
    department_id: int | None = None
    project_id: int | None = None
    delivery_address: Address | None = None
    is_closed: bool = False
    preliminary_invoice_id: int = 0
    invoice_id: int | None = None
    created_at: datetime | None = None
    changed_at: datetime | None = None
    lines: list[OrderLine] = field(default_factory=list)


@dataclass(frozen=True)
class CloseGroup:
    """What ties postings that settle each other; the date is that of the last of them."""

    id: int
    date: date


@dataclass
class Posting:
    """What the customer owes, or has paid."""

    id: int
    date: date
    amount_currency: Decimal
    amount: Decimal
    type: str
    version: int = 0
    close_group: CloseGroup | None = None


@dataclass
class Invoice:
    """An invoice; what an order will be as one has no number yet, and is not charged.

    A credit note's `credited_invoice_id` is what it credits.
    """

    id: int
    number: int
    order_id: int
    customer_id: int
    invoice_date: date | None
    invoice_due_date: date | None
    delivery_date: date
    currency_id: int
    amount_currency: Decimal
    amount_excluding_vat_currency: Decimal
    amount: Decimal
    amount_excluding_vat: Decimal
    rate: Decimal = Decimal(1)
    version: int = 0
    kid: str = ""
    comment: str = ""
    is_credited: bool = False
    credited_invoice_id: int | None = None
    postings: list[Posting] = field(default_factory=list)
    changed_at: datetime | None = None

    @property
    def is_credit_note(self) -> bool:
        """Whether it was made to credit another one."""
        return self.credited_invoice_id is not None

    @property
    def is_charged(self) -> bool:
        """Whether it was published."""
        return self.number != 0

    @property
    def paid_amount(self) -> Decimal:
        """What was paid so far, in the invoice's currency."""
        return self.amount_currency - sum((posting.amount_currency for posting in self.postings), ZERO)

    @property
    def outstanding_at_home(self) -> Decimal:
        """What is left to pay, in kroner."""
        return to_ore(self.outstanding * self.rate)

    @property
    def outstanding(self) -> Decimal:
        """What is left to pay, in the invoice's currency; never of the other sign than the invoice."""
        left = sum((posting.amount_currency for posting in self.postings), ZERO)
        return left if left * self.amount_currency > 0 else ZERO


@dataclass(frozen=True)
class VatType:
    """A VAT code. `kinds` are the vendor's words for what it is for; the dates are the first and the last it holds."""

    id: int
    number: str
    name: str
    percentage: Decimal
    kinds: tuple[str, ...] = ("OUTGOING",)
    valid_from: date | None = None
    valid_to: date | None = None

    def holds(self, kind: str, day: date) -> bool:
        """Whether it is of this kind, and holds on a day."""
        begins, ends = self.valid_from or date.min, self.valid_to or date.max
        return kind in self.kinds and begins <= day <= ends


@dataclass(frozen=True)
class Currency:
    """A currency: `factor` of it cost `rate` Norwegian kroner."""

    id: int
    code: str
    description: str
    rate: Decimal = Decimal(1)
    factor: int = 1
    is_disabled: bool = False


@dataclass(frozen=True)
class Country:
    """A country."""

    id: int
    name: str
    iso_alpha2_code: str
    iso_alpha3_code: str


def totals_of(lines: Iterable[OrderLine], *, prices_include_vat: bool) -> tuple[Decimal, Decimal]:
    """The totals of an invoice, including and excluding VAT: VAT is taken per rate, and rounded once."""
    sums: dict[Decimal, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.percentage] += line.amount_including_vat if prices_include_vat else line.amount_excluding_vat
    total = sum(sums.values(), ZERO)
    if prices_include_vat:
        return total, total - sum((to_ore(part * rate / (HUNDRED + rate)) for rate, part in sums.items()), ZERO)
    return total + sum((to_ore(part * rate / HUNDRED) for rate, part in sums.items()), ZERO), total


def to_ore(amount: Decimal) -> Decimal:
    """Rounded half away from zero: Decimal's ROUND_HALF_UP is that, on either side of zero."""
    return amount.quantize(ORE, rounding=ROUND_HALF_UP)


def exact(number: Decimal) -> Decimal:
    """A number to ten decimals, as many of them as it needs."""
    finest = number.quantize(_FINEST, rounding=ROUND_HALF_UP)
    return Decimal(format(finest.normalize(), "f"))
