"""UBL: each case of EN 16931 that Kvitt can carry comes out with the totals that the file states."""

from decimal import Decimal
from typing import Any

import pytest

from adapters.ubl import invoice_from_ubl
from core.errors import InvalidInput
from core.invoice import Invoice, InvoiceType
from core.totals import totals_of
from entrypoints.parsing import stated_invoice_from
from tests.adapters.ubl.files import PERSON, Line, Ubl, change


def taken(file: Ubl) -> Invoice:
    return stated_invoice_from(invoice_from_ubl(file.bytes()))


def refusal(file: Ubl) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        taken(file)
    return caught.value


ONE = [Line("1000.00")]
CASES = {
    "one line": Ubl(ONE, "1000.00", "250.00", "1250.00"),
    "several rates": Ubl(
        [Line("1000.00"), Line("80.00", price="80.00", vat="15"), Line("50.00", price="50.00", vat="12")],
        "1130.00",
        "268.00",
        "1398.00",
    ),
    "VAT rounded once per rate": Ubl([Line("0.01", price="0.01"), Line("0.01", price="0.01")], "0.02", "0.01", "0.03"),
    "halves of a quantity": Ubl([Line("1837.50", quantity="1.5", price="1225.00")], "1837.50", "459.38", "2296.88"),
    "zero rated": Ubl([Line("1000.00", category="Z", vat="0")], "1000.00", "0.00", "1000.00"),
    "exempt": Ubl([Line("1000.00", category="E", vat="0")], "1000.00", "0.00", "1000.00"),
    "reverse charge": Ubl([Line("1000.00", category="AE", vat="0")], "1000.00", "0.00", "1000.00"),
    "export": Ubl([Line("1000.00", category="G", vat="0")], "1000.00", "0.00", "1000.00"),
    "within the EEA": Ubl([Line("1000.00", category="K", vat="0")], "1000.00", "0.00", "1000.00"),
    "outside of VAT": Ubl([Line("1000.00", category="O", vat=None)], "1000.00", "0", "1000.00"),
    "a charge on the whole": Ubl(
        ONE, "1100.00", "275.00", "1375.00", changes=change("100.00", charge=True, reason="Freight")
    ),
    "an allowance on the whole": Ubl(
        ONE, "900.00", "225.00", "1125.00", changes=change("100.00", charge=False, reason="Loyal")
    ),
    "charges and allowances of other rates": Ubl(
        ONE,
        "1030.00",
        "255.10",
        "1285.10",
        changes=change("50.00", charge=True, vat="15") + change("20.00", charge=False, vat="12")
        + change("0", charge=True) + change("0.40", charge=True) + change("0.40", charge=False),
    ),
    "a charge on a line": Ubl(
        [Line("1040.00", more=change("40.00", charge=True, reason="Packing", vat=None))], "1040.00", "260.00", "1300.00"
    ),
    "an allowance on a line": Ubl(
        [Line("1800.00", quantity="2", more=change("200.00", charge=False, vat=None))], "1800.00", "450.00", "2250.00"
    ),
    "both on a line": Ubl(
        [Line("940.00", more=change("100.00", charge=False, vat=None) + change("40.00", charge=True, vat=None))],
        "940.00",
        "235.00",
        "1175.00",
    ),
    "a price for a hundred": Ubl([Line("25.00", quantity="250", price="10.00", base="100")], "25.00", "6.25", "31.25"),
    "a price for three": Ubl([Line("100.00", quantity="3", price="100.00", base="3")], "100.00", "25.00", "125.00"),
    "paid in advance": Ubl(
        ONE, "1000.00", "250.00", "1250.00", to_pay="750.00",
        totals='<cbc:PrepaidAmount currencyID="NOK">500.00</cbc:PrepaidAmount>',
    ),
    "paid whole": Ubl(
        ONE, "1000.00", "250.00", "1250.00", to_pay="0.00",
        totals='<cbc:PrepaidAmount currencyID="NOK">1250.00</cbc:PrepaidAmount>',
    ),
    "a row taken back": Ubl(
        [Line("1000.00"), Line("-200.00", quantity="-1", price="200.00")], "800.00", "200.00", "1000.00"
    ),
    "euro with VAT in kroner too": Ubl(
        ONE, "1000.00", "250.00", "1250.00", currency="EUR",
        taxes='<cac:TaxTotal><cbc:TaxAmount currencyID="NOK">2925.00</cbc:TaxAmount></cac:TaxTotal>',
        head="<cbc:TaxCurrencyCode>NOK</cbc:TaxCurrencyCode>",
    ),
    "a total that is an øre off": Ubl([Line("33.34", quantity="3", price="11.11")], "33.34", "8.34", "41.68"),
    "nothing to pay": Ubl([Line("0.00", price="0")], "0.00", "0.00", "0.00"),
}  # fmt: skip
CREDITS = {
    "a credit note": Ubl(ONE, "1000.00", "250.00", "1250.00", kind="CreditNote"),
    "a credit note with a charge": Ubl(
        ONE, "1100.00", "275.00", "1375.00", kind="CreditNote", changes=change("100.00", charge=True)
    ),
    "a credit note with an allowance": Ubl(
        ONE, "900.00", "225.00", "1125.00", kind="CreditNote", changes=change("100.00", charge=False)
    ),
    "a credit note with an allowance on a line": Ubl(
        [Line("900.00", more=change("100.00", charge=False, vat=None))],
        "900.00",
        "225.00",
        "1125.00",
        kind="CreditNote",
    ),
    "a credit note with a charge on a line": Ubl(
        [Line("1040.00", more=change("40.00", charge=True, vat=None))],
        "1040.00",
        "260.00",
        "1300.00",
        kind="CreditNote",
    ),
}


@pytest.mark.parametrize("file", CASES.values(), ids=CASES)
def test_an_invoice_comes_out_with_the_totals_that_its_file_states(file: Ubl) -> None:
    invoice = taken(file)

    totals = totals_of(invoice)
    assert (totals.net, totals.vat, totals.gross) == (Decimal(file.net), Decimal(file.vat), Decimal(file.gross))
    assert invoice.type is InvoiceType.DATA_FOR_ACCOUNTING


@pytest.mark.parametrize("file", CREDITS.values(), ids=CREDITS)
def test_a_credit_note_has_negative_quantities_and_the_totals_below_zero(file: Ubl) -> None:
    invoice = taken(file)

    totals = totals_of(invoice)
    assert (totals.net, totals.vat, totals.gross) == (-Decimal(file.net), -Decimal(file.vat), -Decimal(file.gross))
    assert all(row.unit_price is not None and row.unit_price >= 0 for row in invoice.rows)
    assert invoice.rows[0].quantity == -1


def test_each_element_has_its_field() -> None:
    file = Ubl(
        [
            Line(
                "1000.00",
                more="<cac:InvoicePeriod><cbc:StartDate>2026-09-01</cbc:StartDate><cbc:EndDate>2026-09-05+02:00"
                "</cbc:EndDate></cac:InvoicePeriod>",
                item="<cac:SellersItemIdentification><cbc:ID>T-1</cbc:ID></cac:SellersItemIdentification>",
            )
        ],
        "1000.00",
        "250.00",
        "1250.00",
        to_pay="1150.00",
        head="<cbc:Note>Thank you</cbc:Note><cbc:BuyerReference>4711</cbc:BuyerReference>",
        references="<cac:OrderReference><cbc:ID>PO-1</cbc:ID><cbc:SalesOrderID>2002</cbc:SalesOrderID></cac:OrderReference>",
        after="""<cac:Delivery><cbc:ActualDeliveryDate>2026-09-30</cbc:ActualDeliveryDate>
          <cac:DeliveryLocation><cac:Address><cbc:StreetName>Fjellveien 2</cbc:StreetName>
          <cbc:CityName>Geilo</cbc:CityName>
          <cbc:PostalZone>3580</cbc:PostalZone></cac:Address></cac:DeliveryLocation>
          <cac:DeliveryParty><cac:PartyName><cbc:Name>Byggeplassen</cbc:Name></cac:PartyName></cac:DeliveryParty></cac:Delivery>""",
        totals='<cbc:PrepaidAmount currencyID="NOK">100.00</cbc:PrepaidAmount>',
    )

    stated = invoice_from_ubl(file.bytes())

    assert stated_invoice_from(stated).model_dump(mode="json", exclude_none=True) == {
        "number": "2002-1",
        "order_number": "2002",
        "type": "data_for_accounting",
        "issue_date": "2026-10-01",
        "due_date": "2026-10-15",
        "currency": "NOK",
        "prices_include_vat": False,
        "customer": {
            "name": "Arne Moe",
            "email": "faktura@moe.example",
            "phone": "22 00 00 00",
            "organization_name": "Moe Anlegg AS",
            "organization_number": "923609016",
            "address": {
                "street": "Storgata 1",
                "additional_street": "Oppgang B",
                "postal_code": "0155",
                "city": "Oslo",
                "country": "NO",
            },
        },
        "rows": [
            {
                "product": "Tractor",
                "product_code": "T-1",
                "period": {"start": "2026-09-01", "end": "2026-09-05"},
                "quantity": "1",
                "unit_price": "1000.00",
                "net_amount": "1000.00",
                "vat_percent": "25",
            }
        ],
        "buyer_reference": "4711",
        "order_reference": "PO-1",
        "delivery": {
            "date": "2026-09-30",
            "name": "Byggeplassen",
            "address": {"street": "Fjellveien 2", "postal_code": "3580", "city": "Geilo"},
        },
        "paid_amount": "100.00",
        "comment": "Thank you",
    }
    # Its trading name differs from the registered one, which is the one that counts.
    assert stated.warnings == (
        "AccountingSupplierParty was left out: the seller is the business it is added to.",
        "AccountingCustomerParty/Party/PartyName was left out, because an invoice has no place for it.",
    )


def test_a_credit_note_names_the_invoice_that_it_belongs_to() -> None:
    reference = (
        "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>1999</cbc:ID></cac:InvoiceDocumentReference>"
        "</cac:BillingReference>"
    )
    credit = taken(Ubl(ONE, "1000.00", "250.00", "1250.00", kind="CreditNote", references=reference))
    assert credit.credits == "1999"
    assert credit.due_date == credit.issue_date

    invoice = invoice_from_ubl(Ubl(ONE, "1000.00", "250.00", "1250.00", references=reference).bytes())
    assert stated_invoice_from(invoice).credits is None
    assert any(one.startswith("BillingReference was left out") for one in invoice.warnings)


def test_a_credit_note_below_zero_asks_for_money_and_that_is_told() -> None:
    line = Line("-1000.00", quantity="-1")
    odd = invoice_from_ubl(Ubl([line], "-1000.00", "-250.00", "-1250.00", kind="CreditNote").bytes())
    usual = invoice_from_ubl(Ubl(ONE, "1000.00", "250.00", "1250.00", kind="CreditNote").bytes())

    assert [str(row.quantity) for row in stated_invoice_from(odd).rows] == ["1"]
    assert any("makes it an invoice" in one for one in odd.warnings)
    assert not any("makes it an invoice" in one for one in usual.warnings)


def test_what_is_so_of_many_lines_is_told_once() -> None:
    lines = [Line("1000.00", unit="DAY"), *[Line("1000.00", unit="HUR")] * 999]
    many = invoice_from_ubl(Ubl(lines, "1000000.00", "250000.00", "1250000.00").bytes())
    one = invoice_from_ubl(Ubl([Line("1000.00"), lines[0]], "2000.00", "500.00", "2500.00").bytes())

    said = "/InvoicedQuantity: the unit (unitCode) was left out, because a row has none."
    assert [told for told in many.warnings if "unitCode" in told] == [f"InvoiceLine{said} (1000 times)"]
    assert [told for told in one.warnings if "unitCode" in told] == [f"InvoiceLine[2]{said}"]


def test_a_buyer_with_neither_number_nor_contact_is_a_person() -> None:
    stated = invoice_from_ubl(Ubl(ONE, "1000.00", "250.00", "1250.00", buyer=PERSON).bytes())

    customer = stated_invoice_from(stated).customer
    assert (customer.name, customer.email, customer.is_company) == ("Signe Haugland", "signe@post.example", False)
    assert any("taken to be a private person" in one for one in stated.warnings)


@pytest.mark.parametrize(
    ("changes", "left_out"),
    [
        ({"head": "<cbc:AccountingCost>4025</cbc:AccountingCost>"}, "AccountingCost"),
        ({"after": "<cac:PaymentMeans><cbc:PaymentID>123</cbc:PaymentID></cac:PaymentMeans>"}, "PaymentMeans"),
        (
            {"after": "<cac:PaymentTerms><cbc:Note>14 days</cbc:Note></cac:PaymentTerms>"},
            "PaymentTerms",
        ),
        (
            {
                "references": "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID></cac:AdditionalDocumentReference>"
                "<cac:AdditionalDocumentReference><cbc:ID>2</cbc:ID></cac:AdditionalDocumentReference>"
            },
            "AdditionalDocumentReference (2 times)",
        ),
        ({"lines": [Line("1000.00", item="<cbc:Description>Red</cbc:Description>")]}, "InvoiceLine/Item/Description"),
        ({"lines": [Line("1000.00", more="<cbc:Note>Late</cbc:Note>")]}, "InvoiceLine/Note"),
        ({"lines": [Line("1000.00", unit="DAY")]}, "InvoiceLine/InvoicedQuantity"),
        (
            {"lines": [Line("1000.00", in_price=change("50.00", charge=False, vat=None))]},
            "InvoiceLine/Price/AllowanceCharge",
        ),
        (
            {"lines": [Line("33.34", quantity="3", price="11.11")], "net": "33.34", "vat": "8.34", "gross": "41.68"},
            "InvoiceLine/Price/PriceAmount",
        ),
        ({"code": "386"}, "InvoiceTypeCode"),
        (
            {
                "lines": [
                    Line(
                        "1000.00",
                        more="<cac:InvoicePeriod><cbc:StartDate>2026-01-01</cbc:StartDate></cac:InvoicePeriod>",
                    )
                ]
            },
            "InvoiceLine/InvoicePeriod",
        ),
    ],
)
def test_what_has_no_place_is_named(changes: dict[str, Any], left_out: str) -> None:
    given: dict[str, Any] = {"lines": ONE, "net": "1000.00", "vat": "250.00", "gross": "1250.00", **changes}

    stated = invoice_from_ubl(Ubl(**given).bytes())

    stated_invoice_from(stated)
    assert any(one.startswith(left_out) for one in stated.warnings), stated.warnings


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        (
            {
                "totals": '<cbc:PayableRoundingAmount currencyID="NOK">0.50</cbc:PayableRoundingAmount>',
                "to_pay": "1250.50",
            },
            "LegalMonetaryTotal/PayableRoundingAmount",
            "is not possible",
        ),
        ({"code": "389"}, "InvoiceTypeCode", "self-billing"),
        ({"code": "381"}, "InvoiceTypeCode", "CreditNote"),
        ({"due": "15.10.2026"}, "DueDate", "2026-12-31"),
        ({"vat": "1e3"}, "TaxTotal/TaxAmount", "is not a number"),
        ({"vat": "9" * 1000}, "TaxTotal/TaxAmount", "digits"),
        ({"lines": [Line("1000.00", price="1000.00001", base="7")]}, "InvoiceLine/Price/BaseQuantity", "decimals"),
        ({"lines": [Line("1000.00", base="0")]}, "InvoiceLine/Price/BaseQuantity", "above 0"),
        (
            {"currency": "NOK", "changes": change("1", charge=True).replace("NOK", "EUR")},
            "AllowanceCharge/Amount",
            "currency",
        ),
        ({"changes": "<cac:AllowanceCharge/>"}, "AllowanceCharge/ChargeIndicator", "true nor false"),
        ({"head": "<cbc:ID>other</cbc:ID>"}, "ID", "several times"),
        ({"number": ""}, "ID", "is missing"),
        ({"number": "9" * 51}, "ID", "50 characters"),
        ({"buyer": PERSON.replace("Signe", "Si\u200bgne")}, "customer.name", "invisible"),
    ],
)
def test_what_cant_be_carried_is_refused_naming_the_element(changes: dict[str, Any], place: str, said: str) -> None:
    given: dict[str, Any] = {"lines": ONE, "net": "1000.00", "vat": "250.00", "gross": "1250.00", **changes}

    problem = refusal(Ubl(**given))

    assert problem.code == "not_an_invoice"
    assert [said in fault.message for fault in problem.faults if fault.field == place] == [True], problem.message


@pytest.mark.parametrize(
    ("stated", "place", "figures"),
    [
        (("1000.01", "250.00", "1250.00", None), "LegalMonetaryTotal/TaxExclusiveAmount", ("1000.01", "1000.00")),
        (("1000.00", "250.01", "1250.00", None), "TaxTotal/TaxAmount", ("250.01", "250.00")),
        (("1000.00", "250.00", "1250.01", "1250.00"), "LegalMonetaryTotal/TaxInclusiveAmount", ("1250.01", "1250.00")),
        (("1000.00", "250.00", "1250.00", "1000.00"), "LegalMonetaryTotal/PayableAmount", ("1000.00", "1250.00")),
    ],
)
def test_other_totals_than_the_file_states_are_refused_with_both(
    stated: tuple[str, str, str, str | None], place: str, figures: tuple[str, str]
) -> None:
    net, vat, gross, to_pay = stated

    problem = refusal(Ubl(ONE, net, vat, gross, to_pay=to_pay))

    [fault] = problem.faults
    assert (problem.code, fault.field) == ("totals_differ", place)
    assert all(figure in fault.message for figure in figures)


def test_a_missing_total_is_no_total() -> None:
    file = Ubl(ONE, "1000.00", "250.00", "1250.00").bytes()
    with pytest.raises(InvalidInput, match="LegalMonetaryTotal/PayableAmount: is missing"):
        stated_invoice_from(invoice_from_ubl(file.replace(b"PayableAmount", b"OtherAmount")))


@pytest.mark.parametrize(
    "content",
    [
        b"<Invoice/>",
        b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>',
        b"<html><body>x</body></html>",
    ],
)
def test_other_documents_are_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="not a UBL") as caught:
        invoice_from_ubl(content)
    assert caught.value.code == "not_an_invoice"
