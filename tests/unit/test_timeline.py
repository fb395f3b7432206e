"""The installation's line of time, whatever happens to the clocks of its machines."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.timeline import FARTHEST, KEPT_EVERY, SETTLED_FOR_CERTAIN, SLEW, Found, Place, Reading, found

START = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=seconds) for seconds in (1, 60, 3600, 86400))


def reading(boot: str = "a", *, up: timedelta = HOUR, wall: datetime = START) -> Reading:
    return Reading(boot, up, wall)


def a_place(
    boot: str = "a", *, up: timedelta = HOUR, wall: datetime = START, instant: datetime = START, epoch: int = 1
) -> Place:
    return Place(boot, up, wall, instant, epoch)


def kept(*places: Place) -> dict[str, Place]:
    return {place.boot: place for place in places}


def test_an_installation_begins_with_the_wall_clock() -> None:
    assert found({}, reading(), alone=False) == Found(a_place(), begins_anew=True)


@pytest.mark.parametrize("step", [HOUR, -HOUR, 20 * HOUR, -20 * HOUR, 400 * DAY])
def test_a_step_of_the_wall_clock_is_followed_by_half_a_percent(step: timedelta) -> None:
    place = found(kept(a_place()), reading(up=2 * HOUR, wall=START + HOUR + step), alone=False).place
    assert (place.instant, place.epoch) == (START + HOUR, 1)
    followed = place.at(3 * HOUR) - (START + 2 * HOUR)
    assert followed == (HOUR / SLEW if step > timedelta() else -HOUR / SLEW)


def test_the_wall_clock_is_followed_until_it_is_reached() -> None:
    place = a_place(instant=START - SECOND)
    assert place.at(HOUR + SLEW * SECOND / 2) == START + SLEW * SECOND / 2 - SECOND / 2
    assert place.at(3 * HOUR) == START + 2 * HOUR


def test_a_machine_that_was_started_anew_takes_up_the_line_by_the_wall_clock() -> None:
    where = found(kept(a_place()), reading("b", up=SECOND, wall=START + 10 * MINUTE), alone=True)
    assert where == Found(
        a_place("b", up=SECOND, wall=START + 10 * MINUTE, instant=START + 10 * MINUTE, epoch=2), begins_anew=True
    )


def test_after_a_restart_it_is_never_before_what_was_written() -> None:
    where = found(kept(a_place()), reading("b", up=SECOND, wall=START - HOUR), alone=True)
    assert where.place.instant >= START + KEPT_EVERY
    assert not where.is_set_back


def test_a_monotonic_clock_that_went_back_is_another_boots() -> None:
    assert found(kept(a_place()), reading(up=MINUTE, wall=START + MINUTE), alone=True).begins_anew


def test_a_machine_that_joins_agrees_with_the_others_though_the_database_s_clock_was_set() -> None:
    """The line is an hour behind the database's clock, and everybody follows it."""
    first = a_place(wall=START + HOUR)
    where = found(kept(first), reading("b", wall=START + HOUR + MINUTE), alone=False)
    assert where.begins_anew
    assert where.place.instant == first.at(HOUR + MINUTE)


def test_others_go_on_where_a_machine_joins_that_agrees_with_them() -> None:
    places = kept(a_place(), a_place("b", wall=START + MINUTE, instant=START + MINUTE, epoch=2))
    where = found(places, reading(up=HOUR + 2 * MINUTE, wall=START + 2 * MINUTE), alone=False)
    assert (where.place.instant, where.place.epoch, where.begins_anew) == (START + 2 * MINUTE, 2, False)


def test_others_come_along_where_a_machine_joined_by_a_clock_that_was_just_set() -> None:
    ahead = START + HOUR + MINUTE
    joined = found(kept(a_place()), reading("b", wall=ahead), alone=False)
    where = found(kept(a_place(), joined.place), reading(up=HOUR + MINUTE, wall=ahead), alone=False)
    assert where.begins_anew
    assert where.place.instant == joined.place.instant
    again = found(kept(where.place, joined.place), reading("b", up=HOUR + SECOND, wall=ahead + SECOND), alone=False)
    assert not again.begins_anew
    assert again.place.epoch == where.place.epoch


def test_a_line_that_is_more_than_a_day_ahead_is_set_back() -> None:
    far = a_place(instant=START + 2 * DAY)
    where = found(kept(far), reading(up=2 * HOUR, wall=START + HOUR), alone=False)
    assert (where.place.instant, where.begins_anew, where.is_set_back) == (START + HOUR, True, True)


@dataclass
class World:
    """True time, the server's wall clock, and machines that keep their places as SharedClock does."""

    alone: bool
    boots: list[str]
    passed: timedelta = timedelta()
    shift: timedelta = timedelta()
    places: dict[str, Place] = field(default_factory=dict)
    known: dict[str, Place] = field(default_factory=dict)
    marks: list[tuple[timedelta, datetime]] = field(default_factory=list)
    """Intents: when each was written in truth, and the instant that it carries."""

    @property
    def wall(self) -> datetime:
        return START + self.passed + self.shift

    def keep(self, boot: str) -> datetime:
        """A transaction of the machine that writes; it demands the latest epoch first, as a renewal does."""
        place, latest = self.known.get(boot), max((one.epoch for one in self.places.values()), default=0)
        if place is None or self.passed - place.elapsed >= KEPT_EVERY or place.epoch != latest:
            where = found(self.places, Reading(boot, self.passed, self.wall), alone=self.alone)
            self.places[boot] = self.known[boot] = where.place
            if where.begins_anew:
                self.marks = [(at, where.place.instant) for at, _ in self.marks]
        return self.known[boot].at(self.passed)


_TIMES = st.timedeltas(min_value=timedelta(), max_value=timedelta(hours=3))
_STEPS = st.timedeltas(min_value=timedelta(hours=-3), max_value=timedelta(hours=3))
_HAPPENINGS = st.one_of(
    st.tuples(st.just("passes"), _TIMES),
    st.tuples(st.just("passes"), st.timedeltas(min_value=timedelta(), max_value=timedelta(seconds=40))),
    st.tuples(st.just("is set"), _STEPS),
    st.tuples(st.just("writes"), st.integers(0, 2)),
    st.tuples(st.just("looks"), st.integers(0, 2)),
    st.tuples(st.just("restarts"), st.integers(0, 2)),
)


@settings(max_examples=300, deadline=None)
@given(alone=st.booleans(), happenings=st.lists(_HAPPENINGS, max_size=40))
def test_nothing_settles_early_whatever_the_clocks_do(alone: bool, happenings: list[tuple[str, object]]) -> None:
    """No intent looks older than it is, on any machine, but for what SETTLED_FOR_CERTAIN makes good.

    Machines keep time together; the file's only machine may be started anew, which changes its boot.
    """
    world = World(alone, boots=["a", "b", "c"])
    restarts = 0
    for what, how in happenings:
        machine = 0 if alone else how if isinstance(how, int) else 0
        if what == "passes":
            assert isinstance(how, timedelta)
            world.passed += how
        elif what == "is set":
            assert isinstance(how, timedelta)
            world.shift += how
        elif what == "restarts":
            restarts += 1
            world.boots[machine] = f"{world.boots[machine][0]}{restarts}"
        else:
            now = world.keep(world.boots[machine])
            for written, carried in world.marks:
                passed = world.passed - written
                assert now - carried <= passed * SETTLED_FOR_CERTAIN + 2 * SECOND, (now - carried, passed)
            if what == "writes":
                world.marks.append((world.passed, now))


@settings(max_examples=200, deadline=None)
@given(happenings=st.lists(st.tuples(_TIMES, _STEPS), max_size=40))
def test_one_machine_s_time_never_goes_back_and_passes_as_it_really_does(
    happenings: list[tuple[timedelta, timedelta]],
) -> None:
    """As long as the wall clock is not a day behind: then the line is set back, and what is timed with it."""
    world = World(alone=True, boots=["a"])
    before = world.keep("a")
    for passes, step in happenings:
        if abs(world.shift + step) < FARTHEST / 2:
            world.shift += step
        world.passed += passes
        now = world.keep("a")
        assert abs((now - before) - passes) <= passes / SLEW + timedelta(microseconds=2)
        before = now


def test_a_clock_that_was_wrong_at_first_comes_right_in_time() -> None:
    world = World(alone=True, boots=["a"], shift=HOUR)
    world.keep("a")
    world.shift = timedelta()
    for _ in range(24 * 9):
        world.passed += HOUR
        now = world.keep("a")
    assert now == world.wall
