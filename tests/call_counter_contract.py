"""What every call counter promises (core/ports/surroundings.py). A subclass supplies the fixture `counter`."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from core.ports.surroundings import CallCounter, Draw

HOUR = datetime(2026, 11, 23, 14, tzinfo=UTC)
SYSTEM = "24sevenoffice"


def drawn(counter: CallCounter, *, wanted: int, limit: int) -> int:
    """Draw until nothing is granted, and return how many were."""
    total = 0
    while granted := counter.draw(SYSTEM, HOUR, wanted=wanted, limit=limit).granted:
        total += granted
    return total


class CallCounterContract:
    def test_what_is_drawn_is_used(self, counter: CallCounter) -> None:
        assert counter.used(SYSTEM, HOUR) == 0
        assert counter.draw(SYSTEM, HOUR, wanted=3, limit=10) == Draw(granted=3, used=3)
        assert counter.draw(SYSTEM, HOUR, wanted=4, limit=10) == Draw(granted=4, used=7)
        assert counter.used(SYSTEM, HOUR) == 7

    def test_where_there_are_fewer_than_wanted_one_is_granted_and_at_last_none(self, counter: CallCounter) -> None:
        draws = [counter.draw(SYSTEM, HOUR, wanted=4, limit=6) for _ in range(4)]
        assert draws == [Draw(4, 4), Draw(1, 5), Draw(1, 6), Draw(0, 6)]
        assert counter.used(SYSTEM, HOUR) == 6

    def test_the_very_first_draw_keeps_to_the_limit_too(self, counter: CallCounter) -> None:
        assert counter.draw(SYSTEM, HOUR, wanted=10, limit=1) == Draw(1, 1)
        assert counter.draw(SYSTEM, HOUR, wanted=10, limit=1) == Draw(0, 1)

    def test_every_hour_and_every_system_is_counted_by_itself(self, counter: CallCounter) -> None:
        next_hour = HOUR + timedelta(hours=1)
        assert drawn(counter, wanted=5, limit=5) == 5
        assert counter.draw(SYSTEM, next_hour, wanted=2, limit=5) == Draw(2, 2)
        assert counter.draw("other", HOUR, wanted=3, limit=5) == Draw(3, 3)
        assert [counter.used(SYSTEM, HOUR), counter.used(SYSTEM, next_hour), counter.used("other", HOUR)] == [5, 2, 3]

    def test_a_full_hour_has_none_left(self, counter: CallCounter) -> None:
        counter.draw(SYSTEM, HOUR, wanted=2, limit=5)
        counter.fill(SYSTEM, HOUR, limit=5)
        counter.fill(SYSTEM, HOUR + timedelta(hours=1), limit=5)
        assert drawn(counter, wanted=1, limit=5) == 0
        assert [counter.used(SYSTEM, HOUR), counter.used(SYSTEM, HOUR + timedelta(hours=1))] == [5, 5]

    def test_filling_takes_nothing_back(self, counter: CallCounter) -> None:
        counter.draw(SYSTEM, HOUR, wanted=8, limit=10)
        counter.fill(SYSTEM, HOUR, limit=5)
        assert counter.used(SYSTEM, HOUR) == 8

    def test_threads_that_draw_at_once_are_granted_the_limit_and_no_more(self, counter: CallCounter) -> None:
        ready = threading.Barrier(8)

        def draw(wanted: int) -> int:
            ready.wait()
            return drawn(counter, wanted=wanted, limit=103)

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(draw, [1, 3, 7, 10] * 2)) == 103
        assert counter.used(SYSTEM, HOUR) == 103
