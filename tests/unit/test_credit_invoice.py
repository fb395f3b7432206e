"""Crediting as a use case: which invoices can be credited, under which number, and what is kept of it."""

from datetime import date
from decimal import Decimal

import pytest

from core.audit import AuditResult
from core.crediting import RowToCredit
from core.errors import Conflict, InvalidInvoice, KvittError, NotFound
from core.invoice import Invoice
from tests.fakes import Gateway
from tests.unit.samples import a_row, an_invoice


@pytest.fixture
def sent(gateway: Gateway) -> Gateway:
    """A gateway with invoice 1, two tractors, that was sent."""
    gateway.add(an_invoice(number="1", rows=(a_row(quantity="2"),)))
    gateway.send("1")
    return gateway


def credit(gateway: Gateway, *, quantity: str | None = None, as_number: str | None = None) -> Invoice:
    rows = [RowToCredit(row=1, quantity=quantity)] if quantity else None
    return gateway.credit_invoice.credit("fjell", "1", rows=rows, as_number=as_number)


def refused(gateway: Gateway, number: str = "1") -> KvittError:
    with pytest.raises(KvittError) as refusal:
        gateway.credit_invoice.credit("fjell", number)
    return refusal.value


def test_a_credit_is_stored_previewed_and_sent_as_any_invoice(sent: Gateway) -> None:
    made = credit(sent)
    assert (made.number, made.credits) == ("1-K1", "1")
    assert made.issue_date == made.due_date == sent.clock.now().date()
    assert sent.look_up.invoice("fjell", "1-K1") == made
    assert sent.preview_invoice.preview("fjell", "1-K1").totals.gross == -3000
    order_id = sent.send("1-K1").order_id or ""
    assert sent.books.orders[order_id].draft.rows[0].quantity == -2
    assert sent.books.orders[order_id].draft.comment == "Kreditnota for faktura 1"


def test_the_invoice_and_its_credits_are_shown_with_each_other(sent: Gateway) -> None:
    credit(sent, quantity="0.5")
    order_id = sent.send("1-K1").order_id
    credit(sent, quantity="1")
    _, shown = sent.look_up.crediting("fjell", "1")
    assert [(one.invoice, one.gross, one.order_id) for one in shown.credited_by] == [
        ("1-K1", Decimal(-750), order_id),
        ("1-K2", Decimal(-1500), None),
    ]
    assert shown.left is not None
    assert ([row.quantity for row in shown.left.rows], shown.left.gross) == ([Decimal("0.5")], Decimal(750))
    _, of_credit = sent.look_up.crediting("fjell", "1-K1")
    assert (of_credit.credited_by, of_credit.left) == ((), None)


def test_a_credit_that_is_changed_before_it_is_sent_gives_back_what_it_took(sent: Gateway) -> None:
    made = credit(sent)
    assert refused(sent).code == "fully_credited"
    sent.add(made.model_copy(update={"rows": (a_row(quantity="-0.5"),)}))
    assert credit(sent, quantity="1.5").number == "1-K2"


def test_and_so_does_one_that_is_deleted(sent: Gateway) -> None:
    credit(sent)
    sent.delete_invoice.delete("fjell", "1-K1")
    assert credit(sent).number == "1-K1"


def test_the_published_invoice_is_named_by_its_own_number(sent: Gateway) -> None:
    sent.books.publish(sent.transfer("1").order_id or "", invoice_number="10042", on=date(2026, 10, 2))
    sent.check_status.check("fjell", ["1"])
    assert credit(sent).comment == "Kreditnota for faktura 10042 (1)"


def test_the_number_is_the_next_that_is_free_or_the_one_that_is_given(sent: Gateway) -> None:
    sent.add(an_invoice(number="1-K1"))
    assert credit(sent, quantity="1").number == "1-K2"
    assert credit(sent, quantity="0.5", as_number="77").number == "77"
    with pytest.raises(Conflict) as refusal:
        credit(sent, quantity="0.5", as_number="1-K1")
    assert refusal.value.code == "number_taken"
    assert sent.look_up.invoice("fjell", "1-K1").credits is None


def test_an_invoice_that_was_not_sent_is_changed_or_deleted_instead(gateway: Gateway) -> None:
    gateway.add(an_invoice(number="1"))
    error = refused(gateway)
    assert error.code == "not_sent"
    assert "change the invoice instead" in error.hint
    with pytest.raises(NotFound):
        gateway.credit_invoice.credit("fjell", "2")
    with pytest.raises(NotFound):
        gateway.credit_invoice.credit("vidde", "1")


def test_an_order_that_is_known_to_be_deleted_is_not_credited(sent: Gateway) -> None:
    sent.books.delete_order(sent.transfer("1").order_id or "")
    sent.check_status.check("fjell", ["1"])
    assert refused(sent).code == "order_deleted"


def test_a_credit_that_could_not_be_sent_is_not_stored(sent: Gateway) -> None:
    with pytest.raises(InvalidInvoice, match="decimals that can be booked"):
        credit(sent, quantity="0.10001")
    assert [one.number for one in sent.look_up.invoices("fjell", limit=9)] == ["1"]


def test_who_credited_what_is_in_the_audit_trail(sent: Gateway) -> None:
    credit(sent)
    refused(sent)
    trail = [one for one in sent.look_up.audit(limit=99) if one.action == "invoice.credited"]
    assert [(one.invoice, one.subject, one.result, one.code) for one in trail] == [
        ("1", "1-K1", AuditResult.DONE, None),
        ("1", None, AuditResult.REFUSED, "fully_credited"),
    ]
