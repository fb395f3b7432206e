"""Products and their categories in the accounting system."""

from typing import Protocol

from core.product import Category, Product


class ProductCatalog(Protocol):
    """The accounting system, as a place that knows products.

    Finding may answer more than was asked for; the exact name is picked in the core.
    Errors of every method: AccessRefused, TryAgain, Rejected; of the creating ones OutcomeUnknown as well.
    """

    def find_products(self, name: str) -> list[Product]:
        """Return products that may have this name."""

    def find_categories(self, name: str) -> list[Category]:
        """Return categories that may have this name."""

    def create_category(self, name: str) -> str:
        """Create a category and return its id."""

    def create_product(self, name: str, *, category_id: str) -> str:
        """Create a product in a category and return its id."""
