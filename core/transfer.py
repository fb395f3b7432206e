"""The transfer of one invoice, and how it moves from state to state.

Pure: the time is given. Source: docs/behaviour.md, "Words".
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from pydantic import ConfigDict, JsonValue, model_validator

from core.customer_candidates import AmbiguousCustomer, CustomerCandidate
from core.errors import AccessRefused, KvittError, OtherBooks, Outcome, OutcomeUnknown, RecoveryNeeded, TryAgain
from core.fields import Document, Instant
from core.intent import Intent
from core.payment import BookedTotals, SentOrder

CANCELLED = "cancelled"
"""The code of a transfer that a person took back."""

GAVE_UP = "gave_up"
"""The code of a transfer that was tried again for long enough."""


class TransferState(StrEnum):
    """Where a transfer stands."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    TRANSFERRED = "transferred"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens by itself."""
        return self in (TransferState.TRANSFERRED, TransferState.REJECTED) or self.is_taken_back

    @property
    def is_taken_back(self) -> bool:
        """Whether a person took it back: it is sent again by its number alone, and never along with all the others."""
        return self in (TransferState.CANCELLED, TransferState.WITHDRAWN)

    @property
    def has_order(self) -> bool:
        """Whether it has arrived, and its order has not been withdrawn."""
        return self in (TransferState.TRANSFERRED, TransferState.WITHDRAWING)


class Receipt(Document):
    """The accounting system's word that an order exists. `totals` where it told them.

    One that is not whole was begun with the first of several calls and never finished; create() completes it.
    """

    order_id: str
    customer_id: str
    totals: BookedTotals | None = None
    is_whole: bool = True


_EXAMPLE: dict[str, JsonValue] = {
    "code": "timeout",
    "message": "24SevenOffice, saving orders: no answer came in time.",
    "hint": "Nothing to do: Kvitt looks for it before it writes anything again.",
    "retriable": True,
    "outcome": "unknown",
    "candidates": [],
}


class TransferError(Document):
    """Why a transfer waits or was rejected: what its latest attempt ended with.

    `retriable`: it may succeed with nothing mended; while the transfer waits for a time it is tried again by itself.
    `outcome` tells of the transfer as a whole, not just of its latest attempt: `nothing_written`, none of its attempts
    has created an order; `unknown`, one may be there; `written`, one is there, such as one that was published half.
    `candidates` are the customers to choose among, of `ambiguous_customer` alone.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    code: str
    message: str
    hint: str
    retriable: bool = False
    outcome: Outcome = Outcome.UNKNOWN
    candidates: tuple[CustomerCandidate, ...] = ()

    @classmethod
    def of(cls, error: KvittError, *, order_open: bool) -> Self:
        """Tell of an error; `order_open`: an order may be there, by this attempt or an earlier one."""
        return cls(
            code=error.code,
            message=error.message,
            hint=error.hint,
            retriable=error.retriable,
            outcome=error.outcome,
            candidates=error.candidates if isinstance(error, AmbiguousCustomer) else (),
        ).while_order(is_open=order_open)

    def while_order(self, *, is_open: bool) -> Self:
        """Return the same, where nothing is called unwritten that may be there."""
        if is_open and self.outcome is Outcome.NOTHING_WRITTEN:
            return self.model_copy(update={"outcome": Outcome.UNKNOWN})
        return self


class Transfer(Document):
    """Moving one invoice. `next_attempt_at` is None while running, when ended, and while parked.

    `error` is why it waits or was rejected; of one that has arrived, why its order was not withdrawn.

    `not_before` is set where trying earlier can't help or must not be: a quota's hour, the settling time of an
    intent; a person's retry does not override it. `trying_since` is when it was sent or last retried by a person.
    `bulk` ones let single ones go first. One that is moved `alone` was among several when Kvitt itself failed at one of
    them. A superseded one is history: the invoice was sent again because its order was gone. `books` is the key of the
    books that the order lies in, None while it has none, and of transfers from before that was kept. `order_reference`
    is the number that the order carries where a person adopted it with another than the invoice's ("" for none), else
    None. `version` counts the writes, so that two writers cannot both win.
    """

    id: str
    business: str
    invoice: str
    state: TransferState = TransferState.QUEUED
    order_id: str | None = None
    customer_id: str | None = None
    attempts: int = 0
    created_at: Instant
    finished_at: Instant | None = None
    next_attempt_at: Instant | None = None
    not_before: Instant | None = None
    warnings: tuple[str, ...] = ()
    error: TransferError | None = None
    trying_since: Instant
    bulk: bool = False
    alone: bool = False
    superseded: bool = False
    books: str | None = None
    order_reference: str | None = None
    version: int = 0

    @model_validator(mode="before")
    @classmethod
    def _with_what_was_not_kept(cls, kept: Any) -> Any:
        """Read an error that was stored before it was kept whether it is retriable: by what the transfer waits for."""
        error = kept.get("error") if isinstance(kept, dict) else None
        if isinstance(error, dict) and "retriable" not in error:
            waits = kept.get("state") == TransferState.WAITING and kept.get("next_attempt_at") is not None
            return {**kept, "error": {**error, "retriable": waits or error.get("code") == GAVE_UP}}
        return kept

    @property
    def sent_order(self) -> SentOrder | None:
        """The order that it arrived as, by what it is known again; None unless it has arrived, and when withdrawn."""
        if not self.state.has_order or self.order_id is None:
            return None
        reference = self.invoice if self.order_reference is None else self.order_reference
        return SentOrder(order_id=self.order_id, reference=reference, customer_id=self.customer_id)

    @property
    def is_parked(self) -> bool:
        """Whether it waits with no time set: for the connection to be mended, or for a recovery."""
        is_open = self.state in (TransferState.WAITING, TransferState.WITHDRAWING)
        return is_open and self.next_attempt_at is None

    @property
    def is_shut_out(self) -> bool:
        """Whether it is parked for what stops all of the business: no way into the account, or a recovery to come."""
        return self.is_parked and not self.waits_for_its_books

    @property
    def waits_for_its_books(self) -> bool:
        """Whether it is parked until the connection leads to the books again that its order was begun in."""
        return self.is_parked and self.error is not None and self.error.code == OtherBooks.default_code

    @property
    def waits_for_recovery(self) -> bool:
        """Whether it is parked until the database, which was put back, knows again what was sent."""
        return self.is_parked and self.error is not None and self.error.code == RecoveryNeeded.default_code

    def is_elsewhere(self, books: str) -> bool:
        """Whether its order lies in other books than these."""
        return self.books not in (None, books)


class RetryPolicy(Document):
    """How long a transfer waits before it is tried again, and when that is given up; in seconds.

    The wait doubles from `first` to `longest`, less up to a quarter by chance, so that not all come back at once.
    """

    first: float = 2
    longest: float = 900
    give_up_after: float = 2 * 24 * 3600

    def delay(self, attempts: int, *, chance: float) -> timedelta:
        """Return the wait after so many attempts (1 or more); `chance` is between 0 and 1."""
        doublings = min(max(attempts - 1, 0), 32)
        return timedelta(seconds=min(self.first * 2**doublings, self.longest) * (1 - chance / 4))

    def gives_up(self, transfer: Transfer, *, now: datetime) -> bool:
        """Whether the transfer has been tried for long enough."""
        return now - transfer.trying_since >= timedelta(seconds=self.give_up_after)


def new_transfer(transfer_id: str, *, business: str, invoice: str, now: datetime, bulk: bool = False) -> Transfer:
    """Record that an invoice is to be moved."""
    return Transfer(
        id=transfer_id,
        business=business,
        invoice=invoice,
        created_at=now,
        next_attempt_at=now,
        trying_since=now,
        bulk=bulk,
    )


def started(transfer: Transfer) -> Transfer:
    """A worker has taken the transfer; what earlier attempts warned of as done stays."""
    return transfer.model_copy(
        update={
            "state": TransferState.RUNNING,
            "attempts": transfer.attempts + 1,
            "next_attempt_at": None,
        }
    )


def warned(transfer: Transfer, warnings: Iterable[str]) -> Transfer:
    """Keep what a person should know whenever the order comes to be: a customer's record has another name now, say."""
    return transfer.model_copy(update={"warnings": tuple(dict.fromkeys([*transfer.warnings, *warnings]))})


def arrived(
    transfer: Transfer,
    receipt: Receipt,
    *,
    warnings: tuple[str, ...],
    books: str,
    now: datetime,
    order_reference: str | None = None,
) -> Transfer:
    """The order exists, in the books of this key; `order_reference` where its number is not the invoice's."""
    return transfer.model_copy(
        update={
            "state": TransferState.TRANSFERRED,
            "order_id": receipt.order_id,
            "customer_id": receipt.customer_id,
            "books": books,
            "order_reference": order_reference,
            "warnings": tuple(dict.fromkeys([*transfer.warnings, *warnings])),
            "error": None,
            "not_before": None,
            "next_attempt_at": None,
            "finished_at": now,
        }
    )


def failed(
    transfer: Transfer,
    error: KvittError,
    *,
    policy: RetryPolicy,
    now: datetime,
    chance: float = 0,
    order_open: bool = False,
) -> Transfer:
    """Decide what an error means for the transfer: again later, parked, or rejected.

    TryAgain and OutcomeUnknown are tried again after the policy's delay, never before the error's own time, until
    the policy gives up; AccessRefused parks, always with the code `access_refused` (the message says which way in is
    barred), and so do OtherBooks and RecoveryNeeded, with their own; everything else waits for a person. `chance`,
    between 0 and 1, spreads the retries. `order_open`: an order of this transfer may be there, whatever the error says
    of the latest attempt.
    """
    told = TransferError.of(error, order_open=order_open)
    if isinstance(error, RecoveryNeeded):
        return parked(transfer, told)
    if isinstance(error, TryAgain | OutcomeUnknown) and not policy.gives_up(transfer, now=now):
        not_before = error.not_before if isinstance(error, TryAgain) else None
        again = max(now + policy.delay(transfer.attempts, chance=chance), not_before or now)
        return transfer.model_copy(
            update={
                "state": TransferState.WAITING,
                "error": told,
                "next_attempt_at": again,
                "not_before": not_before,
            }
        )
    if isinstance(error, OtherBooks):
        return parked(transfer, told)
    if isinstance(error, AccessRefused):
        return parked(transfer, told.model_copy(update={"code": AccessRefused.default_code}))
    if isinstance(error, TryAgain | OutcomeUnknown):
        told = _gave_up(transfer, told)
    return _ended(transfer, TransferState.REJECTED, told, now=now)


def cancelled(transfer: Transfer, *, now: datetime, order_open: bool = False) -> Transfer:
    """A person took it back before its order was created; `order_open` as in failed."""
    reason = KvittError("It was cancelled before its order was created.", code=CANCELLED, hint="")
    return _ended(transfer, TransferState.CANCELLED, TransferError.of(reason, order_open=order_open), now=now)


def _ended(transfer: Transfer, state: TransferState, error: TransferError, *, now: datetime) -> Transfer:
    return transfer.model_copy(
        update={"state": state, "error": error, "next_attempt_at": None, "not_before": None, "finished_at": now}
    )


def order_may_be_elsewhere(transfer: Transfer | None, intent: Intent | None, books: str) -> bool:
    """Whether an order of the invoice may lie in other books than these, be it one that was begun and not finished."""
    if intent is None or not intent.is_elsewhere(books):
        return False
    return order_may_exist(transfer, intent) if transfer else intent.is_open


def order_may_exist(transfer: Transfer, intent: Intent | None) -> bool:
    """Whether the transfer may have an order, as far as was known before the attempt at hand.

    One whose call had no answer has an open intent. One that broke off in the middle of an order, or was refused there,
    has an intent that locks nothing, and was told of as not `nothing_written`.
    """
    told = transfer.error
    return intent is not None and (intent.is_open or (told is not None and told.outcome is not Outcome.NOTHING_WRITTEN))


def handed_back(transfer: Transfer, *, now: datetime) -> Transfer:
    """The worker stops before this attempt is done: it does not count, and another worker takes it up at once."""
    return transfer.model_copy(
        update={"state": TransferState.QUEUED, "attempts": transfer.attempts - 1, "next_attempt_at": now}
    )


def singled_out(transfer: Transfer, *, now: datetime) -> Transfer:
    """Kvitt failed at one of several that were moved together: this one goes back, to be moved alone."""
    return handed_back(transfer, now=now).model_copy(update={"alone": True})


def superseded(transfer: Transfer) -> Transfer:
    """The transfer's order is gone, or was withdrawn, and the invoice is sent again: this one is history."""
    return transfer.model_copy(update={"superseded": True})


def _gave_up(transfer: Transfer, last: TransferError) -> TransferError:
    """Say that it is not tried again by itself; what it is given up on tells of the order."""
    return TransferError(
        code=GAVE_UP,
        message=f"Given up after {transfer.attempts} attempts since {transfer.trying_since:%Y-%m-%d %H:%M} UTC. "
        f"The last one: {last.message}",
        hint="See what happened with transfer show; when the trouble is over, retry it.",
        retriable=True,
        outcome=last.outcome,
    )


def parked(transfer: Transfer, error: TransferError) -> Transfer:
    """Wait, with no time set, until what is in the way of all is mended: the connection, or a database put back."""
    return transfer.model_copy(
        update={"state": TransferState.WAITING, "error": error, "next_attempt_at": None, "not_before": None}
    )


def due_now(transfer: Transfer, *, now: datetime) -> Transfer:
    """A person asks for it: queue it at once, or as early as `not_before` allows. Arrived and running ones stay.

    A rejected or cancelled one is tried again as the same transfer. Where its order is being withdrawn, that is tried
    again; one whose order was withdrawn stays, and a new one takes its place.
    """
    stays = (TransferState.TRANSFERRED, TransferState.WITHDRAWN, TransferState.RUNNING, TransferState.QUEUED)
    if transfer.state in stays:
        return transfer
    if transfer.state is TransferState.WITHDRAWING:
        at = max(now, transfer.not_before or now)
        return transfer.model_copy(update={"next_attempt_at": at, "trying_since": now})
    if transfer.not_before and transfer.not_before > now:
        return transfer.model_copy(
            update={
                "state": TransferState.WAITING,
                "next_attempt_at": transfer.not_before,
                "finished_at": None,
                "trying_since": now,
            }
        )
    return transfer.model_copy(
        update={
            "state": TransferState.QUEUED,
            "error": _left_of(transfer),
            "next_attempt_at": now,
            "not_before": None,
            "finished_at": None,
            "trying_since": now,
        }
    )


def _left_of(transfer: Transfer) -> TransferError | None:
    """Return what is still true of a transfer's error when a person has it tried again: it is cancelled no more."""
    told = transfer.error
    if transfer.state is not TransferState.CANCELLED or told is None:
        return told
    if told.outcome is Outcome.NOTHING_WRITTEN:
        return None
    begun = OutcomeUnknown("An earlier attempt may have created the order.", outcome=told.outcome)
    return TransferError.of(begun, order_open=True)
