"""The generic rental product and its category, which every order row is booked on."""

from collections.abc import Iterable
from typing import TypeVar

from core.fields import Document


class Category(Document):
    """A category of products in the accounting system."""

    id: str
    name: str


class Product(Document):
    """A product in the accounting system."""

    id: str
    name: str


_Named = TypeVar("_Named", Category, Product)


def named_exactly(name: str, candidates: Iterable[_Named]) -> _Named | None:
    """Pick the candidate of exactly this name; of several, the oldest (a loose search answers more than was asked).

    Source: documented behaviour, "by looking up product name property which is defined as a setting".
    """
    exact = [candidate for candidate in candidates if candidate.name.strip() == name.strip()]
    return min(exact, key=lambda candidate: (len(candidate.id), candidate.id), default=None)
