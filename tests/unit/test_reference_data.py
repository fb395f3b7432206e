"""What is looked up for orders, how often, and what of it stops whom."""

from typing import Any

import pytest

from core.customer import Customer
from core.dimension import DimensionKind
from core.errors import OutcomeUnknown, Rejected
from core.product import BookedProduct
from core.transfer import TransferState
from core.unreadable import Unreadable
from tests.fakes import Gateway
from tests.unit.samples import a_company, a_person, a_row, an_invoice

DEPARTMENT, PROJECT = DimensionKind
_BOOKED = {"EX-1": BookedProduct(product="1100"), "Cover": BookedProduct(product="Insurance")}


def change_settings(gateway: Gateway, **settings: Any) -> None:
    stored = gateway.look_up.business("fjell")
    gateway.connect_business.store(stored.model_copy(update=settings))


def looked_up(gateway: Gateway) -> list[str]:
    """What has been looked up since this was asked last, but for customers and orders."""
    calls = [call for call in gateway.system.calls if call.startswith(("products.find", "vat.", "dimensions."))]
    gateway.system.calls.clear()
    return sorted(calls)


def fill(gateway: Gateway) -> None:
    """Have the books hold what the settings name."""
    gateway.books.add_product("Sharefox rental")
    gateway.books.add_product("Digger", number="1100")
    gateway.books.add_product("Insurance")
    gateway.books.add_dimension(DEPARTMENT, "Oslo")


def test_only_what_an_invoice_needs_is_looked_up_and_that_once(gateway: Gateway) -> None:
    fill(gateway)
    change_settings(gateway, products=_BOOKED, department="Oslo")
    gateway.add(*(an_invoice(number=f"1-{one}", rows=(a_row(product_code="EX-1"),)) for one in (1, 2)))
    gateway.add(an_invoice(number="1-3", rows=(a_row(product_code="EX-1"), a_row(product="Cover"))))
    gateway.send("1-1")
    assert looked_up(gateway) == [
        "dimensions.listed",
        "products.find_numbered",
        "products.find_products",
        "vat.codes",
    ], "the product by its number; the rental product by its name"
    gateway.send("1-2")
    assert looked_up(gateway) == []
    gateway.send("1-3")
    assert looked_up(gateway) == ["products.find_numbered", "products.find_products"], "the insurance, by its name"


def test_many_invoices_together_look_each_thing_up_once(gateway: Gateway) -> None:
    fill(gateway)
    change_settings(gateway, products=_BOOKED, department="Oslo")
    numbers = [f"1-{one}" for one in range(1, 31)]
    gateway.add(*(an_invoice(number=one, rows=(a_row(product_code="EX-1"), a_row())) for one in numbers))
    gateway.send_many.send("fjell", numbers)
    assert {gateway.transfer(one).state for one in numbers} == {TransferState.TRANSFERRED}
    assert len(looked_up(gateway)) == 4


def test_nothing_is_looked_up_that_an_order_has_no_place_for(gateway: Gateway) -> None:
    gateway.system.limits = gateway.system.limits.__class__(
        **{**vars(gateway.system.limits), "order_fields": frozenset()}
    )
    change_settings(gateway, department="Oslo")
    gateway.add(an_invoice(project="42"))
    transfer = gateway.send("2001-1")
    assert transfer.state is TransferState.TRANSFERRED
    assert "dimensions.listed" not in looked_up(gateway)
    assert transfer.warnings == ("project is not written to the order: the accounting system has no place for it.",)


def test_what_was_kept_and_is_gone_is_looked_up_anew(gateway: Gateway) -> None:
    fill(gateway)
    change_settings(gateway, products=_BOOKED, department="Oslo")
    gateway.add(*(an_invoice(number=one, rows=(a_row(product_code="EX-1"),)) for one in ("1-1", "1-2")))
    gateway.send("1-1")
    (old,) = [one for one in gateway.books.products.values() if one.number == "1100"]
    del gateway.books.products[old.id]
    gateway.books.dimensions[DEPARTMENT] = []
    new, oslo = gateway.books.add_product("Digger", number="1100"), gateway.books.add_dimension(DEPARTMENT, "Oslo")
    assert gateway.send("1-2").state is TransferState.TRANSFERRED
    (order,) = [one for one in gateway.books.orders.values() if one.draft.reference == "1-2"]
    assert (order.draft.rows[0].product_id, order.draft.department) == (new.id, oslo)


def test_what_is_wrong_with_one_product_stops_no_other_invoice(gateway: Gateway) -> None:
    fill(gateway)
    spoilt = gateway.books.add_product("Trailer", number="1200")
    gateway.books.unreadable[spoilt.id] = Unreadable(id=spoilt.id, reason="it is spoilt")
    products = {"a": "1200", "b": "1300", "c": "1100"}
    change_settings(gateway, products={name: BookedProduct(product=one) for name, one in products.items()})
    gateway.add(*(an_invoice(number=name, rows=(a_row(product_code=name),)) for name in products))
    gateway.send_many.send("fjell", list(products))
    codes = [error.code if (error := gateway.transfer(name).error) else None for name in products]
    assert codes == ["unreadable_product", "unknown_product", None]


def test_a_listing_that_is_refused_stops_only_who_needs_it(gateway: Gateway) -> None:
    refusal = Rejected("You may not read them.", code="missing_rights")
    gateway.system.dimensions.fail_next(refusal, call="listed")
    gateway.add(an_invoice(number="1", department="Oslo"), an_invoice(number="2"))
    gateway.send_many.send("fjell", ["1", "2"])
    error = gateway.transfer("1").error
    assert error is not None
    assert (error.code, "You may not read them." in error.message) == ("unknown_dimension", True)
    assert gateway.transfer("2").state is TransferState.TRANSFERRED
    gateway.books.add_dimension(DEPARTMENT, "Oslo")
    gateway.manage_transfers.retry(gateway.transfer("1").id)
    assert gateway.transfer("1").state is TransferState.TRANSFERRED, "a refusal is not kept for good"


def test_the_preview_names_the_products_and_what_the_order_is_counted_under(gateway: Gateway) -> None:
    fill(gateway)
    oslo = gateway.books.add_dimension(PROJECT, "Vinter")
    change_settings(gateway, products=_BOOKED, department="Oslo")
    gateway.add(an_invoice(project="Vinter", rows=(a_row(product_code="EX-1"), a_row(product="Cover"), a_row())))
    preview = gateway.preview_invoice.preview("fjell", "2001-1")
    assert [one.name for one in preview.products] == ["1100 Digger", "Insurance"]
    assert preview.product.name == "Sharefox rental"
    assert {row.project for row in preview.order.rows} == {preview.order.project} == {oslo}
    assert preview.order.department is not None
    assert preview.order.department.name == "Oslo"


def test_verifying_warns_of_what_the_settings_name_and_the_account_lacks(gateway: Gateway) -> None:
    fill(gateway)
    change_settings(gateway, products=_BOOKED, department="Oslo")
    assert gateway.verify_business.verify("fjell").warnings == ()
    change_settings(
        gateway,
        products={**_BOOKED, "gone": BookedProduct(product="9", vat_code="86")},
        department="Hamar",
        project="42",
    )
    product, code, department, project = gateway.verify_business.verify("fjell").warnings
    assert '"gone"' in product
    assert "VAT code 86" in code
    assert "Hamar" in department
    assert "42" in project


def test_verifying_looks_up_no_more_than_twenty_products(gateway: Gateway) -> None:
    change_settings(gateway, products={str(one): BookedProduct(product="1100") for one in range(25)})
    gateway.books.add_product("Digger", number="1100")
    (warning,) = gateway.verify_business.verify("fjell").warnings
    assert "5 were not" in warning
    assert gateway.system.calls.count("products.find_numbered") == 20


class TestMissingProduct:
    """The product of the settings is missing; of two invoices that are sent together, only A is booked on it."""

    @pytest.fixture
    def gateway(self) -> Gateway:
        gateway = Gateway()
        change_settings(gateway, products={"Excavator": BookedProduct(product="1100")})
        gateway.books.add_product("Excavators", number="1100")
        return gateway

    def send_both(self, gateway: Gateway, *, customer_of_a: Customer) -> dict[str, TransferState]:
        gateway.add(
            an_invoice(number="A", customer=customer_of_a),
            an_invoice(number="B", rows=(a_row(product="Excavator"),)),
        )
        gateway.send_many.send("fjell", ["A", "B"])
        return {number: gateway.transfer(number).state for number in "AB"}

    def test_one_that_needs_it_is_stopped_alone_where_it_is_refused(self, gateway: Gateway) -> None:
        gateway.system.products.fail_next(Rejected("No right to create products."), call="create_product")
        states = self.send_both(gateway, customer_of_a=a_person())
        assert states == {"A": TransferState.REJECTED, "B": TransferState.TRANSFERRED}

    def test_one_that_needs_it_waits_alone_where_the_answer_is_lost(self, gateway: Gateway) -> None:
        gateway.system.products.fail_next(OutcomeUnknown("The answer was lost."), call="create_product")
        states = self.send_both(gateway, customer_of_a=a_person())
        assert states == {"A": TransferState.WAITING, "B": TransferState.TRANSFERRED}

    def test_it_is_not_created_for_one_that_was_refused_before(self, gateway: Gateway) -> None:
        for _ in range(2):
            gateway.books.add_customer("Moe Anlegg AS", organization_number="911000008")
        states = self.send_both(gateway, customer_of_a=a_company())
        assert states == {"A": TransferState.REJECTED, "B": TransferState.TRANSFERRED}
        assert not [call for call in gateway.system.calls if call.startswith("products.create")]
