"""The documented behaviour, whole: an invoice is sent, and what is in the books afterwards is looked at."""

from datetime import date
from decimal import Decimal

import pytest

from core.business import CustomerUpdates, NewOrderStatus
from core.customer_plan import CustomerAction
from core.dimension import DimensionKind
from core.identity import emails_in
from core.invoice import Delivery, InvoiceRow
from core.limits import OrderField
from core.payment import PaymentReport
from core.transfer import TransferState
from plugins.conformance.bench import Bench, HeldCustomer, NotPossible
from plugins.conformance.fixtures import Setup
from plugins.conformance.installation import BUSINESS, CATEGORY, PRODUCT, Installation
from plugins.conformance.samples import ADDRESS, COMPANY, COMPANY_NUMBER, NEW_ADDRESS, PERSON, PHONE, a_row, an_invoice

_NUMBER = "2001-1"
_15 = Decimal(15)


class DocumentedBehaviour(Setup):
    """What users were promised."""

    # Finding the right customer

    def test_a_customer_that_is_not_there_is_created(self, bench: Bench, kvitt: Installation) -> None:
        """All that the source has is written: name, number, e-mail, phone, address."""
        kvitt.add(an_invoice())
        transfer = kvitt.send(_NUMBER)
        self.arrived(transfer)
        customer = _only(bench)
        assert customer.id == self.the_order(bench).customer_id == transfer.customer_id, "the order is that customer's"
        assert customer.name == "Moe Prøve AS"
        assert _digits(customer.organization_number) == COMPANY_NUMBER, "the organization number is written"
        assert COMPANY.email in customer.emails, "the e-mail address is written"
        assert any(PHONE in _digits(phone) for phone in customer.phones), "the phone number is written"
        assert customer.address == ADDRESS, "the address is written"

    def test_a_person_is_created_with_the_whole_name(self, bench: Bench, kvitt: Installation) -> None:
        """However the system splits a name, its parts make the whole again."""
        kvitt.add(an_invoice(customer=PERSON))
        self.arrived(kvitt.send(_NUMBER))
        assert _only(bench).name == PERSON.name

    def test_a_company_is_found_by_its_organization_number(self, bench: Bench, kvitt: Installation) -> None:
        """Found, so that nobody is created; and the order is that customer's."""
        known = bench.add_customer("Moe Prøve AS", is_company=True, organization_number=COMPANY_NUMBER)
        bench.add_customer("Another Prøve AS", is_company=True, organization_number="923609016")
        kvitt.add(an_invoice())
        self.arrived(kvitt.send(_NUMBER))
        assert self.the_order(bench).customer_id == known, "the company with that organization number is the customer"
        assert len(bench.customers()) == 2, "nobody is created where the customer is there already"

    def test_a_customer_is_found_by_email_whatever_its_case(self, bench: Bench, kvitt: Installation) -> None:
        """An e-mail address is compared whole, and without regard to case."""
        known = bench.add_customer("Signe Prøve", is_company=False, email="Signe@Prove.Example")
        bench.add_customer("Anne Prøve", is_company=False, email="anne.signe@prove.example")
        kvitt.add(an_invoice(customer=PERSON))
        self.arrived(kvitt.send(_NUMBER))
        assert self.the_order(bench).customer_id == known, "the person with that e-mail address is the customer"
        assert len(bench.customers()) == 2, "nobody is created where the customer is there already"

    def test_signs_that_nobody_can_store_make_no_record_unreadable(self, bench: Bench, kvitt: Installation) -> None:
        """Old services write control characters into names: they are dropped, and the record is used."""
        known = bench.add_customer(
            "Moe\x02 Prøve\x0bAS", is_company=True, organization_number=COMPANY_NUMBER, email=COMPANY.email, phone=PHONE
        )
        bench.add_product(f"{PRODUCT}\x02 (old)", category=CATEGORY)
        kvitt.add(an_invoice())
        self.arrived(kvitt.send(_NUMBER))
        assert self.the_order(bench).customer_id == known
        assert kvitt.system().customers.read([known])[known].name == "Moe Prøve AS", "the name is read without them"

    def test_a_record_that_can_not_be_read_stops_nobody_else(self, bench: Bench, kvitt: Installation) -> None:
        """It is left out, unless it is the one that is wanted; then the transfer says so."""
        lost = bench.add_customer("Borte Prøve AS", is_company=True, email=f"ny{PERSON.email}")
        own = bench.add_customer("Moe Prøve AS", is_company=True, organization_number=COMPANY_NUMBER)
        try:
            for one in (lost, own):
                bench.spoil_customer(one)
        except NotPossible as impossible:
            pytest.skip(str(impossible))
        kvitt.add(an_invoice(customer=PERSON), an_invoice("2001-2"))
        self.arrived(kvitt.send(_NUMBER))
        transfer = kvitt.send("2001-2")
        assert transfer.state is TransferState.REJECTED
        assert transfer.error is not None
        assert transfer.error.code == "unreadable_customer", transfer.error.message
        assert own in transfer.error.message, "the record is named"
        assert len(bench.customers()) == 3, "none is created in place of one that can't be read"

    @pytest.mark.parametrize(
        ("stated", "recorded"),
        [
            ("556012-5790", "SE556012579001"),
            ("SE556012579001", "556012-5790"),
            ("NO911000008MVA", "Org.nr. 911 000 008"),
        ],
    )
    def test_a_company_is_found_in_whatever_spelling_of_its_number(
        self, bench: Bench, kvitt: Installation, stated: str, recorded: str
    ) -> None:
        """A number is compared in its country's canonical form."""
        country = "NO" if stated.startswith("NO") else "SE"
        known = bench.add_customer("Moe Prøve AS", is_company=True, organization_number=recorded)
        address = ADDRESS.model_copy(update={"country": country})
        customer = COMPANY.model_copy(update={"organization_number": stated, "address": address})
        kvitt.add(an_invoice(customer=customer))
        self.arrived(kvitt.send(_NUMBER))
        assert self.the_order(bench).customer_id == known, f"{recorded} in the books is the {stated} of the invoice"
        assert _only(bench).organization_number == recorded, "a number that is there is not written in another spelling"

    def test_a_customer_is_found_among_several_addresses_in_a_field(self, bench: Bench, kvitt: Installation) -> None:
        """A field for an e-mail address may hold several."""
        known = bench.add_customer("Signe Prøve", is_company=False, email="post@prove.example; Signe@prove.example")
        kvitt.add(an_invoice(customer=PERSON))
        self.arrived(kvitt.send(_NUMBER))
        assert self.the_order(bench).customer_id == known, "the person with that e-mail address is the customer"
        assert _only(bench).emails == ("post@prove.example; Signe@prove.example",), "and nothing is written there"

    def test_the_email_for_invoices_is_never_written_over(self, bench: Bench, kvitt: Installation) -> None:
        """Two contacts of one company in turn: each is added once, and no address is dropped."""
        try:
            bench.add_customer(
                "Moe Prøve AS",
                is_company=True,
                organization_number=COMPANY_NUMBER,
                email="a@moe.example, b@moe.example",
                invoice_email="faktura@moe.example",
            )
        except NotPossible as impossible:
            pytest.skip(str(impossible))
        for nth, email in enumerate(("arne@moe.example", "berit@moe.example", "arne@moe.example"), start=1):
            kvitt.add(an_invoice(f"2001-{nth}", customer=COMPANY.model_copy(update={"email": email})))
            self.arrived(kvitt.send(f"2001-{nth}"))
        held = _only(bench).emails
        assert set(emails_in(held)) == {f"{name}@moe.example" for name in ("a", "b", "faktura", "arne", "berit")}, (
            "no address is dropped"
        )
        assert "faktura@moe.example" in held, "the address for invoices stays as it is"
        assert sum(text.count("arne@moe.example") for text in held) == 1, "an address that is there is not written"

    def test_a_customer_that_is_found_is_brought_up_to_date(self, bench: Bench, kvitt: Installation) -> None:
        """What the source has and what differs is written."""
        bench.add_customer(
            "Moe Gammel AS", is_company=True, organization_number=COMPANY_NUMBER, email=COMPANY.email, address=ADDRESS
        )
        kvitt.add(an_invoice(customer=COMPANY.model_copy(update={"address": NEW_ADDRESS})))
        self.arrived(kvitt.send(_NUMBER))
        customer = _only(bench)
        assert customer.name == "Moe Prøve AS", "the organization's name is brought up to date"
        assert customer.address == NEW_ADDRESS, "the address is brought up to date"
        assert any(PHONE in _digits(phone) for phone in customer.phones), "a phone number that lacked is added"

    def test_nothing_is_emptied(self, bench: Bench, kvitt: Installation) -> None:
        """What the source does not have stays as it is."""
        bench.add_customer("Signe Prøve", is_company=False, email=PERSON.email, phone="40000009", address=ADDRESS)
        sparse = PERSON.model_copy(update={"phone": None, "address": None, "name": "Signe Ny Prøve"})
        kvitt.add(an_invoice(customer=sparse))
        self.arrived(kvitt.send(_NUMBER))
        customer = _only(bench)
        assert customer.name == "Signe Ny Prøve", "the name is brought up to date"
        assert [_digits(phone) for phone in customer.phones] == ["40000009"], "a phone number is never emptied"
        assert customer.emails == (PERSON.email,), "an e-mail address is never emptied"
        assert customer.address == ADDRESS, "an address is never emptied"

    def test_a_supplier_is_no_customer(self, bench: Bench, kvitt: Installation) -> None:
        """A supplier with the same number is left alone."""
        try:
            supplier = bench.add_customer(
                "Moe Prøve AS", is_company=True, organization_number=COMPANY_NUMBER, is_supplier=True
            )
        except NotPossible as impossible:
            pytest.skip(str(impossible))
        kvitt.add(an_invoice())
        transfer = kvitt.send(_NUMBER)
        assert transfer.customer_id != supplier, "a supplier never becomes the customer of an order"

    def test_a_business_may_keep_its_customers_as_they_are(self, bench: Bench, kvitt: Installation) -> None:
        """Nothing is written to a record that was found, and the person is named on the order instead."""
        bench.add_customer("Signe Gammel Prøve", is_company=False, email=PERSON.email, address=ADDRESS)
        (before,) = bench.customers()
        kvitt.connect(bench.connection(), customer_updates=CustomerUpdates.NEVER)
        kvitt.add(an_invoice(customer=PERSON.model_copy(update={"address": NEW_ADDRESS})))
        transfer = kvitt.send(_NUMBER)
        self.arrived(transfer)
        assert _only(bench) == before, "the record is as it was"
        assert "Signe Prøve" in self.the_order(bench).comment, "a person whose name the record has not is named"
        assert any("Signe Gammel Prøve" in warning for warning in transfer.warnings), "and a warning says so"

    def test_a_person_on_a_companys_record_is_named_on_the_order(self, bench: Bench, kvitt: Installation) -> None:
        """She is found by her e-mail address, and the company keeps its name."""
        bench.add_customer("Moe Prøve AS", is_company=True, organization_number=COMPANY_NUMBER, email=PERSON.email)
        kvitt.add(an_invoice(customer=PERSON))
        self.arrived(kvitt.send(_NUMBER))
        assert _only(bench).name == "Moe Prøve AS"
        assert self.the_order(bench).comment == "Signe Prøve"

    def test_the_persons_name_becomes_the_comment(self, bench: Bench, kvitt: Installation) -> None:
        """Where an organization is named, the customer bears its name and the order tells the person's."""
        kvitt.add(an_invoice(comment="Thank you."))
        self.arrived(kvitt.send(_NUMBER))
        assert "Signe Prøve" in self.the_order(bench).comment, "the person's name is the order's comment"
        assert "Thank you." in self.the_order(bench).comment, "the invoice's own comment is kept beside it"

    # The product and its category

    def test_product_and_category_are_created_once(self, bench: Bench, kvitt: Installation) -> None:
        """The first invoice makes them, the next uses them."""
        kvitt.add(an_invoice(), an_invoice("2001-2"))
        self.arrived(kvitt.send(_NUMBER))
        self.arrived(kvitt.send("2001-2"))
        (product,) = bench.products()
        assert (product.name, product.category) == (PRODUCT, CATEGORY)
        assert list(bench.categories()) == [CATEGORY], "one category of that name"
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
        (generic,) = [one.id for one in bench.products() if one.name == PRODUCT]
        booked = [row.product_id for row in self.the_order(bench).rows]
        assert booked in ([numbered, named, generic], [None] * 3), "each row is booked on its product"

    def test_no_product_is_created_for_rows_that_need_none(self, bench: Bench, kvitt: Installation) -> None:
        """The generic product is made with the first row that is booked on it."""
        known = bench.add_product("Digger hire", category="Hire", number="1100")
        kvitt.connect(bench.connection(), settings={"products": {"Tractor": {"product": "1100"}}})
        kvitt.add(an_invoice())
        self.arrived(kvitt.send(_NUMBER))
        assert [one.id for one in bench.products()] == [known]

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

    # Departments and projects

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
        if OrderField(kind) not in kvitt.system().limits.order_fields:
            pytest.skip(f"an order of this system has no place for a {kind}")

    # The order and its rows

    def test_every_row_is_booked_as_stated(self, bench: Bench, kvitt: Installation) -> None:
        """Text, quantity, price, discount and VAT of each row, in the invoice's order."""
        kvitt.add(
            an_invoice(
                rows=(
                    a_row(),
                    a_row(
                        product="Helmet & <straps>",
                        period=None,
                        quantity=Decimal("2.5"),
                        unit_price=Decimal("99.90"),
                        discount_percent=Decimal("12.5"),
                        vat_percent=Decimal(15),
                    ),
                    a_row(product="Manual", period=None, unit_price=Decimal(0), vat_percent=Decimal(0)),
                )
            )
        )
        self.arrived(kvitt.send(_NUMBER))
        rows = self.the_order(bench).rows
        assert [row.text for row in rows] == ["Tractor (2021-01-10 – 2021-01-12)", "Helmet & <straps>", "Manual"]
        assert [row.quantity for row in rows] == [1, Decimal("2.5"), 1]
        assert [row.unit_price for row in rows] == [1200, Decimal("99.90"), 0], "a price of zero stays zero"
        assert [row.discount_percent for row in rows] == [0, Decimal("12.5"), 0]
        assert [row.vat_percent for row in rows] == [25, 15, 0], "each row has the VAT of its own percentage"

    def test_a_text_is_a_row_that_costs_nothing(self, bench: Bench, kvitt: Installation) -> None:
        """Where the system has text rows (Limits) it is one; else a row of zero. Nobody is warned of its VAT."""
        kvitt.add(an_invoice(rows=(a_row(period=None), InvoiceRow(product="Trailer included"))))
        transfer = kvitt.send(_NUMBER)
        self.arrived(transfer)
        stated, text = self.the_order(bench).rows
        assert (stated.text, text.text) == ("Tractor", "Trailer included")
        assert {text.quantity, text.unit_price, text.discount_percent} == {0}, "it costs nothing"
        assert not stated.is_text
        assert text.is_text == kvitt.system().limits.text_rows, "a text row where the limits say that there are such"
        assert transfer.warnings == (), "the total is the invoice's"

    def test_a_row_is_booked_at_what_the_invoice_says(self, bench: Bench, kvitt: Installation) -> None:
        """A discount as an amount, and a total without a price: the books come to the invoice's amounts, to the øre."""
        by_amounts = {"period": None, "discount_percent": None}
        kvitt.add(
            an_invoice(
                rows=(
                    a_row(quantity=Decimal(3), discount_amount=Decimal(360), **by_amounts),
                    a_row(quantity=Decimal(3), unit_price=Decimal(50), discount_amount=Decimal(10), **by_amounts),
                    a_row(quantity=Decimal(4), unit_price=None, net_amount=Decimal(50), **by_amounts),
                    a_row(quantity=None, unit_price=None, net_amount=Decimal(-50), **by_amounts),
                )
            )
        )
        transfer = kvitt.send(_NUMBER)
        self.arrived(transfer)
        rows = self.the_order(bench).rows
        amounts = [row.quantity * row.unit_price * (100 - row.discount_percent) / 100 for row in rows]
        assert amounts == [3240, 140, 50, -50]
        assert [row.quantity for row in rows] == [3, 1, 4, -1]
        assert rows[1].text == "Tractor × 3", "the quantity that can't be booked is told"
        assert len(transfer.warnings) == 1, "that it can't be booked is told; the total is the invoice's"

    def test_an_organization_needs_no_contact_person(self, bench: Bench, kvitt: Installation) -> None:
        """Its name and number suffice."""
        kvitt.add(an_invoice(customer=COMPANY.model_copy(update={"name": None, "email": None})))
        self.arrived(kvitt.send(_NUMBER))
        assert _only(bench).name == "Moe Prøve AS"
        assert not self.the_order(bench).comment, "there is nobody to name in the comment"

    def test_a_credit_is_an_order_with_negative_quantities(self, bench: Bench, kvitt: Installation) -> None:
        """A credit goes the same way."""
        kvitt.add(an_invoice(rows=(a_row(quantity=Decimal(-1)),)))
        self.arrived(kvitt.send(_NUMBER))
        assert [row.quantity for row in self.the_order(bench).rows] == [-1]

    def test_what_an_invoice_says_besides_is_written_or_told_not_to_be(self, bench: Bench, kvitt: Installation) -> None:
        """Nothing is dropped silently: a plugin declares what it can place (Limits), and the rest is a warning."""
        kvitt.add(an_invoice("2000-1"))
        credited = kvitt.send("2000-1")
        self.arrived(credited)
        places = kvitt.system().limits.order_fields
        counted = {
            str(kind): bench.add_dimension(kind, "Oslo") if OrderField(kind) in places else "12"
            for kind in DimensionKind
        }
        kvitt.add(
            an_invoice(
                **counted,
                rows=(a_row(quantity=Decimal(-1)),),
                order_number="S-88",
                our_reference="Ola Prøve",
                buyer_reference="0192:ABC",
                order_reference="PO 4711",
                credits="2000-1",
                delivery=Delivery(date=date(2026, 9, 29), name="Site 4", address=ADDRESS),
                paid_amount=Decimal(-100),
                paid_date=date(2026, 9, 30),
            )
        )
        preview = kvitt.preview(_NUMBER)
        transfer = kvitt.send(_NUMBER)
        self.arrived(transfer)
        (order,) = [one for one in bench.orders() if one.id == transfer.order_id]
        stated = {
            OrderField.ORDER_NUMBER: "S-88",
            OrderField.OUR_REFERENCE: "Ola Prøve",
            OrderField.BUYER_REFERENCE: "0192:ABC",
            OrderField.ORDER_REFERENCE: "PO 4711",
            OrderField.CREDITS: credited.order_id,
            OrderField.DELIVERY_DATE: "2026-09-29",
            OrderField.DELIVERY_NAME: "Site 4",
            OrderField.DELIVERY_ADDRESS: "Prøveveien 1, 0150, Oslo",
            OrderField.PAID_AMOUNT: "-100",
            OrderField.PAID_DATE: "2026-09-30",
            **{OrderField(kind): one for kind, one in counted.items()},
        }
        held = {field: text for field, text in order.fields.items() if text}
        shared = {} if OrderField.BUYER_REFERENCE in places else {"your_reference": "0192:ABC"}
        assert held == shared | {field: stated[field] for field in places}, "what has a place is written there"
        left_out = stated.keys() - places - {OrderField.BUYER_REFERENCE}
        assert preview.not_written.keys() == left_out, "the preview shows what is not written"
        warned = {warning.split(" ")[0] for warning in transfer.warnings}
        assert warned == left_out - {OrderField.ORDER_NUMBER}, "the transfer warns of what is not written"

    def test_references_as_long_as_the_limits_fit(self, bench: Bench, kvitt: Installation) -> None:
        """Nothing of a reference is cut."""
        longest = kvitt.system().limits.longest
        if "order_reference" not in longest:
            pytest.skip("this plugin declares no longest order reference")
        reference = "9" * longest["order_reference"]
        kvitt.add(an_invoice(order_reference=reference))
        self.arrived(kvitt.send(_NUMBER))
        assert self.the_order(bench).fields[OrderField.ORDER_REFERENCE] == reference

    def test_a_second_address_line_is_written_and_stays(self, bench: Bench, kvitt: Installation) -> None:
        """In a line of its own where there is one, else with the first: the next invoice finds nothing to change."""
        address = ADDRESS.model_copy(update={"additional_street": "Bakgården"})
        customer = COMPANY.model_copy(update={"address": address})
        kvitt.add(an_invoice(customer=customer), an_invoice("2001-2", customer=customer))
        self.arrived(kvitt.send(_NUMBER))
        held = _only(bench).address
        assert held is not None
        assert held.whole_street == "Prøveveien 1, Bakgården"
        assert kvitt.preview("2001-2").customer.action is CustomerAction.AS_IS, "the record says what the invoice says"

    def test_prices_that_include_vat_come_to_the_same_total(self, kvitt: Installation) -> None:
        """Whether they are sent with VAT or without: what the system adds up is what the invoice says.

        These prices without VAT come out even; where others do not, a system that takes only such may be off by an øre,
        which the transfer warns of.
        """
        rows = (a_row(unit_price=Decimal(125), quantity=Decimal(2)), a_row(unit_price=Decimal(115), vat_percent=_15))
        kvitt.add(an_invoice(prices_include_vat=True, rows=rows))
        transfer = kvitt.send(_NUMBER)
        self.arrived(transfer)
        (report,) = kvitt.check(_NUMBER)
        assert isinstance(report, PaymentReport)
        assert transfer.warnings == report.warnings == (), "the totals are those of the invoice"

    def test_an_unknown_vat_rate_is_refused_before_anything_is_written(self, bench: Bench, kvitt: Installation) -> None:
        """A rate that the books don't have is a person's to mend."""
        kvitt.add(an_invoice(rows=(a_row(), a_row(vat_percent=Decimal(17)))))
        transfer = kvitt.send(_NUMBER)
        assert transfer.state is TransferState.REJECTED
        assert transfer.error is not None
        assert transfer.error.code == "unknown_vat_rate"
        assert not bench.orders(), "nothing is written for an invoice that is refused"
        assert not bench.customers(), "nothing is written for an invoice that is refused"

    @pytest.mark.parametrize("status", list(NewOrderStatus), ids=lambda status: str(status.value))
    def test_an_order_gets_the_status_of_the_settings_and_is_not_published(
        self, bench: Bench, kvitt: Installation, status: NewOrderStatus
    ) -> None:
        """Draft, offer or confirmed; publishing it as an invoice is the accountant's act."""
        kvitt.connect(bench.connection(), status=status)
        kvitt.add(an_invoice())
        self.arrived(kvitt.send(_NUMBER))
        order = self.the_order(bench)
        assert not order.is_published, "an order of ours is never published by us"
        assert order.status in (status, None), "the order has the status of the business's settings"

    def test_sending_twice_is_one_order(self, bench: Bench, kvitt: Installation) -> None:
        """The second time the first one's transfer is answered."""
        kvitt.add(an_invoice())
        first = kvitt.send(_NUMBER)
        assert kvitt.send(_NUMBER) == first
        assert self.the_order(bench).id == first.order_id, "the transfer knows the order's id"

    def test_a_preview_writes_nothing(self, bench: Bench, kvitt: Installation) -> None:
        """It takes the same decisions, and stops before the first write."""
        kvitt.add(an_invoice())
        preview = kvitt.preview(_NUMBER)
        assert preview.order.reference == _NUMBER
        assert not [*bench.customers(), *bench.products(), *bench.categories(), *bench.orders()]

    def test_several_go_together_and_one_that_is_refused_hides_no_other(
        self, bench: Bench, kvitt: Installation
    ) -> None:
        """In bulk: the others arrive, and the customer that they share is one."""
        numbers = ["2001-1", "2001-2", "2001-3"]
        bad = (a_row(vat_percent=Decimal(17)),)
        kvitt.add(an_invoice("2001-1"), an_invoice("2001-2", rows=bad), an_invoice("2001-3", customer=PERSON))
        kvitt.send_all(numbers)
        states = [kvitt.drive(number).state for number in numbers]
        assert states == [TransferState.TRANSFERRED, TransferState.REJECTED, TransferState.TRANSFERRED]
        bench.settle()
        assert (len(bench.orders()), len(bench.customers())) == (2, 2)

    def test_verifying_finds_all_well_and_writes_nothing(self, bench: Bench, kvitt: Installation) -> None:
        """Account, rights and VAT rates are told."""
        verification = kvitt.verify(BUSINESS)
        assert verification.ok, f"every right is there: {verification.rights}"
        assert verification.account.name, "the account's name is told"
        assert {25, 15, 0} <= {code.percent for code in verification.vat_rates}
        assert not [*bench.customers(), *bench.products(), *bench.categories(), *bench.orders()]


def _only(bench: Bench) -> HeldCustomer:
    customers = bench.customers()
    assert len(customers) == 1, f"one customer was expected; the books hold {len(customers)}"
    return customers[0]


def _digits(text: str | None) -> str:
    return "".join(sign for sign in text or "" if sign.isdigit())
