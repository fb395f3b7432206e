import dataclasses

import pytest

from core.business import CustomerUpdates
from core.customer import CustomerKind
from tests.fakes import Gateway
from tests.unit.samples import NUMBER, OTHER_NUMBER, a_company, a_person, an_invoice


def found_by(gateway: Gateway, **customer: object) -> list[str]:
    """The calls that finding the customer of a first send takes."""
    person = a_company(**customer) if "organization_number" in customer else a_person(**customer)
    gateway.add(an_invoice(customer=person))
    gateway.send("2001-1")
    return [call for call in gateway.system.calls if call.startswith("customers.")]


def test_a_company_found_by_number_is_not_searched_by_email(gateway: Gateway) -> None:
    gateway.books.add_customer("Moe Anlegg AS", kind=CustomerKind.BUSINESS, organization_number="NO911000008MVA")
    assert found_by(gateway, organization_number=NUMBER) == [
        "customers.find_by_organization_number",
        "customers.update",
    ]


def test_a_company_not_found_by_number_is_searched_by_email_and_else_created(gateway: Gateway) -> None:
    assert found_by(gateway, organization_number=NUMBER) == [
        "customers.find_by_organization_number",
        "customers.find_by_email",
        "customers.create",
    ]


def test_a_person_is_searched_by_email_alone(gateway: Gateway) -> None:
    assert found_by(gateway) == ["customers.find_by_email", "customers.create"]


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("Okari", {"emails": ("osigne@post.example",), "kind": CustomerKind.CONSUMER}),
        ("Supplier", {"emails": ("signe@post.example",), "kind": CustomerKind.SUPPLIER}),
    ],
)
def test_a_loose_hit_is_not_taken_for_the_customer(gateway: Gateway, name: str, fields: dict[str, object]) -> None:
    record = gateway.books.add_customer(name, **fields)
    assert found_by(gateway)[-1] == "customers.create"
    assert gateway.books.customers[record.id] == record


def test_a_company_of_another_number_that_shares_the_email_is_left_alone(gateway: Gateway) -> None:
    other = gateway.books.add_customer(
        "Regnskap AS", kind=CustomerKind.BUSINESS, organization_number=OTHER_NUMBER, emails=("arne@moe.example",)
    )
    assert found_by(gateway, organization_number=NUMBER)[-1] == "customers.create"
    assert gateway.books.customers[other.id] == other


def test_customers_seen_for_the_first_time_in_one_batch_become_one_record() -> None:
    gateway = Gateway(inline=False)
    for number in ("1", "2", "3"):
        gateway.add(an_invoice(number=number))
        gateway.send(number)
    gateway.turn()
    assert len(gateway.books.customers) == 1
    assert len({order.customer_id for order in gateway.books.orders.values()}) == 1


def test_two_people_who_share_an_email_are_two_customers_each_found_again(gateway: Gateway) -> None:
    first = gateway.books.add_customer("Signe Haugland", kind=CustomerKind.CONSUMER, emails=("signe@post.example",))
    second = gateway.books.add_customer("Per Haugland", kind=CustomerKind.CONSUMER, emails=("signe@post.example",))
    for number, name, record in (
        ("1", "Per Haugland", second),
        ("2", "Signe Haugland", first),
        ("3", "per  haugland", second),
    ):
        gateway.add(an_invoice(number=number, customer=a_person(name=name)))
        assert gateway.send(number).customer_id == record.id


def test_who_shares_a_new_record_is_told_of_with_its_id() -> None:
    gateway = Gateway(inline=False)
    business = gateway.look_up.business("fjell").model_copy(update={"customer_updates": CustomerUpdates.NEVER})
    gateway.connect_business.store(business)
    for number, name in (("1", "Signe Haugland"), ("2", "Per Haugland")):
        gateway.add(an_invoice(number=number, customer=a_person(name=name)))
        gateway.send(number)
    gateway.turn()
    (record_id,) = gateway.books.customers
    (warning,) = [one for one in gateway.transfer("2").warnings if "Per Haugland" in one]
    assert f"customer {record_id} " in warning


class TestWithoutSearching:
    """An accounting system in which customers can't be searched for, by e-mail, say."""

    @pytest.fixture
    def gateway(self, gateway: Gateway) -> Gateway:
        gateway.system.customers.can_search = False
        return gateway

    def test_a_customer_is_found_in_the_directory_and_read(self, gateway: Gateway) -> None:
        record = gateway.books.add_customer(
            "Signe Haugland", kind=CustomerKind.CONSUMER, emails=("Signe@Post.example",)
        )
        calls = found_by(gateway)
        assert gateway.transfer("2001-1").customer_id == record.id
        assert calls[:2] == ["customers.entries", "customers.read"]

    def test_nothing_is_given_up_however_many_customers_there_are(self, gateway: Gateway) -> None:
        for nth in range(40):
            gateway.books.add_customer(f"Customer {nth}", emails=(f"{nth}@post.example",))
        record = gateway.books.add_customer("Signe Haugland", emails=("signe@post.example",))
        calls = found_by(gateway)
        assert "customers.find_by_email" not in calls
        assert gateway.transfer("2001-1").customer_id == record.id

    def test_the_next_send_asks_only_for_what_has_changed(self, gateway: Gateway) -> None:
        for nth in range(40):
            record = gateway.books.add_customer(f"Customer {nth}", emails=(f"{nth}@post.example",))
            gateway.books.customers_changed_at[record.id] = gateway.clock.now()
        gateway.clock.advance(days=3)
        found_by(gateway)
        gateway.clock.advance(days=3)
        gateway.add(an_invoice(number="2", customer=a_person(email="new@post.example", name="Per Ny")))
        gateway.system.calls.clear()
        gateway.send("2")
        assert gateway.system.calls.count("customers.entries") <= 1
        assert gateway.transfer("2").customer_id in gateway.books.customers


def test_customers_are_read_so_many_at_a_time_as_the_system_says() -> None:
    gateway = Gateway(inline=False)
    gateway.system.limits = dataclasses.replace(gateway.system.limits, items_per_read=2)
    people = [a_person(name=f"Person {nth}", email=f"{nth}@post.example") for nth in range(5)]
    for prefix in ("first", "second"):
        for nth, person in enumerate(people):
            gateway.add(an_invoice(number=f"{prefix}-{nth}", customer=person))
            gateway.send(f"{prefix}-{nth}")
        gateway.system.calls.clear()
        gateway.turn()
    assert gateway.system.calls.count("customers.read") == 3
    assert len(gateway.books.customers) == 5
