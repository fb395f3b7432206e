"""Listing invoices by where they stand, by payment and by customer."""

from pytest_bdd import given, parsers, then, when

from tests.acceptance.story import Story


@given(parsers.parse('another invoice, for "{name}", was added'), target_fixture="other_number")
def another_was_added(name: str, story: Story) -> str:
    other = story.invoice.another()
    other.customer["name"] = name
    story.gateway.add(story.business.name, other.document())
    return other.number


@when(parsers.parse('the invoices are listed whose state is "{state}"'))
def listed_by_state(state: str, story: Story) -> None:
    story.list_invoices(state=state)


@when("the invoices are listed that are not paid")
def listed_unpaid(story: Story) -> None:
    story.list_invoices(paid="false")


@when(parsers.parse('the invoices are listed whose customer is "{words}"'))
def listed_by_customer(words: str, story: Story) -> None:
    story.list_invoices(customer=words)


@then("the list holds the invoice alone")
def holds_the_invoice(story: Story) -> None:
    assert story.refusal is None
    assert list(story.listed) == [story.invoice.number]


@then("the list holds the other invoice alone")
def holds_the_other(story: Story, other_number: str) -> None:
    assert story.refusal is None
    assert list(story.listed) == [other_number]
