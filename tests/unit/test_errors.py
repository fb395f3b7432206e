from collections.abc import Sequence

import pytest

from core.errors import (
    AccessRefused,
    Conflict,
    Fault,
    InvalidInput,
    InvalidInvoice,
    KvittError,
    LeaseLost,
    NotFound,
    OutcomeUnknown,
    Rejected,
    TryAgain,
)
from core.outcome import only

_KINDS = [
    AccessRefused, Conflict, InvalidInput, InvalidInvoice, LeaseLost, NotFound, OutcomeUnknown, Rejected, TryAgain,
]  # fmt: skip


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
