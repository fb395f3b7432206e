"""Who did what, and how it ended: noted by the use cases themselves."""

from decimal import Decimal

import pytest

from core.audit import COMMAND_LINE, Action, Actor, ActorKind, AuditResult
from core.business import Business, Connection
from core.errors import InvalidInvoice, KvittError, NotFound, OrderThere, TryAgain
from core.rights import Role
from tests.fakes.gateway import Gateway
from tests.unit.samples import an_invoice

SHOP = Actor(kind=ActorKind.API_KEY, key="0a", name="shop")
Told = tuple[str, str | None, str | None, str | None]


@pytest.fixture
def gateway() -> Gateway:
    gateway = Gateway()
    gateway.actor = SHOP
    return gateway


def told(gateway: Gateway, *, after: int = 1) -> list[Told]:
    """Return what was noted: action, business, invoice and error code; not the business that was there before."""
    entries = gateway.look_up.audit(limit=100, after=after)
    return [(one.action.value, one.business, one.invoice, one.code) for one in entries]


def test_the_way_of_an_invoice_is_noted_step_by_step(gateway: Gateway) -> None:
    gateway.verify_business.verify("fjell")
    gateway.add(an_invoice(number="1"))
    gateway.add(an_invoice(number="1", comment="corrected"))
    transfer = gateway.send("1")
    gateway.check_status.check("fjell", ["1"])

    assert told(gateway) == [
        ("business.verified", "fjell", None, None),
        ("invoice.added", "fjell", "1", None),
        ("invoice.replaced", "fjell", "1", None),
        ("invoice.sent", "fjell", "1", None),
        ("transfer.transferred", "fjell", "1", None),
        ("status.checked", "fjell", "1", None),
    ]
    entries = gateway.look_up.audit(limit=100, after=1)
    assert {entry.actor for entry in entries} == {SHOP}
    assert {entry.at for entry in entries} == {gateway.clock.now()}
    assert entries[3].subject == entries[4].subject == transfer.id


def test_what_changes_nothing_is_not_noted(gateway: Gateway) -> None:
    gateway.add(an_invoice(number="1"))
    gateway.send("1")
    key, _ = gateway.manage_api_keys.create("shop", business="fjell", role=Role.SEND)
    gateway.manage_api_keys.revoke(key.prefix)
    before = len(told(gateway))

    gateway.add(an_invoice(number="1"))
    gateway.send("1")
    gateway.manage_transfers.retry(gateway.transfer("1").id)
    gateway.manage_api_keys.revoke(key.prefix)

    assert len(told(gateway)) == before


def test_keys_are_noted_by_their_prefix_alone(gateway: Gateway) -> None:
    gateway.actor = COMMAND_LINE
    key, text = gateway.manage_api_keys.create("shop", business="fjell", role=Role.SEND)
    gateway.manage_api_keys.revoke(key.prefix)

    entries = gateway.look_up.audit(limit=10, after=1)
    assert [(one.action.value, one.subject, one.actor) for one in entries] == [
        ("api_key.created", key.prefix, COMMAND_LINE),
        ("api_key.revoked", key.prefix, COMMAND_LINE),
    ]
    assert text not in repr(entries)


def test_a_refusal_is_noted_with_its_code_though_nothing_else_was_kept(gateway: Gateway) -> None:
    gateway.add(an_invoice(number="1"))
    gateway.send("1")
    refused: list[tuple[type[KvittError], str]] = []
    for act in (
        lambda: gateway.add(an_invoice(number="1", comment="changed")),
        lambda: gateway.send("unknown"),
        lambda: gateway.send_many.send("nobody's", ["1"]),
        lambda: gateway.manage_transfers.cancel(gateway.transfer("1").id),
        lambda: gateway.send_again.send("fjell", "1"),
        lambda: gateway.link_customer.link("fjell", "1", "no such record"),
        lambda: gateway.connect_business.store(Business(name="vidde", accounting=Connection.of("unheard of", {}))),
    ):
        with pytest.raises(KvittError) as refusal:
            act()
        refused.append((type(refusal.value), refusal.value.code))

    entries = [one for one in gateway.look_up.audit(limit=100) if one.result is AuditResult.REFUSED]
    assert [entry.code for entry in entries] == [code for _, code in refused]
    assert (refused[0][0], refused[1][0]) == (OrderThere, NotFound)
    assert [entry.action.value for entry in entries] == [
        "invoice.added",
        "invoice.sent",
        "invoices.sent",
        "transfer.cancelled",
        "invoice.sent_again",
        "customer.linked",
        "business.stored",
    ]


def test_an_invoice_that_is_rejected_is_noted_as_refused(gateway: Gateway) -> None:
    rows = [row.model_copy(update={"vat_percent": Decimal(17)}) for row in an_invoice().rows]
    gateway.add(an_invoice(number="1", rows=rows))
    gateway.send("1")

    assert told(gateway)[-1] == ("transfer.rejected", "fjell", "1", "unknown_vat_rate")


def test_many_that_are_sent_together_are_one_entry_and_one_each_when_they_arrive(gateway: Gateway) -> None:
    gateway.add(*(an_invoice(number=str(nth)) for nth in range(3)))
    before = len(told(gateway))
    batch = gateway.send_many.send("fjell", ["0", "1", "2"])

    entries = gateway.look_up.audit(limit=100, after=1)[before:]
    assert [one.action.value for one in entries] == ["invoices.sent", *["transfer.transferred"] * 3]
    assert entries[0].subject == batch.id


def test_statuses_that_are_checked_together_are_one_entry(gateway: Gateway) -> None:
    gateway.add(*(an_invoice(number=str(nth)) for nth in range(3)))
    gateway.send_many.send("fjell", ["0", "1", "2"])
    before = len(told(gateway))

    gateway.check_status.check("fjell", ["0", "1", "2"])
    gateway.check_status.check("fjell", ["0", "1", "2"], by_itself=True)

    assert told(gateway)[before:] == [("status.checked", "fjell", None, None)]


def test_what_is_given_as_a_customer_is_noted_only_where_it_is_one(gateway: Gateway) -> None:
    gateway.add(an_invoice(number="1"))
    record = gateway.books.add_customer("Kari Ås")
    with pytest.raises(KvittError):
        gateway.link_customer.link("fjell", "1", "kari@example.com")
    gateway.link_customer.link("fjell", "1", record.id)

    refused, linked = gateway.look_up.audit(limit=9)[-2:]
    assert (refused.action, refused.subject, refused.code) == (Action.CUSTOMER_LINKED, None, "unknown_customer")
    assert (linked.action, linked.subject, linked.code) == (Action.CUSTOMER_LINKED, record.id, None)


def test_names_of_any_length_can_be_refused(gateway: Gateway) -> None:
    with pytest.raises(NotFound):
        gateway.send_invoice.send("b" * 5000, "i" * 5000)
    [entry] = gateway.look_up.audit(limit=9, after=1)
    assert (entry.business, entry.invoice) == ("b" * 64, "i" * 64)


def test_temporary_trouble_is_no_refusal(gateway: Gateway) -> None:
    gateway.system.vat.fail_next(TryAgain("Later."))
    with pytest.raises(TryAgain):
        gateway.verify_business.verify("fjell")
    assert told(gateway) == []


def test_the_trail_of_a_business_that_never_was_is_not_found(gateway: Gateway) -> None:
    with pytest.raises(NotFound):
        gateway.look_up.audit(business="nobody's", limit=10)
    assert gateway.look_up.audit(business="fjell", invoice="none", limit=10) == []


def test_an_incomplete_invoice_is_refused_and_noted(gateway: Gateway) -> None:
    gateway.add(an_invoice(number="1", rows=()))
    with pytest.raises(InvalidInvoice):
        gateway.send("1")
    assert told(gateway)[-1] == ("invoice.sent", "fjell", "1", "invalid_invoice")
