"""`kvitt invoice history` and `kvitt invoice delete`: what happened to an invoice, and that it is gone."""

from functools import partial
from typing import Annotated

import typer

from core.errors import KvittError
from entrypoints.cli import paging
from entrypoints.cli.exit_codes import ExitCode, code_of_error, worst
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson, BusinessName, InvoiceNumber
from entrypoints.cli.outcomes import each, print_error
from entrypoints.cli.output import print_json, print_json_line, show
from entrypoints.cli.what_happened import history_lines
from entrypoints.invoice_documents import DeletedInvoice, HistoryEvent


def history(number: InvoiceNumber, business: BusinessName, as_json: AsJson = False) -> int:
    """Show all that happened to an invoice, oldest first. Asks nobody, and works for a deleted one too."""
    with installation() as container:
        tell_history = container.tell_history()
        events = list(
            paging.every(
                lambda *, limit, after=None: tell_history.tell(business, number, limit=limit, after=after),
                key=lambda event: event.place,
            )
        )
    if as_json:
        print_json([HistoryEvent.of(event).document() for event in events])
        return ExitCode.DONE
    for line in history_lines(number, business, events):
        show(line)
    return ExitCode.DONE


def delete(
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER...", help="The invoices' numbers.")],
    business: BusinessName,
    as_json: AsJson = False,
) -> int:
    """Delete invoices that have no order. One that is being sent is refused: cancel its transfer first."""
    with installation() as container:
        container.look_up().require(business)
        delete_one = container.delete_invoice().delete
        outcomes = each(numbers, partial(delete_one, business))
    for number, outcome in outcomes.items():
        if isinstance(outcome, KvittError):
            print_error(outcome, kind="invoice", key=number, as_json=as_json)
        elif as_json:
            print_json_line(DeletedInvoice(invoice=number).document())
        else:
            show(f"{number}: deleted")
    return worst(
        code_of_error(outcome) if isinstance(outcome, KvittError) else ExitCode.DONE for outcome in outcomes.values()
    )
