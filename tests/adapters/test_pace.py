"""How fast calls go out once a server has asked for fewer: simulated in time that nobody waits for."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count, pairwise
from threading import Lock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.pace import PATIENCE, Pace, Speed, Throttled
from core.errors import KvittError, OutcomeUnknown, TryAgain

WORKERS = 8


class Window:
    """A server that takes so many calls a second, in each second of its clock or in any second."""

    def __init__(self, limit: int, *, slides: bool, counts_refused: bool = False) -> None:
        self._limit = limit
        self._slides = slides
        self._counts_refused = counts_refused
        self._counted: list[float] = []

    def takes(self, now: float) -> bool:
        """A call comes in; whether it is taken."""
        begins = now - 1 if self._slides else float(int(now)) - 1e-9
        self._counted = [at for at in self._counted if at > begins]
        is_taken = len(self._counted) < self._limit
        if is_taken or self._counts_refused:
            self._counted.append(now)
        return is_taken


class Bucket:
    """A server that takes so many calls a second on average, and as many at once after a rest."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._left, self._at = float(limit), 0.0

    def takes(self, now: float) -> bool:
        """A call comes in; whether it is taken."""
        self._left = min(self._limit, self._left + (now - self._at) * self._limit)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


@dataclass
class Run:
    """Threads that make calls, each one after the other, and what came of it."""

    takes: Callable[[float], bool]
    latency: float
    pause: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    speed: Speed = field(default_factory=Speed)
    seconds: float = 0.0
    refused: int = 0
    went_out: list[float] = field(default_factory=list)

    def make(self, calls: int) -> "Run":
        """Make so many calls, each until it is taken."""
        order, events, now = count(), list[tuple[float, int, int, bool | None]](), self.seconds
        idle, left = min(WORKERS, calls), calls - min(WORKERS, calls)
        done = 0
        while done < calls:
            while idle and self.speed.wait(now) <= 1e-9:
                number, idle = self.speed.go(now), idle - 1
                self.went_out.append(now)
                heappush(events, (now + self._half(), next(order), number, None))
            nexts = [events[0][0]] if events else []
            nexts += [now + max(self.speed.wait(now), 1e-6)] if idle else []
            now = min(nexts)
            while events and events[0][0] <= now:
                _, _, number, is_taken = heappop(events)
                if is_taken is None:
                    heappush(events, (now + self._half(), next(order), number, self.takes(now)))
                elif is_taken:
                    done += 1
                    idle, left = (idle + 1, left - 1) if left else (idle, left)
                else:
                    self.refused += 1
                    self.speed.refused(number, now, pause=self.pause)
                    idle += 1
        self.seconds = now
        return self

    def _half(self) -> float:
        return self.latency / 2 * self.chance.uniform(0.8, 1.2) + 1e-4


servers = st.one_of(
    st.builds(Window, st.integers(2, 40), slides=st.booleans(), counts_refused=st.booleans()),
    st.builds(Bucket, st.integers(2, 40)),
)


@given(server=servers, latency=st.floats(0, 0.3), pause=st.sampled_from([0.0, 1.0]), seed=st.integers(0, 999))
@settings(deadline=None, max_examples=60)
def test_it_takes_hardly_longer_than_the_server_demands(
    server: Window | Bucket, latency: float, pause: float, seed: int
) -> None:
    """Not much longer, that is, than the server or the answers' time takes; a small limit is a rough measure."""
    limit = server._limit
    fastest = min(limit, WORKERS / (latency + 2e-4))
    calls = 40 * limit
    run = Run(server.takes, latency, pause, random.Random(seed)).make(calls)
    assert run.seconds <= 1.5 * calls / fastest + 2
    assert run.refused <= calls / 4 + 2 * WORKERS


@pytest.mark.parametrize("pause", [0.0, 1.0])
@pytest.mark.parametrize("latency", [0.002, 0.12, 0.4])
@pytest.mark.parametrize("kind", ["fixed", "sliding", "bucket"])
def test_five_calls_a_second_are_nearly_made_use_of(kind: str, latency: float, pause: float) -> None:
    server = Bucket(5) if kind == "bucket" else Window(5, slides=kind == "sliding")
    run = Run(server.takes, latency, pause).make(300)
    assert run.seconds <= 1.3 * 300 / 5
    assert run.refused <= 30


def test_without_a_refusal_nothing_waits() -> None:
    speed = Speed()
    for nth in range(1000):
        assert speed.wait(nth / 1000) <= 0
        speed.go(nth / 1000)
    assert speed.calls_a_second(1.0) is None


def test_all_slow_down_to_less_than_what_the_server_took() -> None:
    speed = Speed()
    numbers = [speed.go(nth / 100) for nth in range(8)]
    for number in numbers[5:]:
        speed.refused(number, 0.1)
    slowed = speed.calls_a_second(0.1)
    assert slowed is not None
    assert 4 <= slowed < 5, "five were taken in that second"
    assert speed.wait(0.1) == pytest.approx(1 / slowed)


def test_many_that_were_out_together_slow_it_down_once() -> None:
    speed = Speed()
    taken = [speed.go(nth / 50) for nth in range(50)]
    assert len(taken) == 50
    speed.refused(speed.go(1.0), 1.01)
    once = speed.calls_a_second(1.01)
    for nth in range(5):
        number = speed.go(1.02 + nth / 100)
        speed.refused(number, 1.03 + nth / 100)
    again = speed.calls_a_second(1.07)
    assert once is not None
    assert again is not None
    assert again > 0.85 * once


def test_speed_comes_back_by_itself_and_faster_the_longer_nothing_was_refused() -> None:
    speed = Speed()
    numbers = [speed.go(nth / 100) for nth in range(8)]
    for number in numbers[5:]:
        speed.refused(number, 0.1)
    speeds = [speed.calls_a_second(0.1 + seconds) for seconds in range(0, 300, 10)]
    gained = [later - before for before, later in pairwise(speeds) if before and later]
    assert all(gain > 0 for gain in gained)
    assert gained == sorted(gained)
    assert gained[0] < 0.5, "a server's limit is come near to carefully"
    assert speeds[-1] is not None
    assert speeds[-1] > 60, "and then it is as fast as before"
    assert speed.calls_a_second(3600.0) is None


@given(pauses=st.lists(st.floats(0, 30), min_size=1, max_size=8))
def test_nobody_calls_before_any_of_the_pauses_is_over(pauses: list[float]) -> None:
    speed = Speed()
    numbers = [speed.go(0.0) for _ in pauses]
    for number, pause in zip(numbers, pauses, strict=True):
        speed.refused(number, 1.0, pause=pause)
    assert 1.0 + speed.wait(1.0) >= 1.0 + max(pauses) - 1e-9


@given(moments=st.lists(st.tuples(st.floats(0, 5), st.booleans(), st.sampled_from([0.0, 1.0])), max_size=60))
def test_whatever_is_refused_the_next_call_may_go_out_before_long(moments: list[tuple[float, bool, float]]) -> None:
    speed, now = Speed(), 0.0
    for waited, is_refused, pause in moments:
        now += waited
        number = speed.go(now)
        if is_refused:
            speed.refused(number, now, pause=pause)
    assert speed.wait(now) <= 2.0 + 1.0, "half a call a second, and a pause"


class Time:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._lock = Lock()

    def now(self) -> float:
        return self._seconds

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        with self._lock:
            self._seconds += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def pace(time: Time) -> Pace:
    return Pace(now=time.now, sleep=time.sleep)


def throttled(pause: float | None = None) -> Throttled:
    told = timedelta(seconds=pause) if pause is not None else None
    return Throttled("Fewer calls, please.", not_before=datetime(2026, 1, 1, tzinfo=UTC), pause=told)


def refusing(times: int, refusal: Callable[[], KvittError]) -> Callable[[], str]:
    """A call that is refused so many times."""
    left = count(times, -1)

    def call() -> str:
        if next(left) > 0:
            raise refusal()
        return "done"

    return call


def test_a_call_that_is_refused_is_made_again(pace: Pace, time: Time) -> None:
    assert pace.keep(refusing(2, lambda: throttled(2))) == "done"
    assert time.now() >= 4


def test_what_else_a_call_raises_passes(pace: Pace) -> None:
    for trouble in (OutcomeUnknown("lost"), TryAgain("later")):
        with pytest.raises(type(trouble)) as raised:
            pace.keep(refusing(1, lambda: trouble))  # noqa: B023 - called at once
        assert raised.value is trouble


def test_a_pause_that_is_longer_than_patience_is_told_at_once_and_holds_nobody_up(pace: Pace, time: Time) -> None:
    with pytest.raises(Throttled) as raised:
        pace.keep(refusing(1, lambda: throttled(PATIENCE + 1)))
    assert raised.value.not_before is not None
    assert time.now() == 0
    assert pace.keep(lambda: "done") == "done"
    assert time.now() == 0


@pytest.mark.parametrize("pause", [None, 0.0, 3.0])
def test_who_is_refused_again_and_again_gives_up(pace: Pace, time: Time, pause: float | None) -> None:
    tries = list[float]()

    def refused() -> str:
        tries.append(time.now())
        raise throttled(pause)

    with pytest.raises(Throttled):
        pace.keep(refused)
    assert 2 < len(tries) < 2 * PATIENCE
    assert time.now() <= PATIENCE


def test_who_would_wait_too_long_for_others_is_told_so_and_does_not_call(pace: Pace, time: Time) -> None:
    with pytest.raises(Throttled):
        pace.keep(refusing(99, throttled))
    began, made = time.now(), list[float]()
    with ThreadPoolExecutor(30) as pool:
        told = [pool.submit(pace.keep, lambda: made.append(time.now())) for _ in range(30)]
        late = [one.exception() for one in told if one.exception()]
    assert made
    assert all(isinstance(one, Throttled) for one in late)
    assert len(made) + len(late) == 30
    assert max(made) - began <= PATIENCE * 30, "each waited for its turn from its own beginning"
    assert len({id(one) for one in late}) == len(late), "each has an error of its own to add to"


def test_threads_go_one_by_one(pace: Pace, time: Time) -> None:
    with pytest.raises(Throttled):
        pace.keep(refusing(99, throttled))
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda _: pace.keep(time.now), range(WORKERS)))
    went = sorted(pool_time for pool_time in pace._speed._gone_out.values())[-WORKERS:]
    assert all(later - earlier > 0.5 for earlier, later in pairwise(went))
