"""Create something in the accounting system at most once, though an answer may be lost."""

from collections.abc import Callable
from datetime import datetime, timedelta

from core.errors import AccessRefused, HandedBack, Rejected, TryAgain
from core.intent import IntentKind, declared
from core.ports.clock import Clock
from core.ports.storage import Storage
from core.use_cases.hold import Hold
from core.use_cases.once_more import once_more

NOTHING_WRITTEN = (AccessRefused, HandedBack, Rejected, TryAgain)
"""The errors that promise, on a write, that nothing was written."""


class CreateOnce:
    """Writes the intent before the call.

    `settling` is how long a call may still be running on the accounting system's side, from its start.
    """

    def __init__(self, *, storage: Storage, clock: Clock, settling: timedelta) -> None:
        self._storage = storage
        self._clock = clock
        self._settling = settling

    def create(self, hold: Hold, kind: IntentKind, key: str, call: Callable[[], str], *, looked_at: datetime) -> str:
        """Create what the caller has looked for and not found; return its id. `looked_at` is when that look began.

        Errors: TryAgain, code `settling`, while an earlier call may still take effect: the caller looks again
        then. LeaseLost. What the call raises passes through; OutcomeUnknown leaves the intent standing.
        Source: DESIGN, "Sending an invoice", step 5: "The same holds for what else is created".
        """
        return once_more(lambda: self._created(hold, kind, key, call, looked_at=looked_at))

    def _created(self, hold: Hold, kind: IntentKind, key: str, call: Callable[[], str], *, looked_at: datetime) -> str:
        business, now = hold.business, self._clock.now()
        with self._storage.transaction() as work:
            earlier = work.intents.get(business, kind, key)
            if earlier:
                earlier.require_settled(settling=self._settling, now=looked_at)
            hold.tell(f"Noted that the {kind} is about to be created.")
            hold.renew(work)
            work.intents.put(business, declared(earlier, kind=kind, key=key, now=now))
        try:
            created = call()
        except NOTHING_WRITTEN:
            self._forget(hold, kind, key)
            raise
        self._forget(hold, kind, key)
        return created

    def _forget(self, hold: Hold, kind: IntentKind, key: str) -> None:
        with self._storage.transaction() as work:
            hold.renew(work)  # another worker's intent may stand here by now
            work.intents.remove(hold.business, kind, key)
