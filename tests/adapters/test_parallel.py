"""Several things at once: how each went, what is not begun any more, and what is raised in the end."""

import threading
from collections.abc import Callable
from contextvars import ContextVar
from threading import Barrier, Event, Lock, Thread
from time import sleep

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.parallel import _Work, all_of, each_of
from core.errors import AccessRefused, HandedBack, KvittError, LeaseLost, OutcomeUnknown, Rejected, TryAgain

PATIENCE = 10.0


class Gauge:
    """Counts who is inside, and keeps the most that ever were."""

    def __init__(self) -> None:
        self.most = self.begun = 0
        self._inside = 0
        self._lock = Lock()

    def __enter__(self) -> None:
        with self._lock:
            self.begun += 1
            self._inside += 1
            self.most = max(self.most, self._inside)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1


@pytest.fixture
def gauge() -> Gauge:
    return Gauge()


def test_so_many_are_done_at_once_and_answered_in_order(gauge: Gauge) -> None:
    together = Barrier(4, timeout=PATIENCE)

    def do(number: int) -> str:
        with gauge:
            together.wait()
            return str(number)

    assert each_of(range(12), do, at_once=4) == [str(number) for number in range(12)]
    assert gauge.most == 4


@pytest.mark.parametrize("at_once", [1, 2, 8, 32])
def test_no_more_than_so_many_are_done_at_once(gauge: Gauge, at_once: int) -> None:
    def do(number: int) -> int:
        with gauge:
            sleep(0.001)
            return number

    assert all_of(range(40), do, at_once=at_once) == list(range(40))
    assert gauge.most <= at_once


def test_one_at_once_is_the_callers_own_thread() -> None:
    caller = threading.get_ident()
    assert all_of(range(3), lambda _: threading.get_ident(), at_once=1) == [caller] * 3
    assert each_of([1], lambda _: threading.get_ident(), at_once=8) == [caller]


def test_nothing_is_done_where_there_is_nothing_to_do() -> None:
    assert each_of([], str, at_once=8) == []
    assert all_of([], str, at_once=8) == []


def test_what_the_caller_is_in_the_midst_of_holds_in_every_thread() -> None:
    within: ContextVar[str] = ContextVar("within", default="nowhere")
    together = Barrier(4, timeout=PATIENCE)

    def do(_: int) -> str:
        together.wait()
        found = within.get()
        within.set("somewhere else")
        return found

    reset = within.set("the fence")
    try:
        found = all_of(range(4), do, at_once=4)
        assert found == ["the fence"] * 4
    finally:
        within.reset(reset)


def failing(number: int, trouble: BaseException) -> Callable[[int], int]:
    def do(asked: int) -> int:
        if asked == number:
            raise trouble
        return asked

    return do


@pytest.mark.parametrize("at_once", [1, 4])
@pytest.mark.parametrize("trouble", [Rejected("no"), OutcomeUnknown("lost")])
def test_what_stands_in_the_way_of_one_is_its_own(trouble: KvittError, at_once: int) -> None:
    assert each_of(range(6), failing(2, trouble), at_once=at_once) == [0, 1, trouble, 3, 4, 5]


@pytest.mark.parametrize("trouble", [AccessRefused("no"), TryAgain("later"), HandedBack("stop")])
def test_what_stands_in_the_way_of_all_is_not_tried_again_for_those_that_are_left(
    gauge: Gauge, trouble: KvittError
) -> None:
    def do(number: int) -> int:
        with gauge:
            return failing(2, trouble)(number)

    assert each_of(range(6), do, at_once=1) == [0, 1, trouble, trouble, trouble, trouble]
    assert gauge.begun == 3


def test_those_that_were_begun_by_then_go_on_to_their_end() -> None:
    together, failed = Barrier(3, timeout=PATIENCE), Event()
    trouble = TryAgain("later")

    def do(number: int) -> int:
        together.wait()  # three are begun
        if number == 1:
            failed.set()
            raise trouble
        failed.wait(PATIENCE)
        sleep(0.05)  # and end after it
        if number == 2:
            raise Rejected("its own")
        return number

    first, second, third, *rest = each_of(range(9), do, at_once=3)
    assert (first, second) == (0, trouble)
    assert isinstance(third, Rejected)
    assert rest == [trouble] * 6


@pytest.mark.parametrize("lost", [LeaseLost("gone"), ZeroDivisionError("a fault of ours")])
def test_what_is_neither_ends_the_work_and_is_raised_when_the_others_have_ended(lost: Exception) -> None:
    together, failed, ended = Barrier(3, timeout=PATIENCE), Event(), list[int]()

    def do(number: int) -> int:
        together.wait()
        if number == 1:
            failed.set()
            raise lost
        failed.wait(PATIENCE)
        sleep(0.05)
        ended.append(number)
        return number

    with pytest.raises(type(lost)) as raised:
        each_of(range(9), do, at_once=3)
    assert raised.value is lost
    assert sorted(ended) == [0, 2], "those that were begun were waited for, and nothing else was begun"


@pytest.mark.parametrize("at_once", [1, 8])
@pytest.mark.parametrize("trouble", [Rejected("no"), OutcomeUnknown("lost"), TryAgain("later"), LeaseLost("gone")])
def test_one_thing_alone_raises_what_it_raises(trouble: KvittError, at_once: int) -> None:
    with pytest.raises(type(trouble)) as raised:
        each_of([0], failing(0, trouble), at_once=at_once)
    assert raised.value is trouble


@pytest.mark.parametrize("trouble", [Rejected("no"), TryAgain("later"), LeaseLost("gone"), ZeroDivisionError()])
def test_of_all_that_are_read_one_that_fails_ends_it(gauge: Gauge, trouble: Exception) -> None:
    def do(number: int) -> int:
        with gauge:
            return failing(2, trouble)(number)

    with pytest.raises(type(trouble)) as raised:
        all_of(range(50), do, at_once=1)
    assert raised.value is trouble
    assert gauge.begun == 3


def test_who_is_interrupted_between_two_things_waits_for_what_was_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, done = Event(), list[int]()
    next_one = _Work._next

    def interrupted(work: _Work[int, None]) -> int | None:
        if threading.current_thread() is threading.main_thread():
            assert begun.wait(5)
            raise KeyboardInterrupt
        return next_one(work)

    def do(number: int) -> None:
        begun.set()
        sleep(0.1)
        done.append(number)

    monkeypatch.setattr(_Work, "_next", interrupted)
    with pytest.raises(KeyboardInterrupt):
        each_of(range(9), do, at_once=2)
    assert done == [0], "what was begun has ended, and nothing was begun after it"


def test_fewer_threads_do_where_the_machine_has_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Thread, "start", start)
    assert all_of(range(5), str, at_once=4) == ["0", "1", "2", "3", "4"]


KINDS = (None, Rejected, OutcomeUnknown, AccessRefused, TryAgain, HandedBack, LeaseLost)


@given(kinds=st.lists(st.sampled_from(KINDS), min_size=2, max_size=12), at_once=st.integers(1, 8))
@settings(deadline=None)
def test_whatever_befalls_them_each_outcome_is_its_own_or_what_stands_in_the_way_of_all(
    kinds: list[type[KvittError] | None], at_once: int
) -> None:
    begun = list[int]()

    def do(number: int) -> int:
        begun.append(number)
        if kind := kinds[number]:
            raise kind(f"{number}")
        return number

    lost: LeaseLost | None = None
    try:
        outcomes = each_of(range(len(kinds)), do, at_once=at_once)
    except LeaseLost as raised:
        lost = raised
    if lost is not None:
        assert kinds[int(lost.message)] is LeaseLost
        return
    assert len(outcomes) == len(kinds)
    assert sorted(begun) == sorted(set(begun)), "nothing is done twice"
    for number, outcome in enumerate(outcomes):
        if number in begun:
            kind = kinds[number]
            assert outcome == number if kind is None else isinstance(outcome, kind) and str(number) == outcome.message
        else:
            assert isinstance(outcome, AccessRefused | TryAgain | HandedBack)
            assert int(outcome.message) in begun
