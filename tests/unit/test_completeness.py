from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.completeness import completeness_faults, require_sendable
from core.customer import Address, Customer
from core.errors import InvalidInvoice
from core.invoice import Delivery, Invoice, InvoiceRow, InvoiceType, Period
from tests.unit.samples import LIMITS, a_company, a_person, a_row, a_text, an_invoice


def faults_of(invoice: Invoice) -> list[str]:
    return [fault.field for fault in completeness_faults(invoice, limits=LIMITS)]


def test_a_complete_invoice_has_no_faults() -> None:
    assert faults_of(an_invoice()) == []
    assert faults_of(an_invoice(customer=a_company())) == []


def test_the_examples_are_complete(examples: list[Invoice]) -> None:
    assert {invoice.number: faults_of(invoice) for invoice in examples if faults_of(invoice)} == {}


_HIDING = Address(city="B\u200bø")
_BACKWARDS = Period(start=date(2021, 1, 12), end=date(2021, 1, 10))

ALONE: list[tuple[str, dict[str, Any]]] = [
    ("issue_date", {"issue_date": None}),
    ("due_date", {"due_date": None}),
    ("due_date", {"due_date": date(2026, 9, 30)}),
    ("currency", {"currency": ""}),
    ("currency", {"currency": "nok"}),
    ("currency", {"currency": "KRONE"}),
    ("rows", {"rows": ()}),
    ("customer.name", {"customer": a_person(name=None)}),
    ("customer.name", {"customer": a_person(name="  ")}),
    ("customer.name", {"customer": a_person(name="x" * 201)}),
    ("customer.name", {"customer": a_company(name=None, organization_name=" ")}),
    ("customer.organization_name", {"customer": a_company(organization_name="x" * 201)}),
    ("customer", {"customer": a_person(email=None)}),
    ("customer", {"customer": a_person(email="  ")}),
    ("customer.email", {"customer": a_person(email="signe")}),
    ("customer.email", {"customer": a_person(email="signe@")}),
    ("customer.email", {"customer": a_person(email="a@post.example, b@post.example")}),
    ("customer.email", {"customer": a_person(email="Signe <signe@post.example>")}),
    ("customer.address.country", {"customer": a_person(address=Address(country="Norge"))}),
    ("customer.address.country", {"customer": a_person(address=Address(country="no"))}),
    ("customer.name", {"customer": a_person().model_copy(update={"name": "Signe \u202eTom"})}),
    ("customer.address.city", {"customer": a_person(address=Address()).model_copy(update={"address": _HIDING})}),
    ("customer.organization_number", {"customer": a_company(organization_number="911 000 009")}),
    ("customer.organization_number", {"customer": a_company(organization_number="12345")}),
    ("customer.organization_number", {"customer": a_company(organization_number="---")}),
    (
        "customer.organization_number",
        {"customer": a_company(organization_number="DE123", address=Address(country="NO"))},
    ),
    ("credits", {"credits": "2000-1"}),
    ("credits", {"credits": "2000-1", "rows": (a_row(unit_price="0"),)}),
    ("credits", {"credits": "2001-1", "rows": (a_row(quantity="-1"),)}),
    ("delivery.date", {"delivery": Delivery(date=date(1999, 12, 31))}),
    ("delivery.address.country", {"delivery": Delivery(address=Address(country="Norge"))}),
    ("paid_date", {"paid_date": date(2026, 9, 30)}),
    ("paid_date", {"paid_date": date(2206, 9, 30), "paid_amount": "1"}),
    ("paid_amount", {"paid_amount": "1500.01"}),
    ("paid_amount", {"paid_amount": "-0.01"}),
    ("paid_amount", {"paid_amount": "0.001"}),
    ("paid_amount", {"paid_amount": "1", "rows": (a_row(quantity="-1"),)}),
    ("paid_amount", {"paid_amount": "-1500.01", "rows": (a_row(quantity="-1"),)}),
    ("rows[0].product", {"rows": (a_row(product=None),)}),
    ("rows[0].product", {"rows": (a_row(product=" \t"),)}),
    ("rows[0].period", {"rows": (a_row(period=_BACKWARDS),)}),
    ("rows[0].quantity", {"rows": (a_row(quantity=None),)}),
    ("rows[0].quantity", {"rows": (a_row(quantity="1.00001"),)}),
    ("rows[0].unit_price", {"rows": (a_row(unit_price=None),)}),
    ("rows[0].unit_price", {"rows": (a_row(unit_price="-0.01"),)}),
    ("rows[0].unit_price", {"rows": (a_row(unit_price="1.00001"),)}),
    ("rows[0].discount_percent", {"rows": (a_row(discount_percent="-1"),)}),
    ("rows[0].discount_percent", {"rows": (a_row(discount_percent="100.0001"),)}),
    ("rows[0].discount_percent", {"rows": (a_row(discount_percent="33.33333"),)}),
    ("rows[0].vat_percent", {"rows": (a_row(vat_percent=None),)}),
    ("rows[0].vat_percent", {"rows": (a_row(vat_percent="-25"),)}),
    ("rows[0].vat_percent", {"rows": (a_row(vat_percent="101"),)}),
    ("rows[1].quantity", {"rows": (a_row(), a_row(quantity=None))}),
    ("rows", {"rows": (a_text(), a_text())}),
    ("rows[1].period", {"rows": (a_row(), a_text(period=_BACKWARDS))}),
]


@pytest.mark.parametrize(("field", "changes"), ALONE)
def test_each_fault_alone_is_the_only_one_named(field: str, changes: dict[str, Any]) -> None:
    assert faults_of(an_invoice(**changes)) == [field]


FINE: list[dict[str, Any]] = [
    {"due_date": date(2026, 10, 1)},
    {"order_number": None, "your_reference": None, "comment": None},
    {"currency": "EUR"},
    {"rows": (a_row(quantity="-1"),)},
    {"rows": (a_row(quantity="0"),)},
    {"rows": (a_row(unit_price="0"),)},
    {"rows": (a_row(unit_price="1.50000"),)},
    {"rows": (a_row(discount_percent=None),)},
    {"rows": (a_row(discount_percent="100"),)},
    {"rows": (a_row(period=None),)},
    {"rows": (a_row(period=Period(start=date(2021, 1, 10), end=date(2021, 1, 10))),)},
    {"rows": (a_row(product="x" * 5000),)},
    {"customer": a_person(phone=None, address=None)},
    {"customer": a_person(email="SIGNE@POST.example ")},
    {"customer": a_person(email="kåre@blåbær.no")},
    {"customer": a_person(organization_number="  ")},
    {"customer": a_company(email=None)},
    {"customer": a_company(organization_name=None)},
    {"customer": a_company(name=None)},
    {"customer": a_company(name=None, email=None)},
    {"customer": a_company(name=" ", organization_number=None)},
    {"credits": "2000-1", "rows": (a_row(quantity="-1"),)},
    {"paid_amount": "1500.00", "paid_date": date(2026, 9, 30)},
    {"paid_amount": "0"},
    {
        "paid_amount": "20.500",
        "delivery": Delivery(date=date(2026, 9, 1), name="Site 4", address=Address(country="SE")),
    },
    {"paid_amount": "-1500", "rows": (a_row(quantity="-1"),)},
    {"order_reference": "x" * 500, "delivery": Delivery()},
    {"rows": (a_text(), a_row(), a_text(period=Period(start=date(2021, 1, 10), end=date(2021, 1, 12))))},
    {"customer": a_company(organization_number=None)},
    {"customer": a_company(organization_number="NO911000008MVA")},
    {"customer": a_company(organization_number="DE 123456789", address=Address(country="DE"))},
    {"customer": a_company(organization_number="556012-5790", address=Address(country="SE"))},
    {"customer": a_company(organization_number="911000008", address=Address(country="SE"))},
    {"customer": a_company(organization_number="HRB 12345", address=Address(country="DE"))},
    {"customer": a_company(organization_number="Org.nr. NO 911 000 008 MVA Foretaksregisteret")},
]


@pytest.mark.parametrize("changes", FINE)
def test_what_may_be_missing_or_unusual_is_no_fault(changes: dict[str, Any]) -> None:
    assert faults_of(an_invoice(**changes)) == []


def test_an_empty_invoice_names_all_that_is_missing() -> None:
    assert faults_of(Invoice(number="1")) == ["issue_date", "due_date", "rows", "customer.name", "customer"]


def test_an_empty_row_names_all_that_is_missing() -> None:
    assert faults_of(an_invoice(rows=(InvoiceRow(),))) == [
        "rows[0].product",
        "rows[0].quantity",
        "rows[0].unit_price",
        "rows[0].vat_percent",
    ]


_LONGEST = {"order_reference": 5, "delivery.name": 5, "delivery.address.street": 9}


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("order_reference", {"order_reference": "PO 471"}),
        ("delivery.name", {"delivery": Delivery(name="Site 41")}),
        ("delivery.address.street", {"delivery": Delivery(address=Address(street="Gata 1", additional_street="2 B"))}),
    ],
)
def test_a_reference_that_does_not_fit_is_refused_and_never_shortened(field: str, changes: dict[str, Any]) -> None:
    limits = replace(LIMITS, longest=_LONGEST)
    assert [fault.field for fault in completeness_faults(an_invoice(**changes), limits=limits)] == [field]
    fits = an_invoice(order_reference=" PO 47 ", delivery=Delivery(name="Site 4"[:5], address=Address(street="Gata 1")))
    assert completeness_faults(fits, limits=limits) == []


def test_what_depends_on_the_total_is_judged_once_the_rows_tell_it() -> None:
    incomplete = an_invoice(credits="2000-1", paid_amount="9999", rows=(a_row(quantity=None),))
    assert faults_of(incomplete) == ["rows[0].quantity"]


@pytest.mark.parametrize(
    ("stated", "missing"),
    [
        ({"quantity": "1"}, ["unit_price", "vat_percent"]),
        ({"unit_price": "0"}, ["quantity", "vat_percent"]),
        ({"vat_percent": "0"}, ["quantity", "unit_price"]),
        ({"discount_percent": "0"}, ["quantity", "unit_price", "vat_percent"]),
        ({"discount_amount": "5"}, ["quantity", "unit_price", "vat_percent"]),
    ],
)
def test_a_row_with_any_amount_is_no_text_and_needs_them_all(stated: dict[str, str], missing: list[str]) -> None:
    assert faults_of(an_invoice(rows=(a_row(), a_text(**stated)))) == [f"rows[1].{field}" for field in missing]


_TOGETHER = ("customer", "rows", "due", "credits", "paid", "delivery")  # what shares a field, or depends on the total
_INDEPENDENT = [index for index, (field, _) in enumerate(ALONE) if not field.startswith(_TOGETHER)]


@given(st.sets(st.sampled_from(_INDEPENDENT)), st.sampled_from([None, "name", "email", "both"]), st.booleans())
def test_faults_in_several_places_are_all_named_at_once(chosen: set[int], customer: str | None, bad_row: bool) -> None:
    changes: dict[str, Any] = {"rows": (a_row(quantity=None, vat_percent="101") if bad_row else a_row(),)}
    expected = {"rows[0].quantity", "rows[0].vat_percent"} if bad_row else set()
    for index in chosen:
        expected.add(ALONE[index][0])
        changes |= ALONE[index][1]
    if changes["rows"] == ():
        expected -= {"rows[0].quantity", "rows[0].vat_percent"}
    if customer in ("name", "both"):
        expected.add("customer.name")
    if customer in ("email", "both"):
        expected.add("customer.email")
    changes["customer"] = a_person(
        **({"name": None} if customer in ("name", "both") else {}),
        **({"email": "signe"} if customer in ("email", "both") else {}),
    )
    assert set(faults_of(an_invoice(**changes))) == expected


def test_a_refusal_names_every_fault_in_its_sentence_and_its_list() -> None:
    with pytest.raises(InvalidInvoice) as refused:
        require_sendable(an_invoice(issue_date=None, customer=Customer(name="Kari")), limits=LIMITS)
    assert [fault.field for fault in refused.value.faults] == ["issue_date", "customer"]
    assert "issue_date" in refused.value.message
    assert "neither an e-mail address" in refused.value.message
    assert refused.value.code == "invalid_invoice"


def test_a_printed_invoice_is_refused_with_what_to_change() -> None:
    with pytest.raises(InvalidInvoice) as refused:
        require_sendable(an_invoice(type=InvoiceType.PRINTED), limits=LIMITS)
    assert refused.value.code == "not_data_for_accounting"
    assert "data_for_accounting" in refused.value.hint


def test_a_printed_and_incomplete_invoice_is_refused_for_both() -> None:
    with pytest.raises(InvalidInvoice) as refused:
        require_sendable(an_invoice(type=InvoiceType.PRINTED, due_date=None), limits=LIMITS)
    assert [fault.field for fault in refused.value.faults] == ["type", "due_date"]
    assert refused.value.code == "invalid_invoice"


def test_a_complete_invoice_may_be_sent() -> None:
    require_sendable(an_invoice(), limits=LIMITS)


def test_messages_do_not_repeat_the_customer() -> None:
    customer = a_person(name="x" * 201, email="secret-signe")
    for fault in completeness_faults(an_invoice(customer=customer), limits=LIMITS):
        assert "secret-signe" not in fault.message
        assert "xxx" not in fault.message


@pytest.mark.parametrize(
    ("number", "country", "field", "said"),
    [
        ("911 000 009", None, "customer.organization_number", "check digit"),
        ("12345678", "NO", "customer.organization_number", "nine digits"),
        ("556012-5790", None, "customer.organization_number", "add the country"),
        ("SE556012579001", "NO", "customer.organization_number", "nine digits"),
        ("911000009", "SE", "customer.organization_number", "neither an organization number nor a VAT number of SE"),
        ("DE12", "DE", "customer.organization_number", "neither an organization number nor a VAT number of DE"),
        ("SE556012579001", None, "customer.address.country", "state the country"),
        ("SE556012579001", " ", "customer.address.country", "state the country"),
    ],
)
def test_a_number_is_refused_for_what_is_wrong_with_it(number: str, country: str | None, field: str, said: str) -> None:
    customer = a_company(organization_number=number, address=Address(country=country))
    faults = completeness_faults(an_invoice(customer=customer), limits=LIMITS)
    fault = next(one for one in faults if said in one.message)
    assert fault.field == field
    assert ("check digit" in fault.message) is (said == "check digit")


def test_a_text_in_place_of_the_currency_is_not_shown() -> None:
    [fault] = completeness_faults(an_invoice(currency="signe@post.example"), limits=LIMITS)

    assert (fault.field, "signe" in fault.message) == ("currency", False)
