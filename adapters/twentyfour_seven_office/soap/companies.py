"""Customers: the vendor's Company. Pure.

Source: docs/24sevenoffice.md, "Customers": a consumer's Name is the family name and FirstName the rest; any e-mail or
phone slot counts as present; addresses Post and Invoice are written whole; what an update could reset is sent back.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from adapters.http_api.values import text_in, without_nothing
from adapters.twentyfour_seven_office.soap.values import id_in
from adapters.twentyfour_seven_office.values import UNREADABLE
from core.customer import (
    Address,
    Customer,
    CustomerEntry,
    CustomerKind,
    CustomerRecord,
)
from core.customer_changes import CustomerChanges
from core.fields import plain
from core.identity import normal_name, tidy, written_organization_number
from core.unreadable import Unreadable

RETURN_PROPERTIES = (
    "Id",
    "OrganizationNumber",
    "Name",
    "FirstName",
    "Addresses",
    "PhoneNumbers",
    "EmailAddresses",
    "Type",
    "AccountDebit",
    "AccountCredit",
    "Discount",
    "BlockInvoice",
    "CurrencyId",
)
ENTRY_PROPERTIES = ("Id", "OrganizationNumber", "EmailAddresses")
KEY_PROPERTIES = (*ENTRY_PROPERTIES, "Name", "FirstName", "Type")

_LONGEST_FIRST_NAME = 50
_KINDS = {
    "Business": CustomerKind.BUSINESS,
    "Consumer": CustomerKind.CONSUMER,
    "Lead": CustomerKind.LEAD,
    "Supplier": CustomerKind.SUPPLIER,
    "None": CustomerKind.UNKNOWN,
}
_TYPES = {kind: name for name, kind in _KINDS.items()}
_CONTACT_EMAIL, _INVOICE_EMAIL = "Primary", "Invoice"
_EMAIL_SLOTS = (_CONTACT_EMAIL, _INVOICE_EMAIL, "Work", "Home", "Alternative")
_PHONE_SLOTS = ("Primary", "Mobile", "Work", "Home")  # Fax is no phone
_WRITTEN_ADDRESSES = ("Post", "Invoice")
_UNSEEN_PARTS = ("Name", "State")  # parts of an address that no invoice has: kept when it is written whole
# What an update without it may reset, and how each is read from the text in which it is carried.
_RESET_WHEN_ABSENT: dict[str, Callable[[str], Any]] = {
    "BlockInvoice": lambda text: text == "true",
    "Discount": Decimal,
    "AccountDebit": int,
    "AccountCredit": int,
    "CurrencyId": str,
}


def customer_record(company: Mapping[str, Any]) -> CustomerRecord | None:
    """Read a company; None when it has no id."""
    record_id = id_in(company.get("Id"))
    if record_id is None:
        return None
    kind = _KINDS.get(company.get("Type") or "None", CustomerKind.UNKNOWN)
    addresses = company.get("Addresses") or {}
    return CustomerRecord(
        id=record_id,
        name=_name_in(company, kind),
        kind=kind,
        organization_number=text_in(company.get("OrganizationNumber")),
        emails=_values_in(company.get("EmailAddresses"), _EMAIL_SLOTS),
        contact_email=_email_in(company, _CONTACT_EMAIL),
        invoice_email=_email_in(company, _INVOICE_EMAIL),
        phones=_values_in(company.get("PhoneNumbers"), _PHONE_SLOTS),
        addresses=tuple(_address_in(addresses.get(slot)) for slot in _WRITTEN_ADDRESSES),
        carried=_carried(company, addresses),
    )


def customer_entry(company: Mapping[str, Any]) -> CustomerEntry | None:
    """Read what a company is searched by; None when it has no id."""
    record_id = id_in(company.get("Id"))
    if record_id is None:
        return None
    return CustomerEntry(
        id=record_id,
        organization_number=text_in(company.get("OrganizationNumber")),
        emails=_values_in(company.get("EmailAddresses"), _EMAIL_SLOTS),
    )


def unreadable_customer(company: Mapping[str, Any]) -> Unreadable:
    """Read what is known of a company that can't be read as a whole."""
    return Unreadable(
        id=id_in(company.get("Id")),
        organization_number=text_in(company.get("OrganizationNumber")),
        emails=_values_in(company.get("EmailAddresses"), _EMAIL_SLOTS),
        reason=UNREADABLE,
    )


def asked_keys(customer: Customer) -> tuple[Hashable, Hashable | None]:
    """By what a new customer is told from others: with its name, and without; None when it has nothing but a name."""
    return _keys(customer.written_number, [customer.key_email], customer.booked_name)


def found_keys(record: CustomerRecord) -> tuple[Hashable, Hashable | None]:
    """By what a record is told from others that were created with it: with its name, and without."""
    return _keys(
        written_organization_number(record.organization_number),
        record.known_emails,
        record.name,
    )


def new_company(customer: Customer) -> dict[str, Any]:
    """Describe a customer that is to be created; what the source lacks is left out."""
    return without_nothing(
        {
            "OrganizationNumber": customer.written_number,
            **_new_name(customer.booked_name, customer.kind),
            "Addresses": _addresses_out([customer.address] * len(_WRITTEN_ADDRESSES), carried={}),
            "PhoneNumbers": _phones_out(customer.phone),
            "EmailAddresses": _emails_out(customer.email, customer.email),
            "Type": _TYPES[customer.kind],
        }
    )


def changed_company(record: CustomerRecord, changes: CustomerChanges) -> dict[str, Any]:
    """Describe the changes of a record: the fields that change, and what would be reset if it stayed away.

    Name and FirstName go together, because the type decides how a name is parted; an empty FirstName empties it.
    """
    kind = changes.kind or record.kind
    renamed = changes.name is not None or changes.kind is not None
    return without_nothing(
        {
            "Id": int(record.id),
            "OrganizationNumber": changes.organization_number,
            **(_name_out(changes.name or record.name, kind) if renamed else {}),
            "Addresses": _addresses_out(changes.addresses or (), carried=record.carried),
            "PhoneNumbers": _phones_out(changes.phone),
            "EmailAddresses": _emails_out(changes.email, changes.invoice_email),
            "Type": _TYPES[kind],
            **_sent_back(record.carried),
        }
    )


def address_out(address: Address) -> dict[str, str]:
    """Describe an address.

    City and PostalArea are two words for one thing, and which one the app shows is not known: both are written.
    """
    city = text_in(address.city)
    country = text_in(address.country)
    return without_nothing(
        {
            "Street": address.whole_street,
            "PostalCode": text_in(address.postal_code),
            "PostalArea": city,
            "City": city,
            "Country": country.upper() if country else None,
        }
    )


def same_company(asked: Mapping[str, Any], answered: Mapping[str, Any]) -> bool | None:
    """Whether an answer is about the company that was asked for; None when it does not tell."""
    name = tidy(answered.get("Name") or "")
    if not name:
        return None
    told = [(name, asked["Name"]), (tidy(answered.get("FirstName") or ""), asked.get("FirstName", ""))]
    emails = _values_in(answered.get("EmailAddresses"), _EMAIL_SLOTS)
    if emails:
        told.append((emails[0], next(iter(_values_in(asked.get("EmailAddresses"), _EMAIL_SLOTS)), "")))
    return all(answer.casefold() == wanted.casefold() for answer, wanted in told)


def parted_name(name: str) -> tuple[str, str]:
    """Part a person's name into FirstName and Name (the family name).

    FirstName takes as many whole words as fit in 50 characters, all but the last word at most; joined with Name they
    are the whole name again.
    """
    words = tidy(name).split(" ")
    first, rest = words[:-1], words[-1:]
    while first and len(" ".join(first)) > _LONGEST_FIRST_NAME:
        rest.insert(0, first.pop())
    return " ".join(first), " ".join(rest)


def _keys(number: str | None, emails: Iterable[str | None], name: str) -> tuple[Hashable, Hashable | None]:
    addresses = frozenset(email for email in emails if email)
    bare = (number, addresses) if number or addresses else None
    return (number, addresses, normal_name(name)), bare


def _name_in(company: Mapping[str, Any], kind: CustomerKind) -> str:
    """A first name counts for persons only (docs/24sevenoffice.md, "Customers"); a company's is a remnant."""
    is_person = kind not in (CustomerKind.BUSINESS, CustomerKind.SUPPLIER)
    return tidy(f"{(company.get('FirstName') or '') if is_person else ''} {company.get('Name') or ''}")


def _name_out(name: str, kind: CustomerKind) -> dict[str, str]:
    if kind is not CustomerKind.CONSUMER:
        return {"Name": tidy(name), "FirstName": ""}
    first, family = parted_name(name)
    return {"Name": family, "FirstName": first}


def _new_name(name: str, kind: CustomerKind) -> dict[str, str]:
    """Of a new record nothing has to be emptied."""
    return {part: text for part, text in _name_out(name, kind).items() if text}


def _values_in(slots: Mapping[str, Any] | None, names: Iterable[str]) -> tuple[str, ...]:
    found = (text_in((slots or {}).get(name, {}).get("Value")) for name in names)
    return tuple(dict.fromkeys(value for value in found if value))


def _email_in(company: Mapping[str, Any], slot: str) -> str | None:
    return next(iter(_values_in(company.get("EmailAddresses"), (slot,))), None)


def _emails_out(contact: str | None, invoice: str | None) -> dict[str, Any] | None:
    values = {_INVOICE_EMAIL: text_in(invoice), _CONTACT_EMAIL: text_in(contact)}
    return {slot: {"Value": value} for slot, value in values.items() if value} or None


def _phones_out(phone: str | None) -> dict[str, Any] | None:
    value = text_in(phone)
    return {"Primary": {"Value": value}} if value else None


def _address_in(address: Mapping[str, Any] | None) -> Address:
    parts = address or {}
    country = text_in(parts.get("Country"))
    return Address(
        street=text_in(parts.get("Street")),
        postal_code=text_in(parts.get("PostalCode")),
        city=text_in(parts.get("City")) or text_in(parts.get("PostalArea")),
        country=country.upper() if country else None,
    )


def _addresses_out(addresses: Iterable[Address | None], *, carried: Mapping[str, str]) -> dict[str, Any] | None:
    written = {
        slot: parts
        for slot, address in zip(_WRITTEN_ADDRESSES, addresses, strict=False)
        if address and (parts := address_out(address))
    }
    for slot, parts in written.items():
        parts.update({part: carried[f"{slot}.{part}"] for part in _UNSEEN_PARTS if f"{slot}.{part}" in carried})
    return written or None


def _carried(company: Mapping[str, Any], addresses: Mapping[str, Any]) -> dict[str, str]:
    kept = {name: _as_text(company[name]) for name in _RESET_WHEN_ABSENT if company.get(name) is not None}
    for slot in _WRITTEN_ADDRESSES:
        for part in _UNSEEN_PARTS:
            if value := text_in((addresses.get(slot) or {}).get(part)):
                kept[f"{slot}.{part}"] = value
    return kept


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return plain(value) if isinstance(value, Decimal) else str(value)


def _sent_back(carried: Mapping[str, str]) -> dict[str, Any]:
    return {name: read(carried[name]) for name, read in _RESET_WHEN_ABSENT.items() if name in carried}
