"""What an order refers to besides its customer, as it was found in an account."""

from collections.abc import Mapping

from pydantic import Field

from core.currency import Currency
from core.fields import Document, Instant
from core.order_draft import CreditedOrder
from core.vat_code import VatCode


class References(Document):
    """What was found. `product_id` is None when the product did not exist at `looked_at`, when the search began.

    `kept` tells whether any of it was kept from earlier and may be out of date. `credited` are the orders of invoices
    that credits belong to, by invoice number.
    """

    looked_at: Instant
    kept: bool
    product_id: str | None
    vat_codes: tuple[VatCode, ...]
    currencies: tuple[Currency, ...]
    credited: Mapping[str, CreditedOrder] = Field(default_factory=dict)

    def says_the_same(self, other: "References") -> bool:
        """Whether both found the same, whenever and wherever they looked."""
        return self.model_copy(update={"looked_at": other.looked_at, "kept": other.kept}) == other
