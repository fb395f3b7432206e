"""Customers. Pure.

A record has one address that a change must reach, the postal one, in two lines; both e-mail slots count as present, and
so do both phones. A supplier that is a customer too counts as a customer. Source: docs/tripletex.md, "Customers".
"""

from collections.abc import Mapping
from typing import Any

from adapters.http_api.json_values import Item, id_in, part
from adapters.http_api.values import text_in, without_nothing
from adapters.tripletex.values import INACTIVE, UNREADABLE
from core.customer import Address, Customer, CustomerEntry, CustomerKind, CustomerRecord
from core.customer_changes import CustomerChanges
from core.identity import emails_in, search_number, tidy
from core.unreadable import Unreadable

_ADDRESS_PARTS = "addressLine1,addressLine2,postalCode,city"
RECORD_FIELDS = (
    "id,version,name,organizationNumber,email,invoiceEmail,phoneNumber,phoneNumberMobile,isPrivateIndividual,"
    f"isSupplier,isCustomer,isInactive,postalAddress(id,version,{_ADDRESS_PARTS},country(id,isoAlpha2Code))"
)
ENTRY_FIELDS = "id,organizationNumber,email,invoiceEmail"

_EMAIL_SLOTS = ("email", "invoiceEmail")
_PHONE_SLOTS = ("phoneNumber", "phoneNumberMobile")
_ADDRESS = "postalAddress"
VERSION = "version"


def customer_record(customer: Item) -> CustomerRecord | None:
    """Read a customer; None when it has no id."""
    record_id = id_in(customer.get("id"))
    if record_id is None:
        return None
    return CustomerRecord(
        id=record_id,
        name=tidy(text_in(customer.get("name")) or ""),
        kind=_kind_in(customer),
        organization_number=text_in(customer.get("organizationNumber")),
        emails=_values_in(customer, _EMAIL_SLOTS),
        contact_email=text_in(customer.get("email")),
        invoice_email=text_in(customer.get("invoiceEmail")),
        phones=_values_in(customer, _PHONE_SLOTS),
        addresses=(_address_in(part(customer, _ADDRESS)),),
        carried=_carried(customer),
    )


def customer_entry(customer: Item) -> CustomerEntry | None:
    """Read what a customer is searched by; None when it has no id."""
    record_id = id_in(customer.get("id"))
    if record_id is None:
        return None
    return CustomerEntry(
        id=record_id,
        organization_number=text_in(customer.get("organizationNumber")),
        emails=_values_in(customer, _EMAIL_SLOTS),
    )


def unreadable_customer(customer: Item, *, reason: str = UNREADABLE) -> Unreadable:
    """Read what is known of a customer that can't be read as a whole, or not be used."""
    return Unreadable(
        id=id_in(customer.get("id")),
        name=text_in(customer.get("name")),
        organization_number=text_in(customer.get("organizationNumber")),
        emails=_values_in(customer, _EMAIL_SLOTS),
        reason=reason,
    )


def inactive_customer(customer: Item) -> Unreadable:
    """Read a customer that is there and takes no orders."""
    return unreadable_customer(customer, reason=INACTIVE)


def has_taken_the_place_of(record: CustomerRecord, other: Unreadable) -> bool:
    """Whether an active record is used in the place of one that is inactive: it has its number, or else its e-mail."""
    if other.reason != INACTIVE:
        return False
    if number := search_number(other.organization_number):
        return search_number(record.organization_number) == number
    return bool(set(emails_in(other.emails)) & set(record.known_emails))


def new_customer(customer: Customer, *, countries: Mapping[str, int]) -> dict[str, Any]:
    """Describe a customer that is to be created; what the source lacks is left out."""
    email = text_in(customer.email)
    return without_nothing(
        {
            "name": customer.booked_name,
            "organizationNumber": customer.written_number if customer.is_company else None,
            "isPrivateIndividual": not customer.is_company,
            "email": email,
            "invoiceEmail": email,
            "phoneNumber": text_in(customer.phone),
            _ADDRESS: address_out(customer.address or Address(), countries=countries) or None,
        }
    )


def changed_customer(
    record: CustomerRecord, changes: CustomerChanges, *, countries: Mapping[str, int]
) -> dict[str, Any]:
    """Describe the changes of a record: its id and version, the fields that change, and nothing else.

    An address goes whole, as the one that it is.
    """
    address = address_out(changes.addresses[0], countries=countries) if changes.addresses else {}
    carried = {name: int(record.carried[f"{_ADDRESS}.{name}"]) for name in ("id", VERSION) if _has(record, name)}
    return without_nothing(
        {
            "id": int(record.id),
            VERSION: int(record.carried[VERSION]) if VERSION in record.carried else None,
            "name": tidy(changes.name) if changes.name is not None else None,
            "isPrivateIndividual": None if changes.kind is None else changes.kind is not CustomerKind.BUSINESS,
            "organizationNumber": changes.organization_number,
            "email": changes.email,
            "invoiceEmail": changes.invoice_email,
            _phone_slot(record): changes.phone,
            _ADDRESS: {**carried, **address} if address else None,
        }
    )


def address_out(address: Address, *, countries: Mapping[str, int]) -> dict[str, Any]:
    """Describe an address; of what it lacks nothing is said."""
    country = (text_in(address.country) or "").upper()
    first, second = text_in(address.street), text_in(address.additional_street)
    return without_nothing(
        {
            "addressLine1": first or second,
            "addressLine2": second if first else None,
            "postalCode": text_in(address.postal_code),
            "city": text_in(address.city),
            "country": {"id": countries[country]} if country in countries else None,
        }
    )


def countries_in(*addresses: Address | None) -> list[str]:
    """Return the codes of the countries that are named, each once."""
    return list(dict.fromkeys(code.upper() for address in addresses if address and (code := text_in(address.country))))


def says_the_same(one: CustomerRecord, other: CustomerRecord) -> bool:
    """Whether both say the same of the customer, whichever version each is of."""
    return one.model_copy(update={"carried": {}}) == other.model_copy(update={"carried": {}})


def _has(record: CustomerRecord, name: str) -> bool:
    return f"{_ADDRESS}.{name}" in record.carried


def _phone_slot(record: CustomerRecord) -> str:
    """A new number goes where there is none; where both slots have one, in place of the first."""
    free = [slot for slot in _PHONE_SLOTS if slot not in record.carried]
    return free[0] if free else _PHONE_SLOTS[0]


def _kind_in(customer: Item) -> CustomerKind:
    if customer.get("isSupplier") is True and customer.get("isCustomer") is not True:
        return CustomerKind.SUPPLIER
    is_person = customer.get("isPrivateIndividual")
    if not isinstance(is_person, bool):
        return CustomerKind.UNKNOWN
    return CustomerKind.CONSUMER if is_person else CustomerKind.BUSINESS


def _values_in(slots: Item, names: tuple[str, ...]) -> tuple[str, ...]:
    found = (text_in(slots.get(name)) for name in names)
    return tuple(dict.fromkeys(value for value in found if value))


def _address_in(address: Item) -> Address:
    country = text_in(part(address, "country").get("isoAlpha2Code"))
    return Address(
        street=text_in(address.get("addressLine1")),
        additional_street=text_in(address.get("addressLine2")),
        postal_code=text_in(address.get("postalCode")),
        city=text_in(address.get("city")),
        country=country.upper() if country else None,
    )


def _carried(customer: Item) -> dict[str, str]:
    """Keep the versions that a change has to name, and which phones there are."""
    address = part(customer, _ADDRESS)
    numbers = {
        VERSION: customer.get(VERSION),
        f"{_ADDRESS}.id": address.get("id"),
        f"{_ADDRESS}.{VERSION}": address.get(VERSION),
    }
    kept = {name: str(number) for name, number in numbers.items() if isinstance(number, int) and number is not True}
    return kept | {slot: "held" for slot in _PHONE_SLOTS if text_in(customer.get(slot))}
