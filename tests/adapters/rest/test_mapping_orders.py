from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.twentyfour_seven_office.rest.order_mapping import (
    begun_order,
    completed_order,
    finished_order,
    receipts_in,
    totals_in,
    unfinished,
)
from core.business import NewOrderStatus
from core.currency import Currency
from core.customer import Address
from core.errors import Rejected
from core.invoice import Delivery
from core.payment import BookedTotals
from core.transfer import Receipt
from tests.adapters.drafts import EURO, draft

numbers = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=50)


def order(memo: str | None, **changes: object) -> dict[str, Any]:
    return {"id": 5, "customer": {"id": 7}, "status": "Draft", "internalMemo": memo, **changes}


@given(reference=numbers, other=numbers)
def test_an_unfinished_order_never_passes_for_another_reference(reference: str, other: str) -> None:
    memo = unfinished(reference)
    assert 50 < len(memo) <= 300
    assert receipts_in(order(memo), {other}).keys() == ({reference} & {other})
    found = receipts_in(order(memo), {reference})[reference]
    assert found.is_whole is False


@given(reference=numbers)
def test_a_whole_order_is_found_by_its_reference_exactly(reference: str) -> None:
    assert receipts_in(order(reference), {reference})[reference].is_whole is True
    assert receipts_in(order(f"{reference} "), {reference}) == {}


def test_an_order_is_begun_as_a_draft_that_says_it_is_not_complete() -> None:
    asked = draft(
        "1001",
        customer_id="7",
        product_id="9",
        status=NewOrderStatus.CONFIRMED,
        your_reference="Kari",
        comment="Takk",
        currency=EURO,
    )
    assert begun_order(asked, customer_name="Moe AS", where="there") == {
        "customer": {"id": 7, "name": "Moe AS"},
        "status": "Draft",
        "date": "2026-03-29",
        "internalMemo": "1001 (not complete yet: Kvitt is still writing this order, do not publish it)",
        "memo": "Takk",
        "yourReference": {"name": "Kari"},
        "currency": {"code": "EUR", "rate": Decimal("11.6")},
        "invoice": {"paymentTerms": {"type": "NumberOfDays", "value": 14}},
    }


def test_what_the_draft_has_not_is_not_sent() -> None:
    asked = begun_order(draft("1001", customer_id="7", product_id="9"), customer_name="Moe AS", where="there")
    assert asked.keys() == {"customer", "status", "date", "internalMemo", "invoice"}


def test_a_rate_for_several_units_is_told_for_one() -> None:
    yen = Currency(code="JPY", rate=Decimal("6.5"), unit=100)
    asked = draft("1001", customer_id="7", product_id="9", currency=yen)
    assert begun_order(asked, customer_name="Moe AS", where="there")["currency"]["rate"] == Decimal("0.065")


@pytest.mark.parametrize(
    ("status", "there"),
    [
        (NewOrderStatus.DRAFT, "Draft"),
        (NewOrderStatus.OFFER, "Proposal"),
        (NewOrderStatus.CONFIRMED, "Confirmed"),
    ],
)
def test_an_order_is_finished_with_its_status_and_our_reference(status: NewOrderStatus, there: str) -> None:
    asked = draft("1001", customer_id="7", product_id="9", status=status)
    assert finished_order(asked) == {"status": there, "internalMemo": "1001"}


def test_completing_empties_what_the_invoice_no_longer_says() -> None:
    begun = {**order("x"), "memo": "Gammel", "yourReference": {"name": "Ola"}, "currency": {"code": "EUR"}}
    asked = draft("1001", customer_id="7", product_id="9")
    completed = completed_order(asked, begun, customer_name="Moe AS", where="there")
    assert completed["memo"] == ""
    assert completed["yourReference"] == {"name": ""}
    assert completed["currency"] == {"code": "NOK", "rate": 1}
    assert completed["internalMemo"] == "1001"
    untouched = completed_order(asked, order("x"), customer_name="Moe AS", where="there")
    assert untouched.keys() == {"customer", "status", "date", "internalMemo", "invoice"}


DELIVERY = Delivery(
    date=date(2026, 3, 27),
    name="Site 4",
    address=Address(
        street="Hyttevegen 9", additional_street="by the barn", postal_code="2670", city="Otta", country="no"
    ),
)


def test_an_order_says_what_it_has_a_place_for() -> None:
    asked = draft("1001", customer_id="7", product_id="9", order_reference="PO 4711", delivery=DELIVERY)
    begun = begun_order(asked, customer_name="Moe AS", where="there")
    assert begun["referenceNumber"] == "PO 4711"
    assert begun["deliveryDate"] == "2026-03-27"
    assert begun["deliveryCustomer"] == {
        "name": "Site 4",
        "street": "Hyttevegen 9, by the barn",
        "postalCode": "2670",
        "postalArea": "Otta",
        "countryCode": "NO",
    }


def test_completing_leaves_nothing_of_another_delivery_or_reference() -> None:
    there = {"id": 3, "name": "Site 1", "street": "Gata 1", "city": "Oslo", "countryCode": "NO"}
    begun = {**order("x"), "referenceNumber": "PO 1", "deliveryDate": "2026-01-01", "deliveryCustomer": there}
    bare = completed_order(draft("1001", customer_id="7", product_id="9"), begun, customer_name="Moe AS", where="there")
    assert (bare["referenceNumber"], bare["deliveryDate"]) == ("", "2026-03-29")
    assert bare["deliveryCustomer"] == {"name": "", "street": "", "city": "", "countryCode": ""}
    asked = draft("1001", customer_id="7", product_id="9", order_reference="PO 2", delivery=DELIVERY)
    whole = completed_order(asked, begun, customer_name="Moe AS", where="there")
    assert (whole["referenceNumber"], whole["deliveryDate"]) == ("PO 2", "2026-03-27")
    assert (whole["deliveryCustomer"]["name"], whole["deliveryCustomer"]["city"]) == ("Site 4", "")


@pytest.mark.parametrize("customer_id", [None, "abc", "0"])
def test_a_customer_that_can_not_be_one_there_is_refused(customer_id: str | None) -> None:
    asked = draft("1001", customer_id="7", product_id="9").model_copy(update={"customer_id": customer_id})
    with pytest.raises(Rejected) as error:
        begun_order(asked, customer_name="x", where="there")
    assert error.value.code == "unknown_reference"


@pytest.mark.parametrize(
    "changes",
    [{"status": "Inactive"}, {"customer": {}}, {"customer": None}, {"id": None}, {"internalMemo": None}],
)
def test_what_is_no_order_of_ours_any_more_is_not_found(changes: dict[str, object]) -> None:
    assert receipts_in(order("1001", **changes), {"1001"}) == {}


def test_totals_are_told_only_together() -> None:
    assert totals_in({"grossAmount": Decimal("1500.00"), "taxAmount": 300}) == BookedTotals(
        gross=Decimal("1500.00"), vat=Decimal(300)
    )
    assert totals_in({"grossAmount": 1, "taxAmount": None}) is None
    receipt = receipts_in(order("1001", grossAmount=5, taxAmount=1), {"1001"})["1001"]
    assert receipt == Receipt(
        order_id="5", customer_id="7", totals=BookedTotals(gross=Decimal(5), vat=Decimal(1)), is_whole=True
    )
