"""Tell what a transaction has stored, once, as events; and in the audit trail, where something has ended."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime

from core.auditor import Auditor
from core.errors import AccessRefused, KvittError, TryAgain
from core.event import (
    AccessUse,
    access_refused,
    access_restored,
    batch_finished,
    credits_told,
    ends_told,
    payments_told,
)
from core.payment import PaymentReport
from core.ports.clock import Clock
from core.ports.storage import Storage, UnitOfWork
from core.transfer import Transfer, TransferState


def tell_ends(work: UnitOfWork, auditor: Auditor, transfers: Sequence[Transfer], *, now: datetime) -> None:
    """Tell of those of these transfers, of one business, that have come to an end with this transaction."""
    auditor.ended(work, transfers)
    work.events.add(*ends_told(transfers))
    arrived = [transfer for transfer in transfers if transfer.state is TransferState.TRANSFERRED]
    if arrived:
        business = arrived[0].business
        credited = work.invoices.credited_by(business, [transfer.invoice for transfer in arrived])
        work.events.add(*credits_told(arrived, credited))
        tell_access(work, business, AccessUse.SENDING)
    tell_finished(work, transfers, now=now)


def tell_finished(work: UnitOfWork, transfers: Iterable[Transfer], *, now: datetime) -> None:
    """Tell of the batches that have finished now that these transfers stand as they are stored."""
    ended = [transfer.id for transfer in transfers if transfer.state.is_final]
    if not ended:
        return
    for batch in work.batches.finish(ended, now=now):
        work.events.add(batch_finished(batch, work.batches.counts(batch.id)))


def tell_payments(work: UnitOfWork, business: str, reports: Iterable[PaymentReport]) -> None:
    """Keep what was reported about payment, and tell what is new of it."""
    work.events.add(*payments_told(business, work.statuses.add(business, *reports)))


def tell_access(work: UnitOfWork, business: str, *uses: AccessUse) -> None:
    """Keep that there is a way into the business's account for these uses, and tell it where there was none."""
    if work.access.open(business, uses):
        work.events.add(access_restored(business))


def tell_no_access(work: UnitOfWork, business: str, use: AccessUse, error: KvittError, *, now: datetime) -> None:
    """Keep that there is no way into the business's account for this use, and tell it where there was one."""
    if work.access.shut(business, use, code=error.code, now=now):
        work.events.add(access_refused(business, error))


@contextmanager
def telling_no_access(storage: Storage, clock: Clock, business: str, use: AccessUse) -> Iterator[None]:
    """Tell it when the block finds no way into the business's account; the block begins its transactions itself."""
    try:
        yield
    except AccessRefused as error:
        with suppress(TryAgain), storage.transaction() as work:  # the refusal matters more than that it is told
            tell_no_access(work, business, use, error, now=clock.now())
        raise
