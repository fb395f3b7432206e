"""`kvitt invoice withdraw` and `send --replace`: taking orders back, and sending what the invoices say now."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import KvittError
from core.invoice import Invoice
from core.transfer import Transfer
from core.withdrawal import refusal_in
from entrypoints.cli.exit_codes import ExitCode, code_of_error, code_of_transfer, worst
from entrypoints.cli.following import follow_transfers
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson, BusinessName
from entrypoints.cli.outcomes import each, is_attended, print_transfers
from entrypoints.cli.output import progress
from entrypoints.cli.reading import read_invoices

if TYPE_CHECKING:
    from entrypoints.container import Container

DEFAULT_WAIT = 60


def require_one_way(*, again: bool, replace: bool, has_file: bool, by_number: bool) -> None:
    """See that the options of send fit together. Errors: typer.BadParameter."""
    for name, is_given in (("--again", again), ("--replace", replace)):
        if is_given and not by_number:
            raise typer.BadParameter(
                "Give the numbers of the invoices; it is not for --all or --file.", param_hint=name
            )
    if again and replace:
        raise typer.BadParameter("It is not for --again, which is for orders that are gone.", param_hint="--replace")
    if has_file and not replace:
        raise typer.BadParameter("It is for --replace alone.", param_hint="--with")


def changed_invoices(file: Path, numbers: Sequence[str]) -> Mapping[str, Invoice]:
    """Read what these invoices are to say, by number.

    Errors: what is wrong with any of them; typer.BadParameter where one is not in the file, or the file has another.
    """
    changed: dict[str, Invoice] = {}
    for item in read_invoices(file).items:
        if isinstance(item.outcome, KvittError):
            raise item.outcome
        changed[item.outcome.number] = item.outcome
    if missing := [number for number in numbers if number not in changed]:
        raise typer.BadParameter(f"the file has no invoice {', '.join(missing)}.", param_hint="--with")
    if others := [number for number in changed if number not in numbers]:
        raise typer.BadParameter(f"the file has invoices that are not named: {', '.join(others)}.", param_hint="--with")
    return changed


def withdraw(
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER...", help="The invoices, by number.")],
    business: BusinessName,
    wait: Annotated[
        float,
        typer.Option(metavar="SECONDS", min=0, help="How long to wait until they are withdrawn; 0 doesn't wait."),
    ] = DEFAULT_WAIT,
    as_json: AsJson = False,
) -> int:
    """Withdraw invoices whose orders are not published. The orders are deleted; the invoices can be changed and sent.

    An order that was published stays: credit the invoice instead. So does one that the accounting system can't delete
    through its API; delete it there, and withdraw the invoice again.
    """
    with installation() as container:
        container.look_up().business(business)
        ask = partial(container.withdraw_invoice().withdraw, business)
        return _followed(container, business, numbers, ask, wait_seconds=wait, as_json=as_json)


def replace_each(
    container: "Container",
    business: str,
    numbers: Sequence[str],
    changed: Mapping[str, Invoice],
    *,
    wait_seconds: float,
    as_json: bool,
) -> ExitCode:
    """Withdraw invoices and send them again, one by one, and print what became of each."""

    def ask(number: str) -> Transfer:
        return container.withdraw_invoice().replace(business, number, changed.get(number))

    return _followed(container, business, numbers, ask, wait_seconds=wait_seconds, as_json=as_json)


def _followed(
    container: "Container",
    business: str,
    numbers: Sequence[str],
    ask: Callable[[str], Transfer],
    *,
    wait_seconds: float,
    as_json: bool,
) -> ExitCode:
    with progress() as tell:
        outcomes: dict[str, Transfer | KvittError] = {**each(numbers, ask)}
        begun = [outcome for outcome in outcomes.values() if not isinstance(outcome, KvittError)]
        for transfer in follow_transfers(container, business, begun, wait_seconds=wait_seconds, progress=tell):
            outcomes[transfer.invoice] = refusal_in(transfer) or transfer
    attended = is_attended(container, outcomes.values())
    print_transfers(outcomes, kind="invoice", is_attended=attended, as_json=as_json)
    return worst(
        code_of_error(outcome) if isinstance(outcome, KvittError) else code_of_transfer(outcome)
        for outcome in outcomes.values()
    )
