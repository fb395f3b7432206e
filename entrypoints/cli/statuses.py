"""Asking about the payment of many invoices, and printing each answer as soon as it is there."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from core.errors import KvittError
from core.use_cases.check_status import PIECE, Answer
from entrypoints.cli.exit_codes import ExitCode, code_of_error, worst
from entrypoints.cli.output import print_json, print_json_array, progress, say, say_error, show
from entrypoints.cli.telling import status_lines
from entrypoints.documents import PaymentReport
from entrypoints.problem import problem_document

if TYPE_CHECKING:
    from entrypoints.container import Container

Given = tuple[str, Answer]


def answers(container: "Container", business: str, numbers: Sequence[str]) -> Iterator[Given]:
    """Yield the answer for each invoice, beside its number, a piece at a time.

    Errors: as CheckStatus, as long as nothing was answered. Later on the error is the answer for all that are left,
    so that what is known is not lost with what is not.
    """
    for start in range(0, len(numbers), PIECE):
        piece = numbers[start : start + PIECE]
        try:
            # Nothing may be printed within: to a terminal, it would come out where the progress is shown.
            with progress() as tell:
                tell.now(f"Asking the accounting system: {start} of {len(numbers)} invoices checked ...")
                given = container.check_status().check(business, piece)
        except KvittError as error:
            if not start:
                raise
            left = numbers[start:]
            say(f"Stopped at invoice {left[0]}: the last {len(left)} of {len(numbers)} were not checked.")
            yield from ((number, error) for number in left)
            return
        yield from zip(piece, given, strict=True)


def tell_statuses(given: Iterator[Given]) -> ExitCode:
    """Print the answers for a person; what stands in the way of all that are left is said once."""
    codes, said = {ExitCode.DONE}, None
    for number, answer in given:
        codes.add(_code(answer))
        if not isinstance(answer, KvittError):
            for line in status_lines(answer):
                show(line)
        elif answer is not said:
            say_error(answer, about=f"Invoice {number}")
            said = answer
    return worst(codes)


def print_status(given: Iterator[Given]) -> ExitCode:
    """Print the only answer as one JSON object."""
    [one] = given
    print_json(_document(one))
    return _code(one[1])


def print_statuses(given: Iterator[Given]) -> ExitCode:
    """Print the answers as one JSON array."""
    codes = {ExitCode.DONE}

    def documents() -> Iterator[dict[str, object]]:
        for one in given:
            codes.add(_code(one[1]))
            yield _document(one)

    print_json_array(documents())
    return worst(codes)


def _document(one: Given) -> dict[str, object]:
    number, answer = one
    if isinstance(answer, KvittError):
        return {**problem_document(answer), "invoice": number}
    return PaymentReport.of(answer).document()


def _code(answer: Answer) -> ExitCode:
    return code_of_error(answer) if isinstance(answer, KvittError) else ExitCode.DONE
