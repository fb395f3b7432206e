import pytest

from core.customer import CustomerKind
from core.errors import InvalidInput, NotFound
from tests.fakes import Gateway
from tests.unit.samples import a_company, an_invoice


def test_a_linked_record_is_used_although_nothing_about_it_matches(gateway: Gateway) -> None:
    record = gateway.books.add_customer("Moe Holding AS", kind=CustomerKind.BUSINESS, organization_number="817404502")
    gateway.add(an_invoice(customer=a_company()))
    assert gateway.link_customer.link("fjell", "2001-1", record.id) == record
    assert gateway.send("2001-1").customer_id == record.id
    after = gateway.books.customers[record.id]
    assert (after.name, after.organization_number) == ("Moe Holding AS", "817404502")


def test_a_choice_is_still_a_choice_after_it_was_used(gateway: Gateway) -> None:
    record = gateway.books.add_customer("Moe Holding AS", kind=CustomerKind.BUSINESS, organization_number="817404502")
    gateway.add(an_invoice(customer=a_company()), an_invoice(number="2", customer=a_company()))
    gateway.link_customer.link("fjell", "2001-1", record.id)
    assert gateway.send("2001-1").customer_id == gateway.send("2").customer_id == record.id


def test_a_persons_choice_replaces_what_was_learned(gateway: Gateway) -> None:
    gateway.add(an_invoice(), an_invoice(number="2"))
    learned = gateway.send("2001-1").customer_id
    other = gateway.books.add_customer("Haugland, Signe", kind=CustomerKind.CONSUMER)
    gateway.link_customer.link("fjell", "2", other.id)
    assert gateway.send("2").customer_id == other.id != learned


def test_a_choice_is_forgotten_only_when_the_record_is_gone(gateway: Gateway) -> None:
    chosen = gateway.books.add_customer("Moe Holding AS", kind=CustomerKind.BUSINESS)
    gateway.add(an_invoice(customer=a_company()))
    gateway.link_customer.link("fjell", "2001-1", chosen.id)
    del gateway.books.customers[chosen.id]
    right = gateway.books.add_customer("Moe Anlegg AS", kind=CustomerKind.BUSINESS, organization_number="911000008")
    assert gateway.send("2001-1").customer_id == right.id


def test_a_learned_link_to_a_record_that_no_longer_carries_the_key_is_not_used(gateway: Gateway) -> None:
    gateway.add(an_invoice(customer=a_company()), an_invoice(number="2", customer=a_company()))
    first = gateway.send("2001-1").customer_id
    assert first is not None
    moved = gateway.books.customers[first].model_copy(update={"organization_number": "817404502"})
    gateway.books.customers[first] = moved
    assert gateway.send("2").customer_id != first
    assert gateway.books.customers[first] == moved


def test_a_record_that_is_not_there_or_is_a_suppliers_is_refused(gateway: Gateway) -> None:
    supplier = gateway.books.add_customer("Leverandør AS", kind=CustomerKind.SUPPLIER)
    gateway.add(an_invoice())
    for customer_id, said in (("4711", "4711"), (supplier.id, "supplier")):
        with pytest.raises(InvalidInput, match=said):
            gateway.link_customer.link("fjell", "2001-1", customer_id)
    assert gateway.send("2001-1").customer_id not in (supplier.id, "4711")


def test_an_unknown_invoice_is_not_found_and_nobody_is_called(gateway: Gateway) -> None:
    with pytest.raises(NotFound):
        gateway.link_customer.link("fjell", "1", "2")
    assert gateway.system.calls == []


def test_linking_writes_nothing_to_the_books(gateway: Gateway) -> None:
    record = gateway.books.add_customer("Moe")
    gateway.add(an_invoice())
    gateway.link_customer.link("fjell", "2001-1", record.id)
    assert gateway.system.calls == ["customers.read"]


def test_an_unlinked_customer_is_looked_for_anew(gateway: Gateway) -> None:
    chosen = gateway.books.add_customer("Moe Holding AS", kind=CustomerKind.BUSINESS)
    right = gateway.books.add_customer("Moe Anlegg AS", kind=CustomerKind.BUSINESS, organization_number="911000008")
    gateway.add(an_invoice(customer=a_company()), an_invoice(number="2", customer=a_company()))
    gateway.link_customer.link("fjell", "2001-1", chosen.id)
    calls = len(gateway.system.calls)
    assert gateway.link_customer.unlink("fjell", "2") == [chosen.id]
    assert gateway.link_customer.unlink("fjell", "2") == []
    assert len(gateway.system.calls) == calls
    assert gateway.send("2001-1").customer_id == right.id
    assert gateway.link_customer.unlink("fjell", "2001-1") == [right.id]  # what was learned is forgotten too


def test_unlinking_is_in_the_audit_trail_where_something_was_forgotten(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.link_customer.unlink("fjell", "2001-1")
    customer_id = gateway.send("2001-1").customer_id
    gateway.link_customer.unlink("fjell", "2001-1")
    noted = [one for one in gateway.look_up.audit(limit=100) if one.action == "customer.unlinked"]
    assert [(one.invoice, one.subject) for one in noted] == [("2001-1", customer_id)]
    with pytest.raises(NotFound):
        gateway.link_customer.unlink("fjell", "nothing of the kind")
