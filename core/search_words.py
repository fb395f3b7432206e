"""The words by which an invoice is found, and the words that a person searches with, in one form.

Pure. A word that is searched for finds every word that begins with it; several find what has them all.
Source: docs/decisions/listings.md.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum

from core.customer import Customer
from core.identity import emails_in, normal_name, organization_number, search_number, search_numbers
from core.invoice import Invoice

LONGEST_WORD = 60
"""So many signs of a word are compared."""

MOST_WORDS = 24
"""So many words of an invoice's customer are kept: names have fewer."""

MOST_SEARCHED = 6
"""So many words may be searched for at once."""

_PARTS = re.compile(r"[\W_]+")
_DIGITS_APART = re.compile(r"[0-9][0-9\s]*")
# A Norwegian organization number among other words, whole or as far as it is typed, with what people write around it.
_NUMBER_AMONG_WORDS = re.compile(
    r"(?<!\S)(?:NO\s?)?([0-9]{3}(?:\s[0-9]{3})*\s[0-9]{1,3}|[0-9]{9})(?:\s?MVA)?(?!\S)", re.IGNORECASE
)
_AROUND_ADDRESSES = "<>@"


class WordKind(StrEnum):
    """Where a word stands on an invoice."""

    CUSTOMER = "customer"
    NUMBER = "number"
    ORDER_NUMBER = "order"


def words_of(invoice: Invoice) -> frozenset[tuple[WordKind, str]]:
    """Return by what an invoice is found: its number, order number, and the customer's names, e-mail and number."""
    customer = list(dict.fromkeys(_customer_words(invoice.customer)))[:MOST_WORDS]
    return frozenset(
        [
            *((WordKind.NUMBER, word) for word in _whole(invoice.number)),
            *((WordKind.ORDER_NUMBER, word) for word in _whole(invoice.order_number)),
            *((WordKind.CUSTOMER, word) for word in customer),
        ]
    )


def searched_words(text: str) -> tuple[str, ...]:
    """Return the words that a person searches with, at most MOST_SEARCHED; none where there is nothing to look for.

    An organization number, or another row of digits, may have spaces in it; an e-mail address may be copied with what
    a mail program writes around it.
    """
    number = organization_number(text)
    if number and number.fault is None and number.country is not None and (digits := search_number(text)):
        return (digits[:LONGEST_WORD],)
    if _DIGITS_APART.fullmatch(text.strip()):
        return ("".join(text.split())[:LONGEST_WORD],)
    joined = _NUMBER_AMONG_WORDS.sub(lambda found: "".join(found[1].split()), text)
    words = (word.removeprefix("mailto:").strip(_AROUND_ADDRESSES) for word in _whole(joined))
    return tuple(dict.fromkeys(filter(None, words)))[:MOST_SEARCHED]


def _customer_words(customer: Customer) -> Iterator[str]:
    yield from search_numbers(customer.organization_number, country=customer.country)
    yield from (word for email in emails_in([customer.email]) for word in _whole(email))
    for name in (customer.organization_name, customer.name):
        yield from _parted(name)
    # The part behind the @ is a word of its own: what is before it begins the whole.
    yield from (_cut(email.rpartition("@")[2]) for email in emails_in([customer.email]))


def _whole(text: str | None) -> Iterable[str]:
    return filter(None, (_cut(word) for word in _normal(text).split()))


def _parted(name: str | None) -> Iterator[str]:
    """Yield a name's words, and the parts of those that are written with signs between: Fjell-Utleie is both."""
    for word in _whole(name):
        yield word
        if len(parts := [part for part in _PARTS.split(word) if part]) > 1:
            yield from parts


def _normal(text: str | None) -> str:
    return normal_name("".join(sign for sign in text or "" if unicodedata.category(sign) not in ("Cc", "Cs")))


def _cut(word: str) -> str:
    return word.strip(".,;:()\"'")[:LONGEST_WORD]
