"""What a person looks at first: what needs them, then the figures of the day.

Pure: the day and what is kept are given.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

from core.call_budget import CallBudget
from core.customer_candidates import AmbiguousCustomer
from core.errors import AccessRefused, OtherBooks, RecoveryNeeded
from core.fields import Document
from core.recovery import Recovery
from core.sums import ArrivedSum, Sum, added
from core.transfer import Transfer, TransferState
from core.unpaid import Age, UnpaidSum
from core.webhook import DisabledReason, Endpoint

NEWEST_SHOWN = 3
"""So many of the transfers that stand for one reason are shown at once."""

PARKED_BY = frozenset(error.default_code for error in (AccessRefused, OtherBooks, RecoveryNeeded))
"""The codes of what parks a transfer until a person has mended it."""

_WAITING = (TransferState.QUEUED, TransferState.RUNNING, TransferState.WAITING, TransferState.WITHDRAWING)


class Need(StrEnum):
    """Why transfers need a person: a customer is to be chosen, something is to be mended, or there is no way on."""

    CHOICE = "choice"
    REJECTED = "rejected"
    PARKED = "parked"


class ErrorCount(NamedTuple):
    """How many of a business's transfers stand so, with an error of this code."""

    state: TransferState
    code: str
    transfers: int


class Stuck(Document):
    """Transfers of a business that need a person for one reason: how many, and the newest of them."""

    need: Need
    state: TransferState
    code: str
    count: int
    newest: tuple[Transfer, ...]


class BusinessOverview(Document):
    """One business: what needs a person, and its figures.

    `recovery`: nothing is sent before it. `disabled` are its webhooks that were disabled without anybody saying so.
    `waiting` counts what goes on by itself; what is parked is `stuck`. `sent_today` and `sent_this_month` are what
    arrived on these Norwegian days, and `unpaid` what is not known to be paid, of which `overdue` was due before today.
    """

    business: str
    stuck: tuple[Stuck, ...] = ()
    recovery: Recovery | None = None
    disabled: tuple[Endpoint, ...] = ()
    sent_today: tuple[Sum, ...] = ()
    sent_this_month: tuple[Sum, ...] = ()
    waiting: int = 0
    unpaid: tuple[Sum, ...] = ()
    overdue: tuple[Sum, ...] = ()

    @property
    def needs_person(self) -> bool:
        """Whether anything waits for a person."""
        return bool(self.stuck or self.recovery or self.disabled)


class Overview(Document):
    """Several businesses: each for itself, those that need a person first, and all together.

    `disabled` are the webhooks of all businesses at once. `calls` is what is left of the calls to each accounting
    system, by its name; one that does not count them is left out.
    """

    businesses: tuple[BusinessOverview, ...]
    disabled: tuple[Endpoint, ...] = ()
    calls: Mapping[str, CallBudget] = {}

    @property
    def sent_today(self) -> tuple[Sum, ...]:
        """What arrived today, of all."""
        return added(chain.from_iterable(one.sent_today for one in self.businesses))

    @property
    def sent_this_month(self) -> tuple[Sum, ...]:
        """What arrived this month, of all."""
        return added(chain.from_iterable(one.sent_this_month for one in self.businesses))

    @property
    def unpaid(self) -> tuple[Sum, ...]:
        """What is not known to be paid, of all."""
        return added(chain.from_iterable(one.unpaid for one in self.businesses))

    @property
    def overdue(self) -> tuple[Sum, ...]:
        """What of that was due before today, of all."""
        return added(chain.from_iterable(one.overdue for one in self.businesses))

    @property
    def waiting(self) -> int:
        """How many transfers go on by themselves, of all."""
        return sum(one.waiting for one in self.businesses)


def need_of(state: TransferState, code: str) -> Need | None:
    """Say why transfers that stand so need a person; None where they don't."""
    if state is TransferState.REJECTED:
        return Need.CHOICE if code == AmbiguousCustomer.default_code else Need.REJECTED
    return Need.PARKED if code in PARKED_BY and not state.is_final else None


def needing(errors: Iterable[ErrorCount]) -> Sequence[tuple[Need, ErrorCount]]:
    """Return what needs a person, choices first, then what was rejected, the most frequent reason first."""
    found = [(need, one) for one in errors if (need := need_of(one.state, one.code))]
    return sorted(found, key=lambda pair: (list(Need).index(pair[0]), -pair[1].transfers, pair[1].code))


def waiting_of(counts: Mapping[TransferState, int], errors: Iterable[ErrorCount]) -> int:
    """Count the transfers that go on by themselves: those that have not ended, without those that are parked."""
    parked = sum(one.transfers for one in errors if need_of(one.state, one.code) is Need.PARKED)
    return sum(counts.get(state, 0) for state in _WAITING) - parked


def sent_between(arrived: Iterable[ArrivedSum], *, first: date, last: date) -> tuple[Sum, ...]:
    """Add up what arrived between these days, both of them included."""
    return added(one.of for one in arrived if first <= one.day <= last)


def unpaid_of(sums: Iterable[UnpaidSum], *, overdue: bool = False) -> tuple[Sum, ...]:
    """Add up what is unpaid: all, or what was due before today."""
    return added(one.of for one in sums if not overdue or one.age is not Age.NOT_DUE)


def is_broken(endpoint: Endpoint) -> bool:
    """Whether a webhook was disabled without anybody saying so."""
    return not endpoint.is_enabled and endpoint.disabled_reason is not DisabledReason.BY_PERSON


def those_in_need_first(businesses: Iterable[BusinessOverview]) -> tuple[BusinessOverview, ...]:
    """Sort businesses: those that need a person first, else by name."""
    return tuple(sorted(businesses, key=lambda one: (not one.needs_person, one.business)))
