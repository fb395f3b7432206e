"""What a currency is worth in an account's books."""

from collections.abc import Sequence

from core.errors import Rejected
from core.fields import DecimalText, Document

HOME_CURRENCY = "NOK"


class Currency(Document):
    """A currency of the account: `unit` of it is worth `rate` Norwegian kroner.

    `rate` is None where the accounting system sets the rate itself, and an order says none.
    """

    code: str
    rate: DecimalText | None
    unit: int = 1


def account_currency(code: str, *, account: Sequence[Currency]) -> Currency:
    """Find a foreign currency among the account's.

    An order without a rate would be booked one to one, so a currency that is not there is refused.

    Errors: Rejected, code `unknown_currency`, naming those the account has.
    Source: docs/24sevenoffice.md, "Orders".
    """
    for currency in account:
        if currency.code == code:
            return currency
    known = ", ".join(sorted({currency.code for currency in account})) or "none"
    raise Rejected(
        f"The account has no rate for the currency {code}. It has {known}.",
        code="unknown_currency",
        hint=f"Add {code} to the account's currencies in the accounting system, then retry the transfer.",
    )
