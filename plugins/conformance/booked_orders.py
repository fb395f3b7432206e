"""What an order says: each row and amount as the invoice states it, once, and never published."""

from datetime import date
from decimal import Decimal

import pytest

from core.business import NewOrderStatus
from core.dimension import DimensionKind
from core.invoice import Delivery, InvoiceRow
from core.limits import OrderField
from core.payment import PaymentReport
from core.transfer import TransferState
from plugins.conformance.bench import Bench
from plugins.conformance.fixtures import Setup
from plugins.conformance.installation import BUSINESS, Installation
from plugins.conformance.samples import ADDRESS, COMPANY, PERSON, a_row, an_invoice
from plugins.conformance.tiers import nothing_to_show

_NUMBER = "2001-1"
_15 = Decimal(15)


class BookedOrders(Setup):
    """The order that an invoice becomes."""

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
        assert [customer.name for customer in bench.customers()] == ["Moe Prøve AS"]
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
        (order,) = [held for held in bench.orders() if held.id == transfer.order_id]
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
            nothing_to_show("this plugin declares no longest order reference")
        reference = "9" * longest["order_reference"]
        kvitt.add(an_invoice(order_reference=reference))
        self.arrived(kvitt.send(_NUMBER))
        assert self.the_order(bench).fields[OrderField.ORDER_REFERENCE] == reference

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
