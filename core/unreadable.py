"""Records of an accounting system that are there and can't be read.

Pure. One of them never stops what it is read together with: it is left out, and told of in the transfer's story, unless
it is the one that is wanted. Characters that nothing can store make no record unreadable: they are dropped from it.
"""

from collections.abc import Iterable
from typing import TypeVar

from core.errors import Rejected
from core.fields import Document

Found = TypeVar("Found")

_MOST_NAMED = 5


class Unreadable(Document):
    """A record that can't be read, and what could be read of it all the same: None or empty is not known.

    `reason` is for a person and completes "it can't be read"; it names nothing personal.
    """

    id: str | None = None
    name: str | None = None
    organization_number: str | None = None
    emails: tuple[str, ...] = ()
    reason: str


def readable(found: Iterable[Found | Unreadable]) -> list[Found]:
    """Return what could be read."""
    return [record for record in found if not isinstance(record, Unreadable)]


def unreadable(found: Iterable[object]) -> list[Unreadable]:
    """Return what could not be read."""
    return [record for record in found if isinstance(record, Unreadable)]


def told_of(what: str, found: Iterable[object]) -> str:
    """Say which of several records could not be read, as the end of a sentence; nothing when all could.

    `what` is what they are, such as "customer".
    """
    left_out = unreadable(found)
    if not left_out:
        return ""
    named = [f"{_named(what, record)} ({record.reason})" for record in left_out[:_MOST_NAMED]]
    more = [f"{len(left_out) - _MOST_NAMED} more"] if len(left_out) > _MOST_NAMED else []
    return f"; left out, because it can't be read: {', '.join([*named, *more])}"


def customer_cannot_be_read(record: Unreadable) -> Rejected:
    """Return the error for a customer's record that is the one that is wanted."""
    return Rejected(_wanted("customer", record), code="unreadable_customer", hint=_mend("customer"))


def product_cannot_be_read(record: Unreadable) -> Rejected:
    """Return the error for a product that is the one that is wanted."""
    return Rejected(_wanted("product", record), code="unreadable_product", hint=_mend("product"))


def category_cannot_be_read(record: Unreadable) -> Rejected:
    """Return the error for a category of products that is the one that is wanted."""
    return Rejected(_wanted("category", record), code="unreadable_category", hint=_mend("category"))


def _wanted(what: str, record: Unreadable) -> str:
    return f"{_named(what, record).capitalize()} is the one that is needed, and it can't be read: {record.reason}."


def _mend(what: str) -> str:
    return f"Open that {what} in the accounting system, correct and save it, then retry the transfer."


def _named(what: str, record: Unreadable) -> str:
    return f"{what} {record.id}" if record.id else f"a {what} without an id"
