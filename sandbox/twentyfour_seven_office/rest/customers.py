"""Customers: listed, read, created and changed.

Assumed: leads are no customers and do not exist here. The list is in order of id unless `sortBy` says otherwise.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from sandbox.twentyfour_seven_office.records import Customer
from sandbox.twentyfour_seven_office.rest.customer_mapping import NAME_LENGTH, change, values_of
from sandbox.twentyfour_seven_office.rest.operation import PAGING, Answer, Operation, Visit
from sandbox.twentyfour_seven_office.rest.paging import page_by_id, page_of
from sandbox.twentyfour_seven_office.rest.refusals import invalid, missing
from sandbox.twentyfour_seven_office.rest.shape import Check, choice, members, nullable, text, truth

USUAL, MOST = 25, 100  # docs/24sevenoffice.md, "REST": 100 a page at most

ADDRESS: dict[str, Check] = {
    "street": nullable(text()),
    "postalCode": nullable(text()),
    "postalArea": nullable(text()),
    "countrySubdivision": nullable(text()),
}
COUNTRY: dict[str, Check] = {"countryCode": nullable(text(most=2))}
NAMED: dict[str, Check] = {"name": nullable(text())}
COMMON: dict[str, Check] = {
    "externalReference": nullable(text(most=100)),
    "isSupplier": truth,
    "address": members(
        visit=members(**ADDRESS, **COUNTRY),
        postal=members(**ADDRESS),
        billing=members(**ADDRESS, **COUNTRY, **NAMED),
        delivery=members(**ADDRESS, **COUNTRY, **NAMED),
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
