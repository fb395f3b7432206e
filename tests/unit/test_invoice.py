import pytest
from pydantic import ValidationError

from core.invoice import Invoice, InvoiceType
from tests.unit.samples import a_row, an_invoice


def test_an_invoice_is_printed_and_in_kroner_unless_it_says_otherwise() -> None:
    invoice = Invoice(number="1")
    assert invoice.type is InvoiceType.PRINTED
    assert invoice.currency == "NOK"
    assert invoice.prices_include_vat is False


def test_an_invoice_survives_json_and_keeps_its_fingerprint() -> None:
    invoice = an_invoice(rows=(a_row(unit_price="1200.00"), a_row(period=None, discount_percent=None)))
    again = Invoice.model_validate_json(invoice.model_dump_json())
    assert again == invoice
    assert again.fingerprint == invoice.fingerprint


def test_two_invoices_that_differ_in_one_field_have_different_fingerprints() -> None:
    variants = [
        an_invoice(),
        an_invoice(comment="x"),
        an_invoice(your_reference="x"),
        an_invoice(rows=(a_row(quantity="2"),)),
        an_invoice(rows=(a_row(), a_row())),
        an_invoice(prices_include_vat=True),
    ]
    assert len({invoice.fingerprint for invoice in variants}) == len(variants)


def test_an_invoice_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        an_invoice().comment = "x"  # type: ignore[misc]


def test_the_examples_are_invoices(examples: list[Invoice]) -> None:
    assert len({invoice.number for invoice in examples}) == len(examples) == 12
