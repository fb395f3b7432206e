"""Read the figures by which an operator watches over an installation. Nobody is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.call_budget import CallBudget
from core.errors import AccessRefused, NotFound, TryAgain
from core.ports.accounting import AccountingSystems
from core.ports.clock import Clock
from core.ports.installation import Figures
from core.ports.secret_box import SECRET_KEY_CHANGED
from core.ports.storage import Storage
from core.stored import require_business
from core.transfer import TransferState


@dataclass(frozen=True)
class SystemReport:
    """One accounting system: its calls (None where it does not count them), and its transfers by state.

    What has been transferred is not among them: it only ever grows, and counting it would take longer and longer.
    `parked` ones wait with no time set. `queue_age` is for how long the oldest due one has been due.
    """

    system: str
    calls: CallBudget | None
    transfers: Mapping[TransferState, int]
    parked: int = 0
    queue_age: timedelta = timedelta()


@dataclass(frozen=True)
class DeliveryReport:
    """What is on its way to webhooks: how many deliveries, and for how long the oldest of them has been."""

    pending: int = 0
    oldest: timedelta = timedelta()


class ReadFigures:
    """Reads the figures of every accounting system that a business uses, and those of webhooks."""

    def __init__(self, *, figures: Figures, storage: Storage, systems: AccountingSystems, clock: Clock) -> None:
        self._figures = figures
        self._storage = storage
        self._systems = systems
        self._clock = clock

    def read(self) -> Sequence[SystemReport]:
        """Return a report for each accounting system. Errors: TryAgain, code `storage_busy`."""
        return [
            SystemReport(
                system=found.system,
                calls=self.calls_of(found.business),
                transfers=found.transfers,
                parked=found.parked,
                queue_age=self._age(found.oldest_due_at),
            )
            for found in self._figures.by_system()
        ]

    def read_deliveries(self) -> DeliveryReport:
        """Return what is on its way to webhooks. Errors: TryAgain, code `storage_busy`."""
        found = self._figures.of_deliveries()
        return DeliveryReport(pending=found.pending, oldest=self._age(found.oldest_at))

    def _age(self, due_at: datetime | None) -> timedelta:
        return max(self._clock.now() - due_at, timedelta()) if due_at else timedelta()

    def calls_of(self, business: str) -> CallBudget | None:
        """Return what is left of the calls to a business's accounting system; None where it does not count them.

        A connection that can't be read any more hides no other figure: None. Errors: TryAgain, code `storage_busy`.
        """
        try:
            with self._storage.transaction() as work:
                stored = require_business(work, business)
            return self._systems.open(stored).budget()
        except (AccessRefused, NotFound):
            return None
        except TryAgain as error:
            if error.code == SECRET_KEY_CHANGED:
                return None
            raise
