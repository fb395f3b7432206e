"""Which customer in the accounting system an invoice is for.

Pure: candidates come in as records, the choice goes out. Source: docs/behaviour.md, "Which customer".
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from core.customer import (
    Customer,
    CustomerKind,
    CustomerRecord,
)
from core.customer_candidates import AmbiguousCustomer, CustomerCandidate, MatchedBy
from core.fields import Document
from core.identity import Likeness, normal_name, number_likeness
from core.unreadable import Unreadable, customer_cannot_be_read

_FORMER_LINK_KEY = re.compile(r"(?P<books>.*?) (?P<customer>(?:organization|person):.*)", re.DOTALL)
_CUSTOMERS = frozenset({CustomerKind.BUSINESS, CustomerKind.CONSUMER})


class CustomerLink(Document):
    """What is remembered about a customer: under this key it is that record.

    `chosen` tells a person's choice from one learned from a clean match.
    """

    key: str
    customer_id: str
    chosen: bool = False


def customer_key(customer: Customer) -> str:
    """Return the key under which a customer is remembered: organization number, else e-mail and name."""
    if number := customer.key_number:
        return f"organization:{number}"
    return f"person:{customer.key_email or ''}:{normal_name(customer.booked_name)}"


def creation_keys(customer: Customer) -> list[str]:
    """Return what a record that is created for this customer could be found by: each marks the creation."""
    number, email = customer.key_number, customer.key_email
    return [*([f"organization:{number}"] if number else []), *([f"email:{email}"] if email else [])]


def link_key(customer: Customer, *, books: str) -> str:
    """Return the key of what is remembered about a customer in these books; in others it counts for nothing."""
    return f"{books} {customer_key(customer)}"


def claimed_link_key(key: str, *, books: str, settings: Collection[str]) -> str | None:
    """Return a customer link's key in these books where it was made for them before books were told at login.

    Such a key begins with a name that ended with the setting that decided the books. None for another's.
    """
    former = _FORMER_LINK_KEY.fullmatch(key)
    if former is None or not any(former["books"].endswith(f" {setting}") for setting in settings if setting):
        return None
    return f"{books} {former['customer']}"


def link_holds(link: CustomerLink, customer: Customer, record: CustomerRecord) -> bool:
    """Whether a remembered link may still be used, given the record that it points to as it reads now.

    A person's choice holds as long as the record is there; a learned one only while the record still carries the
    key: the organization number, else the e-mail address and, unless it is a company's record, the name.
    """
    if link.chosen:
        return True
    if record.kind is CustomerKind.SUPPLIER:
        return False
    if customer.key_number:
        return carries_number(record, customer)
    return _has_email(record, customer) and (record.kind is CustomerKind.BUSINESS or _has_name(record, customer))


def matching_customer(customer: Customer, candidates: Sequence[CustomerRecord]) -> CustomerRecord | None:
    """Pick the record that is this customer, or None when there is none.

    By organization number; else by e-mail; compared whole and normalized, because searches answer loosely.
    Suppliers are left out, customers come before leads. Several are narrowed by the other key, then by exact name.

    Errors: AmbiguousCustomer, with the candidates, when several are left, or one whose number may
    be the customer's in a spelling that can't be decided, with his name and e-mail address: nobody is picked.
    """
    usable = [
        record
        for record in {record.id: record for record in candidates}.values()
        if record.kind is not CustomerKind.SUPPLIER and not _is_another_company(record, customer)
    ]
    by_number = [record for record in usable if carries_number(record, customer)]
    in_doubt = [record for record in usable if _likeness(record, customer) is Likeness.UNDECIDED]
    by_email = [record for record in usable if record not in in_doubt and _has_email(record, customer)]
    if by_number:
        found = _narrowed(by_number, _is_customer, lambda record: _has_email(record, customer))
    else:
        found = _narrowed(by_email, _is_customer)
    found = _narrowed(found, lambda record: _has_name(record, customer))
    if in_doubt and not by_number:
        raise _undecided([*found, *in_doubt], customer)
    if len(found) > 1:
        raise _ambiguous(found, customer)
    return found[0] if found else None


def matching_readable(
    customer: Customer, candidates: Sequence[CustomerRecord], *, lost: Sequence[Unreadable]
) -> CustomerRecord | None:
    """Pick the record that is this customer, as `matching_customer` does, where some can't be read.

    Errors: those of `matching_customer`; Rejected, code `unreadable_customer`, when one of those carries the customer's
    organization number, or the e-mail address while no record carries the number: it may be the customer's.
    """
    shells = [(_known_of(record), record) for record in lost]
    for shell, unread in shells:
        if carries_number(shell, customer):
            raise customer_cannot_be_read(unread)
    record = matching_customer(customer, candidates)
    if record is None or not carries_number(record, customer):
        for shell, unread in shells:
            if _has_email(shell, customer) and _likeness(shell, customer) is not Likeness.DIFFERENT:
                raise customer_cannot_be_read(unread)
    return record


def _known_of(one: Unreadable) -> CustomerRecord:
    """Describe as a record what is known of one that can't be read."""
    return CustomerRecord(
        id=one.id or "", name=one.name or "", organization_number=one.organization_number, emails=one.emails
    )


def _narrowed(records: Sequence[CustomerRecord], *tests: Callable[[CustomerRecord], bool]) -> Sequence[CustomerRecord]:
    """Keep those that pass each test in turn; a test that none passes narrows nothing."""
    for test in tests:
        records = [record for record in records if test(record)] or records
    return records


def _is_customer(record: CustomerRecord) -> bool:
    return record.kind in _CUSTOMERS


def carries_number(record: CustomerRecord, customer: Customer) -> bool:
    """Whether the record carries the customer's organization number, in whatever spelling."""
    return _likeness(record, customer) is Likeness.SAME


def is_not_its_number(record: CustomerRecord, customer: Customer) -> bool:
    """Whether both have an organization number and the record's is not known to be the customer's."""
    return _likeness(record, customer) not in (None, Likeness.SAME)


def _likeness(record: CustomerRecord, customer: Customer) -> Likeness | None:
    return number_likeness(
        customer.organization_number,
        record.organization_number,
        stated_in=customer.country,
        recorded_in=record.country,
    )


def _is_another_company(record: CustomerRecord, customer: Customer) -> bool:
    """Whether the numbers differ, or may, where nothing but them could make the record this customer's."""
    likeness = _likeness(record, customer)
    if likeness is Likeness.UNDECIDED:
        return not (_has_name(record, customer) and _has_email(record, customer))
    return likeness is Likeness.DIFFERENT


def _has_email(record: CustomerRecord, customer: Customer) -> bool:
    return bool(customer.key_email) and customer.key_email in record.known_emails


def _has_name(record: CustomerRecord, customer: Customer) -> bool:
    return normal_name(record.name) == normal_name(customer.booked_name)


def _ambiguous(records: Sequence[CustomerRecord], customer: Customer) -> AmbiguousCustomer:
    return _ask(
        f"{len(records)} customers in the accounting system match, and Kvitt picked none: {_named(records)}.",
        records,
        customer,
    )


def _undecided(records: Sequence[CustomerRecord], customer: Customer) -> AmbiguousCustomer:
    return _ask(
        "A customer in the accounting system has this name and e-mail address, but its organization number is invalid "
        f"or may be the invoice's in another spelling; Kvitt picked none: {_named(records)}.",
        records,
        customer,
    )


def _ask(message: str, records: Sequence[CustomerRecord], customer: Customer) -> AmbiguousCustomer:
    candidates = [
        CustomerCandidate.of(record, matches=list(_matches(record, customer))) for record in _in_order(records)
    ]
    return AmbiguousCustomer(message, candidates=candidates)


def _matches(record: CustomerRecord, customer: Customer) -> Iterator[MatchedBy]:
    if carries_number(record, customer):
        yield MatchedBy.ORGANIZATION_NUMBER
    if _has_email(record, customer):
        yield MatchedBy.EMAIL
    if _has_name(record, customer):
        yield MatchedBy.NAME


def _in_order(records: Sequence[CustomerRecord]) -> Sequence[CustomerRecord]:
    return sorted(records, key=lambda record: (len(record.id), record.id))


def _named(records: Sequence[CustomerRecord]) -> str:
    return "; ".join(
        f"{record.id} {record.name} ({record.organization_number or 'no organization number'})"
        for record in _in_order(records)
    )
