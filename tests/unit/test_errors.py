from collections.abc import Sequence

import pytest

from core.errors import (
    AccessRefused,
    Conflict,
    Fault,
    HandedBack,
    InvalidInput,
    InvalidInvoice,
    KvittError,
    LeaseLost,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    OrderOpen,
    OrderThere,
    OtherBooks,
    Outcome,
    OutcomeUnknown,
    RecoveryNeeded,
    Rejected,
    TooManyRequests,
    TryAgain,
    Underway,
    UnknownAccount,
    Unsettled,
)
from core.outcome import only

_NOTHING, _UNKNOWN, _WRITTEN = Outcome.NOTHING_WRITTEN, Outcome.UNKNOWN, Outcome.WRITTEN
_WHAT_A_PROGRAM_MAY_DO: dict[type[KvittError], tuple[bool, Outcome]] = {
    InvalidInput: (False, _NOTHING),
    InvalidInvoice: (False, _NOTHING),
    NotFound: (False, _NOTHING),
    NotAuthenticated: (False, _NOTHING),
    NotAllowed: (False, _NOTHING),
    Conflict: (False, _NOTHING),
    Underway: (True, _NOTHING),
    OrderOpen: (True, _UNKNOWN),
    OrderThere: (False, _WRITTEN),
    OtherBooks: (False, _UNKNOWN),
    Rejected: (False, _NOTHING),
    AccessRefused: (False, _NOTHING),
    UnknownAccount: (False, _NOTHING),
    TryAgain: (True, _NOTHING),
    Unsettled: (True, _UNKNOWN),
    TooManyRequests: (True, _NOTHING),
    RecoveryNeeded: (False, _UNKNOWN),
    OutcomeUnknown: (True, _UNKNOWN),
    LeaseLost: (True, _UNKNOWN),
    HandedBack: (True, _NOTHING),
}
_KINDS = list(_WHAT_A_PROGRAM_MAY_DO)


def test_all_kinds_are_looked_at() -> None:
    def below(kind: type[KvittError]) -> set[type[KvittError]]:
        return {kind}.union(*(below(one) for one in kind.__subclasses__() if one.__module__ == "core.errors"))

    assert set(_KINDS) == below(KvittError) - {KvittError}


@pytest.mark.parametrize("kind", _KINDS)
def test_what_a_program_may_do_follows_from_the_kind(kind: type[KvittError]) -> None:
    assert (kind("x").retriable, kind("x").outcome) == _WHAT_A_PROGRAM_MAY_DO[kind]


@pytest.mark.parametrize("kind", [KvittError, Rejected, TryAgain])
def test_whoever_raises_may_know_better_what_became_of_the_order(kind: type[KvittError]) -> None:
    assert kind("x", outcome=_WRITTEN).outcome is _WRITTEN
    assert kind("x").outcome is _NOTHING


def test_every_kind_has_a_code_of_its_own() -> None:
    assert len({kind("x").code for kind in _KINDS}) == len(_KINDS)


@pytest.mark.parametrize("kind", _KINDS)
def test_code_and_hint_can_be_told_more_exactly(kind: type[KvittError]) -> None:
    error = kind("What is wrong.", code="exact", hint="")
    assert (str(error), error.message, error.code, error.hint) == ("What is wrong.", "What is wrong.", "exact", "")


def test_faults_are_kept_in_order() -> None:
    faults = [Fault("b", "x"), Fault("a", "y")]
    assert InvalidInvoice("x", faults=faults).faults == tuple(faults)


def test_the_answer_about_one_thing_is_that_thing() -> None:
    assert only(["9"]) == "9"


def test_the_error_about_one_thing_is_raised() -> None:
    with pytest.raises(Rejected, match="no"):
        only([Rejected("no")])


@pytest.mark.parametrize("answers", [[], ["9", "10"], [Rejected("no"), Rejected("no")]])
def test_an_answer_about_another_number_of_things_leaves_the_outcome_unknown(
    answers: Sequence[str | KvittError],
) -> None:
    with pytest.raises(OutcomeUnknown) as unknown:
        only(answers)
    assert unknown.value.code == "broken_answer"
