"""Crediting an invoice, and what is left of it."""

import re
from collections.abc import Mapping
from decimal import Decimal

from pytest_bdd import given, parsers, then, when

from core.transfer import TransferState
from tests.acceptance.office import Office
from tests.acceptance.story import Story

_ROW = re.compile(r"(?:(?P<quantity>\S+) of )?row (?P<row>\d+)")


def _rows(text: str) -> Mapping[int, str | None]:
    """Read "1.5 of row 1 and row 2"."""
    return {int(found["row"]): found["quantity"] for found in _ROW.finditer(text)}


@given("the invoice was credited")
@when("the invoice is credited")
@when("all that is left of the invoice is credited")
def credit(story: Story) -> None:
    story.credit()


@given(parsers.re(r"(?P<rows>(?:\S+ of )?row .+) (?:was|were) credited"))
@when(parsers.re(r"(?P<rows>(?:\S+ of )?row .+) (?:is|are) credited"))
def credit_rows(rows: str, story: Story) -> None:
    story.credit(_rows(rows))


@given(parsers.parse('a credit of "{quantity}" of the first row was added by hand'))
def credit_by_hand(quantity: str, story: Story) -> None:
    by_hand = story.invoice.another()
    by_hand.head["credits"] = story.invoice.number
    by_hand.rows[:] = [{**story.invoice.rows[0], "quantity": f"-{quantity}"}]
    story.gateway.add(story.business.name, by_hand.document())


@given("the next invoice for the customer was added and not sent")
def next_invoice(story: Story) -> None:
    story.invoice = story.invoice.another()
    story.add()


@when("the credit is changed to credit nothing of the second row")
def change_the_credit(story: Story) -> None:
    credit = story.credits[-1]
    story.gateway.add(story.business.name, {**credit, "rows": credit["rows"][:1]})


@when("the credit is sent")
def send_the_credit(story: Story) -> None:
    story.tell(story.gateway.send(story.business.name, story.credits[-1]["number"]))


@then("the books have one order for the credit, which names the invoice")
def order_of_the_credit(office: Office, story: Story) -> None:
    assert story.transfer.state is TransferState.TRANSFERRED
    order = office.order_for(story.credits[-1]["number"])
    assert f"Kreditnota for faktura {story.invoice.number}" in order.comment


@then(parsers.parse('the credit has the number "{number}" and is not sent'))
def has_the_number(number: str, office: Office, story: Story) -> None:
    assert story.refusal is None
    credit = story.credits[-1]
    assert (credit["number"], credit["credits"]) == (number, story.invoice.number)
    assert office.orders_for(number) == []


@then(parsers.re(r"(?P<gross>\S+) kroner is left to credit"))
def is_left(gross: str, story: Story) -> None:
    left = story.gateway.show(story.business.name, story.invoice.number)["left_to_credit"]
    assert Decimal(left["gross"]) == Decimal(gross)


@then(parsers.re(r"(?P<quantity>\S+) is left of row (?P<row>\d+)"))
def is_left_of_row(quantity: str, row: str, story: Story) -> None:
    left = story.gateway.show(story.business.name, story.invoice.number)["left_to_credit"]
    assert {one["row"]: Decimal(one["quantity"]) for one in left["rows"]}[int(row)] == Decimal(quantity)


@then("the invoice and its credits show each other")
def show_each_other(story: Story) -> None:
    shown = story.gateway.show(story.business.name, story.invoice.number)
    assert [one["invoice"] for one in shown["credited_by"]] == [one["number"] for one in story.credits]
    for credit in story.credits:
        assert story.gateway.show(story.business.name, credit["number"])["credits"] == story.invoice.number
