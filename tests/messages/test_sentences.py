"""What is taken for a sentence, and which sentences an expression makes."""

import ast

import pytest

from tests.messages.sentences import sentences_of


def _said(source: str, name: str = "core/x.py") -> list[str]:
    return [template for template, _ in sentences_of(ast.parse(source), name)]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('raise NotFound(f"No invoice {invoice.number}.")', ["No invoice {number}."]),
        ('say(f"{a.name} is not {b.name}")', ["{name} is not {name2}"]),
        ('say(f"It has {count:,} rows")', ["It has {count} rows"]),
        ('say("It is " + ("there now" if there else "gone now"))', ["It is there now", "It is gone now"]),
        ("say(f\"It has {names or 'none of them'}.\")", ["It has {names}.", "It has none of them."]),
        ('_WHY = "it is lost"\nsay(f"Look again: {_WHY}")', ["it is lost", "Look again: it is lost"]),
        (
            'def f(x):\n    more = f", and {x} more" if x else ""\n    say(f"One row{more}.")',
            ["One row, and {x} more.", "One row."],
        ),
        ('_TOLD = {1: "The order {subject} is gone"}', ["The order {subject} is gone"]),
        ('how_many(count, "old key")', ["{count} old key", "{count} old keys"]),
    ],
)
def test_each_sentence_that_can_be_made_is_one(source: str, said: list[str]) -> None:
    assert [template for template in _said(source) if template not in ("old key",)] == said


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring of a module."""',
        '_log.info("Nothing to see here")',
        're.compile("two words")',
        'text("SELECT one FROM two")',
        'Field(description="what a programmer reads")',
        'raise AssertionError("it never happens")',
        'key = "invoice_number"',
    ],
)
def test_what_is_not_for_people_is_none(source: str) -> None:
    assert _said(source) == []


def test_a_heading_of_one_word_is_one_on_the_command_line_alone() -> None:
    assert _said('print_table(["Quantity"], rows)', "entrypoints/cli/x.py") == ["Quantity"]
    assert _said('kind("Quantity")') == []
