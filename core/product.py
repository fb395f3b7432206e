"""What order rows are booked on: the generic rental product and its category, unless a setting says otherwise. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from core.errors import Rejected
from core.fields import Document, Name, ReadText
from core.identity import canonical
from core.invoice import Invoice, InvoiceRow
from core.unreadable import Unreadable, product_cannot_be_read, readable, unreadable


class Category(Document):
    """A category of products in the accounting system."""

    id: str
    name: ReadText


class Product(Document):
    """A product in the accounting system. `number` is what people know it by there, where it has one."""

    id: str
    name: ReadText
    number: ReadText | None = None


_Named = TypeVar("_Named", Category, Product)


def named_exactly(
    name: str,
    candidates: Iterable[_Named | Unreadable],
    *,
    lost: Callable[[Unreadable], Rejected] = product_cannot_be_read,
) -> _Named | None:
    """Pick the candidate of exactly this name; of several, the oldest (a loose search answers more than was asked).

    Errors: Rejected, as `lost` makes it of a candidate, when the only one of this name can't be read.
    Source: docs/behaviour.md, "The order".
    """
    found = of_name(name, candidates)
    if unread := unreadable(found):
        raise lost(unread[0])
    return min(readable(found), key=lambda candidate: (len(candidate.id), candidate.id), default=None)


def of_name(name: str, candidates: Iterable[_Named | Unreadable]) -> Sequence[_Named | Unreadable]:
    """Return the candidates of exactly this name; where there is none, those of that name that can't be read."""
    found = [candidate for candidate in candidates if canonical(candidate.name or "") == canonical(name)]
    return readable(found) or unreadable(found)


class BookedProduct(Document):
    """A product in the accounting system, by its number or else its exact name, and the VAT code of its sales.

    `vat_code` goes before the business's `vat_codes`; without it, the row's rate decides as for every product.
    """

    product: Name
    vat_code: Name | None = None


class NamedProduct(Document):
    """A setting that a row falls under: `source` is the product's name in the settings."""

    source: str
    booked: BookedProduct


def booked_as(row: InvoiceRow, products: Mapping[str, BookedProduct]) -> NamedProduct | None:
    """Return what the settings say a row is booked as: by its product code, else by its text.

    `products` goes by tidied names, as a Business has it; white space and the form of Unicode aside, names are compared
    exactly. A text row books nothing.
    """
    if row.is_text or not products:
        return None
    names = (canonical(text) for text in (row.product_code, row.product) if text)
    return next((NamedProduct(source=name, booked=products[name]) for name in names if name in products), None)


def products_wanted(invoices: Iterable[Invoice], products: Mapping[str, BookedProduct]) -> list[str]:
    """Return which of the accounting system's products these invoices need, each once: by number or name."""
    named = (booked_as(row, products) for invoice in invoices for row in invoice.rows)
    return list(dict.fromkeys(setting.booked.product for setting in named if setting))


def of_number(number: str, found: Iterable[Product | Unreadable]) -> Sequence[Product | Unreadable]:
    """Return the products of exactly this number; where there is none, those that can't be read: one may be it."""
    found = list(found)
    wanted = canonical(number)
    return [product for product in readable(found) if canonical(product.number or "") == wanted] or unreadable(found)


def product_meant(named: NamedProduct, found: Sequence[Product | Unreadable]) -> Product:
    """Return the product that a setting means, of those that have the number or name that it gives.

    Errors: Rejected, codes `unknown_product`, `ambiguous_product`, `unreadable_product`.
    """
    wanted, products = named.booked.product, readable(found)
    if len(products) == 1:
        return products[0]
    if products:
        ids = ", ".join(product.id for product in products)
        raise Rejected(
            f'The business\'s setting products books "{named.source}" as "{wanted}", and {len(products)} products in '
            f"the account are called that (ids {ids}).",
            code="ambiguous_product",
            hint="Give one of them a unique number there, and use that number in products. Then retry the transfer.",
        )
    if lost := unreadable(found):
        raise product_cannot_be_read(lost[0])
    raise Rejected(
        f'The business\'s setting products books "{named.source}" as "{wanted}", which is not the number or '
        "name of a product in the account.",
        code="unknown_product",
        hint="Correct products in the business's settings, or add that product there. Then retry the transfer.",
    )
