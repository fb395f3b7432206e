"""The table of errors in the docs, held against the source."""

import pytest

from core.errors import Outcome
from tests.error_codes import in_the_docs, in_the_source

_BY_TRANSFERS = {"access_refused", "gave_up", "worker_died", "internal_error"}
"""Codes of which a transfer knows more than the class of the error does."""


def test_every_code_is_in_the_table_and_no_other() -> None:
    source, docs = in_the_source(), in_the_docs()
    assert {code: one.places for code, one in source.items() if code not in docs} == {}, "not in docs/errors.md"
    assert sorted(docs.keys() - source.keys()) == [], "in docs/errors.md, and nowhere in the source"


def test_the_source_is_read_where_codes_are_given_in_tables_and_by_position_too() -> None:
    known = {"bad_request", "no_lines", "unknown_path", "project_required", "timeout", "quota_exceeded", "gave_up"}
    assert known <= in_the_source().keys()


@pytest.mark.parametrize("code", sorted(in_the_docs()))
def test_the_table_says_of_a_code_what_its_errors_say(code: str) -> None:
    raised, told = in_the_source()[code], in_the_docs()[code]
    assert told.retriable, "neither yes nor no"
    assert told.outcomes
    assert raised.retriable <= told.retriable
    assert raised.outcomes <= told.outcomes
    if raised.is_known_whole and code not in _BY_TRANSFERS:
        assert raised.retriable == set(told.retriable)
        assert raised.outcomes == set(told.outcomes)


@pytest.mark.parametrize("code", sorted(in_the_docs()))
def test_what_is_there_already_is_not_asked_for_again(code: str) -> None:
    told = in_the_docs()[code]
    if told.outcomes == {Outcome.WRITTEN}:
        assert told.retriable == {False}
