from core.customer import Customer, CustomerKind
from tests.unit.samples import a_company, a_person


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
