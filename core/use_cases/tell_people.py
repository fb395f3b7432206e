"""Tell people what needs them: look at what happened, decide what is told, and send it to whoever is named for it.

One worker does so at a time. What is told is kept, with the decision, before it is sent: a worker that dies in between
leaves it to the next, and one that dies between sending and noting it repeats it at most.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby

from core.errors import InvalidInput, KvittError, LeaseLost, NotFound
from core.notice import (
    GIVEN_UP_AFTER,
    Message,
    Notice,
    NoticeKind,
    decided,
    is_time_to_sum_up,
    message_of,
    next_attempt,
    try_out,
)
from core.notice_address import service_of
from core.ports.clock import Clock
from core.ports.notices import Messenger, NoticeStore, PendingMessage
from core.ports.storage import Storage
from core.stored import require_business

LEASE = timedelta(minutes=3)
"""Longer than sending to one address takes."""

_DAY = timedelta(days=1)

_log = logging.getLogger("kvitt.notices")


@dataclass(frozen=True)
class Sending:
    """How sending to one address went: its service, and what was in the way; never the address."""

    service: str
    trouble: KvittError | None = None


class TellPeople:
    """Tells. `operator` are the addresses that hear of all businesses; `sum_up_at` is the summary's time in Norway.

    `translate` says an English sentence in the language of the messages.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        notices: NoticeStore,
        messenger: Messenger,
        clock: Clock,
        operator: Sequence[str],
        sum_up_at: time | None,
        translate: Callable[[str], str],
        new_holder: Callable[[], str],
        stopping: Callable[[], bool],
    ) -> None:
        self._storage = storage
        self._notices = notices
        self._messenger = messenger
        self._clock = clock
        self._operator = operator
        self._sum_up_at = sum_up_at
        self._translate = translate
        self._holder = new_holder()
        self._stopping = stopping

    def run(self) -> list[Sending]:
        """Look, and send what is due; nothing is done where nobody is named, or while another worker does it.

        What goes wrong with one business, whatever it is, is logged and keeps no other's notices back.
        Errors: LeaseLost when another worker has taken over.
        """
        if not (self._operator or self._notices.names_somebody()) or not self._hold():
            return []
        try:
            self._look()
            with _alone("Looking at webhooks"):
                self._look_at_webhooks()
            with _alone("Summing up"):
                self._sum_up()
            return self._send()
        finally:
            self._notices.let_go(self._holder)

    def try_out(self, business: str | None) -> list[Sending]:
        """Send a message that says that it is a try, to whom a business names, or where none is given the operator.

        Errors: NotFound, code `unknown_business`. InvalidInput, code `nobody_to_tell`, where nobody is named.
        """
        addresses = self._addresses(business)
        if not addresses:
            raise InvalidInput(
                f"The business {business} names nobody who is told." if business else "KVITT_NOTIFY names nobody.",
                code="nobody_to_tell",
                hint="docs/notices.md says how to name who is told, and where.",
            )
        message = self._said(try_out(business))
        return [self._sent(address, message, trusted=business is None) for address in addresses]

    def _hold(self) -> bool:
        return self._notices.hold(self._holder, length=LEASE)

    def _look(self) -> None:
        for one in self._notices.to_look_at():
            audiences = self._audiences(one.business, has_own=one.has_own)
            if not audiences or self._stopping():
                continue
            with _alone(f"Looking at the business {one.business}"):
                self._look_at(one.business, audiences)

    def _look_at(self, business: str, audiences: Sequence[str | None]) -> None:
        look = self._notices.look(business)
        decision = decided(business, look.matters, look.news, look.standing, now=self._clock.now())
        if look.news or decision.notices or list(decision.matters) != list(look.matters):
            self._notices.keep(self._holder, look, decision, audiences=audiences)

    def _look_at_webhooks(self) -> None:
        """Tell of endpoints that nothing is sent to any more, each time that one was disabled once."""
        told_before = self._notices.told_webhooks()
        marks, told = list[str](), dict[str | None, list[Notice]]()
        for webhook in self._notices.disabled_webhooks():
            audiences = self._audiences(webhook.business, has_own=webhook.has_own)
            if webhook.mark in told_before or audiences:
                marks.append(webhook.mark)
            for audience in () if webhook.mark in told_before else audiences:
                notice = Notice(kind=NoticeKind.WEBHOOK_DISABLED, business=webhook.business, subject=webhook.id)
                told.setdefault(audience, []).append(notice)
        if marks != list(told_before):
            self._notices.tell_webhooks(self._holder, marks, notices=told)

    def _audiences(self, business: str | None, *, has_own: bool) -> list[str | None]:
        return [*([None] if self._operator else []), *([business] if has_own else [])]

    def _sum_up(self) -> None:
        if self._sum_up_at is None:
            return
        now, last = self._clock.now(), self._notices.summed_up_at()
        if last is None:
            self._notices.sum_up(self._holder, at=now, notices={})
        elif is_time_to_sum_up(self._sum_up_at, last=last, now=now):
            told: dict[str | None, list[Notice]] = {}
            for business, (figures, has_own) in self._notices.figures(since=max(last, now - _DAY)).items():
                for audience in self._audiences(business, has_own=has_own) if figures.says_something else ():
                    notice = Notice(kind=NoticeKind.SUMMARY, business=business, figures=figures)
                    told.setdefault(audience, []).append(notice)
            self._notices.sum_up(self._holder, at=now, notices=told)

    def _send(self) -> list[Sending]:
        due = self._notices.due(now=self._clock.now())
        sendings: list[Sending] = []
        for audience, messages in groupby(sorted(due, key=_audience), key=_audience):
            if not self._stopping():
                with _alone(f"Sending to {f'the business {audience}' if audience else 'the operator'}"):
                    sendings += self._send_to(audience or None, list(messages))
        return sendings

    def _send_to(self, audience: str | None, messages: list[PendingMessage]) -> list[Sending]:
        """Send all that is due to one audience, as one message to each of its addresses that it has not reached."""
        try:
            addresses = self._addresses(audience)
        except NotFound:  # it was erased just now
            addresses = ()
        except KvittError as trouble:
            self._notices.note(self._holder, *(_put_off(one, ["notify"], now=self._clock.now()) for one in messages))
            return [Sending("notify", trouble)]
        sendings = []
        for address in addresses:
            mark = _mark_of(address)
            missing = [message for message in messages if mark not in message.reached]
            if missing and not self._stopping() and self._hold():
                notices = [notice for message in missing for notice in message.notices]
                sending = self._sent(address, self._said(message_of(notices)), trusted=audience is None)
                sendings.append(sending)
                if sending.trouble is None:
                    messages = [_reached(message, mark) for message in messages]
                    self._notices.note(self._holder, *messages)
        if not self._stopping():
            self._settle(addresses, messages)
        return sendings

    def _settle(self, addresses: Sequence[str], messages: Sequence[PendingMessage]) -> None:
        """Forget what everybody has; try the rest again later, and give up what is old."""
        now = self._clock.now()
        done, left = list[str](), list[PendingMessage]()
        for message in messages:
            failing = [service_of(address) for address in addresses if _mark_of(address) not in message.reached]
            if not failing or now - message.made_at > GIVEN_UP_AFTER:
                done.append(message.id)
            else:
                left.append(_put_off(message, failing, now=now))
        if left:
            self._notices.note(self._holder, *left)
        if done:
            self._notices.done(self._holder, done)

    def _sent(self, address: str, message: Message, *, trusted: bool) -> Sending:
        try:
            self._messenger.send(address, message, trusted=trusted)
        except KvittError as trouble:
            return Sending(service_of(address), trouble)
        return Sending(service_of(address))

    def _said(self, message: Message) -> Message:
        return Message(title=self._translate(message.title), lines=tuple(map(self._translate, message.lines)))

    def _addresses(self, audience: str | None) -> Sequence[str]:
        if audience is None:
            return self._operator
        with self._storage.transaction() as work:
            return require_business(work, audience).notify_addresses


@contextmanager
def _alone(what: str) -> Iterator[None]:
    """Let a fault of one keep nothing of the others' back; of it no more than its kind is logged: it may hold a secret.

    Errors: LeaseLost, which ends it for all.
    """
    try:
        yield
    except LeaseLost:
        raise
    except Exception as fault:  # noqa: BLE001 - a bug of ours too
        kind = fault.code if isinstance(fault, KvittError) else type(fault).__name__
        _log.warning("%s for notices failed, and is done again soon: %s", what, kind)


def _audience(message: PendingMessage) -> str:
    return message.business or ""


def _mark_of(address: str) -> str:
    """Return what tells an address from the few others beside it; too little of it is left to find it by."""
    return hashlib.sha256(address.encode()).hexdigest()[:6]


def _reached(message: PendingMessage, mark: str) -> PendingMessage:
    return message.model_copy(update={"reached": (*dict.fromkeys((*message.reached, mark)),)})


def _put_off(message: PendingMessage, failing: Sequence[str], *, now: datetime) -> PendingMessage:
    attempts = message.attempts + 1
    later = {"attempts": attempts, "failing": tuple(failing), "next_at": next_attempt(attempts, now=now)}
    return message.model_copy(update=later)
