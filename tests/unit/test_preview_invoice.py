import pytest

from core.customer import CustomerKind
from core.customer_plan import CustomerAction
from core.errors import InvalidInvoice, NotFound, OrderThere, Rejected
from core.invoice import Invoice, InvoiceType
from tests.fakes import Gateway
from tests.unit.samples import a_company, a_row, an_invoice


def test_a_preview_of_a_first_send_writes_nothing(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    preview = gateway.preview_invoice.preview("fjell", "2001-1")
    assert gateway.system.calls
    assert gateway.system.writes == []
    assert (gateway.books.orders, gateway.books.customers, gateway.books.products) == ({}, {}, {})
    assert gateway.look_up.transfer_of("fjell", "2001-1") is None
    assert preview.customer.action is CustomerAction.CREATE
    assert (preview.customer.id, preview.customer.name) == (None, "Signe Haugland")
    assert (preview.product.name, preview.product.id) == ("Sharefox rental", None)
    assert str(preview.totals.gross) == "1500.00"


@pytest.mark.parametrize("known", [True, False])
def test_what_is_previewed_is_what_is_sent(gateway: Gateway, known: bool) -> None:
    if known:
        gateway.books.add_product("Sharefox rental")
        gateway.books.add_customer("Moe Anlegg AS", kind=CustomerKind.BUSINESS, organization_number="911 000 008")
    rows = (a_row(), a_row(product="x" * 400, vat_percent="0", quantity="-1"))
    gateway.add(an_invoice(customer=a_company(), rows=rows, comment="Ring"))
    preview = gateway.preview_invoice.preview("fjell", "2001-1")
    transfer = gateway.send("2001-1")
    (order,) = gateway.books.orders.values()
    if known:
        assert order.draft == preview.order
    else:
        (product_id,) = gateway.books.products
        filled = tuple(row.model_copy(update={"product_id": product_id}) for row in preview.order.rows)
        assert order.draft == preview.order.model_copy(update={"customer_id": order.customer_id, "rows": filled})
    assert transfer.warnings == preview.warnings
    assert (order.totals.gross, order.totals.vat) == (preview.totals.gross, preview.totals.vat)


def test_an_update_is_shown_field_by_field(gateway: Gateway) -> None:
    record = gateway.books.add_customer("Moe", kind=CustomerKind.BUSINESS, organization_number="911000008")
    gateway.add(an_invoice(customer=a_company()))
    preview = gateway.preview_invoice.preview("fjell", "2001-1").customer
    assert (preview.action, preview.id, preview.name) == (CustomerAction.UPDATE, record.id, "Moe")
    email = "arne@moe.example"
    assert preview.changes == {"name": "Moe Anlegg AS", "email": email, "invoice_email": email}
    assert preview.before == {"name": "Moe", "email": None, "invoice_email": None}
    assert gateway.books.customers[record.id] == record


def test_a_customer_in_whom_nothing_differs_is_used_as_is(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    gateway.send("2001-1")
    gateway.add(an_invoice(number="2"))
    preview = gateway.preview_invoice.preview("fjell", "2").customer
    assert (preview.action, preview.changes, preview.before) == (CustomerAction.AS_IS, {}, {})


def test_an_incomplete_or_printed_invoice_is_refused_without_a_call(gateway: Gateway) -> None:
    gateway.add(Invoice(number="1"), an_invoice(number="2", type=InvoiceType.PRINTED))
    for number in ("1", "2"):
        with pytest.raises(InvalidInvoice):
            gateway.preview_invoice.preview("fjell", number)
    assert gateway.system.calls == []


def test_what_a_send_would_be_refused_for_refuses_the_preview(gateway: Gateway) -> None:
    gateway.add(an_invoice(rows=(a_row(vat_percent="8"),)))
    with pytest.raises(Rejected, match="25 %"):
        gateway.preview_invoice.preview("fjell", "2001-1")


def test_an_unknown_invoice_is_not_found(gateway: Gateway) -> None:
    with pytest.raises(NotFound):
        gateway.preview_invoice.preview("fjell", "1")


def test_what_becomes_of_the_customers_name_is_shown(gateway: Gateway) -> None:
    gateway.books.add_customer("Moe AS", kind=CustomerKind.BUSINESS, emails=("signe@post.example",))
    gateway.add(an_invoice(comment="Ring"))
    preview = gateway.preview_invoice.preview("fjell", "2001-1")
    assert preview.order.comment == "Signe Haugland\nRing"
    assert any('"Moe AS"' in warning and '"Signe Haugland"' in warning for warning in preview.warnings)


def test_a_preview_of_a_sent_invoice_names_its_order_and_what_was_last_seen_of_it(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    assert gateway.preview_invoice.preview("fjell", "2001-1").already_sent is None
    sent = gateway.send("2001-1")
    before = gateway.preview_invoice.preview("fjell", "2001-1").already_sent
    assert before is not None
    assert (before.order_id, before.transfer_id, before.payment) == (sent.order_id, sent.id, None)
    gateway.check_status.check("fjell", ["2001-1"])
    del gateway.books.orders[sent.order_id or ""]
    seen = gateway.preview_invoice.preview("fjell", "2001-1").already_sent
    assert seen is not None
    assert (seen.payment is not None, seen.is_gone) == (True, False)
    gateway.check_status.check("fjell", ["2001-1"])
    gone = gateway.preview_invoice.preview("fjell", "2001-1").already_sent
    assert gone is not None
    assert gone.is_gone


def test_what_keeps_a_sent_invoice_from_being_sent_again_is_nothing_to_mend(gateway: Gateway) -> None:
    gateway.add(an_invoice())
    sent = gateway.send("2001-1")
    with gateway.storage.transaction() as work:  # as it is once what it says is old enough to be forgotten
        work.invoices.put("fjell", Invoice(number="2001-1"))
    with pytest.raises(OrderThere, match=f"sent already, as order {sent.order_id}") as refusal:
        gateway.preview_invoice.preview("fjell", "2001-1")
    assert refusal.value.code == "already_sent"
