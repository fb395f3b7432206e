"""A customer as REST shows it: fewer slots for e-mails and telephones than SOAP has, and a person's name apart.

Assumed: the contact's e-mail is SOAP's Primary, the billing one Invoice; where the slot that REST writes is empty, it
shows what stands in another one.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.twentyfour_seven_office.norwegian_time import text_of
from sandbox.twentyfour_seven_office.records import Customer

NAME_LENGTH = 200

# The slots that may hold each of REST's, the one it is written to first.
CONTACT = ("Primary", "Work", "Home", "Alternative")
BILLING = ("Invoice",)
PHONE = ("Primary", "Work", "Home")
MOBILE = ("Mobile",)

ADDRESSES = {"visit": "Visit", "postal": "Post", "billing": "Invoice", "delivery": "Delivery"}
PARTS = {"street": "Street", "postalCode": "PostalCode", "postalArea": "PostalArea", "countrySubdivision": "State"}
COUNTRY = {"countryCode": "Country"}
NAMED = {"name": "Name"}
PARTS_OF = {
    "visit": PARTS | COUNTRY,
    "postal": PARTS,
    "billing": PARTS | COUNTRY | NAMED,
    "delivery": PARTS | COUNTRY | NAMED,
}


def values_of(customer: Customer) -> dict[str, Any]:
    """All that REST knows of a customer; what is not set is null."""
    is_person = customer.type == "Consumer"
    values: dict[str, Any] = {
        "id": customer.id,
        "name": f"{customer.first_name} {customer.name}".strip() if is_person else customer.name,
        "isCompany": not is_person,
        "isSupplier": customer.type == "Supplier",
        "externalReference": customer.external_id or None,
        "organizationNumber": customer.organization_number or None,
        "address": {name: _address(name, customer) for name in ADDRESSES},
        "email": {"contact": _first(customer.emails, CONTACT), "billing": _first(customer.emails, BILLING)},
        "phone": _first(customer.phones, PHONE),
        "mobilePhone": _first(customer.phones, MOBILE),
    }
    if is_person:
        values["person"] = {"firstName": customer.first_name or None, "lastName": customer.name or None}
    if customer.spoilt:
        values["pricelistId"] = 10**40
    for name, instant in (("createdAt", customer.date_created), ("modifiedAt", customer.date_changed)):
        if instant is not None:
            values[name] = text_of(instant)
    return values


def change(customer: Customer, asked: Mapping[str, Any]) -> None:
    """Write what is named into a customer; null empties."""
    for name, attribute in (
        ("name", "name"),
        ("organizationNumber", "organization_number"),
        ("externalReference", "external_id"),
    ):
        if name in asked:
            setattr(customer, attribute, asked[name] or "")
    if "isSupplier" in asked and asked["isSupplier"] != (customer.type == "Supplier"):
        customer.type = "Supplier" if asked["isSupplier"] else "Business"
    person = asked.get("person", {})
    customer.first_name = _given(person, "firstName", customer.first_name)
    customer.name = _given(person, "lastName", customer.name)
    for name, parts in asked.get("address", {}).items():
        address = customer.addresses.setdefault(ADDRESSES[name], {})
        address.update({PARTS_OF[name][part]: value or "" for part, value in parts.items()})
    for values, name, slots, record in (
        (asked.get("email", {}), "contact", CONTACT, customer.emails),
        (asked.get("email", {}), "billing", BILLING, customer.emails),
        (asked, "phone", PHONE, customer.phones),
        (asked, "mobilePhone", MOBILE, customer.phones),
    ):
        if name in values:
            record[slots[0]] = values[name] or ""


def _given(values: Mapping[str, Any], name: str, otherwise: str) -> str:
    return values[name] or "" if name in values else otherwise


def _first(slots: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((slots[name] for name in names if slots.get(name)), None)


def _address(name: str, customer: Customer) -> dict[str, str | None]:
    held = customer.addresses.get(ADDRESSES[name], {})
    return {part: held.get(theirs) or None for part, theirs in PARTS_OF[name].items()}
