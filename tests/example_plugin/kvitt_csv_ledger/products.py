"""The ProductCatalog port."""

from uuid import uuid4

from kvitt import Category, Product, Rejected
from kvitt_csv_ledger.errors import translated
from kvitt_csv_ledger.folder import Folder, Row


class LedgerProducts:
    """Products and categories are rows of a file each."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def find_products(self, name: str) -> list[Product]:
        """Return products of this name."""
        return [one for one in self._products() if one.name == name]

    def find_numbered(self, number: str) -> list[Product]:
        """Return products of this number."""
        return [one for one in self._products() if one.number == number]

    def find_categories(self, name: str) -> list[Category]:
        """Return categories of this name."""
        return [Category(id=row["id"], name=row["name"]) for row in self._rows("categories") if row["name"] == name]

    def create_category(self, name: str) -> str:
        """Create a category."""
        return self._added("categories", {"name": name})

    def create_product(self, name: str, *, category_id: str) -> str:
        """Create a product."""
        if category_id not in [row["id"] for row in self._rows("categories")]:
            raise Rejected("The category is not in the ledger any more.", code="unknown_category")
        return self._added("products", {"number": "", "name": name, "category_id": category_id})

    def _products(self) -> list[Product]:
        return [Product(id=row["id"], name=row["name"], number=row["number"] or None) for row in self._rows("products")]

    def _rows(self, table: str) -> list[Row]:
        with translated():
            return self._folder.rows(table)

    def _added(self, table: str, row: Row) -> str:
        def add(rows: list[Row]) -> str:
            new_id = str(uuid4())
            rows.append({"id": new_id, **row})
            return new_id

        with translated():
            return self._folder.change(table, add)
