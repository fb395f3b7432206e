"""Which of the customers that were read carry a key: for APIs that do not search as loosely as people write. Pure."""

from collections.abc import Iterable

from core.customer import CustomerRecord
from core.identity import emails_in, normal_email, search_number
from core.unreadable import Unreadable

Record = CustomerRecord | Unreadable


def carrying_email(records: Iterable[Record], email: str) -> list[Record]:
    """Return those that have this e-mail address in any field, among others perhaps."""
    wanted = normal_email(email)
    return [record for record in records if wanted in emails_in(record.emails)]


def carrying_number(records: Iterable[Record], number: str) -> list[Record]:
    """Return those whose organization number holds this one, however it is spaced."""
    wanted = search_number(number) or number
    return [record for record in records if wanted in (search_number(record.organization_number) or "")]
