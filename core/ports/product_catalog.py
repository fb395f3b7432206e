"""Products and their categories in the accounting system."""

from collections.abc import Sequence
from typing import Protocol

from core.product import Category, Product
from core.unreadable import Unreadable


class ProductCatalog(Protocol):
    """The accounting system, as a place that knows products.

    Finding may answer more than was asked for; the exact name is picked in the core. What is there and can't
    be read is Unreadable, in its place among the others.
    Errors of every method: AccessRefused, TryAgain, Rejected; of the creating ones OutcomeUnknown as well.
    """

    def find_products(self, name: str) -> Sequence[Product | Unreadable]:
        """Return products that may have this name."""

    def find_numbered(self, number: str) -> Sequence[Product | Unreadable]:
        """Return products that may have this number."""

    def find_categories(self, name: str) -> Sequence[Category | Unreadable]:
        """Return categories that may have this name."""

    def create_category(self, name: str) -> str:
        """Create a category and return its id."""

    def create_product(self, name: str, *, category_id: str) -> str:
        """Create a product in a category and return its id."""
