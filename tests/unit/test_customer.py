import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.customer import (
    Customer,
    CustomerKind,
    is_norwegian_organization_number,
    normal_email,
    normal_organization_number,
    tidy,
)
from tests.unit.samples import a_company, a_person

_SPELLINGS = ["817404502", "817 404 502", " 817-404-502 ", "NO817404502MVA", "no 817 404 502 mva", "817404502 MVA"]


@pytest.mark.parametrize("spelling", _SPELLINGS)
def test_a_norwegian_number_is_one_number_however_it_is_written(spelling: str) -> None:
    assert normal_organization_number(spelling) == "817404502"
    assert is_norwegian_organization_number(spelling)


@pytest.mark.parametrize(
    ("number", "normal"),
    [("DE 123.456.789", "DE123456789"), ("se556677889901", "SE556677889901"), ("NO817404502", "817404502")],
)
def test_a_foreign_number_is_compared_by_its_letters_and_digits(number: str, normal: str) -> None:
    assert normal_organization_number(number) == normal


@pytest.mark.parametrize("number", [None, "", "  ", "--"])
def test_no_number_is_none(number: str | None) -> None:
    assert normal_organization_number(number) is None


@pytest.mark.parametrize("number", ["817404503", "81740450", "8174045020", "DE817404502", "", "MVA", "NOMVA"])
def test_a_wrong_check_digit_or_length_is_no_norwegian_number(number: str) -> None:
    assert not is_norwegian_organization_number(number)


@given(st.text(max_size=30))
def test_normalizing_a_number_again_changes_nothing(number: str) -> None:
    once = normal_organization_number(number)
    assert normal_organization_number(once) == once


def test_an_email_address_is_compared_whole_without_regard_to_case_and_spaces_around() -> None:
    assert normal_email(" Kari@Fjell.NO ") == normal_email("kari@fjell.no")
    assert normal_email("kari@fjell.no") != normal_email("okari@fjell.no")
    assert normal_email("  ") is None
    assert normal_email(None) is None


def test_a_customer_with_an_organization_is_a_company_booked_under_its_name() -> None:
    assert a_company().is_company
    assert a_company().kind is CustomerKind.BUSINESS
    assert a_company(organization_name="  Moe   Anlegg AS ").booked_name == "Moe Anlegg AS"


def test_a_company_with_just_a_number_is_booked_under_the_persons_name() -> None:
    customer = a_company(organization_name="  ")
    assert customer.is_company
    assert customer.booked_name == "Arne Moe"


def test_a_customer_without_an_organization_is_a_person() -> None:
    customer = a_person(organization_name="", organization_number=" ")
    assert not customer.is_company
    assert customer.kind is CustomerKind.CONSUMER
    assert customer.booked_name == "Signe Haugland"


def test_a_customer_of_nothing_has_no_keys() -> None:
    assert (Customer().booked_name, Customer().key_email, Customer().key_number) == ("", None, None)


def test_tidy_folds_white_space() -> None:
    assert tidy(" a \n b\u00a0c ") == "a b c"
