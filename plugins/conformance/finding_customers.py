"""Whose an invoice is: the right customer is found, brought up to date or created."""

import pytest

from core.abilities import Ability
from core.business import CustomerUpdates
from core.customer_plan import CustomerAction
from core.identity import emails_in
from core.transfer import TransferState
from plugins.conformance.bench import Bench, HeldCustomer
from plugins.conformance.fixtures import Setup
from plugins.conformance.installation import CATEGORY, PRODUCT, Installation
from plugins.conformance.samples import ADDRESS, COMPANY, COMPANY_NUMBER, NEW_ADDRESS, PERSON, PHONE, an_invoice
from plugins.conformance.tiers import Tier, shows, skip_absent

_NUMBER = "2001-1"


class FindingCustomers(Setup):
    """The customer that an order is for."""

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

    @shows(Tier.SILVER)
    def test_a_record_that_can_not_be_read_stops_nobody_else(self, bench: Bench, kvitt: Installation) -> None:
        """It is left out, unless it is the one that is wanted; then the transfer says so."""
        lost = bench.add_customer("Borte Prøve AS", is_company=True, email=f"ny{PERSON.email}")
        own = bench.add_customer("Moe Prøve AS", is_company=True, organization_number=COMPANY_NUMBER)
        for customer_id in (lost, own):
            bench.spoil_customer(customer_id)
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
        skip_absent(kvitt.abilities, Ability.INVOICE_EMAIL)
        bench.add_customer(
            "Moe Prøve AS",
            is_company=True,
            organization_number=COMPANY_NUMBER,
            email="a@moe.example, b@moe.example",
            invoice_email="faktura@moe.example",
        )
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
        skip_absent(kvitt.abilities, Ability.SUPPLIERS)
        supplier = bench.add_customer(
            "Moe Prøve AS", is_company=True, organization_number=COMPANY_NUMBER, is_supplier=True
        )
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


def _only(bench: Bench) -> HeldCustomer:
    customers = bench.customers()
    assert len(customers) == 1, f"one customer was expected; the books hold {len(customers)}"
    return customers[0]


def _digits(text: str | None) -> str:
    return "".join(sign for sign in text or "" if sign.isdigit())
