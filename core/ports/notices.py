"""Telling people what needs them: by whom a message is carried, and what is kept so that each is told once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from core.fields import Document, Instant
from core.notice import DaysFigures, Decision, Matter, Message, News, Notice, Standing


class Messenger(Protocol):
    """Something that carries a message to a person: by e-mail, Slack, Teams and the like."""

    def send(self, address: str, message: Message, *, trusted: bool) -> None:
        """Send a message. Without `trusted` the address is a business's, and only the public internet is reached.

        Errors: TryAgain, code `notice_not_sent`, when it was not taken, or may not have been; InvalidInput, code
        `bad_notice_address`, when nothing can be sent there. Neither says anything of the address but its service.
        """


@dataclass(frozen=True)
class Look:
    """What is seen of a business at one look. `place` is how far its events go; no more is promised of it."""

    business: str
    place: int
    matters: Sequence[Matter]
    news: Sequence[News]
    standing: Sequence[Standing]


@dataclass(frozen=True)
class WithNews:
    """A business that is to be looked at, and whether it names people of its own who are told."""

    business: str
    has_own: bool


@dataclass(frozen=True)
class DisabledWebhook:
    """An endpoint that nothing is sent to any more, though nobody said so; of that business, or of none alone."""

    id: str
    business: str | None
    has_own: bool
    disabled_at: datetime

    @property
    def mark(self) -> str:
        """What tells this time that it was disabled from others."""
        return f"{self.id} {self.disabled_at.isoformat()}"


class PendingMessage(Document):
    """Notices that are on their way to all whom a business names, or (None) the operator.

    `reached` has the marks of the addresses that took them, `failing` the services of those that did not at the last of
    `attempts`.
    """

    id: str
    business: str | None
    notices: tuple[Notice, ...]
    made_at: Instant
    next_at: Instant
    attempts: int = 0
    reached: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()


class NoticeStore(Protocol):
    """What people were told, and what is on its way to them. Each of these is a transaction of its own.

    Whoever writes holds the lease: one worker tells at a time. Errors of what writes: LeaseLost.
    """

    def hold(self, holder: str, *, length: timedelta) -> bool:
        """Take the lease, or hold on to it for so long from now; False while somebody else has it."""

    def let_go(self, holder: str) -> None:
        """Give the lease up."""

    def names_somebody(self) -> bool:
        """Whether any business names people who are told."""

    def to_look_at(self) -> Sequence[WithNews]:
        """Return the businesses of which something happened since the last look, or that have matters."""

    def look(self, business: str) -> Look:
        """Look at a business."""

    def keep(self, holder: str, look: Look, decision: Decision, *, audiences: Sequence[str | None]) -> None:
        """Keep what was decided upon a look; what is told is on its way to each audience: a business, the operator."""

    def due(self, *, now: datetime) -> Sequence[PendingMessage]:
        """Return the messages that are to be sent now, the oldest first."""

    def note(self, holder: str, *messages: PendingMessage) -> None:
        """Keep how far messages have come."""

    def done(self, holder: str, ids: Sequence[str]) -> None:
        """Forget messages: everybody has them, or they are given up."""

    def failing(self) -> Sequence[PendingMessage]:
        """Return the messages that could not be sent to everybody so far, the oldest first."""

    def disabled_webhooks(self) -> Sequence[DisabledWebhook]:
        """Return the endpoints that were disabled because they failed for days, or are gone."""

    def told_webhooks(self) -> Sequence[str]:
        """Return the marks of those of which people were told."""

    def tell_webhooks(
        self, holder: str, marks: Sequence[str], *, notices: Mapping[str | None, Sequence[Notice]]
    ) -> None:
        """Keep of which people were told; the notices are on their way to their audiences."""

    def summed_up_at(self) -> datetime | None:
        """Return when the latest summary was made, or from when on summaries are wanted; None before that."""

    def figures(self, *, since: datetime) -> Mapping[str, tuple[DaysFigures, bool]]:
        """Return what is summed up of each business of which something is to say, and whether it names people."""

    def sum_up(self, holder: str, *, at: datetime, notices: Mapping[str | None, Sequence[Notice]]) -> None:
        """Keep when a summary was made; the notices are on their way to their audiences."""
