"""`kvitt invoice`: the way of an invoice, from the file it comes in to whether it is paid."""

import shlex
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.customer_candidates import AmbiguousCustomer
from core.errors import InvalidInput, KvittError
from core.use_cases.add_invoice import AddedInvoice
from entrypoints.cli.bulk import answers, print_status, print_statuses, send_batch, tell_statuses
from entrypoints.cli.candidates import print_candidates
from entrypoints.cli.crediting import credit_lines, crediting_lines, what_to_credit
from entrypoints.cli.exit_codes import ExitCode, code_of_error, code_of_transfer, worst
from entrypoints.cli.following import follow_transfers, transferred_numbers
from entrypoints.cli.installation import installation
from entrypoints.cli.invoice_history import delete as delete  # a command of this group
from entrypoints.cli.invoice_history import history as history
from entrypoints.cli.listing import list_ as list_  # a command of this group
from entrypoints.cli.options import (
    STANDARD_INPUT,
    AsJson,
    BusinessName,
    EveryInvoice,
    InvoiceNumber,
    InvoiceNumbers,
    NumberFile,
    existing,
    existing_or_none,
    require_numbers_or_all,
)
from entrypoints.cli.outcomes import each, is_attended, print_error, print_sent
from entrypoints.cli.output import print_json, print_table, progress, say, say_error, show
from entrypoints.cli.reading import read_invoices, read_numbers
from entrypoints.cli.telling import (
    INVOICE_ROW_HEADERS,
    INVOICE_ROWS_BELOW,
    ORDER_ROW_HEADERS,
    ORDER_ROWS_BELOW,
    invoice_lines,
    invoice_rows,
    last_status_line,
    order_rows,
    preview_end_lines,
    preview_lines,
    row_notes,
    stated_totals_line,
)
from entrypoints.cli.what_happened import already_sent_lines
from entrypoints.cli.withdrawing import DEFAULT_WAIT, changed_invoices, replace_each, require_one_way
from entrypoints.cli.withdrawing import withdraw as withdraw
from entrypoints.documents import TransferDocument
from entrypoints.invoice_documents import CreditableInvoice
from entrypoints.invoice_files import Read, stored
from entrypoints.preview_documents import InvoicePreview
from entrypoints.problem import problem_document

if TYPE_CHECKING:
    from entrypoints.container import Container


class TemplateForm(StrEnum):
    """What a table to fill in is written as."""

    CSV = "csv"
    XLSX = "xlsx"


_AT_ONCE = 500
"""So many invoices are stored in one transaction: it costs several times what one of them does."""


def add(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            callback=existing,
            help="JSON (one invoice, a list, or lines), UBL 2.1 (Peppol BIS Billing 3.0, EHF 3), CSV or XLSX; - is "
            "standard input.",
        ),
    ],
    business: BusinessName,
    as_json: AsJson = False,
) -> int:
    """Store invoices, replacing unsent ones with the same number.

    They need not be complete yet. CSV and XLSX files have the headings that kvitt invoice template writes; an invoice
    may have several rows. What a UBL file says that has no place in an invoice is listed.
    """
    results: list[tuple[Read, AddedInvoice | KvittError]] = []
    is_list = len(files) > 1
    with installation() as container:
        container.look_up().business(business)
        for file in files:
            content = read_invoices(file)
            is_list = is_list or content.is_list
            if not content.items:
                say(f"There are no invoices in {file}.")
            added = stored(container.add_invoice(), business, content.items, at_once=_AT_ONCE)
            results += zip(content.items, added, strict=True)
    if as_json:
        documents = [_addition_document(item, result) for item, result in results]
        print_json(documents if is_list else documents[0])
    else:
        for item, result in results:
            _tell_addition(item, result)
    return worst(code_of_error(result) if isinstance(result, KvittError) else ExitCode.DONE for _, result in results)


def _addition_document(item: Read, result: AddedInvoice | KvittError) -> dict[str, Any]:
    if isinstance(result, KvittError):
        return {**problem_document(result), "place": item.place, "invoice": item.number}
    told = [*item.warnings, *result.warnings]
    return {"invoice": item.number, "result": result.addition.value, **({"warnings": told} if told else {})}


def _tell_addition(item: Read, result: AddedInvoice | KvittError) -> None:
    if isinstance(result, KvittError):
        say_error(result, about=item.place)
    else:
        show(f"{item.number}: {result.addition.value}")
        for warning in (*item.warnings, *result.warnings):
            say(f"  {warning}")


def template(
    form: Annotated[str, typer.Option("--format", metavar="[csv|xlsx]", help="What to write.")],
    output: Annotated[
        Path, typer.Option("--output", metavar="FILE", help="Where to; - is standard output.", show_default=False)
    ] = STANDARD_INPUT,
) -> int:
    """Write a CSV or XLSX table to fill in with invoices. Give it to kvitt invoice add."""
    from adapters.spreadsheet.template import csv_template, xlsx_template  # the reader of spreadsheets is large

    if form not in list(TemplateForm):
        raise typer.BadParameter(f"choose one of {', '.join(TemplateForm)}.", param_hint="--format")
    content = csv_template() if form == TemplateForm.CSV else xlsx_template()
    if output == STANDARD_INPUT:
        typer.echo(content, nl=False)
        return ExitCode.DONE
    try:
        with output.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise InvalidInput(
            f"{output} is there already.", code="unwritable_file", hint="Choose another name, or delete it first."
        ) from None
    except OSError as error:
        raise InvalidInput(f"{output} can't be written: {error.strerror}.", code="unwritable_file") from error
    show(f"Wrote {output}. All columns but the number may be left out.")
    return ExitCode.DONE


def show_(number: InvoiceNumber, business: BusinessName, as_json: AsJson = False) -> int:
    """Show an invoice as it was added."""
    with installation() as container:
        standing, crediting = container.look_up().crediting(business, number)
    if as_json:
        print_json(CreditableInvoice.of_crediting(business, standing, crediting).model_dump(mode="json"))
        return ExitCode.DONE
    invoice = standing.invoice
    for line in invoice_lines(invoice, standing.transfer, standing.books):
        show(line)
    if standing.payment:
        show(last_status_line(standing.payment))
    for line in crediting_lines(invoice, crediting):
        show(line)
    print_table(INVOICE_ROW_HEADERS, invoice_rows(invoice), right=INVOICE_ROW_HEADERS[2:], below=INVOICE_ROWS_BELOW)
    for line in row_notes(invoice):
        show(line)
    show(stated_totals_line(invoice))
    return ExitCode.DONE


def preview(number: InvoiceNumber, business: BusinessName, as_json: AsJson = False) -> int:
    """Show the customer and the order that a send would write. Writes nothing."""
    try:
        with installation() as container:
            shown = container.preview_invoice().preview(business, number)
    except AmbiguousCustomer as error:
        if as_json:
            raise
        say_error(error)
        print_candidates(error.candidates, invoice=number, business=business, is_result=False)
        return code_of_error(error)
    if as_json:
        print_json(InvoicePreview.of(shown).document())
        return ExitCode.DONE
    if shown.already_sent:
        for line in already_sent_lines(number, business, shown.already_sent, is_preview=True):
            show(line)
        return ExitCode.DONE
    for line in preview_lines(shown):
        show(line)
    print_table(
        ORDER_ROW_HEADERS,
        order_rows(shown.order, shown.totals.rows),
        right=ORDER_ROW_HEADERS[1:],
        below=ORDER_ROWS_BELOW,
    )
    for line in preview_end_lines(shown):
        show(line)
    return ExitCode.DONE


def send(
    business: BusinessName,
    numbers: InvoiceNumbers = None,
    every: EveryInvoice = False,
    file: NumberFile = None,
    again: Annotated[
        bool,
        typer.Option("--again", help="Create a new order for an invoice whose order is gone. Needs numbers."),
    ] = False,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Withdraw the invoice's order first, if it was sent. Needs numbers."),
    ] = False,
    changed: Annotated[
        Path | None,
        typer.Option(
            "--with",
            metavar="FILE",
            callback=existing_or_none,
            help="With --replace: a file with the invoices as they are now.",
            show_default=False,
        ),
    ] = None,
    wait: Annotated[
        float,
        typer.Option(metavar="SECONDS", min=0, help="How long to wait for the transfers to finish; 0 doesn't wait."),
    ] = DEFAULT_WAIT,
    as_json: AsJson = False,
) -> int:
    """Send invoices; one that is sent twice is still one order.

    Several are sent together, with far fewer calls. One that can't be sent does not stop the others.

    --all sends every invoice of type data_for_accounting that has not arrived, and goes on until each is transferred,
    rejected, or has to wait longer than --wait.

    --again asks the accounting system first, and refuses an invoice whose order is still there.

    --replace deletes the order in the accounting system while it is not published, and sends the invoice again: both,
    or neither.
    """
    wanted = require_numbers_or_all(numbers, every=every, file=file)
    require_one_way(again=again, replace=replace, has_file=changed is not None, by_number=not (every or file))
    if file:
        wanted = list(dict.fromkeys([*wanted, *read_numbers(file)]))
    with installation() as container:
        container.look_up().business(business)
        if replace:
            invoices = changed_invoices(changed, wanted) if changed else {}
            return replace_each(container, business, wanted, invoices, wait_seconds=wait, as_json=as_json)
        if again or len(wanted) == 1:
            return _send_each(container, business, wanted, again=again, wait_seconds=wait, as_json=as_json)
        return send_batch(container, business, None if every else wanted, wait_seconds=wait, as_json=as_json)


def _send_each(
    container: "Container", business: str, numbers: list[str], *, again: bool, wait_seconds: float, as_json: bool
) -> int:
    """Send invoices one by one, telling the steps of each to whoever watches."""
    send_one = container.send_again().send if again else container.send_invoice().send
    look_up = container.look_up()
    before = {} if again else {number: look_up.already_sent(business, number) for number in numbers}
    with progress() as tell:
        outcomes = each(numbers, partial(send_one, business))
        recorded = [outcome for outcome in outcomes.values() if not isinstance(outcome, KvittError)]
        ended = follow_transfers(container, business, recorded, wait_seconds=wait_seconds, progress=tell)
        outcomes.update({outcome.invoice: outcome for outcome in ended})
    attended = is_attended(container, outcomes.values())
    for number, outcome in outcomes.items():
        if isinstance(outcome, KvittError):
            print_error(outcome, kind="invoice", key=number, as_json=as_json)
        else:
            print_sent(outcome, before.get(number), is_attended=attended, as_json=as_json)
    return worst(
        code_of_error(outcome) if isinstance(outcome, KvittError) else code_of_transfer(outcome)
        for outcome in outcomes.values()
    )


def credit(
    number: InvoiceNumber,
    business: BusinessName,
    rows: Annotated[
        str | None,
        typer.Option(
            metavar="ROWS",
            help="Only these rows: 1,3 in full, 2=1.5 that much of row 2. Without it, all that is left is credited.",
            show_default=False,
        ),
    ] = None,
    as_number: Annotated[
        str | None,
        typer.Option(
            "--number", metavar="NEW", help="The credit's own number, by default such as 1042-K1.", show_default=False
        ),
    ] = None,
    send_it: Annotated[bool, typer.Option("--send", help="Send the credit at once.")] = False,
    as_json: AsJson = False,
) -> int:
    """Credit a sent invoice, in full or in part. The credit is stored as an invoice of its own.

    Earlier credits count: never more is credited than is left. The credit is previewed, and sent when you send it, or
    at once with --send. An invoice that was not sent is changed or deleted instead.
    """
    asked = what_to_credit(rows, number=as_number)
    with installation() as container:
        made = container.credit_invoice().credit(business, number, rows=asked.rows, as_number=asked.number)
        if not as_json:
            for line in credit_lines(made):
                show(line)
        if send_it:
            return _send_each(
                container, business, [made.number], again=False, wait_seconds=DEFAULT_WAIT, as_json=as_json
            )
    if as_json:
        print_json(made.model_dump(mode="json"))
        return ExitCode.DONE
    say(f"It is stored. Send it with: kvitt invoice send {shlex.quote(made.number)} --business {business}")
    return preview(made.number, business)


def adopt(
    number: InvoiceNumber,
    order_id: Annotated[str, typer.Argument(metavar="ORDER_ID", help="The order's id in the accounting system.")],
    business: BusinessName,
    yes: Annotated[bool, typer.Option("--yes", help="Adopt it even if it differs from the invoice.")] = False,
    as_json: AsJson = False,
) -> int:
    """Match an existing order to its invoice.

    Its number, customer and totals are compared first, and differences are shown.
    """
    with installation() as container:
        transfer = container.adopt_order().adopt(business, number, order_id, accept_differences=yes)
    if as_json:
        print_json(TransferDocument.of(transfer).document())
        return ExitCode.DONE
    show(f"Order {transfer.order_id} is the order of invoice {number}.")
    for warning in transfer.warnings:
        show(f"  {warning}")
    return ExitCode.DONE


def status(
    business: BusinessName, numbers: InvoiceNumbers = None, every: EveryInvoice = False, as_json: AsJson = False
) -> int:
    """Check Status: ask whether invoices are paid. --all checks every transferred one."""
    wanted = require_numbers_or_all(numbers, every=every)
    with installation() as container:
        if every:
            wanted = transferred_numbers(container, business)
        given = answers(container, business, wanted)
        if not as_json:
            if not wanted:
                say("No invoice has been transferred yet.")
            return tell_statuses(given)
        return print_statuses(given) if every or len(wanted) > 1 else print_status(given)
