"""Customers. Pure.

A person's name stands in two parts, which are compared joined; any e-mail or phone slot counts as present, a missing
one goes to the first (e-mail also to billing, where that is empty); addresses postal and billing are written whole,
with what no invoice has sent back. Assumed: what a PATCH does to the rest of an object within the customer is not
known, so objects go whole.
"""

from collections.abc import Iterable
from typing import Any

from adapters.http_api.json_values import Item, id_in, part
from adapters.http_api.values import text_in, without_nothing
from adapters.twentyfour_seven_office.rest.operations import CHANGE_CUSTOMER
from adapters.twentyfour_seven_office.values import UNREADABLE
from core.customer import Address, Customer, CustomerEntry, CustomerKind, CustomerRecord
from core.customer_changes import CustomerChanges
from core.errors import Rejected
from core.identity import tidy
from core.unreadable import Unreadable

_CONTACT_EMAIL, _INVOICE_EMAIL = "contact", "billing"
_EMAIL_SLOTS = (_CONTACT_EMAIL, _INVOICE_EMAIL)
_PHONE_SLOTS = ("phone", "mobilePhone")
_WRITTEN_ADDRESSES = ("postal", "billing")
_UNSEEN_PARTS = ("name", "countrySubdivision")  # parts of an address that no invoice has: kept when it is written whole
_COUNTRY_IS_IN = "billing"  # a postal address has no country of its own: it goes by this one's
_IS_COMPANY = "isCompany"


def customer_record(customer: Item) -> CustomerRecord | None:
    """Read a customer; None when it has no id."""
    record_id = id_in(customer.get("id"))
    if record_id is None:
        return None
    country = text_in(part(customer, "address", _COUNTRY_IS_IN).get("countryCode"))
    return CustomerRecord(
        id=record_id,
        name=_name_in(customer),
        kind=_kind_in(customer),
        organization_number=text_in(customer.get("organizationNumber")),
        emails=_emails_in(customer),
        contact_email=text_in(part(customer, "email").get(_CONTACT_EMAIL)),
        invoice_email=text_in(part(customer, "email").get(_INVOICE_EMAIL)),
        phones=_values_in(customer, _PHONE_SLOTS),
        addresses=tuple(_address_in(part(customer, "address", slot), country) for slot in _WRITTEN_ADDRESSES),
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
        emails=_emails_in(customer),
    )


def unreadable_customer(customer: Item) -> Unreadable:
    """Read what is known of a customer that can't be read as a whole."""
    return Unreadable(
        id=id_in(customer.get("id")),
        organization_number=text_in(customer.get("organizationNumber")),
        emails=_emails_in(customer),
        reason=UNREADABLE,
    )


def new_customer(customer: Customer) -> dict[str, Any]:
    """Describe a customer that is to be created; what the source lacks is left out."""
    email, phone = text_in(customer.email), text_in(customer.phone)
    addresses = [customer.address or Address()] * len(_WRITTEN_ADDRESSES)
    return without_nothing(
        {
            _IS_COMPANY: customer.is_company,
            **_new_name(customer),
            "email": dict.fromkeys(_EMAIL_SLOTS, email) if email else None,
            "phone": phone,
            "address": _addresses_out(addresses, carried={}),
        }
    )


def changed_customer(record: CustomerRecord, changes: CustomerChanges) -> dict[str, Any]:
    """Describe the changes of a record: the fields that change, and nothing else.

    Errors: Rejected, code `kind_cannot_change`: the API can't make a company of a person, or the other way round.
    """
    is_company = _is_company(record)
    if changes.kind is not None and (changes.kind is CustomerKind.BUSINESS) is not is_company:
        raise _kind_cannot_change(record, changes.kind)
    return without_nothing(
        {
            **(_changed_name(changes.name, is_company=is_company) if changes.name is not None else {}),
            "organizationNumber": changes.organization_number,
            "email": _changed_emails(record, changes),
            "phone": changes.phone,
            "address": _addresses_out(changes.addresses or (), carried=record.carried),
        }
    )


def parted_name(name: str) -> tuple[str, str]:
    """Part a person's name at the last space into first and last name; joined they are the whole name again."""
    first, _, last = tidy(name).rpartition(" ")
    return first, last


def _is_company(record: CustomerRecord) -> bool:
    told = record.carried.get(_IS_COMPANY)
    return record.kind is not CustomerKind.CONSUMER if told is None else told == "true"


def _kind_in(customer: Item) -> CustomerKind:
    if customer.get("isSupplier") is True:
        return CustomerKind.SUPPLIER
    is_company = customer.get(_IS_COMPANY)
    if not isinstance(is_company, bool):
        return CustomerKind.UNKNOWN
    return CustomerKind.BUSINESS if is_company else CustomerKind.CONSUMER


def _name_in(customer: Item) -> str:
    """A person's parts count before the name, which is made of them."""
    whole = text_in(customer.get("name")) or ""
    if customer.get(_IS_COMPANY) is True:
        return tidy(whole)
    person = part(customer, "person")
    parts = (text_in(person.get("firstName")), text_in(person.get("lastName")))
    return tidy(" ".join(name for name in parts if name)) or tidy(whole)


def _new_name(customer: Customer) -> dict[str, Any]:
    if customer.is_company:
        return {"name": customer.booked_name, "organizationNumber": customer.written_number}
    first, last = parted_name(customer.booked_name)
    return {"person": without_nothing({"firstName": first or None, "lastName": last})}


def _changed_name(name: str, *, is_company: bool) -> dict[str, Any]:
    """An empty first name empties it: the person has another name now."""
    if is_company:
        return {"name": tidy(name)}
    first, last = parted_name(name)
    return {"person": {"firstName": first, "lastName": last}}


def _changed_emails(record: CustomerRecord, changes: CustomerChanges) -> dict[str, str] | None:
    """Both go, as objects do; the one that stays is sent back as it was read."""
    if changes.email is None and changes.invoice_email is None:
        return None
    return without_nothing(
        {
            _CONTACT_EMAIL: changes.email or record.contact_email,
            _INVOICE_EMAIL: changes.invoice_email or record.invoice_email,
        }
    )


def _emails_in(customer: Item) -> tuple[str, ...]:
    return _values_in(part(customer, "email"), _EMAIL_SLOTS)


def _values_in(slots: Item, names: Iterable[str]) -> tuple[str, ...]:
    found = (text_in(slots.get(name)) for name in names)
    return tuple(dict.fromkeys(value for value in found if value))


def _address_in(address: Item, country: str | None) -> Address:
    return Address(
        street=text_in(address.get("street")),
        postal_code=text_in(address.get("postalCode")),
        city=text_in(address.get("postalArea")),
        country=country.upper() if country else None,
    )


def _addresses_out(addresses: Iterable[Address], *, carried: Item) -> dict[str, Any] | None:
    written = {}
    for slot, address in zip(_WRITTEN_ADDRESSES, addresses, strict=False):
        country = text_in(address.country) if slot == _COUNTRY_IS_IN else None
        stated = without_nothing(
            {
                "street": address.whole_street,
                "postalCode": text_in(address.postal_code),
                "postalArea": text_in(address.city),
                "countryCode": country.upper() if country else None,
            }
        )
        if stated:
            unseen = {name: carried[f"{slot}.{name}"] for name in _UNSEEN_PARTS if f"{slot}.{name}" in carried}
            written[slot] = {**stated, **unseen}
    return written or None


def _carried(customer: Item) -> dict[str, str]:
    is_company = customer.get(_IS_COMPANY)
    kept = {_IS_COMPANY: "true" if is_company else "false"} if isinstance(is_company, bool) else {}
    for slot in _WRITTEN_ADDRESSES:
        for name in _UNSEEN_PARTS:
            if value := text_in(part(customer, "address", slot).get(name)):
                kept[f"{slot}.{name}"] = value
    return kept


def _kind_cannot_change(record: CustomerRecord, wanted: CustomerKind) -> Rejected:
    now, then = ("a person", "a company") if wanted is CustomerKind.BUSINESS else ("a company", "a person")
    return Rejected(
        f"{CHANGE_CUSTOMER.where}: customer {record.id} is {now} there and {then} on the invoice, and the API can't "
        f"change that. Nothing was written.",
        code="kind_cannot_change",
        hint=f"Make customer {record.id} {then} in 24SevenOffice, or link the invoice to another customer (customer "
        "link); then retry the transfer.",
    )
