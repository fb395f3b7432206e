from datetime import UTC, datetime, time, timedelta

import pytest

from core.event import EventType
from core.notice import (
    LONGEST_HELD,
    QUIET,
    RETRY_PAUSES,
    TOLD_AGAIN_AFTER,
    DaysFigures,
    Matter,
    News,
    Notice,
    NoticeKind,
    Standing,
    Topic,
    decided,
    is_time_to_sum_up,
    message_of,
    next_attempt,
    topic_of,
    try_out,
)

NOW = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
VAT = Topic(NoticeKind.REJECTED, "unknown_vat_rate")
SHUT = Topic(NoticeKind.ACCESS_REFUSED)
SECOND = timedelta(seconds=1)


def news(topic: Topic = VAT, *, first: datetime = NOW - QUIET, last: datetime = NOW - QUIET) -> News:
    return News(topic=topic, first=first, last=last)


def standing(topic: Topic = VAT, count: int = 1) -> Standing:
    return Standing(topic=topic, count=count, invoices=tuple(str(1001 + number) for number in range(min(count, 5))))


def told_before(at: datetime, topic: Topic = VAT) -> Matter:
    return Matter(topic=topic, since=at, news_since=None, latest=at, told_at=at, count=1)


def test_three_hundred_rejections_for_one_reason_are_one_notice() -> None:
    decision = decided("fjell", [], [news()], [standing(count=300)], now=NOW)

    (notice,) = decision.notices
    assert (notice.business, notice.code, notice.count) == ("fjell", "unknown_vat_rate", 300)
    assert notice.invoices == ("1001", "1002", "1003", "1004", "1005")
    assert decision.matters[0].told_at == NOW


def test_two_reasons_are_two_notices() -> None:
    other = Topic(NoticeKind.REJECTED, "unknown_currency")

    decision = decided("fjell", [], [news(), news(other)], [standing(), standing(other)], now=NOW)

    assert [notice.code for notice in decision.notices] == ["unknown_vat_rate", "unknown_currency"]


def test_a_rush_is_waited_for() -> None:
    decision = decided("fjell", [], [news(last=NOW - QUIET + SECOND)], [standing()], now=NOW)

    assert decision.notices == ()
    assert decided("fjell", decision.matters, [], [standing()], now=NOW + SECOND).notices


def test_a_rush_without_end_is_waited_for_so_long_and_no_longer() -> None:
    begun = news(first=NOW - LONGEST_HELD, last=NOW)

    assert decided("fjell", [], [begun], [standing()], now=NOW).notices
    assert not decided("fjell", [], [begun], [standing()], now=NOW - SECOND).notices


def test_what_lasts_is_told_once() -> None:
    decision = decided("fjell", [], [news()], [standing()], now=NOW)

    later = NOW + 10 * TOLD_AGAIN_AFTER
    assert decided("fjell", decision.matters, [], [standing()], now=later).notices == ()


def test_news_of_what_was_told_waits_until_the_telling_is_a_day_old() -> None:
    matter = told_before(NOW - TOLD_AGAIN_AFTER + SECOND)

    decision = decided("fjell", [matter], [news()], [standing(count=2)], now=NOW)

    assert decision.notices == ()
    (notice,) = decided("fjell", decision.matters, [], [standing(count=2)], now=NOW + SECOND).notices
    assert notice.count == 2


def test_what_was_over_in_between_is_told_again() -> None:
    decision = decided("fjell", [told_before(NOW - SECOND)], [], [], now=NOW)

    assert decision == decided("fjell", [], [], [], now=NOW)
    assert decided("fjell", decision.matters, [news()], [standing()], now=NOW).notices


def test_what_is_over_before_it_was_told_is_not_told() -> None:
    assert decided("fjell", [], [news()], [], now=NOW).notices == ()
    assert decided("fjell", [], [news(SHUT)], [], now=NOW).notices == ()


def test_access_is_told_of_when_it_ends_and_when_it_is_back() -> None:
    refused = decided("fjell", [], [news(SHUT)], [standing(SHUT)], now=NOW)
    restored = decided("fjell", refused.matters, [], [], now=NOW + SECOND)

    assert [notice.kind for notice in refused.notices] == [NoticeKind.ACCESS_REFUSED]
    assert [notice.kind for notice in restored.notices] == [NoticeKind.ACCESS_RESTORED]
    assert restored.matters == ()


@pytest.mark.parametrize(
    ("type_", "code", "topic"),
    [
        (EventType.TRANSFER_REJECTED, "gave_up", Topic(NoticeKind.REJECTED, "gave_up")),
        (EventType.TRANSFER_NEEDS_CHOICE, "ambiguous_customer", Topic(NoticeKind.REJECTED, "ambiguous_customer")),
        (EventType.TRANSFER_REJECTED, None, Topic(NoticeKind.REJECTED)),
        (EventType.ACCESS_REFUSED, "login_refused", SHUT),
        (EventType.RECOVERY_NEEDED, None, Topic(NoticeKind.RECOVERY_NEEDED)),
    ],
)
def test_rejections_are_told_apart_by_their_reasons_and_else_nothing_is(
    type_: EventType, code: str | None, topic: Topic
) -> None:
    assert topic_of(type_, code) == topic


def test_a_notice_says_what_how_many_which_and_what_to_do() -> None:
    (notice,) = decided("fjell", [], [news()], [standing(count=300)], now=NOW).notices

    message = message_of([notice])

    assert message.title == "Kvitt: 300 invoices of fjell were rejected"
    assert message.lines == (
        "fjell: 300 invoices were rejected for the same reason.",
        "The account has no VAT code for a sale at this rate.",
        "Invoices: 1001, 1002, 1003, 1004, 1005, and 295 more",
        "Correct it where it is stated, or in the accounting system, then retry the transfers.",
        "Each with its reason: kvitt transfer list --business fjell --state rejected",
    )


def test_a_single_invoice_is_told_of_as_one() -> None:
    message = message_of([Notice(kind=NoticeKind.REJECTED, business="fjell", code="odd", count=1, invoices=("1001",))])

    assert message.title == "Kvitt: an invoice of fjell was rejected"
    assert message.lines[0] == "fjell: invoice 1001 was rejected."
    assert not any(line.startswith("Invoices:") for line in message.lines)


def test_a_restored_database_is_one_notice_however_many_businesses_it_holds() -> None:
    needed = [Notice(kind=NoticeKind.RECOVERY_NEEDED, business=f"b{number}") for number in range(300)]

    message = message_of(needed)

    assert message.lines[0] == "The database was restored from an earlier day; nothing is sent for 300 businesses."
    assert len(message.lines) == 2


def test_of_many_notices_the_first_are_said_and_the_rest_counted() -> None:
    many = [Notice(kind=NoticeKind.ACCESS_REFUSED, business=f"b{number}") for number in range(25)]

    message = message_of(many)

    assert message.title == "Kvitt: 25 things to know"
    assert "b19" in "".join(message.lines)
    assert "b20" not in "".join(message.lines)
    assert message.lines[-1] == "And 5 more: kvitt doctor shows what needs you."


def test_a_summary_says_what_there_is_to_say() -> None:
    figures = DaysFigures(sent=12, rejected=3)

    message = message_of([Notice(kind=NoticeKind.SUMMARY, business="fjell", figures=figures)])

    assert message.title == "Kvitt: since yesterday"
    assert message.lines == (
        "fjell:",
        "Sent since yesterday: 12",
        "Rejected, and waiting for a person: 3",
    )
    assert figures.says_something
    assert not DaysFigures().says_something


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        ("2026-11-28T06:00:01Z", "2026-11-29T05:59:59Z", False),
        ("2026-11-28T06:00:01Z", "2026-11-29T06:00:00Z", True),  # 07:00 in Norway, in winter
        ("2026-11-29T06:00:00Z", "2026-11-29T23:00:00Z", False),
        ("2026-11-27T09:00:00Z", "2026-11-29T05:00:00Z", True),  # nobody was there yesterday morning
        ("2026-06-28T05:00:01Z", "2026-06-29T05:00:00Z", True),  # 07:00 in Norway, in summer
        ("2026-06-28T05:00:01Z", "2026-06-29T04:59:59Z", False),
    ],
)
def test_the_summary_is_the_mornings_in_norway(last: str, now: str, due: bool) -> None:
    assert is_time_to_sum_up(time(7), last=datetime.fromisoformat(last), now=datetime.fromisoformat(now)) is due


def test_before_it_is_known_from_when_on_there_is_no_summary() -> None:
    assert not is_time_to_sum_up(time(7), last=None, now=NOW)


def test_pauses_grow_and_stay_at_the_longest() -> None:
    assert [next_attempt(attempts, now=NOW) - NOW for attempts in (1, 2, 3, 4, 5, 50)] == [
        *RETRY_PAUSES,
        RETRY_PAUSES[-1],
        RETRY_PAUSES[-1],
    ]


def test_a_try_out_says_what_comes_this_way() -> None:
    assert "of fjell" in try_out("fjell").lines[1]
    assert "of all businesses" in try_out(None).lines[1]
