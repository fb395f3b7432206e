from datetime import UTC, datetime, timedelta, timezone

import pytest

from core.call_budget import CallBudget, hour_after, hour_of
from core.errors import TryAgain

ENDS = datetime(2026, 11, 23, 15, tzinfo=UTC)


def a_budget(used: int, limit: int = 7200) -> CallBudget:
    return CallBudget(limit=limit, used=used, resets_at=ENDS)


def test_a_budget_shows_what_is_left() -> None:
    assert a_budget(used=12).model_dump(mode="json") == {
        "limit": 7200,
        "used": 12,
        "left": 7188,
        "resets_at": "2026-11-23T15:00:00.000Z",
    }


def test_never_less_than_nothing_is_left() -> None:
    assert a_budget(used=101, limit=100).left == 0


@pytest.mark.parametrize(("limit", "kept"), [(7200, 1440), (100, 20), (5, 1), (4, 0)])
def test_a_share_is_kept_from_bulk(limit: int, kept: int) -> None:
    a_budget(used=limit - kept - 1, limit=limit).require_for_bulk()
    with pytest.raises(TryAgain) as refusal:
        a_budget(used=limit - kept, limit=limit).require_for_bulk()
    assert (refusal.value.code, refusal.value.not_before) == ("quota_kept", ENDS)
    assert not refusal.value.for_everyone


@pytest.mark.parametrize(
    ("instant", "hour"),
    [
        (datetime(2026, 11, 23, 14, 59, 59, 999999, tzinfo=UTC), datetime(2026, 11, 23, 14, tzinfo=UTC)),
        (datetime(2026, 11, 23, 15, 0, tzinfo=UTC), datetime(2026, 11, 23, 15, tzinfo=UTC)),
        (
            datetime(2026, 6, 1, 0, 30, tzinfo=timezone(timedelta(hours=2))),
            datetime(2026, 5, 31, 22, tzinfo=UTC),
        ),
    ],
)
def test_hours_are_those_of_the_utc_clock(instant: datetime, hour: datetime) -> None:
    assert hour_of(instant) == hour
    assert hour_of(instant).utcoffset() == timedelta(0)
    assert hour_after(hour_of(instant)) - hour_of(instant) == timedelta(hours=1)
