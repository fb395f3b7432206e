"""The customer as the source states it, and a customer record as an accounting system holds it."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.no import orgnr

from core.fields import Document, ReadText, ShownText, Text, hidden_in, is_as_stored

_MVA_FORM = re.compile(r"(?:NO)?(\d{9})(?:MVA)?")


class Address(Document):
    """A postal address. `country` is an ISO 3166 alpha-2 code; `additional_street` is the street's second line."""

    street: Text | None = None
    additional_street: Text | None = Field(default=None, examples=["Oppgang B"])
    postal_code: Text | None = None
    city: Text | None = None
    country: Text | None = None

    @property
    def whole_street(self) -> str | None:
        """Both lines of the street in one, as it is written where there is no second line; None without any."""
        return ", ".join(line for text in (self.street, self.additional_street) if (line := tidy(text or ""))) or None


def _shown(address: Address, info: ValidationInfo) -> Address:
    """Refuse of an address that a source states what can't be seen; one that was read may hold anything."""
    if not is_as_stored(info):
        for part, text in address:
            if fault := hidden_in(text or ""):
                raise ValueError(f"{part} {fault}")
    return address


class Customer(Document):
    """Who the invoice is for, as the source states it.

    `name` is the person's name. With `organization_name` or `organization_number` the customer is a company.
    """

    name: ShownText | None = None
    email: ShownText | None = None
    phone: Text | None = None
    organization_name: ShownText | None = None
    organization_number: ShownText | None = None
    address: Annotated[Address, AfterValidator(_shown)] | None = None

    @property
    def is_company(self) -> bool:
        """Whether an organization is invoiced, not a person."""
        return bool(_filled(self.organization_name) or _filled(self.organization_number))

    @property
    def booked_name(self) -> str:
        """The name that the record carries: the organization's when there is one, else the person's.

        Source: documented behaviour, "If organization name is set, the customer name on 24Seven will be same as
        organization name".
        """
        return tidy(_filled(self.organization_name) or self.name or "")

    @property
    def kind(self) -> "CustomerKind":
        """The kind of record that is made for this customer."""
        return CustomerKind.BUSINESS if self.is_company else CustomerKind.CONSUMER

    @property
    def key_number(self) -> str | None:
        """The organization number in the form in which it is compared, or None."""
        return normal_organization_number(self.organization_number)

    @property
    def key_email(self) -> str | None:
        """The e-mail address in the form in which it is compared, or None."""
        return normal_email(self.email)


class CustomerKind(StrEnum):
    """What a record in the accounting system stands for."""

    BUSINESS = "business"
    CONSUMER = "consumer"
    LEAD = "lead"
    SUPPLIER = "supplier"
    UNKNOWN = "unknown"


class CustomerRecord(Document):
    """A customer in the accounting system, as it was read.

    `addresses` are those that a change of address must reach (in 24SevenOffice: post and invoice), `None` or blank
    parts included. `carried` is the adapter's own: what it must send back unchanged when it updates the record;
    the core neither reads nor changes it.
    """

    id: str
    name: ReadText
    kind: CustomerKind = CustomerKind.UNKNOWN
    organization_number: ReadText | None = None
    emails: tuple[ReadText, ...] = ()
    phones: tuple[ReadText, ...] = ()
    addresses: tuple[Address, ...] = ()
    carried: Mapping[str, str] = Field(default_factory=dict, repr=False)


def tidy(text: str) -> str:
    """Fold runs of white space into one space; nothing at the ends."""
    return " ".join(text.split())


def normal_organization_number(number: str | None) -> str | None:
    """Return an organization number in the one form in which numbers are compared, or None when there is none.

    "817 404 502" and "NO817404502MVA" are the same Norwegian number (FACTS: Norwegian VAT). Others are compared by
    their letters and digits.
    """
    compact = re.sub(r"[^0-9A-Z]", "", (number or "").upper())
    if match := _MVA_FORM.fullmatch(compact):
        return match.group(1)
    return compact or None


def is_norwegian_organization_number(number: str) -> bool:
    """Whether this is nine digits with the right mod-11 check digit, however it is spaced."""
    try:
        orgnr.validate(normal_organization_number(number) or "")
    except StdnumError:
        return False
    return True


def normal_email(email: str | None) -> str | None:
    """Return an e-mail address in the form in which addresses are compared: whole, without regard to case."""
    return (email or "").strip().casefold() or None


def _filled(text: str | None) -> str | None:
    return text if text and text.strip() else None
