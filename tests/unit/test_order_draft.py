from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.business import NewOrderStatus
from core.currency import Currency
from core.invoice import Invoice
from core.limits import Limits
from core.order_draft import OrderDraft, RowBooking, draft_warnings, order_draft_from
from core.vat_code import VatChoice, VatCode
from tests.unit.samples import LIMITS, a_company, a_person, a_row, a_text, an_invoice

_AT_25 = VatChoice(code=VatCode(code="3", percent=Decimal(25)))
_EURO = Currency(code="EUR", rate=Decimal("11.50"))


def booked(invoice: Invoice, vat: VatChoice = _AT_25) -> list[RowBooking]:
    return [RowBooking(product_id="77", vat=None if row.is_text else vat) for row in invoice.rows]


def drafted(invoice: Invoice, *, limits: Limits = LIMITS, currency: Currency | None = None) -> OrderDraft:
    return order_draft_from(
        invoice,
        customer_id="501",
        status=NewOrderStatus.DRAFT,
        currency=currency,
        booked=booked(invoice),
        limits=limits,
    )


def test_an_order_carries_the_invoices_number_dates_and_ids() -> None:
    draft = drafted(an_invoice(prices_include_vat=True))
    assert (draft.reference, draft.customer_id, draft.status) == ("2001-1", "501", NewOrderStatus.DRAFT)
    assert (draft.issue_date, draft.due_date) == (date(2026, 10, 1), date(2026, 10, 15))
    assert draft.prices_include_vat


def test_every_row_becomes_one_order_row_in_the_same_order() -> None:
    rows = tuple(a_row(product=f"Tool {number}", quantity=str(number)) for number in range(1, 20))
    draft = drafted(an_invoice(rows=rows))
    assert [row.quantity for row in draft.rows] == [Decimal(number) for number in range(1, 20)]
    assert all(row.text.startswith(f"Tool {number} (") for number, row in enumerate(draft.rows, start=1))
    assert {row.product_id for row in draft.rows} == {"77"}


def test_a_row_keeps_its_amounts_exactly_and_carries_rate_and_code() -> None:
    row = a_row(quantity="-0.75", unit_price="33.3300", discount_percent="12.50")
    drafted_row = drafted(an_invoice(rows=(row,))).rows[0]
    assert (str(drafted_row.quantity), str(drafted_row.unit_price)) == ("-0.75", "33.3300")
    assert str(drafted_row.discount_percent) == "12.50"
    assert (drafted_row.vat_percent, drafted_row.vat_code) == (Decimal(25), "3")


@pytest.mark.parametrize("discount", [None, "0", "0.00"])
def test_no_discount_is_a_discount_of_zero(discount: str | None) -> None:
    assert drafted(an_invoice(rows=(a_row(discount_percent=discount),))).rows[0].discount_percent == 0


def test_a_price_of_zero_is_a_price() -> None:
    assert drafted(an_invoice(rows=(a_row(unit_price="0.00"),))).rows[0].unit_price == 0


def test_with_an_organization_name_the_person_becomes_the_comment() -> None:
    assert drafted(an_invoice(customer=a_company())).comment == "Arne Moe"
    assert drafted(an_invoice(customer=a_company(), comment=" Ring first ")).comment == "Arne Moe\nRing first"


def test_without_an_organization_name_the_comment_is_the_invoices_own() -> None:
    assert drafted(an_invoice(customer=a_person())).comment is None
    assert drafted(an_invoice(customer=a_person(), comment="Ring first")).comment == "Ring first"
    assert drafted(an_invoice(customer=a_company(organization_name=" "), comment="  ")).comment is None


def test_a_reference_of_spaces_is_none() -> None:
    assert drafted(an_invoice(your_reference="  ")).your_reference is None
    assert drafted(an_invoice(your_reference=" Project  5 ")).your_reference == "Project 5"


def test_kroner_need_no_rate_and_euro_carries_the_accounts() -> None:
    assert drafted(an_invoice(), currency=_EURO).currency is None
    assert drafted(an_invoice(currency="EUR"), currency=_EURO).currency == _EURO


def test_an_incomplete_invoice_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="complete"):
        drafted(an_invoice(due_date=None))


def test_a_shortened_row_is_warned_of_by_its_number() -> None:
    invoice = an_invoice(rows=(a_row(), a_row(product="x" * 400)))
    draft = drafted(invoice)
    assert draft_warnings(invoice, draft, booked(invoice), limits=LIMITS) == [
        "The text of row 2 was too long and was shortened to 300 characters."
    ]


def test_a_product_that_holds_an_ellipsis_is_warned_of_only_when_it_is_shortened() -> None:
    whole = an_invoice(rows=(a_row(product="Lift… and more"),))
    assert draft_warnings(whole, drafted(whole), booked(whole), limits=LIMITS) == []
    cut = an_invoice(rows=(a_row(product="Lift… " + "x" * 400),))
    assert len(draft_warnings(cut, drafted(cut), booked(cut), limits=LIMITS)) == 1


def test_the_same_warning_is_given_once() -> None:
    invoice = an_invoice(rows=(a_row(), a_row()))
    on = booked(invoice, _AT_25.model_copy(update={"warning": "zero"}))
    assert draft_warnings(invoice, drafted(invoice), on, limits=LIMITS) == ["zero"]


_WITH_TEXT_ROWS = replace(LIMITS, text_rows=True)


@pytest.mark.parametrize("limits", [LIMITS, _WITH_TEXT_ROWS], ids=["no text rows", "text rows"])
def test_a_text_is_a_row_of_zero_with_the_vat_of_the_row_before(limits: Limits) -> None:
    at_15 = VatChoice(code=VatCode(code="31", percent=Decimal(15)))
    invoice = an_invoice(rows=(a_text(), a_row(), a_text(product="x" * 400), a_row(vat_percent="15"), a_text()))
    on = [RowBooking(product_id="77", vat=one) for one in (None, _AT_25, None, at_15, None)]
    draft = order_draft_from(
        invoice,
        customer_id="501",
        status=NewOrderStatus.DRAFT,
        currency=None,
        booked=on,
        limits=limits,
    )
    texts = [draft.rows[0], draft.rows[2], draft.rows[4]]
    assert {amount for row in texts for amount in (row.quantity, row.unit_price, row.discount_percent)} == {0}
    assert [row.vat_code for row in draft.rows] == ["3", "3", "3", "31", "31"]
    assert [row.vat_percent for row in draft.rows] == [25, 25, 25, 15, 15]
    assert [row.is_text for row in draft.rows] == [limits.text_rows, False] * 2 + [limits.text_rows]
    assert draft_warnings(invoice, draft, on, limits=limits) == [
        "The text of row 3 was too long and was shortened to 300 characters."
    ]


def test_an_organization_without_a_contact_person_has_no_comment_of_its_own() -> None:
    assert drafted(an_invoice(customer=a_company(name=None))).comment is None
    assert drafted(an_invoice(customer=a_company(name=" "), comment="Ring first")).comment == "Ring first"
