"""The generic rental product and its category, which every order row is booked on."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from core.errors import Rejected
from core.fields import Document, ReadText
from core.unreadable import Unreadable, product_cannot_be_read, readable, unreadable


class Category(Document):
    """A category of products in the accounting system."""

    id: str
    name: ReadText


class Product(Document):
    """A product in the accounting system."""

    id: str
    name: ReadText


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
    found = list(candidates)
    exact = [candidate for candidate in readable(found) if candidate.name.strip() == name.strip()]
    unread = [one for one in unreadable(found) if (one.name or "").strip() == name.strip()]
    if unread and not exact:
        raise lost(unread[0])
    return min(exact, key=lambda candidate: (len(candidate.id), candidate.id), default=None)
