"""The customers among whom a person has to choose, as data. Pure."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import ConfigDict, JsonValue

from core.customer import Address, CustomerRecord
from core.errors import Rejected
from core.fields import Document, ReadText


class MatchedBy(StrEnum):
    """What a customer's record has in common with the customer on the invoice."""

    ORGANIZATION_NUMBER = "organization_number"
    EMAIL = "email"
    NAME = "name"


_EXAMPLE: dict[str, JsonValue] = {
    "id": "20001",
    "name": "Moe Anlegg AS",
    "organization_number": "911 000 008",
    "emails": ["faktura@moe.example"],
    "address": {
        "street": "Prøveveien 3",
        "additional_street": "Oppgang B",
        "postal_code": "0001",
        "city": "Oslo",
        "country": "NO",
    },
    "matches": ["organization_number", "name"],
}


class CustomerCandidate(Document):
    """A customer in the accounting system that may be the invoice's, as its record reads.

    `address` is the record's first that says anything; `matches` is what the record has in common with the invoice.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: str
    name: ReadText
    organization_number: ReadText | None = None
    emails: tuple[ReadText, ...] = ()
    address: Address | None = None
    matches: tuple[MatchedBy, ...] = ()

    @classmethod
    def of(cls, record: CustomerRecord, *, matches: Sequence[MatchedBy]) -> "CustomerCandidate":
        """Show a record to whoever chooses."""
        return cls(
            id=record.id,
            name=record.name,
            organization_number=record.organization_number,
            emails=tuple(dict.fromkeys(email for email in record.emails if email.strip())),
            address=next((one for one in record.addresses if any(text for _, text in one)), None),
            matches=tuple(matches),
        )


class AmbiguousCustomer(Rejected):
    """Several customers may be the invoice's, or it can't be told whether one is: a person chooses among them."""

    default_code = "ambiguous_customer"
    default_hint = "Choose one with customer link (it is remembered), or correct the records; then retry the transfer."

    def __init__(self, message: str, *, candidates: Sequence[CustomerCandidate]) -> None:
        super().__init__(message)
        self.candidates = tuple(candidates)
