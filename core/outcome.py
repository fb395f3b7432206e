"""Answers that come item by item."""

from collections.abc import Sequence
from typing import TypeVar

from core.errors import KvittError, OutcomeUnknown

Item = TypeVar("Item")


def one_each(asked: Sequence[object], outcomes: Sequence[Item]) -> Sequence[Item]:
    """Return the answers when there is one for each thing that was asked.

    Errors: OutcomeUnknown when there are more or fewer.
    """
    if len(asked) != len(outcomes):
        raise OutcomeUnknown(f"{len(asked)} were asked for and {len(outcomes)} answered.", code="broken_answer")
    return outcomes


def only(outcomes: Sequence[Item | KvittError]) -> Item:
    """Return the answer to a single thing that was asked, or raise the error it got.

    Errors: OutcomeUnknown when the answer is not about one thing.
    """
    if len(outcomes) != 1:
        raise OutcomeUnknown(f"One thing was asked for and {len(outcomes)} were answered.", code="broken_answer")
    outcome = outcomes[0]
    if isinstance(outcome, KvittError):
        raise outcome
    return outcome
