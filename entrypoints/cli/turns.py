"""Taking a business's turn from the command line, and telling its steps meanwhile to whoever watches."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait

from entrypoints.cli.installation import take_turn
from entrypoints.cli.output import Progress
from entrypoints.cli.telling import step_line
from entrypoints.container import Container

_LOOK_SECONDS = 0.2


class WatchedTurns:
    """Takes turns of one business. Where nobody watches, that is all; else a thread works and this one tells."""

    def __init__(self, container: Container, business: str, *, progress: Progress) -> None:
        self._container = container
        self._business = business
        self._progress = progress
        self._told: dict[str, int] = {}

    def take(self, invoices: Mapping[str, str]) -> None:
        """Work off what is due, unless another worker holds the business.

        `invoices` are the numbers by the ids of the transfers whose steps are told.
        """
        if not self._progress.is_watched:
            take_turn(self._container, self._business)
            return
        for transfer_id in invoices.keys() - self._told.keys():
            self._told[transfer_id] = 0
        with ThreadPoolExecutor(1, thread_name_prefix="turn") as threads:
            turn = threads.submit(take_turn, self._container, self._business)
            try:
                self._tell_until_done(turn, invoices)
            except BaseException:  # such as Ctrl-C: the call in hand is finished, the next one is not begun
                self._container.stopping().set()
                raise
        turn.result()

    def _tell_until_done(self, turn: Future[None], invoices: Mapping[str, str]) -> None:
        done = False
        while not done:
            done = bool(wait([turn], timeout=_LOOK_SECONDS).done)
            for transfer_id, number in invoices.items():
                self._tell(transfer_id, number)

    def _tell(self, transfer_id: str, number: str) -> None:
        steps = self._container.look_up().steps(transfer_id)
        for step in steps[self._told[transfer_id] :]:
            self._progress.done(f"Invoice {number}: {step_line(step)}")
        self._told[transfer_id] = len(steps)
