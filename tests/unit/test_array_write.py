"""Array writes: whatever stands in the way of a few, each of the others is written exactly once."""

from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import KvittError, OutcomeUnknown, Rejected, TryAgain
from core.sending.array_write import ArrayWrite

POISON = Rejected("Instance validation error.", code="vendor_validation")
LOST = OutcomeUnknown("The answer was lost.")
ENDED = TryAgain("The session had ended.", at_once=True)
BUSY = TryAgain("Busy.")

sizes = st.integers(0, 12)


class Vendor:
    """A vendor that refuses a whole call for one poisonous item, and some items by themselves.

    An item that is `losing` is written with its call, whose answer is lost; `hiccups` are the calls, counted from
    one, that end at once without effect.
    """

    def __init__(
        self,
        *,
        poison: set[int] | None = None,
        refused: set[int] | None = None,
        losing: set[int] | None = None,
        hiccups: set[int] | None = None,
    ) -> None:
        self.poison = poison or set()
        self.refused = refused or set()
        self.losing = losing or set()
        self.hiccups = hiccups or set()
        self.books: Counter[int] = Counter()
        self.calls: list[Sequence[int]] = []

    def write(self, items: Sequence[int]) -> Sequence[str | KvittError]:
        self.calls.append(items)
        if len(self.calls) in self.hiccups:
            raise ENDED
        if self.poison.intersection(items):
            raise POISON
        self.books.update(item for item in items if item not in self.refused)
        if self.losing.intersection(items):
            raise LOST
        return [Rejected(f"No {item}.") if item in self.refused else str(item) for item in items]


def written(
    items: Sequence[int], write: Callable[[Sequence[int]], Sequence[str | KvittError]]
) -> list[str | KvittError]:
    """Write them as the engine does, piece by piece."""
    array = ArrayWrite[int, str](items)
    for piece in array:
        try:
            array.answer(write(piece))
        except KvittError as trouble:
            array.fail(trouble)
    return array.answers


@st.composite
def batches(draw: st.DrawFn) -> tuple[list[int], set[int], set[int], set[int]]:
    """Items, and which of them are poison, refused by themselves, or lose their call's answer."""
    items = list(range(draw(sizes)))
    some = st.sets(st.sampled_from(items)) if items else st.just(set[int]())
    poison, refused, losing = draw(some), draw(some), draw(some)
    return items, poison, refused - poison, losing - poison - refused


@given(batch=batches())
def test_just_the_poisonous_ones_are_rejected_and_each_of_the_others_is_written_once(
    batch: tuple[list[int], set[int], set[int], set[int]],
) -> None:
    items, poison, _refused, _losing = batch
    vendor = Vendor(poison=poison)
    answers = written(items, vendor.write)
    assert answers == [POISON if item in poison else str(item) for item in items]
    assert vendor.books == Counter(set(items) - poison)


@given(batch=batches())
def test_every_item_gets_the_answer_that_tells_what_became_of_it(
    batch: tuple[list[int], set[int], set[int], set[int]],
) -> None:
    items, poison, refused, losing = batch
    vendor = Vendor(poison=poison, refused=refused, losing=losing)
    answers = written(items, vendor.write)
    assert max(vendor.books.values(), default=1) == 1
    for item, answer in zip(items, answers, strict=True):
        match answer:
            case str():
                assert answer == str(item)
                assert item in vendor.books
            case OutcomeUnknown():
                assert any(item in call and losing.intersection(call) for call in vendor.calls)
            case Rejected():
                assert item in poison | refused
                assert item not in vendor.books
            case _:
                pytest.fail(f"{item} was answered {answer!r}")


@given(batch=batches())
def test_one_bad_item_takes_few_calls_to_narrow_down(batch: tuple[list[int], set[int], set[int], set[int]]) -> None:
    items, poison, _refused, _losing = batch
    vendor = Vendor(poison=poison)
    written(items, vendor.write)
    assert len(vendor.calls) <= 1 + 2 * len(poison) * max(len(items) - 1, 1).bit_length()


@given(items=st.integers(1, 12), poison=st.integers(0, 11), hiccup=st.integers(1, 8))
def test_a_call_that_had_no_effect_is_made_once_more(items: int, poison: int, hiccup: int) -> None:
    vendor = Vendor(poison={poison}, hiccups={hiccup})
    answers = written(range(items), vendor.write)
    assert answers == [POISON if item == poison else str(item) for item in range(items)]
    assert vendor.books == Counter(set(range(items)) - {poison})


def test_it_is_made_once_more_and_not_for_ever() -> None:
    vendor = Vendor(hiccups={1, 2})
    with pytest.raises(TryAgain):
        written([1, 2], vendor.write)
    assert vendor.calls == [[1, 2], [1, 2]]


def test_what_has_to_wait_is_not_repeated() -> None:
    calls: list[Sequence[int]] = []

    def busy(items: Sequence[int]) -> Sequence[str]:
        calls.append(items)
        raise BUSY

    with pytest.raises(TryAgain):
        written([1, 2], busy)
    assert calls == [[1, 2]]


def test_a_lost_answer_is_never_asked_for_again() -> None:
    vendor = Vendor(losing={2})
    assert written([1, 2, 3, 4], vendor.write) == [LOST] * 4
    assert vendor.calls == [[1, 2, 3, 4]]


def test_an_answer_lost_while_narrowing_down_is_lost_for_that_half_alone() -> None:
    vendor = Vendor(poison={1}, losing={4})
    assert written([1, 2, 3, 4], vendor.write) == [POISON, "2", LOST, LOST]
    assert vendor.books == Counter([2, 3, 4])
