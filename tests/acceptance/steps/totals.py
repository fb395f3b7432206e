"""What an invoice adds up to, and what the accounting system makes of it."""

import re
from collections.abc import Sequence
from decimal import Decimal

from pytest_bdd import given, parsers, then

from core.payment import PaymentReport
from core.totals import Amounts
from core.transfer import Transfer
from core.use_cases.preview_invoice import InvoicePreview
from tests.acceptance.office import Office
from tests.acceptance.story import Story


def _amounts(amounts: Amounts) -> list[str]:
    return [f"{amount:f}" for amount in (amounts.net, amounts.vat, amounts.gross)]


@then("the totals of the rows are:")
def totals_of_the_rows(datatable: Sequence[Sequence[str]], story: Story) -> None:
    _, *lines = datatable
    assert [_amounts(row) for row in story.the(InvoicePreview).totals.rows] == [list(line) for line in lines]


@then(parsers.parse("the invoice's total is {net} net, {vat} VAT and {gross} gross"))
def total(net: str, vat: str, gross: str, story: Story) -> None:
    assert _amounts(story.the(InvoicePreview).totals) == [net, vat, gross]


@given(parsers.parse("the accounting system computes the total {ore} øre off"))
def computes_otherwise(ore: str, office: Office) -> None:
    office.books.miscount(Decimal(ore) / 100)


@then("neither the transfer nor the report has a warning")
def no_warnings(story: Story) -> None:
    assert (story.the(Transfer).warnings, story.the(PaymentReport).warnings) == ((), ())


@then(parsers.re(r'the report has a warning that names "(?P<ours>[^"]+)" and "(?P<theirs>[^"]+)"'))
def warning_with_both(ours: str, theirs: str, story: Story) -> None:
    (warning,) = story.the(PaymentReport).warnings
    assert re.search(rf"\b{re.escape(ours)}\b", warning)
    assert re.search(rf"\b{re.escape(theirs)}\b", warning)


@then("the accounting system was asked once for the status")
def asked_once(office: Office, story: Story) -> None:
    calls = office.sandbox.journal.calls()[story.asked_before :]
    assert [call.operation for call in calls] == office.system.one_status
