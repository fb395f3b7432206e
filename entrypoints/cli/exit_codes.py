"""The one table from what happened to exit codes. Source: docs/cli.md."""

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

from core.errors import (
    AccessRefused,
    Conflict,
    HandedBack,
    InvalidInput,
    InvalidInvoice,
    KvittError,
    LeaseLost,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    OutcomeUnknown,
    Rejected,
    TryAgain,
)

if TYPE_CHECKING:
    from core.batch import BatchCounts
    from core.transfer import Transfer


class ExitCode(IntEnum):
    """What a command's exit code says."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    NOT_FINISHED = 3
    NO_ACCESS = 4


_BY_ERROR: dict[type[KvittError], ExitCode] = {
    InvalidInput: ExitCode.REFUSED,
    InvalidInvoice: ExitCode.REFUSED,
    NotFound: ExitCode.REFUSED,
    Conflict: ExitCode.REFUSED,
    Rejected: ExitCode.REFUSED,
    TryAgain: ExitCode.NOT_FINISHED,
    OutcomeUnknown: ExitCode.NOT_FINISHED,
    LeaseLost: ExitCode.NOT_FINISHED,
    HandedBack: ExitCode.NOT_FINISHED,
    AccessRefused: ExitCode.NO_ACCESS,
    NotAuthenticated: ExitCode.NO_ACCESS,
    NotAllowed: ExitCode.NO_ACCESS,
}

_BY_STATE = {
    "transferred": ExitCode.DONE,
    "rejected": ExitCode.REFUSED,
    "cancelled": ExitCode.REFUSED,
    "withdrawing": ExitCode.NOT_FINISHED,
    "withdrawn": ExitCode.DONE,
    "waiting": ExitCode.NOT_FINISHED,
    "queued": ExitCode.NOT_FINISHED,
    "running": ExitCode.NOT_FINISHED,
}


def code_of_error(error: KvittError) -> ExitCode:
    """Return an error's exit code; an error of no known class was not foreseen, and nothing was done."""
    return next((code for form, code in _BY_ERROR.items() if isinstance(error, form)), ExitCode.REFUSED)


def code_of_transfer(transfer: "Transfer") -> ExitCode:
    """Return the exit code of a transfer as it stands.

    One that is parked waits for the connection to be mended, but where it waits for `kvitt recover`.
    """
    is_shut_out = transfer.is_parked and not transfer.waits_for_recovery
    return ExitCode.NO_ACCESS if is_shut_out else _BY_STATE[transfer.state.value]


def code_of_batch(counts: "BatchCounts") -> ExitCode:
    """Return the exit code of many transfers together, by where they stand."""
    if counts.parked > counts.unrecovered:
        return ExitCode.NO_ACCESS
    if not counts.is_finished:
        return ExitCode.NOT_FINISHED
    return ExitCode.REFUSED if counts.total > counts.transferred else ExitCode.DONE


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code of several results together: the highest in the order 4, 3, 1, 0."""
    return max(codes, default=ExitCode.DONE)
