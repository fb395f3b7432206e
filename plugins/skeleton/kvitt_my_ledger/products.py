"""The ProductCatalog port."""

from collections.abc import Sequence

from kvitt import Category, Product, Unreadable


class Products:
    """Products and their categories. Kvitt picks the exact name: searches may answer more."""

    def find_products(self, name: str) -> Sequence[Product | Unreadable]:
        """Return the products that may have this name."""
        raise NotImplementedError("Search for products of this name, and return a Product for each hit.")

    def find_numbered(self, number: str) -> Sequence[Product | Unreadable]:
        """Return the products that may have this number, by which people know them."""
        raise NotImplementedError("Search for products of this number, and return a Product with it for each hit.")

    def find_categories(self, name: str) -> Sequence[Category | Unreadable]:
        """Return the categories that may have this name."""
        raise NotImplementedError("Search for categories of this name, and return a Category for each hit.")

    def create_category(self, name: str) -> str:
        """Create a category and return its id."""
        raise NotImplementedError("Create the category, and return its id.")

    def create_product(self, name: str, *, category_id: str) -> str:
        """Create a product in a category and return its id."""
        raise NotImplementedError("Create the product in the category, and return its id.")
