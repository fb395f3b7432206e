"""Candidates beside the invoice's customer: what is equal, what differs, what is missing."""

from typing import Any

import pytest

from core.customer import Address, Customer
from core.customer_candidates import CustomerCandidate
from core.side_by_side import CandidateField, Difference, side_by_side
from tests.unit.samples import a_company, a_person


def differences(customer: Customer, **record: Any) -> dict[CandidateField, Difference]:
    candidate = CustomerCandidate.model_validate({"id": "1", "name": "Signe Haugland", **record})
    (compared,) = side_by_side(customer, [candidate])
    return {one.field: one.difference for one in compared.fields}


def test_each_field_says_whether_it_is_as_on_the_invoice() -> None:
    address = Address(street="KIRKEGATA  4", postal_code="3015", city="Oslo")
    found = differences(a_person(), name="signe haugland", emails=("Signe@Post.example; x@y.no",), address=address)
    assert found == {
        CandidateField.NAME: Difference.EQUAL,
        CandidateField.EMAIL: Difference.EQUAL,
        CandidateField.STREET: Difference.EQUAL,
        CandidateField.POSTAL_CODE: Difference.EQUAL,
        CandidateField.CITY: Difference.DIFFERENT,
        CandidateField.COUNTRY: Difference.MISSING,
    }


@pytest.mark.parametrize(
    ("recorded", "difference"),
    [
        ("NO 911 000 008 MVA", Difference.EQUAL),
        ("817404502", Difference.DIFFERENT),
        (None, Difference.MISSING),
        ("911 000 00", Difference.UNDECIDED),
    ],
)
def test_organization_numbers_are_compared_as_the_decision_compares_them(
    recorded: str | None, difference: Difference
) -> None:
    found = differences(a_company(), organization_number=recorded)
    assert found[CandidateField.ORGANIZATION_NUMBER] is difference


def test_what_the_invoice_does_not_say_is_no_difference() -> None:
    found = differences(Customer(name="Signe Haugland"), organization_number="817404502", emails=("a@b.no",))
    assert found[CandidateField.ORGANIZATION_NUMBER] is found[CandidateField.EMAIL] is Difference.NOT_STATED
    assert found[CandidateField.NAME] is Difference.EQUAL


def test_all_candidates_have_the_same_fields_and_tell_what_differs() -> None:
    one = CustomerCandidate(id="1", name="Moe Anlegg AS")
    other = CustomerCandidate(id="2", name="Moe Maskin AS", emails=("post@moe.example",))
    first, second = side_by_side(a_company(), [one, other])
    assert [field.field for field in first.fields] == [field.field for field in second.fields]
    assert (first.differing, second.differing) == ([], [CandidateField.NAME, CandidateField.EMAIL])
    assert [field.recorded for field in second.fields] == ["Moe Maskin AS", "", "post@moe.example"]
