"""Asking what happened to an invoice, deleting it, and forgetting its customer."""

from collections.abc import Sequence

from pytest_bdd import given, then, when

from core.payment import PaymentReason
from core.use_cases.preview_invoice import InvoicePreview
from tests.acceptance.office import Office
from tests.acceptance.story import Story


@when("it is asked what happened to the invoice")
def asked(story: Story) -> None:
    story.ask_what_happened()


@when("the invoice is deleted")
def deleted(story: Story) -> None:
    story.delete()


@when("the invoice's customer is unlinked")
def unlinked(story: Story) -> None:
    story.unlink_customer()


@given("the status was checked")
def was_checked(story: Story) -> None:
    story.check_status()
    assert story.refusal is None


@then("the story tells in this order:")
def tells(datatable: Sequence[Sequence[str]], story: Story) -> None:
    assert story.refusal is None, story.refusal
    _, *expected = datatable
    told = iter(event["text"] for event in story.events)
    for (sentence,) in expected:
        assert any(text.startswith(sentence) for text in told), sentence


@then("the story says who added the invoice")
def names_who(story: Story) -> None:
    (added,) = [event for event in story.events if event["kind"] == "invoice.added"]
    assert added["details"]["actor"]["kind"] in ("api_key", "command_line", "worker")


@then("it is said that the invoice was sent already, as its order")
def sent_already(office: Office, story: Story) -> None:
    sent = story.the(InvoicePreview).already_sent
    assert sent is not None
    assert sent.order_id == story.transfers[-1].order_id


@then("it is said that its order was deleted")
def is_gone(story: Story) -> None:
    sent = story.the(InvoicePreview).already_sent
    assert sent is not None
    assert sent.payment is not None
    assert sent.payment.reason is PaymentReason.DELETED
