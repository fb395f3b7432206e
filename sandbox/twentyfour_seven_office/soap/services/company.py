"""CompanyService: customers.

docs/24sevenoffice.md, "Customers": creates without an Id and updates with one; what is absent stays as it is, and an
empty string empties it. BlockInvoice, Discount, AccountDebit, AccountCredit and CurrencyId left out of an update fall
back to the schema's default.
"""

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from functools import partial
from typing import Any

from sandbox.twentyfour_seven_office.records import Customer
from sandbox.twentyfour_seven_office.refusals import PARAMETER_NOT_FOUND, CallRefusedError, ItemRefusedError, not_found
from sandbox.twentyfour_seven_office.soap.contracts import contract
from sandbox.twentyfour_seven_office.soap.services.service import (
    Rules,
    Selection,
    Service,
    Visit,
    any_text,
    each,
    equals,
    found,
    later,
    loosely,
    loosely_by_digits,
    with_exception,
)
from sandbox.twentyfour_seven_office.soap.shapes import Values

NAME_LENGTH = 200
FIRST_NAME_LENGTH = 50

FIELDS = {
    "Id": "id",
    "ExternalId": "external_id",
    "OrganizationNumber": "organization_number",
    "Name": "name",
    "FirstName": "first_name",
    "Type": "type",
    "DateCreated": "date_created",
    "DateChanged": "date_changed",
    "AccountDebit": "account_debit",
    "AccountCredit": "account_credit",
    "Discount": "discount",
    "BlockInvoice": "block_invoice",
    "CurrencyId": "currency_id",
    "PaymentTime": "payment_time",
}
NESTED: dict[str, Callable[[Customer], Values]] = {
    "Addresses": lambda customer: {slot: dict(parts) for slot, parts in customer.addresses.items()},
    "PhoneNumbers": lambda customer: _entries(customer.phones),
    "EmailAddresses": lambda customer: _entries(customer.emails),
}
NOT_WRITABLE = {"Id", "DateCreated", "DateChanged", "APIException", "ExplicitlySpecifyNewCompanyId"}
RESET_WHEN_ABSENT: Values = {
    "BlockInvoice": False,
    "Discount": Decimal("0.0"),
    "AccountDebit": 0,
    "AccountCredit": 0,
    "CurrencyId": "LOCAL",
}
WRITTEN_WHEN_UNSET = ("PaymentTime",)

KEYS = ("Id", "OrganizationNumber", "EmailAddresses")
IDS = ("CompanyId", "CompanyIds")
SEARCH: Rules = {
    "ExternalId": equals("external_id"),
    "CompanyName": any_text(lambda customer: (customer.name,), loosely),
    "ChangedAfter": later("date_changed"),
    "CompanyEmail": any_text(lambda customer: customer.emails.values(), loosely),
    "CompanyPhone": any_text(lambda customer: customer.phones.values(), loosely_by_digits),
    "OrganizationNumber": any_text(lambda customer: (customer.organization_number,), loosely_by_digits),
}


def get_companies(visit: Visit) -> list[Values]:
    """The customers that match, with the properties named."""
    wanted = Selection(
        contract("company"), "Company", visit.asked.get("returnProperties", []), written_when_unset=WRITTEN_WHEN_UNSET
    )
    customers = found(visit.books.customers, visit.asked.get("searchParams", {}), SEARCH, ids=IDS)
    return [
        with_exception(wanted.of(partial(_value_of, customer)), KEYS)
        if customer.spoilt
        else wanted.of(partial(_value_of, customer))
        for customer in customers
    ]


def save_companies(visit: Visit) -> list[Values]:
    """Create and update customers, each on its own."""

    def save(asked: Values) -> Values:
        number = asked.get("Id")
        if number is None:
            customer = visit.books.keep_customer(_changed(Customer(id=0, name=""), asked))
        elif number in visit.books.customers:
            customer = visit.books.customers[number]
            vars(customer).update(vars(_changed(deepcopy(customer), {**RESET_WHEN_ABSENT, **asked})))
            visit.books.keep_customer(customer)
        else:
            raise not_found("Company", number)
        return _values_of(customer)

    return each(visit.asked, "companies", save)


def _changed(customer: Customer, asked: Values) -> Customer:
    for name, value in asked.items():
        if name in FIELDS and name not in NOT_WRITABLE:
            setattr(customer, FIELDS[name], value)
        elif name not in NESTED and name not in NOT_WRITABLE and value != "Unchanged":
            customer.other[name] = value
    for slot, address in asked.get("Addresses", {}).items():
        customer.addresses[slot] = dict(address)  # an address is written whole
    for slots, name in ((customer.phones, "PhoneNumbers"), (customer.emails, "EmailAddresses")):
        for slot, entry in asked.get(name, {}).items():
            slots[slot] = entry.get("Value", slots.get(slot, ""))
    _check(customer)
    return customer


def _check(customer: Customer) -> None:
    if not customer.name.strip():
        raise ItemRefusedError("Name is required")
    if len(customer.name) > NAME_LENGTH:
        raise ItemRefusedError(f"Name is longer than {NAME_LENGTH} characters")
    if len(customer.first_name) > FIRST_NAME_LENGTH:
        raise ItemRefusedError(f"FirstName is longer than {FIRST_NAME_LENGTH} characters")
    if customer.first_name and customer.type != "Consumer":
        raise ItemRefusedError("FirstName can only be used for Type Consumer")


def _values_of(customer: Customer) -> Values:
    return {**customer.other, **{name: _value_of(customer, name) for name in (*FIELDS, *NESTED)}}


def _value_of(customer: Customer, name: str) -> Any:
    """One property, None when it is not set."""
    if name in FIELDS:
        return getattr(customer, FIELDS[name])
    if name in NESTED:
        return NESTED[name](customer) or None
    return customer.other.get(name)


def _entries(slots: dict[str, str]) -> Values:
    return {slot: {"Value": value} for slot, value in slots.items() if value}


ITEMS_PER_PAGE = 1_000  # docs/24sevenoffice.md, "Searching": pages 1,000 companies at a time


def get_company_sync_list(visit: Visit) -> Values:
    """One page of the list, of the customers that ChangedAfter, RegisteredAfter and Active let through."""
    asked = visit.asked.get("syncSearchParameters", {})
    page = asked.get("Page", 0)
    if page < 1:
        raise CallRefusedError(f"{PARAMETER_NOT_FOUND}: Page is required, and 1 is the first")
    listed = _listed(visit, asked)
    first = (page - 1) * ITEMS_PER_PAGE
    return {
        "CurrentPage": page,
        "TotalPages": -(-len(listed) // ITEMS_PER_PAGE),
        "TotalItems": len(listed),
        "ItemsPerPage": ITEMS_PER_PAGE,
        "Items": [_changed_values(customer, active) for customer, active in listed[first : first + ITEMS_PER_PAGE]],
    }


def _listed(visit: Visit, asked: Values) -> list[tuple[Customer, bool]]:
    """The customers on all pages together, each with whether it is active, which a deleted one is not."""
    active = asked.get("Active")
    listed: list[tuple[Customer, bool]] = []
    if active is not False:
        listed += [(customer, True) for customer in visit.books.customers.values()]
    if active is not True:
        listed += [(customer, False) for customer in visit.books.deleted_customers.values()]
    for name, attribute in (("ChangedAfter", "date_changed"), ("RegisteredAfter", "date_created")):
        if name in asked:
            listed = [one for one in listed if getattr(one[0], attribute) > asked[name]]
    return sorted(listed, key=lambda one: one[0].id)


def _changed_values(customer: Customer, active: bool) -> Values:
    return {
        "CompanyId": customer.id,
        "ExternalId": customer.external_id,
        "DateChanged": customer.date_changed,
        "DateRegistered": customer.date_created,
        "Active": active,
    }


SERVICE = Service(
    contract_name="company",
    operations={
        "GetCompanySyncList": get_company_sync_list,
        "GetCompanies": get_companies,
        "SaveCompanies": save_companies,
    },
)
