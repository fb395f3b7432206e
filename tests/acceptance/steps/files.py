"""Invoices in the files that people have."""

from collections.abc import Sequence
from dataclasses import replace

from pytest_bdd import given, parsers, then, when

from tests.acceptance.story import Story
from tests.adapters.ubl.files import Line, Ubl, change

KINDS = {"invoice": "Invoice", "credit note": "CreditNote"}


@given(
    parsers.re(
        r"an electronic (?P<kind>invoice|credit note) of (?P<net>\S+) kroner without VAT and (?P<gross>\S+) with it"
    )
)
def electronic(kind: str, net: str, gross: str, story: Story) -> None:
    story.ubl = Ubl([Line(net, price=net)], net, "250.00", gross, kind=KINDS[kind], number=story.invoice.number)


@given(
    parsers.parse('it has a charge "{reason}" of {amount} kroner, which makes {net} without VAT and {gross} with it')
)
def with_a_charge(reason: str, amount: str, net: str, gross: str, story: Story) -> None:
    charge = change(amount, charge=True, reason=reason)
    story.ubl = replace(story.ubl, changes=charge, net=net, vat="275.00", gross=gross)


@given("it says how to pay")
def how_to_pay(story: Story) -> None:
    story.ubl = replace(story.ubl, after="<cac:PaymentMeans><cbc:PaymentID>1</cbc:PaymentID></cac:PaymentMeans>")


@given("this table of an invoice:")
def table(datatable: Sequence[Sequence[str]], story: Story) -> None:
    story.table = "\r\n".join(";".join(line) for line in datatable).encode("cp1252")


@when("its file is added and the invoice is sent")
def add_file(story: Story) -> None:
    story.add_file()
    if story.refusal is None:
        story.send_again()


@then(parsers.parse('the answer names "{element}" as left out'))
def left_out(element: str, story: Story) -> None:
    assert [one for one in story.warnings if one.startswith(f"{element} was left out")] != [], story.warnings
