"""`kvitt transfer`: see what became of invoices that were sent, and try again or take back."""

from functools import partial
from typing import Annotated

import typer

from core.errors import KvittError
from core.reasons import reasons_of_transfers
from core.transfer import TransferState
from entrypoints.cli.candidates import print_candidates
from entrypoints.cli.exit_codes import ExitCode, code_of_error, code_of_transfer, worst
from entrypoints.cli.installation import installation, take_turn
from entrypoints.cli.options import AsJson
from entrypoints.cli.outcomes import each, is_attended, print_transfers
from entrypoints.cli.output import print_json, print_table, say, show
from entrypoints.cli.paging import every
from entrypoints.cli.telling import outcome_text, reason_lines, transfer_story
from entrypoints.cli.what_happened import unattended_line
from entrypoints.documents import TransferDocument, TransferStory

Names = Annotated[
    list[str], typer.Argument(metavar="ID|NUMBER...", help="The transfers' ids, or their invoices' numbers.")
]
OfBusiness = Annotated[
    str | None,
    typer.Option("--business", metavar="NAME", help="The business, where several have an invoice of that number."),
]


def list_(
    business: Annotated[str | None, typer.Option("--business", metavar="NAME", help="Only this business.")] = None,
    state: Annotated[
        str | None,
        typer.Option(metavar="STATE", help=f"Only those in this state: {', '.join(TransferState)}."),
    ] = None,
    invoice: Annotated[
        str | None,
        typer.Option(metavar="NUMBER", help="Only those of this invoice, earlier ones too; needs --business."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """List transfers, oldest first."""
    if invoice is not None and business is None:
        raise typer.BadParameter("Name the business too (--business).", param_hint="--invoice")
    try:
        wanted = TransferState(state) if state is not None else None
    except ValueError:
        raise typer.BadParameter(f"choose one of {', '.join(TransferState)}.", param_hint="--state") from None
    with installation() as container:
        page = partial(container.look_up().transfers, business, state=wanted, invoice=invoice)
        transfers = list(every(page, key=lambda transfer: transfer.id))
    if as_json:
        print_json([TransferDocument.of(transfer).document() for transfer in transfers])
    elif transfers:
        rows = [
            [
                transfer.id,
                transfer.business,
                transfer.invoice,
                transfer.state.value,
                str(transfer.attempts),
                outcome_text(transfer),
            ]
            for transfer in transfers
        ]
        print_table(
            ["Id", "Business", "Invoice", "State", "Attempts", "Outcome"], rows, right=["Attempts"], below=["Outcome"]
        )
        if any(transfer.state is TransferState.REJECTED for transfer in transfers):
            for line in reason_lines(reasons_of_transfers(transfers)):
                say(line)
    else:
        say("No transfers match.")
    return ExitCode.DONE


def show_(
    name: Annotated[str, typer.Argument(metavar="ID|NUMBER", help="The transfer's id, or its invoice's number.")],
    business: OfBusiness = None,
    as_json: AsJson = False,
) -> int:
    """Show where a transfer stands, and each step so far."""
    with installation() as container:
        transfer = container.look_up().transfer_named(name, business=business)
        steps = container.look_up().steps(transfer.id)
        attended = is_attended(container, [transfer])
    if as_json:
        print_json(TransferStory.of_steps(transfer, steps).document())
        return ExitCode.DONE
    for line in transfer_story(transfer, steps, is_attended=attended):
        show(line)
    if transfer.error:
        print_candidates(transfer.error.candidates, invoice=transfer.invoice, business=transfer.business)
    if not attended and (how := unattended_line(transfer)):
        show(how)
    return ExitCode.DONE


def retry(names: Names, business: OfBusiness = None, as_json: AsJson = False) -> int:
    """Retry waiting, rejected or cancelled transfers now. The result is shown."""
    with installation() as container:
        look_up, retry_one = container.look_up(), container.manage_transfers().retry
        outcomes = each(names, lambda name: retry_one(look_up.transfer_named(name, business=business).id))
        recorded = {name: outcome for name, outcome in outcomes.items() if not isinstance(outcome, KvittError)}
        for of in dict.fromkeys(outcome.business for outcome in recorded.values() if not outcome.state.is_final):
            take_turn(container, of)
        outcomes.update({name: look_up.transfer(outcome.id) for name, outcome in recorded.items()})
        attended = is_attended(container, outcomes.values())
    print_transfers(outcomes, kind="transfer", is_attended=attended, as_json=as_json)
    return worst(
        code_of_error(outcome) if isinstance(outcome, KvittError) else code_of_transfer(outcome)
        for outcome in outcomes.values()
    )


def cancel(names: Names, business: OfBusiness = None, as_json: AsJson = False) -> int:
    """Cancel transfers that have not begun to create an order."""
    with installation() as container:
        look_up, cancel_one = container.look_up(), container.manage_transfers().cancel
        outcomes = each(names, lambda name: cancel_one(look_up.transfer_named(name, business=business).id))
    print_transfers(outcomes, kind="transfer", is_attended=True, as_json=as_json)
    return worst(
        code_of_error(outcome) if isinstance(outcome, KvittError) else ExitCode.DONE for outcome in outcomes.values()
    )
