"""Customers: searched for, read, created and changed, one by one and together."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

from sandbox.tripletex.assumed import MOST_CUSTOMERS_AT_ONCE, NAME_LENGTH, TEXT_LENGTH
from sandbox.tripletex.books import Books
from sandbox.tripletex.defaults import COUNTRIES
from sandbox.tripletex.operation import FIELDS, LARGEST_ID, PAGING, Answer, Operation, Visit
from sandbox.tripletex.records import Address, Customer
from sandbox.tripletex.refusals import Problem, conflict, invalid, missing
from sandbox.tripletex.shape import (
    Check,
    Problems,
    changes,
    choice,
    each,
    members,
    optional,
    read,
    reference,
    text,
    truth,
    whole,
)

_ID = {"id": whole(1, LARGEST_ID), "version": whole(0, 2**31 - 1)}
ADDRESS_NAMES = {
    "addressLine1": "address_line1",
    "addressLine2": "address_line2",
    "postalCode": "postal_code",
    "city": "city",
    "country": "country_id",
}
_ADDRESS: dict[str, Check] = {name: text(TEXT_LENGTH) for name in ADDRESS_NAMES} | {"country": reference}
ADDRESS = members(**_ADDRESS, **_ID)
DELIVERY_ADDRESS = members(**_ADDRESS, **_ID, name=text(NAME_LENGTH))

NAMES = {
    "name": "name",
    "organizationNumber": "organization_number",
    "isSupplier": "is_supplier",
    "isInactive": "is_inactive",
    "isPrivateIndividual": "is_private_individual",
    "email": "email",
    "invoiceEmail": "invoice_email",
    "overdueNoticeEmail": "overdue_notice_email",
    "phoneNumber": "phone_number",
    "phoneNumberMobile": "phone_number_mobile",
    "description": "description",
    "website": "website",
    "language": "language",
    "invoiceSendMethod": "invoice_send_method",
    "invoicesDueIn": "invoices_due_in",
    "invoicesDueInType": "invoices_due_in_type",
    "currency": "currency_id",
}
_TRUTHS = ("isSupplier", "isInactive", "isPrivateIndividual")
_CUSTOMER: dict[str, Check] = {name: text(TEXT_LENGTH) for name in NAMES} | {
    **dict.fromkeys(_TRUTHS, truth),
    "name": text(NAME_LENGTH),
    "description": text(4_000),
    "language": choice("NO", "EN"),
    "invoiceSendMethod": choice("EMAIL", "EHF", "EFAKTURA", "AVTALEGIRO", "VIPPS", "PAPER", "MANUAL"),
    "invoicesDueIn": whole(0, 10_000),
    "invoicesDueInType": choice("DAYS", "MONTHS", "RECURRING_DAY_OF_MONTH"),
    "currency": reference,
    "postalAddress": optional(ADDRESS),
    "physicalAddress": optional(ADDRESS),
}
_NEW = members(("name",), **_CUSTOMER)
_CHANGED = members(("version",), **_CUSTOMER, **_ID)
_LISTED = members(("id", "version"), **_CUSTOMER, **_ID)


def read_customers(visit: Visit) -> Answer:
    """The customers that every parameter given lets through; inactive ones only where they are asked for."""
    ids, numbers = visit.numbers("id"), visit.numbers("customerAccountNumber")
    is_inactive = visit.flag("isInactive") or False
    changed, name = visit.instant("changedSince"), (visit.text("customerName") or "").casefold()
    equal = {
        attribute: wanted.casefold()
        for parameter, attribute in (
            ("organizationNumber", "organization_number"),
            ("email", "email"),
            ("invoiceEmail", "invoice_email"),
            ("phoneNumberMobile", "phone_number_mobile"),
        )
        if (wanted := visit.text(parameter))
    }

    def holds(customer: Customer) -> bool:
        return (
            customer.is_inactive is is_inactive
            and (ids is None or customer.id in ids)
            and (numbers is None or customer.customer_number in numbers)
            and (not name or name in customer.name.casefold())
            and (changed is None or (customer.changed_at is not None and customer.changed_at >= changed))
            and all(getattr(customer, attribute).casefold() == wanted for attribute, wanted in equal.items())
        )

    return visit.page("Customer", visit.books.customers.values(), holds)


def read_customer(visit: Visit) -> Answer:
    """One customer."""
    return visit.one("Customer", visit.books.customers.get(visit.id))


def create_customer(visit: Visit) -> Answer:
    """A new customer."""
    customer = _filled(visit.books, Customer(id=0, name=""), read(visit.body, _NEW), "")
    return visit.one("Customer", visit.books.keep_customer(customer), status=201)


def create_customers(visit: Visit) -> Answer:
    """New customers: all of them, or none."""
    asked = read(visit.body, each(_NEW, most=MOST_CUSTOMERS_AT_ONCE))
    made = [_filled(visit.books, Customer(id=0, name=""), one, f"[{place}].") for place, one in enumerate(asked)]
    return visit.listing("Customer", [visit.books.keep_customer(customer) for customer in made], status=201)


def change_customer(visit: Visit) -> Answer:
    """What is named is written, and nothing else."""
    asked = read(visit.body, _CHANGED)
    if asked.get("id") not in (None, visit.id):
        raise invalid(Problem("id", "Is not the id in the address."))
    changed = _changed(visit.books, visit.id, asked, "")
    return visit.one("Customer", visit.books.keep_customer(changed))


def change_customers(visit: Visit) -> Answer:
    """Changes of customers: all of them, or none."""
    asked = read(visit.body, each(_LISTED, most=MOST_CUSTOMERS_AT_ONCE))
    changed = [_changed(visit.books, one["id"], one, f"[{place}].") for place, one in enumerate(asked)]
    return visit.listing("Customer", [visit.books.keep_customer(customer) for customer in changed])


def address_from(asked: dict[str, Any], held: Address | None, path: str, problems: Problems) -> Address:
    """The address that is asked for; what is not named stays as it is held."""
    country = asked.get("country")
    if country is not None and country not in {known.id for known in COUNTRIES}:
        problems.value(f"{path}.country.id", "Does not exist.")
    names = ADDRESS_NAMES | {"name": "name"}
    return replace(held or Address(), **changes(asked, names))


def _changed(books: Books, customer_id: int, asked: dict[str, Any], path: str) -> Customer:
    """A copy of a customer with the changes."""
    held = books.customers.get(customer_id)
    if held is None:
        raise missing()
    if asked["version"] != held.version:
        raise conflict()
    return _filled(books, deepcopy(held), asked, path)


def _filled(books: Books, customer: Customer, asked: dict[str, Any], path: str) -> Customer:
    problems = Problems()
    for attribute, value in changes(asked, NAMES).items():
        setattr(customer, attribute, value)
    for name, attribute in (("postalAddress", "postal_address"), ("physicalAddress", "physical_address")):
        if name in asked:
            given = asked[name]
            held = getattr(customer, attribute)
            address = None if given is None else address_from(given, held, f"{path}{name}", problems)
            setattr(customer, attribute, address)
    if not customer.name.strip():
        problems.value(f"{path}name", "Is required.")
    if customer.currency_id is not None and customer.currency_id not in {one.id for one in books.currencies}:
        problems.value(f"{path}currency.id", "Does not exist.")
    problems.refuse()
    return customer


LIST = frozenset(
    {
        "id", "customerAccountNumber", "organizationNumber", "email", "invoiceEmail", "customerName",
        "phoneNumberMobile", "isInactive", "changedSince",
    }
)  # fmt: skip
OPERATIONS = (
    Operation("GET", "/customer", read_customers, LIST | PAGING),
    Operation("POST", "/customer", create_customer, has_body=True),
    Operation("POST", "/customer/list", create_customers, has_body=True),
    Operation("PUT", "/customer/list", change_customers, has_body=True),
    Operation("GET", "/customer/{id}", read_customer, FIELDS),
    Operation("PUT", "/customer/{id}", change_customer, has_body=True),
)
