"""What rows are booked on: products, departments and projects."""

import pytest

from core.dimension import DimensionKind
from core.limits import OrderField
from core.transfer import TransferState
from plugins.conformance.bench import Bench
from plugins.conformance.fixtures import Setup
from plugins.conformance.installation import CATEGORY, PRODUCT, Installation
from plugins.conformance.samples import a_row, an_invoice
from plugins.conformance.tiers import skip_absent

_NUMBER = "2001-1"


class BookedProducts(Setup):
    """The product of each row, and the department and project that it is counted under."""

    def test_product_and_category_are_created_once(self, bench: Bench, kvitt: Installation) -> None:
        """The first invoice makes them, the next uses them."""
        kvitt.add(an_invoice(), an_invoice("2001-2"))
        self.arrived(kvitt.send(_NUMBER))
        self.arrived(kvitt.send("2001-2"))
        (product,) = bench.products()
        assert product.name == PRODUCT
        assert list(bench.categories()) == [CATEGORY] * kvitt.abilities.categories, "one category of that name"
        used = {row.product_id for order in bench.orders() for row in order.rows} - {None}
        assert used <= {product.id}, "every row is booked on that product"

    def test_a_product_that_is_there_is_used(self, bench: Bench, kvitt: Installation) -> None:
        """Found by its exact name: one whose name only begins alike is another."""
        bench.add_product(f"{PRODUCT} long term", category="Else")
        known = bench.add_product(PRODUCT, category=CATEGORY)
        kvitt.add(an_invoice())
        self.arrived(kvitt.send(_NUMBER))
        assert len(bench.products()) == 2, "no product is created where it is there already"
        assert {row.product_id for row in self.the_order(bench).rows} <= {known, None}

    def test_a_product_of_the_settings_is_booked_on(self, bench: Bench, kvitt: Installation) -> None:
        """By its number or its exact name, for rows of that product code or text; every other row is the generic's."""
        numbered = bench.add_product("Digger hire", category="Hire", number="1100")
        named = bench.add_product("Insurance", category="Hire")
        bench.add_product("Insurance, extra", category="Hire", number="11001")
        products = {"EX-1": {"product": "1100"}, "Cover": {"product": "Insurance"}}
        kvitt.connect(bench.connection(), settings={"products": products})
        rows = (a_row(product_code="EX-1"), a_row(product="Cover", period=None), a_row(product_code="EX-2"))
        kvitt.add(an_invoice(rows=rows))
        self.arrived(kvitt.send(_NUMBER))
        (generic,) = [product.id for product in bench.products() if product.name == PRODUCT]
        booked = [row.product_id for row in self.the_order(bench).rows]
        assert booked in ([numbered, named, generic], [None] * 3), "each row is booked on its product"

    def test_no_product_is_created_for_rows_that_need_none(self, bench: Bench, kvitt: Installation) -> None:
        """The generic product is made with the first row that is booked on it."""
        known = bench.add_product("Digger hire", category="Hire", number="1100")
        kvitt.connect(bench.connection(), settings={"products": {"Tractor": {"product": "1100"}}})
        kvitt.add(an_invoice())
        self.arrived(kvitt.send(_NUMBER))
        assert [product.id for product in bench.products()] == [known]

    def test_a_product_of_the_settings_that_is_not_there_is_refused(self, bench: Bench, kvitt: Installation) -> None:
        """It is the accountant's: none is created under that name, and other invoices go on."""
        kvitt.connect(bench.connection(), settings={"products": {"Tractor": {"product": "1100"}}})
        kvitt.add(an_invoice(), an_invoice("2001-2", rows=(a_row(product="Trailer"),)))
        transfer = kvitt.send(_NUMBER)
        assert transfer.error is not None
        assert (transfer.state, transfer.error.code) == (TransferState.REJECTED, "unknown_product")
        assert not bench.orders(), "nothing is written for an invoice that is refused"
        self.arrived(kvitt.send("2001-2"))
        bench.add_product("Digger hire", category="Hire", number="1100")
        kvitt.retry(transfer)
        self.arrived(kvitt.drive(_NUMBER))

    @pytest.mark.parametrize("kind", list(DimensionKind), ids=str)
    def test_a_row_goes_before_the_invoice_and_that_before_the_settings(
        self, bench: Bench, kvitt: Installation, kind: DimensionKind
    ) -> None:
        """Departments and projects are given by id; whoever names one says so for all that is within."""
        self._skip_without(kvitt, kind)
        first, second, third = (bench.add_dimension(kind, name) for name in ("Oslo", "Bergen", "Bodø"))
        kvitt.connect(bench.connection(), settings={kind: first})
        kvitt.add(
            an_invoice("2001-1"),
            an_invoice("2001-2", **{str(kind): second}, rows=(a_row(), a_row(**{str(kind): third}))),
        )
        sent = [kvitt.send(number) for number in ("2001-1", "2001-2")]
        for transfer in sent:
            self.arrived(transfer)
        held = {order.id: order for order in bench.orders()}
        by_default, stated = (held[transfer.order_id or ""] for transfer in sent)
        assert [getattr(row, f"{kind}_id") for row in by_default.rows] == [first]
        assert [getattr(row, f"{kind}_id") for row in stated.rows] == [second, third]
        assert by_default.fields.get(kind) in (first, "", None), "where an order has one, it is that of the settings"
        assert stated.fields.get(kind) in (second, "", None), "where an order has one, it is the invoice's"

    @pytest.mark.parametrize("kind", list(DimensionKind), ids=str)
    def test_an_exact_name_means_the_same_where_names_are_told(
        self, bench: Bench, kvitt: Installation, kind: DimensionKind
    ) -> None:
        """One that is not there is refused, as is a name where only ids can be given."""
        self._skip_without(kvitt, kind)
        bench.add_dimension(kind, "Oslo syd")
        oslo = bench.add_dimension(kind, "Oslo")
        kvitt.connect(bench.connection(), settings={kind: "Oslo"})
        kvitt.add(an_invoice(), an_invoice("2001-2", **{str(kind): "Hamar"}))
        is_told = kvitt.system().dimensions.listed(kind) is not None
        if is_told:
            self.arrived(kvitt.send(_NUMBER))
            assert [getattr(row, f"{kind}_id") for row in self.the_order(bench).rows] == [oslo]
        refused = kvitt.send("2001-2" if is_told else _NUMBER)
        assert refused.error is not None
        assert (refused.state, refused.error.code) == (TransferState.REJECTED, "unknown_dimension")

    @staticmethod
    def _skip_without(kvitt: Installation, kind: DimensionKind) -> None:
        skip_absent(kvitt.abilities, OrderField(kind))
