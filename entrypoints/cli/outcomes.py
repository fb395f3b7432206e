"""What came of several things that were asked at once: a result or an error for each."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

from core.already_sent import AlreadySent
from core.errors import KvittError
from core.transfer import Transfer
from entrypoints import invoice_documents
from entrypoints.cli.candidates import print_candidates
from entrypoints.cli.output import print_json_line, say_error, show
from entrypoints.cli.telling import transfer_lines
from entrypoints.cli.what_happened import already_sent_lines, unattended_line
from entrypoints.documents import TransferDocument
from entrypoints.invoice_documents import SentTransfer
from entrypoints.language.at_hand import translated
from entrypoints.problem import problem_document

if TYPE_CHECKING:
    from entrypoints.container import Container

Result = TypeVar("Result")


def each(keys: Iterable[str], act: Callable[[str], Result]) -> dict[str, Result | KvittError]:
    """Do it for each key, once; an error is that one's outcome and does not keep the others from being done."""
    outcomes: dict[str, Result | KvittError] = {}
    for key in dict.fromkeys(keys):
        try:
            outcomes[key] = act(key)
        except KvittError as error:
            outcomes[key] = error
    return outcomes


def is_attended(container: "Container", outcomes: Iterable[object]) -> bool:
    """Whether a worker is running; looked for only where one of these transfers would go on by itself."""
    goes_on = any(isinstance(one, Transfer) and not one.state.is_final for one in outcomes)
    return not goes_on or container.find_worker().is_there()


def print_transfers(
    outcomes: Mapping[str, Transfer | KvittError], *, kind: str, is_attended: bool, as_json: bool
) -> None:
    """Print transfers as they stand, one a line in JSON; `kind` says what the keys are ("invoice", "transfer").

    `is_attended`: a worker is running.
    """
    for key, outcome in outcomes.items():
        if isinstance(outcome, KvittError):
            print_error(outcome, kind=kind, key=key, as_json=as_json)
        else:
            print_transfer(outcome, is_attended=is_attended, as_json=as_json)


def print_error(error: KvittError, *, kind: str, key: str, as_json: bool) -> None:
    """Print what was refused, in JSON as one of several results."""
    if as_json:
        print_json_line({**problem_document(error), kind: key})
    else:
        say_error(error, about=f"{translated(kind.capitalize())} {key}")


def print_transfer(transfer: Transfer, *, is_attended: bool, as_json: bool) -> None:
    """Print a transfer as it stands, in JSON as one of several results."""
    if as_json:
        print_json_line(TransferDocument.of(transfer).document())
        return
    first, *others = transfer_lines(transfer, is_attended=is_attended)
    show(first, standing=transfer.state.value)
    for line in others:
        show(line)
    if transfer.error:
        print_candidates(transfer.error.candidates, invoice=transfer.invoice, business=transfer.business)
    if not is_attended and (how := unattended_line(transfer)):
        show(how)


def print_sent(transfer: Transfer, before: AlreadySent | None, *, is_attended: bool, as_json: bool) -> None:
    """Print a transfer after a send; `before` says as what it was sent earlier, so that nothing was done."""
    if as_json:
        shown = SentTransfer(
            **dict(TransferDocument.of(transfer)),
            already_sent=invoice_documents.AlreadySent.of(before) if before else None,
        )
        print_json_line(shown.document())
    elif before:
        for line in already_sent_lines(transfer.invoice, transfer.business, before, is_preview=False):
            show(line)
    else:
        print_transfer(transfer, is_attended=is_attended, as_json=False)
