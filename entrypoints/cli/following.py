"""Sending invoices and following their transfers until they have ended, or for as long as the person cares to wait.

The command works itself: it takes the business's turn, and takes it again when a waiting transfer's time has come.
Another worker that holds the business does the same work, and is looked at meanwhile.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from core.errors import KvittError
from core.invoice import InvoiceType
from core.transfer import Transfer, TransferState
from entrypoints.cli.outcomes import each
from entrypoints.cli.output import Progress
from entrypoints.cli.paging import every
from entrypoints.cli.telling import moment
from entrypoints.cli.turns import WatchedTurns
from entrypoints.container import Container

_LOOK_AGAIN_SECONDS = 0.25
_CANCELLED = "cancelled"


class Following:
    """Follows transfers of one business.

    `wait_seconds` is how long, in all. With `to_the_end` it is how long the transfers may be waiting with nothing
    else to do; while others are queued or running there is no limit.
    """

    def __init__(
        self, container: Container, business: str, *, wait_seconds: float, to_the_end: bool, progress: Progress
    ) -> None:
        self._container = container
        self._business = business
        self._wait_seconds = wait_seconds
        self._to_the_end = to_the_end
        self._progress = progress
        self._turns = WatchedTurns(container, business, progress=progress)

    def follow(self, transfers: Sequence[Transfer]) -> list[Transfer]:
        """Work and wait; return the transfers as they stand then."""
        ids = [transfer.id for transfer in transfers]
        deadline = time.monotonic() + self._wait_seconds
        open_before = len(ids) + 1
        while True:
            transfers = self._worked_off(ids, transfers)
            open_ones = [one for one in transfers if not one.state.is_final and not one.is_parked]
            if self._to_the_end and len(open_ones) < open_before:
                deadline = time.monotonic() + self._wait_seconds
            open_before = len(open_ones)
            if not open_ones or self._wait_seconds <= 0:
                return list(transfers)
            pause = self._pause(open_ones)
            if time.monotonic() + pause > deadline and not (self._to_the_end and _any_in_hand(open_ones)):
                return list(transfers)
            time.sleep(pause)

    def _worked_off(self, ids: Sequence[str], transfers: Sequence[Transfer]) -> list[Transfer]:
        if any(not one.state.is_final and not one.is_parked for one in transfers):
            self._progress.now(f"Sending to the accounting system: {_count(len(transfers), 'invoice')} ...")
            self._turns.take({one.id: one.invoice for one in transfers})
        look_up = self._container.look_up()
        return [look_up.transfer(transfer_id) for transfer_id in ids]

    def _pause(self, open_ones: Sequence[Transfer]) -> float:
        """How long nothing can happen, in seconds."""
        times = [one.next_attempt_at for one in open_ones if one.next_attempt_at]
        if _any_in_hand(open_ones) or not times:
            return _LOOK_AGAIN_SECONDS
        self._progress.now(f"Waiting until {moment(min(times))} to try {_count(len(open_ones), 'invoice')} again ...")
        return max(_seconds_until(min(times), self._container.clock().now()), _LOOK_AGAIN_SECONDS)


def send_all(
    container: Container, business: str, numbers: Sequence[str], *, bulk: bool
) -> dict[str, Transfer | KvittError]:
    """Record the transfer of each invoice, before anything is worked on. `bulk` ones let single ones go first."""
    send = container.send_invoice().send
    return each(numbers, lambda number: send(business, number, bulk=bulk))


def send_all_again(container: Container, business: str, numbers: Sequence[str]) -> dict[str, Transfer | KvittError]:
    """Record a new transfer of each invoice whose order is gone from the accounting system, which is asked."""
    send = container.send_again().send
    return each(numbers, lambda number: send(business, number))


def numbers_to_send(container: Container, business: str, *, note: Callable[[str], None]) -> list[str]:
    """Return the numbers of all invoices that are to be sent and have not arrived; `note` is told of those left out.

    Left out are printed ones, and those whose transfer a person has cancelled: these are sent by their number.
    """
    transfers = {one.invoice: one for one in _transfers(container, business)}
    wanted, printed, cancelled = [], 0, []
    for invoice in every(
        lambda *, limit, after=None: container.look_up().invoices(business, limit=limit, after=after),
        key=lambda invoice: invoice.number,
    ):
        transfer = transfers.get(invoice.number)
        if transfer and transfer.state is TransferState.TRANSFERRED:
            continue
        if invoice.type is not InvoiceType.DATA_FOR_ACCOUNTING:
            printed += 1
        elif transfer and transfer.error and transfer.error.code == _CANCELLED:
            cancelled.append(invoice.number)
        else:
            wanted.append(invoice.number)
    if printed:
        note(f'Left out: {_count(printed, "invoice")} of type "printed".')
    if cancelled:
        note(f"Left out, because their transfers were cancelled: {', '.join(cancelled)}. Send them by number.")
    return wanted


def transferred_numbers(container: Container, business: str) -> list[str]:
    """Return the numbers of all invoices that have arrived."""
    return [one.invoice for one in _transfers(container, business, state=TransferState.TRANSFERRED)]


def transfer_states(container: Container, business: str) -> dict[str, TransferState]:
    """Return the state of each invoice that was ever sent."""
    return {one.invoice: one.state for one in _transfers(container, business)}


def _transfers(container: Container, business: str, *, state: TransferState | None = None) -> list[Transfer]:
    look_up = container.look_up()
    return list(
        every(
            lambda *, limit, after=None: look_up.transfers(business, state=state, limit=limit, after=after),
            key=lambda transfer: transfer.id,
        )
    )


def _any_in_hand(transfers: Sequence[Transfer]) -> bool:
    return any(one.state is not TransferState.WAITING for one in transfers)


def _seconds_until(instant: datetime, now: datetime) -> float:
    return (instant - now).total_seconds()


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
