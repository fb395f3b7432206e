import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.audit import Actor, ActorKind, AuditEntry
from core.errors import Conflict, KvittError, NotFound, OutcomeUnknown, Rejected, TryAgain
from core.invoice import Invoice
from core.transfer import TransferState
from core.use_cases.add_invoice import AddedInvoice, Addition, InvoiceToAdd
from tests.fakes import Gateway
from tests.unit.samples import a_row, an_invoice

_CORRECTED = an_invoice(rows=(a_row(quantity="2"),))


def add(gateway: Gateway, invoice: Invoice) -> Addition:
    return gateway.add_invoice.add("fjell", invoice).addition


def test_an_invoice_is_added_then_unchanged_then_replaced(gateway: Gateway) -> None:
    assert add(gateway, an_invoice()) is Addition.ADDED
    assert add(gateway, an_invoice()) is Addition.UNCHANGED
    assert add(gateway, _CORRECTED) is Addition.REPLACED
    assert gateway.look_up.invoice("fjell", "2001-1") == _CORRECTED


def test_an_incomplete_or_printed_invoice_is_stored_and_nobody_is_called(gateway: Gateway) -> None:
    assert add(gateway, Invoice(number="1")) is Addition.ADDED
    assert gateway.system.calls == []


def test_an_unknown_business_has_no_invoices(gateway: Gateway) -> None:
    with pytest.raises(NotFound):
        gateway.add_invoice.add("vidde", an_invoice())


def test_a_sent_invoice_cannot_be_changed_and_the_refusal_names_its_order(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    order_id = gateway.send("2001-1").order_id
    with pytest.raises(Conflict) as refused:
        add(gateway, _CORRECTED)
    assert refused.value.code == "already_sent"
    assert f"order {order_id}" in refused.value.message
    assert gateway.look_up.invoice("fjell", "2001-1") == an_invoice()


def test_a_sent_invoice_may_be_added_again_unchanged(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.send("2001-1")
    assert add(gateway, an_invoice()) is Addition.UNCHANGED


def test_from_the_intent_on_the_content_is_locked(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.system.orders.fail_next(OutcomeUnknown("The answer was lost."))
    assert gateway.send("2001-1").state is TransferState.WAITING
    with pytest.raises(Conflict) as refused:
        add(gateway, _CORRECTED)
    assert refused.value.code == "invoice_locked"
    assert add(gateway, an_invoice()) is Addition.UNCHANGED


def test_before_the_intent_a_corrected_invoice_is_taken(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.system.customers.fail_next(TryAgain("Later."))
    gateway.send("2001-1")
    assert add(gateway, _CORRECTED) is Addition.REPLACED


@pytest.mark.parametrize("error", [Rejected("No."), TryAgain("Later.")])
def test_after_an_order_that_was_not_written_a_corrected_invoice_is_taken(gateway: Gateway, error: Exception) -> None:
    gateway.add(an_invoice())
    gateway.system.orders.fail_next(error, call="create", times=2)
    gateway.send("2001-1")
    assert add(gateway, _CORRECTED) is Addition.REPLACED


def test_the_content_stays_locked_while_a_later_attempt_waits_for_the_lost_call(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.system.orders.fail_next(OutcomeUnknown("The answer was lost."))
    gateway.send("2001-1")
    gateway.clock.advance(seconds=10)
    gateway.turn()
    assert gateway.transfer("2001-1").attempts == 2
    with pytest.raises(Conflict):
        add(gateway, _CORRECTED)


_ASKED = st.lists(
    st.builds(
        InvoiceToAdd,
        business=st.sampled_from(["fjell", "nobody"]),
        invoice=st.builds(an_invoice, number=st.sampled_from("123"), comment=st.sampled_from(["", "Changed"])),
    ),
    max_size=8,
)


def _with_one_sent() -> Gateway:
    gateway = Gateway()
    gateway.add(an_invoice(number="1"))
    gateway.send("1")
    return gateway


def _told(outcome: AddedInvoice | KvittError) -> tuple[str, Invoice | None]:
    return (outcome.code, None) if isinstance(outcome, KvittError) else (outcome.addition.value, outcome.invoice)


def _one_by_one(gateway: Gateway, asked: InvoiceToAdd) -> AddedInvoice | KvittError:
    try:
        return gateway.add_invoice.add(asked.business, asked.invoice)
    except KvittError as error:
        return error


def _kept(gateway: Gateway) -> tuple[list[Invoice], list[AuditEntry]]:
    return list(gateway.look_up.invoices("fjell", limit=9)), list(gateway.look_up.audit(limit=99))


@given(asked=_ASKED)
def test_adding_many_is_adding_one_after_the_other(asked: list[InvoiceToAdd]) -> None:
    together, apart = _with_one_sent(), _with_one_sent()

    outcomes = together.add_invoice.add_all(asked)

    assert [_told(one) for one in outcomes] == [_told(_one_by_one(apart, one)) for one in asked]
    assert _kept(together) == _kept(apart)


def test_many_are_added_in_one_transaction(gateway: Gateway) -> None:
    before = gateway.storage.transactions
    gateway.add_invoice.add_all([InvoiceToAdd("fjell", an_invoice(number=str(nth))) for nth in range(50)])
    assert gateway.storage.transactions == before + 1


def test_each_is_noted_in_the_name_of_whoever_asked(gateway: Gateway) -> None:
    shop, rental = (Actor(kind=ActorKind.API_KEY, key=name, name=name) for name in ("shop", "rental"))
    gateway.add_invoice.add_all(
        [
            InvoiceToAdd("fjell", an_invoice(number="1"), shop),
            InvoiceToAdd("fjell", an_invoice(number="2"), rental),
            InvoiceToAdd("nobody", an_invoice(number="3"), shop),
            InvoiceToAdd("fjell", an_invoice(number="4")),
        ]
    )
    noted = [entry for entry in gateway.look_up.audit(limit=99) if entry.invoice]
    assert [(entry.invoice, entry.actor) for entry in noted] == [
        ("1", shop),
        ("2", rental),
        ("3", shop),
        ("4", gateway.actor),
    ]
