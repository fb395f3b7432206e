from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.business import NewOrderStatus
from core.customer import Address
from core.dimension import Dimension, DimensionKind, stated_dimension
from core.invoice import Delivery, Invoice
from core.limits import OrderField, field_warnings, not_written, stated
from core.order_draft import CreditedOrder, OrderDraft, RowBooking, order_draft_from
from core.vat_code import VatChoice, VatCode
from tests.unit.samples import LIMITS, a_row, an_invoice

_SITE = Address(street="Hyttevegen 9", additional_street="by the barn", postal_code="2670", city="Otta", country="NO")
_CREDITED = CreditedOrder(order_id="24001", invoice_number="10001")
_ALL = frozenset(OrderField)
_SAID: dict[OrderField, Any] = {
    OrderField.ORDER_NUMBER: "S-88",
    OrderField.OUR_REFERENCE: "Ola Berg",
    OrderField.BUYER_REFERENCE: "0192:ABC",
    OrderField.ORDER_REFERENCE: "PO 4711",
    OrderField.CREDITS: "2000-1",
    OrderField.PAID_AMOUNT: "-100.00",
    OrderField.PAID_DATE: date(2026, 9, 30),
    OrderField.DEPARTMENT: "Oslo",
    OrderField.PROJECT: "42",
}
_HANDED_OVER: dict[OrderField, Any] = {
    OrderField.DELIVERY_DATE: date(2026, 9, 29),
    OrderField.DELIVERY_NAME: "Site 4",
    OrderField.DELIVERY_ADDRESS: _SITE,
}
_DEPENDS_ON = {OrderField.PAID_DATE: OrderField.PAID_AMOUNT}
fields = st.sets(st.sampled_from(OrderField)).map(frozenset)


def saying(said: frozenset[OrderField], **changes: Any) -> Invoice:
    """A credit that says these things, and what they depend on."""
    said |= {needed for field, needed in _DEPENDS_ON.items() if field in said}
    delivery = {field.removeprefix("delivery."): value for field, value in _HANDED_OVER.items() if field in said}
    stated: dict[str, Any] = {str(field): value for field, value in _SAID.items() if field in said}
    stated = {"order_number": None, "rows": (a_row(quantity="-1"),), **stated, **changes}
    return an_invoice(delivery=Delivery(**delivery) if delivery else None, **stated)


def drafted(invoice: Invoice, places: frozenset[OrderField], credited: CreditedOrder | None = _CREDITED) -> OrderDraft:
    return order_draft_from(
        invoice,
        customer_id="501",
        status=NewOrderStatus.DRAFT,
        currency=None,
        booked=[RowBooking(product_id="77", vat=VatChoice(code=VatCode(code="3", percent=Decimal(25))))],
        limits=replace(LIMITS, order_fields=places),
        credited=credited,
        **{
            str(kind): Dimension(id=wanted)
            for kind in DimensionKind
            if OrderField(kind) in places and (wanted := stated_dimension(kind, invoice))
        },
    )


def left_out(invoice: Invoice, places: frozenset[OrderField], *, knows_credited: bool = True) -> list[str]:
    return list(not_written(invoice, places, knows_credited=knows_credited))


def said_by(draft: OrderDraft) -> set[OrderField]:
    """What of these an order says."""
    delivery = draft.delivery or Delivery()
    said: dict[OrderField, object] = {
        OrderField.CREDITS: draft.credited,
        OrderField.DELIVERY_DATE: delivery.date,
        OrderField.DELIVERY_NAME: delivery.name,
        OrderField.DELIVERY_ADDRESS: delivery.address,
        **{field: getattr(draft, field) for field in _SAID if field is not OrderField.CREDITS},
    }
    return {field for field, value in said.items() if value is not None}


def test_an_order_with_a_place_for_everything_says_everything() -> None:
    invoice = saying(_ALL, your_reference="Kari")
    draft = drafted(invoice, _ALL)
    assert draft.delivery == invoice.delivery
    assert (draft.your_reference, draft.buyer_reference, draft.order_reference) == ("Kari", "0192:ABC", "PO 4711")
    assert (draft.our_reference, draft.order_number, draft.credited) == ("Ola Berg", "S-88", _CREDITED)
    assert (str(draft.paid_amount), draft.paid_date) == ("-100.00", date(2026, 9, 30))
    assert left_out(invoice, _ALL) == []


@given(said=fields, places=fields)
def test_whatever_an_invoice_says_is_in_its_order_or_told_not_to_be(
    said: frozenset[OrderField], places: frozenset[OrderField]
) -> None:
    invoice = saying(said)
    here = set(stated(invoice))
    assert said <= here
    draft, told = drafted(invoice, places), left_out(invoice, places)
    shared = {OrderField.BUYER_REFERENCE} & (here - places)
    assert said_by(draft) == here & places
    assert set(told) == here - places - shared
    assert draft.your_reference == ("0192:ABC" if shared else None)


@pytest.mark.parametrize(
    "blank",
    [
        {"order_number": " ", "our_reference": "", "buyer_reference": "\t", "order_reference": " "},
        {"delivery": Delivery()},
        {"delivery": Delivery(name=" ", address=Address(street=" "))},
        {"paid_amount": "0.00", "paid_date": date(2026, 9, 30)},
    ],
)
def test_blanks_say_nothing(blank: dict[str, Any]) -> None:
    invoice = an_invoice(**{"order_number": None, **blank})
    assert list(stated(invoice)) == []
    assert said_by(drafted(invoice, _ALL, None)) == set()


@pytest.mark.parametrize(
    ("yours", "buyers", "written", "told"),
    [
        ("Kari", None, "Kari", []),
        (None, "0192:ABC", "0192:ABC", []),
        ("0192:ABC ", "0192:ABC", "0192:ABC", []),
        ("Kari", "0192:ABC", "0192:ABC", ["your_reference"]),
        ("Kari", " ", "Kari", []),
    ],
)
def test_where_both_want_one_place_the_buyers_reference_goes_first(
    yours: str | None, buyers: str | None, written: str, told: list[str]
) -> None:
    invoice = an_invoice(order_number=None, your_reference=yours, buyer_reference=buyers)
    draft = drafted(invoice, frozenset())
    assert (draft.your_reference, draft.buyer_reference) == (written, None)
    assert left_out(invoice, frozenset()) == told


def test_a_credited_invoice_that_nobody_knows_of_is_told() -> None:
    invoice = saying(frozenset({OrderField.CREDITS}))
    assert drafted(invoice, _ALL, None).credited is None
    assert left_out(invoice, _ALL, knows_credited=False) == ["credits"]
    assert left_out(saying(frozenset()), _ALL, knows_credited=False) == []


def test_a_transfer_is_warned_of_all_but_the_sources_own_order_number() -> None:
    reasons = not_written(saying(_ALL), frozenset(), knows_credited=False)
    assert reasons[OrderField.ORDER_NUMBER] == "the accounting system has no place for it"
    warnings = field_warnings(reasons)
    assert [warning.split(" ")[0] for warning in warnings] == [field for field in reasons if field != "order_number"]
    assert (
        "paid_amount is not written to the order: the accounting system has no place for it; enter the payment there."
        in warnings
    )
    assert not any(str(value) in " ".join(warnings) for value in ("Ola Berg", "Site 4", "2000-1"))
