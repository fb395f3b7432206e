"""The customers to choose among beside the customer on the invoice, field by field.

Pure. Fields are compared as the decision compares them (core/identity.py): two spellings of one number are equal.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from core.customer import Address, Customer
from core.customer_candidates import CustomerCandidate
from core.identity import Likeness, emails_in, normal_email, normal_name, number_likeness, tidy


class CandidateField(StrEnum):
    """What is compared."""

    NAME = "name"
    ORGANIZATION_NUMBER = "organization_number"
    EMAIL = "email"
    STREET = "street"
    POSTAL_CODE = "postal_code"
    CITY = "city"
    COUNTRY = "country"


class Difference(StrEnum):
    """How a candidate's field stands to the invoice's.

    UNDECIDED: they may be one number in two spellings. NOT_STATED: the invoice does not say it. MISSING: the record
    does not.
    """

    EQUAL = "equal"
    DIFFERENT = "different"
    UNDECIDED = "undecided"
    MISSING = "missing"
    NOT_STATED = "not_stated"


class ComparedField(NamedTuple):
    """One field of a candidate beside the invoice's: both as they read, "" where there is none."""

    field: CandidateField
    stated: str
    recorded: str
    difference: Difference


class ComparedCandidate(NamedTuple):
    """A candidate with each of its fields beside the invoice's."""

    candidate: CustomerCandidate
    fields: Sequence[ComparedField]

    @property
    def differing(self) -> Sequence[CandidateField]:
        """The fields in which it differs from the invoice."""
        return [one.field for one in self.fields if one.difference is Difference.DIFFERENT]


def side_by_side(customer: Customer, candidates: Iterable[CustomerCandidate]) -> Sequence[ComparedCandidate]:
    """Compare each candidate with the invoice's customer. Fields that nobody has a value in are left out of all."""
    compared = [ComparedCandidate(one, _fields(customer, one)) for one in candidates]
    filled = {one.field for candidate in compared for one in candidate.fields if one.stated or one.recorded}
    return [
        ComparedCandidate(one.candidate, [field for field in one.fields if field.field in filled]) for one in compared
    ]


def _fields(customer: Customer, candidate: CustomerCandidate) -> list[ComparedField]:
    stated, recorded = customer.address or Address(), candidate.address or Address()
    name, email = customer.booked_name, tidy(customer.email or "")
    emails = ", ".join(map(tidy, candidate.emails))
    has_email = normal_email(email) in emails_in(candidate.emails)
    return [
        _compared(CandidateField.NAME, name, candidate.name, normal_name),
        _number(customer, candidate),
        ComparedField(CandidateField.EMAIL, email, emails, _either_missing(email, emails) or _equal(is_so=has_email)),
        _compared(CandidateField.STREET, stated.whole_street, recorded.whole_street, normal_name),
        _compared(CandidateField.POSTAL_CODE, stated.postal_code, recorded.postal_code, normal_name),
        _compared(CandidateField.CITY, stated.city, recorded.city, normal_name),
        _compared(CandidateField.COUNTRY, stated.country, recorded.country, normal_name),
    ]


def _number(customer: Customer, candidate: CustomerCandidate) -> ComparedField:
    stated, recorded = tidy(customer.organization_number or ""), tidy(candidate.organization_number or "")
    likeness = number_likeness(
        stated,
        recorded,
        stated_in=customer.country,
        recorded_in=candidate.address.country if candidate.address else None,
    )
    told = {
        None: Difference.DIFFERENT,
        Likeness.SAME: Difference.EQUAL,
        Likeness.DIFFERENT: Difference.DIFFERENT,
        Likeness.UNDECIDED: Difference.UNDECIDED,
    }
    difference = _either_missing(stated, recorded) or told[likeness]
    return ComparedField(CandidateField.ORGANIZATION_NUMBER, stated, recorded, difference)


def _compared(
    field: CandidateField, stated: str | None, recorded: str | None, normal: Callable[[str], str]
) -> ComparedField:
    ours, theirs = tidy(stated or ""), tidy(recorded or "")
    difference = _either_missing(ours, theirs) or _equal(is_so=normal(ours) == normal(theirs))
    return ComparedField(field, ours, theirs, difference)


def _either_missing(stated: str, recorded: str) -> Difference | None:
    if not stated:
        return Difference.NOT_STATED
    return None if recorded else Difference.MISSING


def _equal(*, is_so: bool) -> Difference:
    return Difference.EQUAL if is_so else Difference.DIFFERENT
