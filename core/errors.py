"""What can go wrong, sorted by what the caller can do about it.

The classes name states of affairs. Messages hold nothing secret; where they are shown and with which
status or exit code is each entry point's business. What a program may do follows from the class: `retriable` and
`outcome`. docs/errors.md lists every code with both.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What is known of the order that this was about, in the accounting system.

    `nothing_written`: this has created none. `unknown`: one may be there; Kvitt looks before it creates any.
    `written`: one is there.
    """

    NOTHING_WRITTEN = "nothing_written"
    UNKNOWN = "unknown"
    WRITTEN = "written"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with what was given: where (a path such as `rows[0].vat_percent`) and what."""

    field: str
    message: str

    @property
    def place(self) -> str:
        """Say where as a person counts: `rows[0].vat_percent` is in "row 1, vat_percent"."""
        return _IN_A_LIST.sub(
            lambda found: f"{found[1].removesuffix('s')} {int(found[2]) + 1}{found[3] and ', '}", self.field
        )

    @property
    def sentence(self) -> str:
        """Say where and what."""
        return f"{self.place}: {self.message}" if self.field else self.message


_IN_A_LIST = re.compile(r"(\w+)\[(\d+)\](\.?)")


class KvittError(Exception):
    """Something a caller can act on.

    `code` is stable and meant for programs, the message is a sentence for a person, `hint` says what to do.
    `faults` names each thing that is wrong with the input, where that is the trouble. `retriable`: the same may be
    asked again, with nothing mended, and may then succeed. `outcome` is the class's, unless whoever raises knows
    better.
    """

    default_code = "error"
    default_hint = ""
    retriable = False
    outcome = Outcome.NOTHING_WRITTEN

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        faults: Sequence[Fault] = (),
        outcome: Outcome | None = None,
    ) -> None:
        super().__init__(message)
        self.outcome = outcome or type(self).outcome
        self.message = message
        self.code = code or self.default_code
        self.hint = self.default_hint if hint is None else hint
        self.faults = tuple(faults)


class InvalidInput(KvittError):
    """What was given is not what it should be. Mend the input; nothing of it was kept."""

    default_code = "invalid_input"
    default_hint = "Correct the input and try again."


class NotFound(KvittError):
    """There is no such business, invoice or transfer here."""

    default_code = "not_found"


class Conflict(KvittError):
    """What is asked contradicts what has already happened, such as changing an invoice that was sent."""

    default_code = "conflict"


class Underway(Conflict):
    """Something else is being done at this moment, and goes first: ask again when it has ended."""

    default_code = "underway"
    retriable = True


class OrderOpen(Conflict):
    """Whether an order exists is still being found out: ask again when that is known."""

    default_code = "order_open"
    retriable = True
    outcome = Outcome.UNKNOWN


class OrderThere(Conflict):
    """The order exists, and stands in the way of what is asked."""

    default_code = "order_there"
    outcome = Outcome.WRITTEN


class OtherBooks(Conflict):
    """The invoice's order lies, or may lie, in other books than those that the business is connected to now.

    Nothing is asked or written about it there. A transfer waits until the connection leads to its books again.
    """

    default_code = "other_books"
    outcome = Outcome.UNKNOWN


class InvalidInvoice(KvittError):
    """The invoice's data must be mended. Every fault is named, not just the first."""

    default_code = "invalid_invoice"
    default_hint = "Correct the invoice at its source, then add and send it again."


class Rejected(KvittError):
    """The accounting system, or a rule about its data, said no; nothing was written. A person reads why."""

    default_code = "rejected"
    default_hint = "Fix what the reason says, then retry the transfer."


class AccessRefused(KvittError):
    """Credentials, account name or rights are not accepted. Nothing is retried until they are mended."""

    default_code = "access_refused"
    default_hint = "Correct the connection (business add), then run business verify."


class UnknownAccount(AccessRefused):
    """The login reaches no account of the name that the business gives. `similar` are names a person may have meant.

    They are few, and near what was given: the others that a login reaches are other businesses' affairs.
    """

    default_code = "unknown_account_name"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        outcome: Outcome | None = None,
        similar: Sequence[str] = (),
    ) -> None:
        super().__init__(message, code=code, hint=hint, outcome=outcome)
        self.similar = tuple(similar)


class TryAgain(KvittError):
    """Temporary trouble; nothing was written. `not_before` (UTC instant) says when trying makes sense.

    `for_everyone`: it is so for every business that uses this accounting system (a quota they share). `at_once`:
    what stood in the way is gone already (a session that had ended), so the call may be made again without waiting.
    """

    default_code = "try_again"
    default_hint = "A running worker retries transfers by itself; anything else can be tried again."
    retriable = True

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        not_before: datetime | None = None,
        for_everyone: bool = False,
        at_once: bool = False,
        outcome: Outcome | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint, outcome=outcome)
        self.not_before = not_before
        self.for_everyone = for_everyone
        self.at_once = at_once


class Unsettled(TryAgain):
    """An earlier call had no answer and may still take effect: nothing is created before that is over."""

    default_code = "settling"
    outcome = Outcome.UNKNOWN


class RecoveryNeeded(TryAgain):
    """The database was put back to an earlier day: nothing is sent until it has learnt what was sent since."""

    default_code = "recovery_needed"
    default_hint = "Run kvitt recover (HTTP: POST /v1/recover): it matches the orders that exist to their invoices."
    retriable = False
    outcome = Outcome.UNKNOWN


class TooManyRequests(TryAgain):
    """The caller asks more often than it may; `not_before` says when it may again."""

    default_code = "too_many_requests"
    default_hint = "Wait as long as stated, and send fewer requests."


class NotAuthenticated(KvittError):
    """Who asks is not known: there is no API key, or one that is not accepted."""

    default_code = "not_authenticated"
    default_hint = "Send an API key as Authorization: Bearer <key>. The operator creates one with kvitt api-key create."


class NotAllowed(KvittError):
    """The API key is known, but is not for this."""

    default_code = "not_allowed"


class OutcomeUnknown(KvittError):
    """The call may have taken effect: look before doing it again."""

    default_code = "outcome_unknown"
    default_hint = "Nothing to do: Kvitt looks for it before it writes anything again."
    retriable = True
    outcome = Outcome.UNKNOWN


class LeaseLost(KvittError):
    """Another worker holds this business now; whoever reads this stops before its next write."""

    default_code = "lease_lost"
    default_hint = "Nothing to do: the other worker goes on."
    retriable = True
    outcome = Outcome.UNKNOWN


class HandedBack(KvittError):
    """The worker was asked to stop: the transfer goes back to the queue, for another worker."""

    default_code = "handed_back"
    default_hint = "Nothing to do: another worker goes on."
    retriable = True
