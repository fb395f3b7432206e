"""Notices: what needs a person, who was told of it already, and what is said.

Pure. What needs a person is a matter: the invoices of a business that were rejected for one reason, an account that
there is no way into, a business that waits for recovery. A matter is told once, when its first rush is over, so that
three hundred invoices rejected for one reason are one message. It is told again when it was over in between, or when
there is news of it and the last telling is a day old. A notice names the business and invoice numbers, and nobody: what
the accounting system said of a rejection may name a customer, so it is left out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from core.customer_candidates import AmbiguousCustomer
from core.event import EventType
from core.fields import Document, Instant
from core.norwegian_time import NORWEGIAN_TIME, norwegian_date

QUIET = timedelta(seconds=15)
"""A matter is told when there was no news of it for so long."""

LONGEST_HELD = timedelta(minutes=2)
"""Nor is it held back for longer than this."""

TOLD_AGAIN_AFTER = timedelta(days=1)

LONGEST_CODE = 64
"""A reason is known by so much of its code: Kvitt's own are shorter, a plugin's may be as long as it likes."""

MOST_NUMBERS = 5
"""So many invoice numbers a notice names."""

RETRY_PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""How long is waited after each failure to send; the last of them from then on."""

GIVEN_UP_AFTER = timedelta(days=2)
"""A message that could not be sent for so long is old news."""

_MOST_NOTICES = 20


class NoticeKind(StrEnum):
    """What a notice is about."""

    REJECTED = "rejected"
    ACCESS_REFUSED = "access_refused"
    ACCESS_RESTORED = "access_restored"
    RECOVERY_NEEDED = "recovery_needed"
    WEBHOOK_DISABLED = "webhook_disabled"
    SUMMARY = "summary"


class Topic(NamedTuple):
    """What a matter is about, within its business; rejections by the code of their reason, and else no code."""

    kind: NoticeKind
    code: str = ""


class Matter(Document):
    """Something that needs a person, and how far it was told.

    `news_since` and `latest` are when the first and the last thing happened that was not told yet (`news_since` None:
    all was). `count` is how many invoices were told of, `told_at` when; None: nothing was told yet.
    """

    topic: Topic
    since: Instant
    news_since: Instant | None
    latest: Instant
    told_at: Instant | None = None
    count: int = 0

    def is_due(self, now: datetime) -> bool:
        """Whether it is told now."""
        if self.news_since is None:
            return False
        if now - self.latest < QUIET and now - self.news_since < LONGEST_HELD:
            return False
        return self.told_at is None or now - self.told_at >= TOLD_AGAIN_AFTER


class Standing(Document):
    """How a matter stands now: how many invoices it keeps back, and the first few of them by number."""

    topic: Topic
    count: int = 0
    invoices: tuple[str, ...] = ()


class News(Document):
    """What happened of a topic since the last look: the first time and the last."""

    topic: Topic
    first: Instant
    last: Instant


class DaysFigures(Document):
    """What is summed up of a business: what arrived and what was paid since, and what waits for a person."""

    sent: int = 0
    paid: int = 0
    rejected: int = 0
    is_shut_out: bool = False
    needs_recovery: bool = False

    @property
    def says_something(self) -> bool:
        """Whether there is anything to say."""
        return self != DaysFigures()


class Notice(Document):
    """One thing to tell. `business` is None where it is about no single one; `subject` is an endpoint's id."""

    kind: NoticeKind
    business: str | None = None
    code: str = ""
    count: int = 0
    invoices: tuple[str, ...] = ()
    figures: DaysFigures | None = None
    subject: str = ""


class Decision(Document):
    """What is kept of a business's matters from now on, and what is told."""

    matters: tuple[Matter, ...] = ()
    notices: tuple[Notice, ...] = ()


class Message(Document):
    """What is sent: a title, and lines of one sentence each; an empty one parts paragraphs."""

    title: str
    lines: tuple[str, ...]


_STANDS_FROM = {
    EventType.ACCESS_REFUSED: NoticeKind.ACCESS_REFUSED,
    EventType.RECOVERY_NEEDED: NoticeKind.RECOVERY_NEEDED,
}
_REJECTIONS = (EventType.TRANSFER_REJECTED, EventType.TRANSFER_NEEDS_CHOICE)

NEED_A_PERSON = (*_REJECTIONS, *_STANDS_FROM)
"""The events with which a matter begins, or there is news of it."""


def topic_of(type_: EventType, code: str | None) -> Topic:
    """Return what an event that needs a person is about; `code` is that of the error it tells of."""
    if type_ in _REJECTIONS:
        return Topic(NoticeKind.REJECTED, (code or "")[:LONGEST_CODE])
    return Topic(_STANDS_FROM[type_])


def decided(
    business: str, matters: Iterable[Matter], news: Iterable[News], standing: Iterable[Standing], *, now: datetime
) -> Decision:
    """Decide what is told of a business.

    `matters` is what was kept of them, `news` what happened since the last look, and `standing` is how all of its
    matters stand now: what is not among them is over.
    """
    known = {matter.topic: matter for matter in matters}
    for one in news:
        known[one.topic] = _with_news(known.get(one.topic), one)
    stands = {one.topic: one for one in standing}
    kept, told = list[Matter](), list[Notice]()
    for topic, matter in known.items():
        now_stands = stands.get(topic)
        if now_stands is None:
            if topic.kind is NoticeKind.ACCESS_REFUSED and matter.told_at:
                told.append(Notice(kind=NoticeKind.ACCESS_RESTORED, business=business))
        elif matter.is_due(now):
            told.append(_notice(business, now_stands))
            kept.append(matter.model_copy(update={"told_at": now, "news_since": None, "count": now_stands.count}))
        else:
            kept.append(matter)
    return Decision(matters=tuple(kept), notices=tuple(told))


def _with_news(matter: Matter | None, news: News) -> Matter:
    if matter is None:
        return Matter(topic=news.topic, since=news.first, news_since=news.first, latest=news.last)
    return matter.model_copy(update={"news_since": matter.news_since or news.first, "latest": news.last})


def _notice(business: str, standing: Standing) -> Notice:
    return Notice(
        kind=standing.topic.kind,
        business=business,
        code=standing.topic.code,
        count=standing.count,
        invoices=standing.invoices[:MOST_NUMBERS],
    )


def next_attempt(attempts: int, *, now: datetime) -> datetime:
    """Return when a message is sent again that could not be, for the so-manyeth time."""
    return now + RETRY_PAUSES[min(attempts, len(RETRY_PAUSES)) - 1]


def is_time_to_sum_up(at: time, *, last: datetime | None, now: datetime) -> bool:
    """Whether the morning's summary is due: it is past that time in Norway, and the last one was before it.

    `last` is the instant of the last one, or from which summaries are wanted.
    """
    today = datetime.combine(norwegian_date(now), at, tzinfo=NORWEGIAN_TIME)
    latest = today if today <= now else datetime.combine(today.date() - timedelta(days=1), at, tzinfo=NORWEGIAN_TIME)
    return last is not None and last < latest


def message_of(notices: Sequence[Notice]) -> Message:
    """Say notices, in English: the few first of many, and how many there are besides."""
    said = _recoveries_as_one(notices)
    lines: list[str] = []
    for notice in said[:_MOST_NOTICES]:
        lines += [*([""] if lines else []), *_lines(notice)]
    if (more := len(said) - _MOST_NOTICES) > 0:
        lines += ["", f"And {more} more: kvitt doctor shows what needs you."]
    return Message(title=_title(said), lines=tuple(lines))


def try_out(business: str | None) -> Message:
    """Say that this is a try, and what comes this way."""
    whose = f"of {business}" if business else "of all businesses"
    return Message(
        title="Kvitt: a try-out",
        lines=("This message was sent to try it out.", f"Kvitt tells you here what needs a person {whose}."),
    )


def _recoveries_as_one(notices: Sequence[Notice]) -> list[Notice]:
    """Tell of a restored database once, however many businesses it holds."""
    waiting = [notice for notice in notices if notice.kind is NoticeKind.RECOVERY_NEEDED]
    if len(waiting) < 2:
        return list(notices)
    others = [notice for notice in notices if notice.kind is not NoticeKind.RECOVERY_NEEDED]
    return [Notice(kind=NoticeKind.RECOVERY_NEEDED, count=len(waiting)), *others]


def _title(notices: Sequence[Notice]) -> str:
    if all(notice.kind is NoticeKind.SUMMARY for notice in notices):
        return "Kvitt: since yesterday"
    if (count := len(notices)) > 1:
        return f"Kvitt: {count} things to know"
    (notice,) = notices
    business = notice.business
    match notice.kind:
        case NoticeKind.REJECTED if notice.count == 1:
            return f"Kvitt: an invoice of {business} was rejected"
        case NoticeKind.REJECTED:
            return f"Kvitt: {notice.count} invoices of {business} were rejected"
        case NoticeKind.ACCESS_REFUSED:
            return f"Kvitt: no access to the account of {business}"
        case NoticeKind.ACCESS_RESTORED:
            return f"Kvitt: the account of {business} can be reached again"
        case NoticeKind.WEBHOOK_DISABLED:
            return "Kvitt: nothing more is sent to a webhook"
        case _:
            return "Kvitt: nothing is sent before kvitt recover was run"


def _lines(notice: Notice) -> Iterator[str]:
    business = notice.business
    match notice.kind:
        case NoticeKind.REJECTED:
            yield from _rejected(notice)
        case NoticeKind.ACCESS_REFUSED:
            yield f"Kvitt has no access to the accounting system for {business}: its invoices wait."
            yield f"Correct the connection (kvitt business set {business}), then run kvitt business verify {business}."
            yield "What waits goes on by itself then."
        case NoticeKind.ACCESS_RESTORED:
            yield f"Kvitt has access to the accounting system for {business} again."
        case NoticeKind.RECOVERY_NEEDED if business is None:
            yield f"The database was restored from an earlier day; nothing is sent for {notice.count} businesses."
            yield _RECOVER
        case NoticeKind.RECOVERY_NEEDED:
            yield f"The database was restored from an earlier day; nothing is sent for {business}."
            yield _RECOVER
        case NoticeKind.WEBHOOK_DISABLED:
            yield f"The webhook {notice.subject} failed for days, or is gone: nothing more is sent to it."
            yield f"Mend what answers there, then run kvitt webhook enable {notice.subject}."
        case NoticeKind.SUMMARY:
            yield from _summary(notice)


def _rejected(notice: Notice) -> Iterator[str]:
    numbers = ", ".join(notice.invoices)
    if notice.count == 1:
        yield f"{notice.business}: invoice {numbers} was rejected."
    else:
        yield f"{notice.business}: {notice.count} invoices were rejected for the same reason."
    reason, remedy = _REASONS.get(notice.code, _ANY_REASON)
    yield reason
    if notice.count > 1:
        more = notice.count - len(notice.invoices)
        yield f"Invoices: {numbers}, and {more} more" if more > 0 else f"Invoices: {numbers}"
    yield remedy
    yield f"Each with its reason: kvitt transfer list --business {notice.business} --state rejected"


def _summary(notice: Notice) -> Iterator[str]:
    figures = notice.figures or DaysFigures()
    yield f"{notice.business}:"
    if figures.sent:
        yield f"Sent since yesterday: {figures.sent}"
    if figures.paid:
        yield f"Paid since yesterday: {figures.paid}"
    if figures.rejected:
        yield f"Rejected, and waiting for a person: {figures.rejected}"
    if figures.is_shut_out:
        yield "There is no access to its account."
    if figures.needs_recovery:
        yield "Nothing is sent before kvitt recover was run."


_RECOVER = "Run kvitt recover: it finds what was sent since, and lets sending go on."
_MEND_AND_RETRY = "Correct it there, then retry the transfers (kvitt transfer retry)."
_SET_AND_RETRY = "Correct it where it is stated, or in the accounting system, then retry the transfers."
_ANY_REASON = (
    "The accounting system did not take this as it is.",
    "Read the reason, correct what it says, then retry the transfers (kvitt transfer retry).",
)
_PRODUCT = (
    "A product that the business's settings name is not in the account, or there are several of it.",
    "Correct the setting, or the product there, then retry the transfers.",
)
_DIMENSION = ("No department or project of that name was found, or several may be meant.", _SET_AND_RETRY)
_DEMANDED = (
    "The account demands a department or project on every order.",
    "Set department or project for the business or on the invoice, then retry the transfers.",
)
_UNREADABLE = ("A record that is needed is in the accounting system, but can't be read.", _MEND_AND_RETRY)
_GONE = (
    "Something that is referred to is no longer in the accounting system.",
    "Look at what the reason names, then retry the transfers: it is read again.",
)
_REASONS: Mapping[str, tuple[str, str]] = {
    AmbiguousCustomer.default_code: (
        "Several customer records may be the customer, so Kvitt picked none.",
        "Choose one with kvitt customer link (it is remembered), then retry the transfer.",
    ),
    "unnamed_customer": ("The customer's record has no name.", _MEND_AND_RETRY),
    "kind_cannot_change": (
        "The customer's record is a private person's, and the invoice is an organization's.",
        "Make it a company there, or choose another record with kvitt customer link, then retry the transfers.",
    ),
    "unknown_vat_rate": ("The account has no VAT code for a sale at this rate.", _SET_AND_RETRY),
    "vat_code_not_for_sale": (
        "The business's vat_codes names a code that is not for a sale.",
        "Correct the setting, then retry the transfers.",
    ),
    "unknown_currency": (
        "The account has no rate for the invoice's currency.",
        "Add the currency in the accounting system, then retry the transfers.",
    ),
    "gave_up": (
        "It was tried for two days, and there was trouble each time.",
        "Retry the transfers (kvitt transfer retry) when it is over.",
    ),
    "worker_died": (
        "Workers died again and again while sending this.",
        "See the server's log and memory, then retry the transfers.",
    ),
    "published_incomplete": (
        "An order was published before all its rows were there.",
        "Credit that invoice in the accounting system, clear its memo, then retry the transfer.",
    ),
    "unknown_product": _PRODUCT,
    "ambiguous_product": _PRODUCT,
    "unknown_dimension": _DIMENSION,
    "ambiguous_dimension": _DIMENSION,
    "department_required": _DEMANDED,
    "project_required": _DEMANDED,
    "unreadable_customer": _UNREADABLE,
    "unreadable_product": _UNREADABLE,
    "unreadable_category": _UNREADABLE,
    "unknown_reference": _GONE,
    "gone": _GONE,
}
"""What is said of a reason, and what to do, by its code; docs/errors.md has them all."""
