"""The generic rental product and its category, which order rows are booked on unless a setting says otherwise."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from core.errors import Rejected
from core.fields import Document, ReadText
from core.identity import canonical
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
    found = [one for one in candidates if canonical(one.name or "") == canonical(name)]
    return readable(found) or unreadable(found)
