"""How text and tables are laid out on terminals, and that pipes get them as they are."""

import io
from contextlib import redirect_stdout

import pytest

from entrypoints.cli.layout import table_lines, wrapped
from entrypoints.cli.marks import marked
from entrypoints.cli.output import print_table, show
from tests.cli.sessions.terminal import Screen

ID = "01a22732623265f9bc650ea546f8653a"
INSTANT = "2026-11-29 12:06:12 UTC"
HEADERS = ["Id", "Time", "State", "Outcome"]
ROWS = [[ID, INSTANT, "transferred", "order 24001, customer 20001, for somebody whose name is rather long"]]


@pytest.mark.parametrize("width", range(20, 140, 7))
def test_no_id_instant_or_word_is_broken_over_lines(width: int) -> None:
    lines = list(table_lines(HEADERS, ROWS, width=width))

    for whole in (ID, INSTANT, "transferred", "customer", "24001,"):
        assert sum(whole in line for line in lines) == 1, lines


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_lines_are_no_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, table_lines(HEADERS, ROWS, width=width))) <= width


def test_what_fits_is_beside_each_other() -> None:
    assert list(table_lines(["Number", "Total"], [["1", "15.00"], ["22", "1.00"]], width=80, right=["Total"])) == [
        "Number  Total",
        "1       15.00",
        "22       1.00",
    ]


def test_columns_that_do_not_fit_go_below_their_row_in_the_order_that_is_asked() -> None:
    lines = list(table_lines(["Id", "State", "Note"], [[ID, "done", "x" * 30]], width=50, below=["Note"]))

    assert lines == [f"{'Id':<32}  State", f"{ID}  done", f"    Note {'x' * 30}"]


def test_text_is_wrapped_between_words_and_keeps_its_indent() -> None:
    assert wrapped("  one two three", 9) == "  one two\n  three"
    assert wrapped(f"at {INSTANT}", 20) == f"at\n{INSTANT}"
    assert wrapped("a" * 100, 80) == "a" * 100


def test_a_text_after_a_gap_goes_on_under_itself() -> None:
    assert wrapped(f"  {INSTANT}  Creating the order: order 24001", 56) == (
        f"  {INSTANT}  Creating the order: order\n{'':27}24001"
    )


def test_a_command_to_copy_stays_on_one_line() -> None:
    command = "kvitt invoice send 2026-10-0000000000000000001 2026-10-0000000000000000002 --again"

    assert wrapped(f"  Send them again: {command}", 80) == f"  Send them again:\n      {command}"


def test_wide_signs_take_two_columns() -> None:
    first, second = table_lines(["Name", "N"], [["日本", "1"]], width=80)

    assert (first, second) == ("Name  N", "日本  1")


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Screen()


def test_states_have_a_sign_and_a_colour(screen: Screen) -> None:
    with redirect_stdout(screen):
        print_table(["Invoice", "State"], [["1", "transferred"], ["2", "rejected"]])

    assert "\x1b[32m✓ transferred\x1b[0m" in screen.getvalue()
    assert "\x1b[31m✗ rejected\x1b[0m" in screen.getvalue()


@pytest.mark.parametrize("variable", [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_without_colours_the_signs_stay(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, variable: tuple[str, str]
) -> None:
    monkeypatch.setenv(*variable)

    with redirect_stdout(screen):
        print_table(["Invoice", "State"], [["1", "transferred"]])

    assert "✓ transferred" in screen.getvalue()
    assert "\x1b" not in screen.getvalue()


def test_a_terminal_that_knows_only_ascii_gets_signs_of_it() -> None:
    class Old(Screen):
        encoding = "us-ascii"

    assert marked("transferred", "transferred", stream=Old()) == "+ transferred"


def test_what_is_piped_is_never_wrapped_shortened_or_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    pipe = io.StringIO()

    with redirect_stdout(pipe):
        show("word " * 60, standing="transferred")
        print_table(HEADERS, ROWS)

    text, head, row = pipe.getvalue().splitlines()
    assert text == "word " * 60
    assert head == "\t".join(HEADERS)
    assert row == "\t".join(ROWS[0])
