"""Sending, and what became of the transfer."""

import re
from concurrent.futures import ThreadPoolExecutor

from pytest_bdd import given, parsers, then, when

from core.errors import Fault
from core.transfer import Transfer, TransferState
from tests.acceptance.gateway import Gateway
from tests.acceptance.office import Office
from tests.acceptance.story import Story

ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+|localhost|\w+://|\\\\|\.asmx|:\d{2,5}/", re.IGNORECASE)
STACK_TRACE = re.compile(r"Exception|Traceback|\bat \w+\.\w+|\.cs\b|\.py\b|--->|Office24Seven\.")
MARKUP = re.compile(r"<[^>]*>?|&\w+;|\{http")


@given("the invoice was added")
def was_added(story: Story) -> None:
    story.add()
    assert story.refusal is None


@given("the invoice was sent")
def was_sent(story: Story) -> None:
    story.send()
    assert story.refusal is None


@given("the invoice was refused")
def was_refused(story: Story) -> None:
    story.send()
    assert story.refusal is not None


@given("the transfer was rejected")
def was_rejected(story: Story) -> None:
    story.send()
    assert story.transfer.state is TransferState.REJECTED


@given("the invoice was previewed")
@when("the invoice is previewed")
def preview(story: Story) -> None:
    story.preview()


@when("the invoice is sent")
@when("the same invoice is added and sent again")
def send(story: Story) -> None:
    story.send()


@when("the invoice is sent again")
def send_again(story: Story) -> None:
    story.send_again()


@when("the transfer is tried again")
def retry(story: Story) -> None:
    story.retry()


@when("another invoice for the same customer is sent")
def send_another(story: Story) -> None:
    story.invoice = story.invoice.another()
    story.send()


@when("the invoice is changed and added again")
def change(story: Story) -> None:
    story.invoice.row["unit_price"] = "1300.00"
    story.add()


@when("the invoice is sent twice at the same time", target_fixture="both")
def send_twice(gateway: Gateway, story: Story) -> list[Transfer]:
    story.add()
    with ThreadPoolExecutor(max_workers=2) as senders:
        sendings = [senders.submit(gateway.send, story.business.name, story.invoice.number) for _ in range(2)]
    both = [sending.result() for sending in sendings]
    story.send_again()
    return both


@then("both got the same transfer")
def same_transfer_for_both(both: list[Transfer], story: Story) -> None:
    assert {transfer.id for transfer in both} == {story.transfer.id}
    assert story.transfer.state is TransferState.TRANSFERRED


@then("the transfer has arrived")
def arrived(story: Story) -> None:
    transfer = story.transfer
    assert transfer.state is TransferState.TRANSFERRED, f"{transfer.state}: {transfer.error}"
    assert transfer.order_id
    assert transfer.customer_id


@then("it is the same transfer, with the same order")
def same_transfer_and_order(story: Story) -> None:
    assert story.refusal is None
    first, last = story.transfers[0], story.transfers[-1]
    assert len(story.transfers) > 1
    assert last.state is TransferState.TRANSFERRED
    assert (last.id, last.order_id) == (first.id, first.order_id)


@then("it is the same transfer, and it has arrived")
def same_transfer_arrived(story: Story) -> None:
    assert story.transfer.state is TransferState.TRANSFERRED, story.transfer.error
    assert story.transfer.id == story.transfers[0].id


@then("the transfer is rejected")
def rejected(story: Story) -> None:
    assert story.transfer.state is TransferState.REJECTED
    assert story.transfer.error is not None


@then(parsers.re(r'the transfer is rejected because of an? "(?P<code>[^"]+)"'))
def rejected_because(code: str, story: Story) -> None:
    assert story.transfer.state is TransferState.REJECTED
    assert story.error.code == code.replace(" ", "_")


@given("its transfer waits for the connection to be mended")
@then("the transfer waits for the connection to be mended")
def parked(story: Story) -> None:
    assert story.transfer.is_parked
    assert story.error.code == "access_refused"


@then(parsers.re(r'the transfer waits because of "(?P<code>[^"]+)"'))
def waits_because(code: str, story: Story) -> None:
    assert story.transfer.state is TransferState.WAITING
    assert story.error.code == code.replace(" ", "_")


@then(parsers.re(r'(?:the invoice|it) (?:is|was) refused because (?:it (?:is|was)|of)(?: an?)? "(?P<code>[^"]+)"'))
def refused_because(code: str, story: Story) -> None:
    assert story.refusal is not None
    assert story.refusal.code == code.replace(" ", "_")


@then(parsers.parse('the only fault named is in "{place}"'))
def only_fault(place: str, story: Story) -> None:
    assert story.refusal is not None
    assert story.refusal.places == [place]
    assert Fault(place, "").place in story.refusal.message


@then(parsers.re(r'the faults named are in (?P<places>"[^"]+"(?:(?:, | and )"[^"]+")*)'))
def faults(places: str, story: Story) -> None:
    assert story.refusal is not None
    assert sorted(story.refusal.places) == sorted(re.findall(r'"([^"]+)"', places))
    assert all(Fault(place, "").place in story.refusal.message for place in story.refusal.places)


@then(parsers.parse('the reason names "{what}"'))
def reason_names(what: str, story: Story) -> None:
    assert what in story.error.message


@then("the reason names the order")
def reason_names_the_order(story: Story) -> None:
    assert story.transfers[0].order_id
    assert story.transfers[0].order_id in story.error.message


@then("the reason names the invoice")
def reason_names_the_invoice(story: Story) -> None:
    assert story.invoice.number in story.error.message


@then("the reason is a sentence for a person")
def sentence_for_a_person(story: Story) -> None:
    message, hint = story.error.message, story.error.hint
    assert re.fullmatch(r"[A-Z0-9].{15,}[.!]", message, re.DOTALL), message
    assert hint, "there is no hint of what to do"
    for text in (message, hint):
        for kind in (ADDRESS, STACK_TRACE, MARKUP):
            assert not kind.search(text), text


@then("the transfer has no warning")
def no_warning(story: Story) -> None:
    assert story.transfer.state is TransferState.TRANSFERRED
    assert story.transfer.warnings == ()


@then(parsers.re(r'the transfer has a warning that names (?P<figures>"[^"]+"(?: and "[^"]+")?)'))
def warning(figures: str, story: Story) -> None:
    (only,) = story.transfer.warnings
    assert all(figure in only for figure in re.findall(r'"([^"]+)"', figures))


@then("the books have one order for the invoice")
def one_order(office: Office, story: Story) -> None:
    order = office.order_for(story.invoice.number)
    assert story.transfers[-1].order_id == order.id
    assert story.transfers[-1].customer_id == order.customer_id


@then("the books have no order")
def no_order(office: Office) -> None:
    assert office.books.counts().orders == 0


@then("the books have no other order")
def no_other_order(office: Office) -> None:
    assert office.books.counts().orders == 1
