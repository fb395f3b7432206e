"""Many invoices from the command line: a batch is recorded, worked off, and told of; statuses are checked.

Nothing here holds the invoices: while they are worked on they are counted, and at the end they are read page by page.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from core.batch import Batch, BatchCounts, BatchItem
from core.errors import KvittError
from core.reasons import Verdict
from core.transfer import Transfer, TransferState
from core.use_cases.check_status import PIECE, Answer
from core.use_cases.look_up import LookUp
from entrypoints.cli.exit_codes import ExitCode, code_of_batch, code_of_error, worst
from entrypoints.cli.following import Following, WatchedTurns
from entrypoints.cli.outcomes import print_error, print_sent
from entrypoints.cli.output import (
    CountedProgress,
    counted_progress,
    how_many,
    print_json,
    print_json_array,
    print_table,
    progress,
    say,
    say_error,
    show,
)
from entrypoints.cli.paging import PAGE
from entrypoints.cli.telling import reason_codes, reason_lines, status_lines
from entrypoints.documents import PaymentReport
from entrypoints.problem import problem_document

if TYPE_CHECKING:
    from entrypoints.container import Container

_MOST_TOLD = 20
"""So many of those that did not arrive are told of in text; JSON has them all."""

_COUNT_SECONDS = 0.5

_SELDOM = ("Not finished", "Cancelled", "Being withdrawn", "Withdrawn")
"""What is told only where there is any."""


def send_batch(
    container: "Container", business: str, numbers: Sequence[str] | None, *, wait_seconds: float, as_json: bool
) -> ExitCode:
    """Send these invoices, or all when there are no numbers; print what became of each."""
    send_many = container.send_many()
    with counted_progress(quiet=as_json) as progress:
        progress.now("Looking at the invoices ...")
        batch = send_many.send_all(business) if numbers is None else send_many.send(business, numbers)
        _tell_left_out(batch)
        counts = _followed(container, batch, wait_seconds=wait_seconds, to_the_end=numbers is None, progress=progress)
    if not counts.total:
        say("There is nothing to send.")
    elif as_json:
        for item in _items(container.look_up(), batch):
            _print_item(item, batch, container, is_attended=True, as_json=True)
    else:
        _print_summary(container, batch, counts)
    return code_of_batch(counts)


def _followed(
    container: "Container", batch: Batch, *, wait_seconds: float, to_the_end: bool, progress: CountedProgress
) -> BatchCounts:
    def counted() -> BatchCounts:
        counts = container.look_up().batch_counts(batch.id)
        progress.at(counts.total, counts.ended + counts.refused, counts.waiting, counts.rejected + counts.refused)
        return counts

    turns = WatchedTurns(container, batch.business, progress=progress, tell=counted, look_seconds=_COUNT_SECONDS)
    following = Following(
        turns, container=container, wait_seconds=wait_seconds, to_the_end=to_the_end, progress=progress
    )
    return following.follow(counted)


def _tell_left_out(batch: Batch) -> None:
    if batch.printed:
        say(f'Skipped: {how_many(batch.printed, "invoice")} of type "printed".')
    if batch.cancelled:
        say(
            f"Skipped, because their transfers were cancelled: {how_many(batch.cancelled, 'invoice')}. "
            f"Send them by number; {_listing(batch, TransferState.CANCELLED)} lists them."
        )


def _print_summary(container: "Container", batch: Batch, counts: BatchCounts) -> None:
    """Print how many stand where and why, and then what did not arrive, was sent before, or arrived with a warning."""
    look_up = container.look_up()
    is_attended = not counts.may_end or container.find_worker().is_there()
    reasons = look_up.batch_reasons(batch.id) if counts.rejected or counts.refused else ()
    rows = [
        ("Transferred", counts.transferred, ""),
        ("Not finished", counts.in_hand, ""),
        ("Waiting", counts.waiting, ""),
        ("Rejected", counts.rejected, reason_codes(reasons, Verdict.REJECTED)),
        ("Cancelled", counts.cancelled, ""),
        ("Being withdrawn", counts.withdrawing, ""),
        ("Withdrawn", counts.withdrawn, ""),
        ("Refused", counts.refused, reason_codes(reasons, Verdict.REFUSED)),
    ]
    told = [[name, str(number), why] for name, number, why in rows if number or name not in _SELDOM]
    print_table(["Outcome", "Invoices", "Why"], told, right=["Invoices"])
    worth_telling = (item for item in _items(look_up, batch) if _needs_telling(item, batch))
    for item in islice(worth_telling, _MOST_TOLD):
        _print_item(item, batch, container, is_attended=is_attended, as_json=False)
    if more := sum(1 for _ in worth_telling):
        show(
            f"... and {how_many(more, 'invoice')} more. See {_listing(batch, TransferState.REJECTED)} "
            "(or waiting); send --json prints every one."
        )
        for line in reason_lines(reasons):
            show(line)


def _listing(batch: Batch, state: TransferState) -> str:
    return f"kvitt transfer list --business {batch.business} --state {state}"


def _needs_telling(item: BatchItem, batch: Batch) -> bool:
    transfer = item.transfer
    if transfer is None or transfer.state is not TransferState.TRANSFERRED or transfer.warnings:
        return True
    return _was_sent_before(transfer, batch)


def _was_sent_before(transfer: Transfer, batch: Batch) -> bool:
    """Whether the transfer had arrived when the batch was asked for, so that this changed nothing."""
    has_arrived = transfer.state is TransferState.TRANSFERRED
    return has_arrived and transfer.finished_at is not None and transfer.finished_at < batch.created_at


def _print_item(item: BatchItem, batch: Batch, container: "Container", *, is_attended: bool, as_json: bool) -> None:
    if item.transfer and _was_sent_before(item.transfer, batch):
        sent = container.look_up().already_sent(batch.business, item.invoice)
        print_sent(item.transfer, sent, is_attended=is_attended, as_json=as_json)
    elif item.transfer:
        print_sent(item.transfer, None, is_attended=is_attended, as_json=as_json)
    elif item.refusal:
        print_error(item.refusal.error, kind="invoice", key=item.invoice, as_json=as_json)


def _items(look_up: LookUp, batch: Batch) -> Iterator[BatchItem]:
    """Yield a batch's invoices as they stand, page by page."""
    after: int | None = None
    while items := look_up.batch_items(batch.id, limit=PAGE, after=after):
        yield from items
        after = items[-1].position


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
            first, *others = status_lines(answer)
            show(first, standing=answer.reason.value)
            for line in others:
                show(line)
        elif answer is not said:
            say_error(answer, about=f"Invoice {number}")
            said = answer
    return worst(codes)


def print_status(given: Iterator[Given]) -> ExitCode:
    """Print the only answer as one JSON object."""
    [answered] = given
    print_json(_document(answered))
    return _code(answered[1])


def print_statuses(given: Iterator[Given]) -> ExitCode:
    """Print the answers as one JSON array."""
    codes = {ExitCode.DONE}

    def documents() -> Iterator[dict[str, object]]:
        for answered in given:
            codes.add(_code(answered[1]))
            yield _document(answered)

    print_json_array(documents())
    return worst(codes)


def _document(answered: Given) -> dict[str, object]:
    number, answer = answered
    if isinstance(answer, KvittError):
        return {**problem_document(answer), "invoice": number}
    return PaymentReport.of(answer).document()


def _code(answer: Answer) -> ExitCode:
    return code_of_error(answer) if isinstance(answer, KvittError) else ExitCode.DONE
