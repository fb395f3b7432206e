"""What came of several things that were asked at once: a result or an error for each."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from core.errors import KvittError
from core.transfer import Transfer
from entrypoints.cli.output import print_json_line, say_error, show
from entrypoints.cli.telling import transfer_lines
from entrypoints.documents import TransferDocument
from entrypoints.problem import problem_document

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


def print_transfers(outcomes: Mapping[str, Transfer | KvittError], *, kind: str, as_json: bool) -> None:
    """Print transfers as they stand, one a line in JSON; `kind` says what the keys are ("invoice", "transfer")."""
    for key, outcome in outcomes.items():
        if isinstance(outcome, KvittError):
            print_error(outcome, kind=kind, key=key, as_json=as_json)
        else:
            print_transfer(outcome, as_json=as_json)


def print_error(error: KvittError, *, kind: str, key: str, as_json: bool) -> None:
    """Print what was refused, in JSON as one of several results."""
    if as_json:
        print_json_line({**problem_document(error), kind: key})
    else:
        say_error(error, about=f"{kind.capitalize()} {key}")


def print_transfer(transfer: Transfer, *, as_json: bool) -> None:
    """Print a transfer as it stands, in JSON as one of several results."""
    if as_json:
        print_json_line(TransferDocument.of(transfer).document())
        return
    for line in transfer_lines(transfer):
        show(line)
