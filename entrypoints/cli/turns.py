"""Taking a business's turn from the command line, and telling how it goes meanwhile to whoever watches."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from entrypoints.cli.installation import take_turn
from entrypoints.cli.output import Progress
from entrypoints.cli.telling import step_line

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
    """Tells the steps of transfers, each once. `invoices` are the numbers by the transfers' ids."""

    def __init__(self, container: "Container", invoices: Mapping[str, str], *, progress: Progress) -> None:
        self._container = container
        self._invoices = invoices
        self._progress = progress
        self._told = dict.fromkeys(invoices, 0)

    def tell(self) -> None:
        """Tell what has happened since."""
        for transfer_id, number in self._invoices.items():
            steps = self._container.look_up().steps(transfer_id)
            for step in steps[self._told[transfer_id] :]:
                self._progress.done(f"Invoice {number}: {step_line(step)}")
            self._told[transfer_id] = len(steps)
