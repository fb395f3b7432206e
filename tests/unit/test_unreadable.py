"""Records that can't be read: they are left out and told of, unless one of them is the one that is wanted."""

import pytest

from core.customer import CustomerKind
from core.customer_choice import CustomerLink
from core.customer_plan import customer_plan
from core.errors import InvalidInput, Rejected
from core.product import Category, Product, named_exactly
from core.transfer import TransferState
from core.unreadable import Unreadable, category_cannot_be_read, told_of
from tests.fakes import Gateway
from tests.unit.samples import NUMBER, OTHER_NUMBER, a_company, a_company_record, a_person, an_invoice

PERSON = "signe@post.example"


def story(gateway: Gateway, number: str = "2001-1") -> str:
    transfer = gateway.transfer(number)
    with gateway.storage.transaction() as work:
        return "\n".join(step.text for step in work.journal.of(transfer.id))


def test_a_loose_hit_that_can_not_be_read_stops_nobody_and_is_told_of(gateway: Gateway) -> None:
    stranger = gateway.books.add_customer("Okari", emails=(f"o{PERSON}",))
    gateway.books.spoil(stranger.id)
    gateway.add(an_invoice())
    assert gateway.send("2001-1").state is TransferState.TRANSFERRED
    assert f"nothing found; left out, because it can't be read: customer {stranger.id} (it is spoilt)" in story(gateway)


def test_one_of_which_nothing_is_known_is_nobodys(gateway: Gateway) -> None:
    unknown = gateway.books.add_customer("Signe Haugland", emails=(PERSON,))
    gateway.books.spoil(unknown.id, keys_known=False)
    gateway.add(an_invoice())
    assert gateway.send("2001-1").state is TransferState.TRANSFERRED
    assert f"customer {unknown.id}" in story(gateway)


@pytest.mark.parametrize(("keys_known", "is_linked"), [(True, False), (True, True), (False, True)])
def test_the_customers_own_record_is_named_when_it_can_not_be_read(
    gateway: Gateway, keys_known: bool, is_linked: bool
) -> None:
    own = gateway.books.add_customer("Signe Haugland", kind=CustomerKind.CONSUMER, emails=(PERSON,))
    gateway.add(an_invoice())
    if is_linked:
        gateway.link_customer.link("fjell", "2001-1", own.id)
    gateway.books.spoil(own.id, keys_known=keys_known)
    transfer = gateway.send("2001-1")
    assert transfer.state is TransferState.REJECTED
    assert transfer.error is not None
    assert transfer.error.code == "unreadable_customer"
    assert f"Customer {own.id} is the one that is needed" in transfer.error.message
    assert len(gateway.books.customers) == 1
    gateway.books.mend(own.id)
    gateway.manage_transfers.retry(transfer.id)
    assert gateway.transfer("2001-1").state is TransferState.TRANSFERRED


def test_in_bulk_the_others_go_on(gateway: Gateway) -> None:
    own = gateway.books.add_customer("Signe Haugland", emails=(PERSON,))
    gateway.books.spoil(own.id)
    gateway.add(an_invoice(), an_invoice(number="2", customer=a_company()))
    gateway.send_many.send("fjell", ["2001-1", "2"])
    gateway.turn()
    assert [gateway.transfer(number).state for number in ("2001-1", "2")] == [
        TransferState.REJECTED,
        TransferState.TRANSFERRED,
    ]


def test_nobody_is_linked_to_a_record_that_can_not_be_read(gateway: Gateway) -> None:
    own = gateway.books.add_customer("Signe Haugland", emails=(PERSON,))
    gateway.books.spoil(own.id)
    gateway.add(an_invoice())
    with pytest.raises(Rejected) as refused:
        gateway.link_customer.link("fjell", "2001-1", own.id)
    assert refused.value.code == "unreadable_customer"
    with pytest.raises(InvalidInput):
        gateway.link_customer.link("fjell", "2001-1", "999")


def test_a_record_of_the_organization_number_counts_before_one_of_the_email_that_can_not_be_read() -> None:
    lost = Unreadable(id="7", emails=("arne@moe.example",), reason="it is spoilt")
    plan = customer_plan({"1": a_company()}, records=[a_company_record()], links={}, lost=[lost])
    assert plan.decisions["1"].record.id == "601"
    other = lost.model_copy(update={"organization_number": OTHER_NUMBER})
    assert customer_plan({"1": a_company()}, records=[], links={}, lost=[other]).new
    same = lost.model_copy(update={"organization_number": NUMBER, "emails": ()})
    plan = customer_plan({"1": a_company()}, records=[a_company_record()], links={}, lost=[same])
    assert plan.undecided["1"].code == "unreadable_customer"


def test_a_link_that_holds_asks_about_nobody_else() -> None:
    lost = Unreadable(id="7", emails=(PERSON,), reason="it is spoilt")
    record = a_company_record(emails=())
    link = CustomerLink(key="k", customer_id=record.id, chosen=True)
    plan = customer_plan({"1": a_person()}, records=[record], links={"1": link}, lost=[lost])
    assert plan.decisions["1"].record == record


def test_the_product_is_refused_only_when_it_is_the_one_that_can_not_be_read(gateway: Gateway) -> None:
    product = gateway.books.add_product("Sharefox rental")
    another = gateway.books.add_product("Sharefox rental, old")
    gateway.books.spoil(another.id)
    gateway.add(an_invoice(), an_invoice(number="2"))
    assert gateway.send("2001-1").state is TransferState.TRANSFERRED
    assert f"1 candidate; left out, because it can't be read: product {another.id}" in story(gateway)
    with gateway.storage.transaction() as work:
        work.references.drop("fjell")
    gateway.books.spoil(product.id)
    refused = gateway.send("2")
    assert refused.error is not None
    assert refused.error.code == "unreadable_product"


def test_of_several_products_of_the_name_one_that_can_be_read_is_taken() -> None:
    lost = Unreadable(id="1", name="Rental", reason="it is spoilt")
    several: list[Product | Unreadable] = [lost, Product(id="2", name="Rental")]
    assert named_exactly("Rental", several) == several[1]
    others: list[Category | Unreadable] = [lost, Category(id="2", name="Rental, old")]
    with pytest.raises(Rejected) as refused:
        named_exactly("Rental", others, lost=category_cannot_be_read)
    assert refused.value.code == "unreadable_category"


def test_of_many_a_few_are_named() -> None:
    many = [Unreadable(id=str(nth), reason="no") for nth in range(7)]
    assert told_of("customer", many).endswith("customer 4 (no), 2 more")
    assert told_of("customer", [Unreadable(reason="no")]) == (
        "; left out, because it can't be read: a customer without an id (no)"
    )
    assert told_of("customer", [a_company_record()]) == ""
