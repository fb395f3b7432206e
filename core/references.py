"""What an order refers to besides its customer, as it was found in an account."""

from collections.abc import Mapping

from pydantic import Field

from core.currency import Currency
from core.dimension import DimensionKind, Listed
from core.fields import Document, Instant
from core.order_draft import CreditedOrder
from core.product import Product
from core.unreadable import Unreadable
from core.vat_code import VatCode


class References(Document):
    """What was found. `product_id` is None when the product did not exist at `looked_at`, when the search began.

    `kept` tells whether any of it was kept from earlier and may be out of date. `products` are those that the settings
    name and these invoices need: those of that number or name, by what the settings call them. `dimensions` is what is
    known of the departments and projects, where any is named. `credited` are the orders of invoices that credits
    belong to, by invoice number.
    """

    looked_at: Instant
    kept: bool
    product_id: str | None
    vat_codes: tuple[VatCode, ...]
    currencies: tuple[Currency, ...]
    products: Mapping[str, tuple[Product | Unreadable, ...]] = Field(default_factory=dict)
    dimensions: Mapping[DimensionKind, Listed] = Field(default_factory=dict)
    credited: Mapping[str, CreditedOrder] = Field(default_factory=dict)

    def says_the_same(self, other: "References") -> bool:
        """Whether both found the same, whenever and wherever they looked."""
        return self.model_copy(update={"looked_at": other.looked_at, "kept": other.kept}) == other
