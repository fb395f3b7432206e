"""Which fields of a customer record an invoice brings up to date.

Pure. Only fields that the source has and that differ; nothing is emptied; no change at all when nothing differs.
Source: docs/behaviour.md, "Which customer".
"""

import re
from collections.abc import Callable, Iterable, Mapping

from core.business import CustomerUpdates
from core.customer import (
    Address,
    Customer,
    CustomerKind,
    CustomerRecord,
)
from core.customer_choice import is_not_its_number
from core.fields import Document
from core.identity import normal_organization_number, tidy

_NORWEGIAN_PHONE_DIGITS = 8
_LONGEST_FIELD = 254  # what an e-mail address may have (RFC 5321); a field that is full is left as it is


class CustomerChanges(Document):
    """New values for a record; None leaves a field as it is.

    `email` is the whole new content of the contact's field, with the addresses that stay in it; `invoice_email` that of
    the field for invoices, which is written only while it is empty (a system without such a field leaves it out).
    Each of `addresses` is whole and belongs to the record's address of the same position.
    """

    name: str | None = None
    kind: CustomerKind | None = None
    organization_number: str | None = None
    email: str | None = None
    invoice_email: str | None = None
    phone: str | None = None
    addresses: tuple[Address, ...] | None = None

    @property
    def fields(self) -> list[str]:
        """The names of the fields that change."""
        return [name for name in type(self).model_fields if getattr(self, name) is not None]


def changed_fields(
    customer: Customer, record: CustomerRecord, *, updates: CustomerUpdates = CustomerUpdates.UPDATE
) -> CustomerChanges | None:
    """Say what to change in the record that was found for this customer, or None when nothing does.

    `updates` is the business's setting: what differs, only what is empty (an address that says something else is not
    mixed with the invoice's), or nothing at all.

    A company's record keeps its name, kind and organization number when the source names no organization, or one
    with another number (a person may have chosen that record).
    """
    if updates is CustomerUpdates.NEVER:
        return None
    changes = CustomerChanges(
        **_identity(customer, record),
        **_emails(customer, record),
        phone=_missing(customer.phone, record.phones, _normal_phone),
        addresses=_addresses(customer.address, record.addresses),
    )
    if updates is CustomerUpdates.FILL:
        changes = _only_empty(changes, customer, record)
    return changes if changes.fields else None


def fields_before(record: CustomerRecord, changes: CustomerChanges) -> dict[str, object]:
    """Return what the record says in the fields that change, as JSON; None where it says nothing.

    A new phone number is one more beside those that are there: of these all are named.
    """
    addresses = [address.model_dump(mode="json", exclude_none=True) for address in record.addresses]
    said: dict[str, object] = {
        "name": record.name or None,
        "kind": None if record.kind is CustomerKind.UNKNOWN else record.kind.value,
        "organization_number": record.organization_number or None,
        "email": record.contact_email or None,
        "invoice_email": record.invoice_email or None,
        "phone": ", ".join(record.phones) or None,
        "addresses": addresses,
    }
    return {field: said[field] for field in changes.fields}


def applied(record: CustomerRecord, changes: CustomerChanges, *, pushes_out: bool = False) -> CustomerRecord:
    """Return the record as it reads once the changes are written.

    `pushes_out`: a new phone takes the place of those that were there, else it is one more. Which of them it will be is
    the accounting system's doing, and may differ from slot to slot.
    """
    plainly = {field: getattr(changes, field) for field in ("name", "kind", "organization_number", "addresses")}
    contact = changes.email or record.contact_email
    invoice = changes.invoice_email or record.invoice_email
    others = [email for email in record.emails if email != record.contact_email]
    return record.model_copy(
        update={
            **{field: value for field, value in plainly.items() if value is not None},
            "contact_email": contact,
            "invoice_email": invoice,
            "emails": tuple(dict.fromkeys(email for email in (contact, invoice, *others) if email)),
            "phones": _with(changes.phone, record.phones, pushes_out=pushes_out),
        }
    )


def _with(new: str | None, present: tuple[str, ...], *, pushes_out: bool) -> tuple[str, ...]:
    if new is None:
        return present
    return (new,) if pushes_out else (new, *present)


def _emails(customer: Customer, record: CustomerRecord) -> dict[str, str | None]:
    """Put an address that is in no field before those in the contact's field, and into an empty one for invoices."""
    if customer.key_email is None or customer.key_email in record.known_emails:
        return {}
    email, held = tidy(customer.email or ""), tidy(record.contact_email or "")
    contact = f"{email}; {held}" if held else email
    return {
        "email": contact if len(contact) <= _LONGEST_FIELD or not held else None,
        "invoice_email": None if tidy(record.invoice_email or "") else email,
    }


def _only_empty(changes: CustomerChanges, customer: Customer, record: CustomerRecord) -> CustomerChanges:
    """Leave out of the changes what the record has."""
    kind = changes.kind if record.kind is CustomerKind.UNKNOWN else None
    fits = (kind or record.kind) is customer.kind
    addresses = tuple(
        new if all(had in ("", has) for had, has in zip(_shown(old), _shown(new), strict=True)) else old
        for old, new in zip(record.addresses, changes.addresses or (), strict=False)
    )
    return CustomerChanges(
        name=None if tidy(record.name) else changes.name,
        kind=kind,
        organization_number=changes.organization_number if fits else None,
        email=None if tidy(record.contact_email or "") else changes.email,
        invoice_email=changes.invoice_email,
        phone=None if record.phones else changes.phone,
        addresses=addresses if addresses and addresses != record.addresses else None,
    )


def _identity(customer: Customer, record: CustomerRecord) -> dict[str, str | CustomerKind | None]:
    number = normal_organization_number(record.organization_number)
    is_company = bool(number) or record.kind is CustomerKind.BUSINESS
    if is_company and not customer.is_company:
        return {}
    if is_not_its_number(record, customer):
        return {}
    names_it = not is_company or bool((customer.organization_name or "").strip())
    return {
        "name": customer.booked_name if names_it and customer.booked_name not in ("", tidy(record.name)) else None,
        "kind": customer.kind if record.kind is not customer.kind else None,
        "organization_number": None if number else customer.written_number,
    }


def _missing(value: str | None, present: Iterable[str], normal: Callable[[str | None], str | None]) -> str | None:
    """Return the value unless it is empty or there already, in whatever slot and spelling."""
    if normal(value) is None or normal(value) in {normal(other) for other in present}:
        return None
    return tidy(value or "")


def _addresses(stated: Address | None, recorded: tuple[Address, ...]) -> tuple[Address, ...] | None:
    """Write the stated parts over each recorded address; parts that the source lacks stay."""
    given = {part: tidy(text) for part, text in (stated or Address()) if text and text.strip()}
    if "street" not in given and "additional_street" in given:  # a second line alone is the street
        given["street"] = given.pop("additional_street")
    wanted = tuple(_with_stated(address, given) for address in recorded)
    same = all(_shown(old) == _shown(new) for old, new in zip(recorded, wanted, strict=True))
    return None if same else wanted


def _with_stated(address: Address, given: Mapping[str, str]) -> Address:
    has_street = "additional_street" not in given and address.whole_street == given.get("street")
    return address.model_copy(
        update={part: text for part, text in given.items() if not (has_street and part == "street")}
    )


def _shown(address: Address) -> list[str]:
    """Both lines of the street count as one: not every system has two."""
    return [tidy(text or "") for text in (address.whole_street, address.postal_code, address.city, address.country)]


def _normal_phone(phone: str | None) -> str | None:
    """Compare phone numbers by their digits, a Norwegian number with or without its country code."""
    digits = re.sub(r"\D", "", phone or "")
    for prefix in ("0047", "47"):
        if digits.startswith(prefix) and len(digits) == len(prefix) + _NORWEGIAN_PHONE_DIGITS:
            return digits.removeprefix(prefix)
    return digits or None
