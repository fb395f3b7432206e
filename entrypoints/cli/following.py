"""Following transfers until they have ended, or for as long as the person cares to wait.

The command works itself: it takes the business's turn, and takes it again when a waiting transfer's time has come.
Another worker that holds the business does the same work, and is looked at meanwhile.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import TYPE_CHECKING

from core.batch import BatchCounts, counts_of
from core.transfer import Transfer, TransferState
from entrypoints.cli.installation import take_turn
from entrypoints.cli.output import Progress, how_many
from entrypoints.cli.paging import every
from entrypoints.cli.telling import moment, step_line

if TYPE_CHECKING:
    from entrypoints.container import Container


class WatchedTurns:
    """Takes turns of one business. Where nobody watches, that is all; else a thread works and this one tells.

    `tell` is called every `look_seconds` while a turn is taken, and once when it is over.
    """

    def __init__(
        self,
        container: "Container",
        business: str,
        *,
        progress: Progress,
        tell: Callable[[], object],
        look_seconds: float,
    ) -> None:
        self._container = container
        self._business = business
        self._progress = progress
        self._tell = tell
        self._look_seconds = look_seconds

    def take(self) -> None:
        """Work off what is due, unless another worker holds the business."""
        if not self._progress.is_watched:
            take_turn(self._container, self._business)
            return
        with ThreadPoolExecutor(1, thread_name_prefix="turn") as threads:
            turn = threads.submit(take_turn, self._container, self._business)
            try:
                self._tell_until_done(turn)
            except BaseException:  # such as Ctrl-C: the call in hand is finished, the next one is not begun
                self._container.stopping().set()
                raise
        turn.result()

    def _tell_until_done(self, turn: Future[None]) -> None:
        done = False
        while not done:
            done = bool(wait([turn], timeout=self._look_seconds).done)
            self._tell()


class ToldSteps:
    """Tells the steps of transfers from now on, each once. `invoices` are the numbers by the transfers' ids."""

    def __init__(self, container: "Container", invoices: Mapping[str, str], *, progress: Progress) -> None:
        self._container = container
        self._invoices = invoices
        self._progress = progress
        self._told = {id_: len(container.look_up().steps(id_)) for id_ in invoices}

    def tell(self) -> None:
        """Tell what has happened since."""
        for transfer_id, number in self._invoices.items():
            steps = self._container.look_up().steps(transfer_id)
            for step in steps[self._told[transfer_id] :]:
                self._progress.done(f"Invoice {number}: {step_line(step)}")
            self._told[transfer_id] = len(steps)


if TYPE_CHECKING:
    from entrypoints.container import Container

_LOOK_AGAIN_SECONDS = 0.25
_TELL_SECONDS = 0.2


class Following:
    """Follows transfers of one business, by how many stand where.

    `wait_seconds` is how long, in all. With `to_the_end` it is how long the transfers may be waiting with nothing
    else to do; while others are queued or running there is no limit.
    """

    def __init__(
        self, turns: WatchedTurns, *, container: "Container", wait_seconds: float, to_the_end: bool, progress: Progress
    ) -> None:
        self._turns = turns
        self._container = container
        self._wait_seconds = wait_seconds
        self._to_the_end = to_the_end
        self._progress = progress

    def follow(self, counted: Callable[[], BatchCounts]) -> BatchCounts:
        """Work and wait; return how they stand then. `counted` looks."""
        deadline = time.monotonic() + self._wait_seconds
        counts = counted()
        open_before = counts.total + 1
        while True:
            counts = self._worked_off(counts, counted)
            if self._to_the_end and counts.may_end < open_before:
                deadline = time.monotonic() + self._wait_seconds
            open_before = counts.may_end
            if not counts.may_end or self._wait_seconds <= 0:
                return counts
            pause = self._pause(counts)
            if time.monotonic() + pause > deadline and not (self._to_the_end and counts.in_hand):
                return counts
            time.sleep(pause)

    def _worked_off(self, counts: BatchCounts, counted: Callable[[], BatchCounts]) -> BatchCounts:
        if counts.may_end:
            self._progress.now(f"Sending to the accounting system: {how_many(counts.total, 'invoice')} ...")
            self._turns.take()
        return counted()

    def _pause(self, counts: BatchCounts) -> float:
        """How long nothing can happen, in seconds."""
        again = counts.next_attempt_at
        if counts.in_hand or again is None:
            return _LOOK_AGAIN_SECONDS
        self._progress.now(f"Waiting until {moment(again)} to try {how_many(counts.may_end, 'invoice')} again ...")
        return max(_seconds_until(again, self._container.clock().now()), _LOOK_AGAIN_SECONDS)


def follow_transfers(
    container: "Container", business: str, transfers: Sequence[Transfer], *, wait_seconds: float, progress: Progress
) -> list[Transfer]:
    """Follow a few transfers, telling their steps; return them as they stand then."""

    def now() -> list[Transfer]:
        return [container.look_up().latest(transfer.id) for transfer in transfers]

    steps = ToldSteps(container, {transfer.id: transfer.invoice for transfer in transfers}, progress=progress)
    turns = WatchedTurns(container, business, progress=progress, tell=steps.tell, look_seconds=_TELL_SECONDS)
    following = Following(turns, container=container, wait_seconds=wait_seconds, to_the_end=False, progress=progress)
    following.follow(lambda: counts_of(now()))
    return now()


def transferred_numbers(container: "Container", business: str) -> list[str]:
    """Return the numbers of all invoices that have arrived, in order; superseded transfers are history."""
    arrived = _transfers(container, business, state=TransferState.TRANSFERRED)
    return sorted(transfer.invoice for transfer in arrived if not transfer.superseded)


def _transfers(container: "Container", business: str, *, state: TransferState | None = None) -> Iterator[Transfer]:
    look_up = container.look_up()
    return every(
        lambda *, limit, after=None: look_up.transfers(business, state=state, limit=limit, after=after),
        key=lambda transfer: transfer.id,
    )


def _seconds_until(instant: datetime, now: datetime) -> float:
    return (instant - now).total_seconds()
