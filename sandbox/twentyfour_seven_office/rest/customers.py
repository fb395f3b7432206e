"""Customers: listed, read, created and changed.

Assumed: leads are no customers and do not exist here. The list is in order of id unless `sortBy` says otherwise.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from sandbox.norwegian_time import text_of
from sandbox.twentyfour_seven_office.records import Customer
from sandbox.twentyfour_seven_office.rest.operation import PAGING, Answer, Operation, Visit, page_by_id, page_of
from sandbox.twentyfour_seven_office.rest.refusals import invalid, missing
from sandbox.twentyfour_seven_office.rest.shape import Check, choice, members, nullable, text, truth

USUAL, MOST = 25, 100  # docs/24sevenoffice.md, "REST": 100 a page at most

ADDRESS: dict[str, Check] = {
    "street": nullable(text()),
    "postalCode": nullable(text()),
    "postalArea": nullable(text()),
    "countrySubdivision": nullable(text()),
}
NAME_LENGTH = 200
COUNTRY_CHECK: dict[str, Check] = {"countryCode": nullable(text(most=2))}
NAME_CHECK: dict[str, Check] = {"name": nullable(text())}
COMMON: dict[str, Check] = {
    "externalReference": nullable(text(most=100)),
    "isSupplier": truth,
    "address": members(
        visit=members(**ADDRESS, **COUNTRY_CHECK),
        postal=members(**ADDRESS),
        billing=members(**ADDRESS, **COUNTRY_CHECK, **NAME_CHECK),
        delivery=members(**ADDRESS, **COUNTRY_CHECK, **NAME_CHECK),
    ),
    "email": members(contact=nullable(text()), billing=nullable(text())),
    "phone": nullable(text()),
    "mobilePhone": nullable(text(most=25)),
}
PERSON: dict[str, Check] = {"person": members(firstName=nullable(text()), lastName=nullable(text()))}
COMPANY: dict[str, Check] = {"name": text(most=NAME_LENGTH), "organizationNumber": nullable(text())}
NEW_COMPANY = members(("isCompany", "name"), isCompany=truth, **COMPANY, **COMMON)
NEW_PERSON = members(("isCompany", "person"), isCompany=truth, **PERSON, **COMMON)
CHANGES = members(**PERSON, **COMPANY, **COMMON)

SORTED_BY: dict[str, Callable[[Customer], Any]] = {
    "id": lambda customer: customer.id,
    "name": lambda customer: values_of(customer)["name"],
    "createdAt": lambda customer: customer.date_created,
    "modifiedAt": lambda customer: customer.date_changed,
    "organizationNumber": lambda customer: customer.organization_number,
}
BY_ID = "id:asc"
SORTS = choice(*(f"{name}:{direction}" for name in SORTED_BY for direction in ("asc", "desc")))


def read_customers(visit: Visit) -> Answer:
    """The customers that every parameter given lets through."""
    changed, created = visit.instant("modifiedFrom"), visit.instant("createdFrom")
    number, company, supplier = visit.text("organizationNumber"), visit.flag("isCompany"), visit.flag("isSupplier")

    def holds(customer: Customer) -> bool:
        return (
            customer.type != "Lead"
            and (changed is None or (customer.date_changed is not None and customer.date_changed >= changed))
            and (created is None or (customer.date_created is not None and customer.date_created >= created))
            and number in (None, customer.organization_number)
            and company in (None, customer.type != "Consumer")
            and supplier in (None, customer.type == "Supplier")
        )

    records = visit.books.customers
    by, direction = SORTS(visit.text("sortBy") or BY_ID, "sortBy").split(":")
    if f"{by}:{direction}" == BY_ID:
        page = page_by_id(records, holds, visit, usual=USUAL, most=MOST)
    else:
        found = sorted(filter(holds, records.values()), key=SORTED_BY[by], reverse=direction == "desc")
        page = page_of(found, visit, usual=USUAL, most=MOST)
    return Answer([values_of(customer) for customer in page.content], links=page.links)


def read_customer(visit: Visit) -> Answer:
    """One customer."""
    return Answer(values_of(_customer(visit)))


def create_customer(visit: Visit) -> Answer:
    """A new company or person."""
    is_person = isinstance(visit.body, dict) and visit.body.get("isCompany") is False
    asked = (NEW_PERSON if is_person else NEW_COMPANY)(visit.body, "")
    customer = Customer(id=0, name="", type="Consumer" if is_person else "Business")
    return Answer(values_of(visit.books.keep_customer(_changed(customer, asked))))


def change_customer(visit: Visit) -> Answer:
    """What is named is written, and nothing else; whether it is a company can't be changed."""
    customer = _customer(visit)
    asked = CHANGES(visit.body, "")
    vars(customer).update(vars(_changed(deepcopy(customer), asked)))
    return Answer(values_of(visit.books.keep_customer(customer)))


def _customer(visit: Visit) -> Customer:
    customer = visit.books.customers.get(visit.ids["customerId"])
    if customer is None or customer.type == "Lead":
        raise missing()
    return customer


def _changed(customer: Customer, asked: dict[str, Any]) -> Customer:
    if customer.type == "Consumer" and {"name", "organizationNumber"} & set(asked):
        raise invalid("name" if "name" in asked else "organizationNumber", "isCompany")
    if customer.type != "Consumer" and "person" in asked:
        raise invalid("person", "isCompany")
    change(customer, asked)
    if not customer.name.strip():
        raise invalid("person.lastName" if customer.type == "Consumer" else "name", "required")
    return customer


LIST = frozenset({"organizationNumber", "isCompany", "isSupplier", "modifiedFrom", "createdFrom", "sortBy"})
OPERATIONS = (
    Operation("GET", "/customers", read_customers, LIST | PAGING),
    Operation("POST", "/customers", create_customer),
    Operation("GET", "/customers/{customerId}", read_customer),
    Operation("PATCH", "/customers/{customerId}", change_customer),
)


# The slots that may hold each of REST's, the one it is written to first.
CONTACT = ("Primary", "Work", "Home", "Alternative")
BILLING = ("Invoice",)
PHONE = ("Primary", "Work", "Home")
MOBILE = ("Mobile",)

ADDRESSES = {"visit": "Visit", "postal": "Post", "billing": "Invoice", "delivery": "Delivery"}
PARTS = {"street": "Street", "postalCode": "PostalCode", "postalArea": "PostalArea", "countrySubdivision": "State"}
COUNTRY_SLOT = {"countryCode": "Country"}
NAME_SLOT = {"name": "Name"}
PARTS_OF = {
    "visit": PARTS | COUNTRY_SLOT,
    "postal": PARTS,
    "billing": PARTS | COUNTRY_SLOT | NAME_SLOT,
    "delivery": PARTS | COUNTRY_SLOT | NAME_SLOT,
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
