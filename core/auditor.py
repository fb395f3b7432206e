"""Note in the audit trail what is done, in the name of whoever acts at that moment."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from core.audit import Action, Actor, AuditEntry, AuditResult
from core.errors import KvittError, TryAgain
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.transfer import Transfer, TransferState

_LONGEST = 64
"""So much of a name or id is kept, at most: what is refused may be of any length."""


class Auditor:
    """Writes entries. `actor` says who acts now, on this thread.

    What is done is noted within the transaction that does it. What changes nothing leaves no entry.
    """

    def __init__(self, *, storage: Storage, clock: Clock, actor: Callable[[], Actor]) -> None:
        self._storage = storage
        self._clock = clock
        self._actor = actor

    def done(
        self,
        work: UnitOfWork,
        action: Action,
        *,
        business: str | None = None,
        invoice: str | None = None,
        subject: str | None = None,
    ) -> None:
        """Note what this transaction does."""
        work.audit.add(self.entry(action, business=business, invoice=invoice, subject=subject))

    @contextmanager
    def refusals(
        self, action: Action, *, business: str | None = None, invoice: str | None = None, subject: str | None = None
    ) -> Iterator[None]:
        """Note it when the block is refused; the block begins its transactions itself.

        Temporary trouble is no refusal: it is asked again.
        """
        try:
            yield
        except TryAgain:
            raise
        except KvittError as error:
            entry = self.entry(action, business=business, invoice=invoice, subject=subject, refused=error.code)
            with suppress(TryAgain), self._storage.transaction() as work:  # the refusal matters more than its note
                work.audit.add(entry)
            raise

    def ended(self, work: UnitOfWork, transfers: Iterable[Transfer]) -> None:
        """Note those of the transfers that have come to an end with this transaction."""
        work.audit.add(*(self._end_of(transfer) for transfer in transfers if transfer.state.is_final))

    def entry(
        self,
        action: Action,
        *,
        business: str | None = None,
        invoice: str | None = None,
        subject: str | None = None,
        refused: str | None = None,
        actor: Actor | None = None,
    ) -> AuditEntry:
        """Return an entry of this moment; `refused` is the code of an error. `actor`, if it is not who acts now."""
        return AuditEntry(
            at=self._clock.now(),
            actor=actor or self._actor(),
            action=action,
            business=_short(business),
            invoice=_short(invoice),
            subject=_short(subject),
            result=AuditResult.REFUSED if refused else AuditResult.DONE,
            code=refused,
        )

    def _end_of(self, transfer: Transfer) -> AuditEntry:
        ends = {
            TransferState.TRANSFERRED: Action.TRANSFER_TRANSFERRED,
            TransferState.WITHDRAWN: Action.TRANSFER_WITHDRAWN,
        }
        arrived = transfer.state is TransferState.TRANSFERRED
        return self.entry(
            ends.get(transfer.state, Action.TRANSFER_REJECTED),
            business=transfer.business,
            invoice=transfer.invoice,
            subject=transfer.id,
            refused=transfer.error.code if transfer.error and not arrived else None,
        )


def _short(text: str | None) -> str | None:
    """Return as much of a name or id as is kept; signs that no database takes are replaced."""
    kept = (sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in (text or "")[:_LONGEST])
    return "".join(kept) or None
