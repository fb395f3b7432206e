"""Books: one company's ledger in one accounting system, and what that system says of the account there.

What is kept of an order counts for the books it lies in. Pure. Source: docs/behaviour.md, "Words".
"""

from collections.abc import Mapping

from core.errors import OtherBooks, Outcome
from core.fields import Document


class Books(Document):
    """Whose books a login leads to, as the accounting system told.

    `system` names the accounting system, alike through all of its APIs. `company_id` is the company's own there and
    never changes, nor differs between those APIs; its name, for people, may change, and is empty where it is not told.
    """

    system: str
    company_id: str
    company: str = ""

    @property
    def key(self) -> str:
        """What the books are told from others by."""
        return f"{self.system} {self.company_id}"

    @property
    def named(self) -> str:
        """Name them for a person."""
        company = f'"{self.company}"' if self.company else "a company without a name"
        return f"{company} in {self.system} (company {self.company_id})"


def same_books(one: Books, other: Books) -> bool:
    """Whether two identities are one company's ledger, through whichever API of its accounting system each was told.

    The company's id decides and its name does not: companies are renamed, and two may have one name. That the APIs of
    24SevenOffice number companies alike is assumed; were it not so, an invoice would be taken to lie in other books,
    which doubles nothing.
    """
    return one.key == other.key


def order_elsewhere(number: str, *, there: Books, here: Books) -> OtherBooks:
    """The error for whatever asks, in these books, about an invoice that was transferred into others."""
    return OtherBooks(
        f"Invoice {number} was sent to the books of {there.named}. The business is connected to {here.named} "
        "now, and nothing was read or written there.",
        hint=f"Look for its order in the books of {there.named}, or set the business's connection back to them "
        "(business add).",
        code="other_books",
        outcome=Outcome.WRITTEN,
    )


def intent_elsewhere(number: str, *, there: Books, here: Books) -> OtherBooks:
    """The error for an invoice whose order may have been created in other books: only those can tell."""
    return OtherBooks(
        f"An order for invoice {number} was begun in the books of {there.named}, and it is not yet known whether it "
        f"is there. The business is connected to {here.named} now; nothing was created there.",
        hint=f"Set the business's connection back to the books of {there.named} (business add): Kvitt then looks for "
        "the order there, and the transfer goes on.",
    )


def known_as(key: str, known: Mapping[str, Books]) -> Books:
    """Return the books of this key; where they are not known any more, what the key tells of them."""
    system, _, company_id = key.partition(" ")
    return known.get(key) or Books(system=system, company_id=company_id)


class Account(Document):
    """Whose books are reached: the company's name as the accounting system shows it, and its id there."""

    name: str
    id: str


class Right(Document):
    """One thing the gateway must be allowed to do, and whether it is. `message` says why not."""

    name: str
    allowed: bool
    message: str | None = None
