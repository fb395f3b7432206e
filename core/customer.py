"""The customer as the source states it, a customer record as an accounting system holds it, and what finds one."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from core.fields import Document, ReadText, ShownText, SourceText, hidden_in, is_as_stored
from core.identity import (
    emails_in,
    normal_email,
    normal_organization_number,
    search_numbers,
    tidy,
    written_organization_number,
)
from core.unreadable import Unreadable

TOO_FAR_BACK = timedelta(days=14)
"""Changes since longer ago are not asked for: all is read anew (docs/24sevenoffice.md, "Searching")."""


class Address(Document):
    """A postal address.

    `country` is an ISO 3166 alpha-2 code, in capitals; `additional_street` is the street's second line.
    """

    street: SourceText | None = None
    additional_street: SourceText | None = Field(default=None, examples=["Oppgang B"])
    postal_code: SourceText | None = None
    city: SourceText | None = None
    country: SourceText | None = None

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
    phone: SourceText | None = None
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

        Source: docs/behaviour.md, "Which customer".
        """
        return tidy(_filled(self.organization_name) or self.name or "")

    @property
    def kind(self) -> "CustomerKind":
        """The kind of record that is made for this customer."""
        return CustomerKind.BUSINESS if self.is_company else CustomerKind.CONSUMER

    @property
    def key_number(self) -> str | None:
        """The organization number in the form in which it is remembered, or None."""
        return normal_organization_number(self.organization_number, country=self.country)

    @property
    def written_number(self) -> str | None:
        """The organization number as it is written into a record, or None."""
        return written_organization_number(self.organization_number, country=self.country)

    @property
    def searched_numbers(self) -> tuple[str, ...]:
        """All that a record with the organization number may be listed under; the first is part of the others."""
        return search_numbers(self.organization_number, country=self.country)

    @property
    def country(self) -> str | None:
        """The country of the address, or None."""
        return _filled(self.address.country) if self.address else None

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

    `emails` is what the fields for e-mail addresses hold, each perhaps several; among them `contact_email`, the field
    that a customer's own address is written to, and `invoice_email`, the one for invoices, where the system has one.
    `addresses` are those that a change of address must reach (in 24SevenOffice: post and invoice), `None` or blank
    parts included. `carried` is the adapter's own: what it must send back unchanged when it updates the record;
    the core neither reads nor changes it.
    """

    id: str
    name: ReadText
    kind: CustomerKind = CustomerKind.UNKNOWN
    organization_number: ReadText | None = None
    emails: tuple[ReadText, ...] = ()
    contact_email: ReadText | None = None
    invoice_email: ReadText | None = None
    phones: tuple[ReadText, ...] = ()
    addresses: tuple[Address, ...] = ()
    carried: Mapping[str, str] = Field(default_factory=dict, repr=False)

    @property
    def country(self) -> str | None:
        """The country of the record's addresses, or None where they name none."""
        return next((found for address in self.addresses if (found := _filled(address.country))), None)

    @property
    def known_emails(self) -> tuple[str, ...]:
        """Every address in every field, as addresses are compared: a field may hold several."""
        return emails_in(self.emails)


class CustomerEntry(Document):
    """What a directory of all customers remembers of each: what it is searched by, as it stands in the record."""

    id: str
    organization_number: ReadText | None = None
    emails: tuple[ReadText, ...] = ()


def known_entries(page: Iterable[CustomerEntry | Unreadable]) -> list[CustomerEntry]:
    """Return what customers are searched by, also of those that can't be read: one may be the record that is wanted."""
    return [
        CustomerEntry(id=record.id, organization_number=record.organization_number, emails=record.emails)
        for record in page
        if record.id is not None
    ]


def _filled(text: str | None) -> str | None:
    return text if text and text.strip() else None
