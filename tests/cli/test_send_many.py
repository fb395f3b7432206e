"""Many invoices at once: from a file, with progress for whoever watches, and a summary at the end."""

import io
import sys
from pathlib import Path

import pytest

from core.use_cases import send_many
from entrypoints.cli import bulk
from entrypoints.cli.output import counted_progress
from entrypoints.demo.world import demo_business
from sandbox import Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.cli.conftest import Kvitt, an_invoice

FJELL = ["--business", "fjell"]


def with_vat(number: str, percent: str) -> dict[str, object]:
    invoice = an_invoice(number)
    invoice["rows"][0]["vat_percent"] = percent
    return invoice


def test_a_file_of_numbers_is_sent_in_its_order_with_the_numbers_given(fjell: Kvitt, books: Books) -> None:
    fjell.add(*(an_invoice(number) for number in ("1", "2", "3", "æ 4")))
    file = fjell.file("numbers.txt", "\ufeff# the month's end\n3\n\n  æ 4  \r\n1\n3\n")

    answer = fjell("invoice", "send", "2", "--file", file, *FJELL, "--json")

    assert (answer.code, answer.err) == (0, "")
    assert [line["invoice"] for line in answer.lines] == ["2", "3", "æ 4", "1"]
    assert {line["state"] for line in answer.lines} == {"transferred"}
    assert len(books.orders) == 4


def test_numbers_come_from_standard_input_too(fjell: Kvitt, books: Books) -> None:
    fjell.add(an_invoice("1"), an_invoice("2"))

    answer = fjell("invoice", "send", "--file", "-", *FJELL, "--json", stdin=b"1\n2\n")

    assert [line["invoice"] for line in answer.lines] == ["1", "2"]
    assert len(books.orders) == 2


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (b"1\n" + b"x" * 51 + b"\n", "not_an_invoice_number", "line 2"),
        (b"1\n2\n\xff\n", "not_utf8", "line 3"),
    ],
)
def test_a_file_that_does_not_hold_numbers_is_refused_before_anything_is_sent(
    fjell: Kvitt, books: Books, content: bytes, code: str, place: str
) -> None:
    fjell.add(an_invoice("1"), an_invoice("2"))

    answer = fjell("invoice", "send", "--file", fjell.file("numbers.txt", content), *FJELL, "--json")

    assert (answer.code, answer.json["code"]) == (1, code)
    assert place in answer.json["detail"]
    assert books.orders == {}


def test_a_file_without_numbers_sends_nothing(fjell: Kvitt) -> None:
    answer = fjell("invoice", "send", "--file", fjell.file("numbers.txt", "# none yet\n"), *FJELL)

    assert (answer.code, answer.out, answer.err) == (0, "", "There is nothing to send.\n")


@pytest.mark.parametrize("others", [["--all"], ["--again"], ["--again", "1"]])
def test_a_file_goes_with_neither_all_nor_again(fjell: Kvitt, others: list[str]) -> None:
    file = fjell.file("numbers.txt", "1\n")

    assert fjell("invoice", "send", "--file", file, *others, *FJELL).code == 2


def test_a_file_that_is_not_there_is_a_usage_error(fjell: Kvitt, tmp_path: Path) -> None:
    assert fjell("invoice", "send", "--file", tmp_path / "nix.txt", *FJELL).code == 2


def test_a_summary_counts_and_then_tells_why_what_did_not_arrive_did_not(fjell: Kvitt, books: Books) -> None:
    fjell.add(an_invoice("1"), with_vat("2", "13"), an_invoice("3", due_date=None), an_invoice("4"))

    answer = fjell("invoice", "send", "1", "2", "3", "4", *FJELL)

    assert answer.code == 1
    assert answer.out.splitlines()[:6] == [
        "Outcome\tInvoices\tWhy",
        "Transferred\t2\t",
        "Waiting\t0\t",
        "Rejected\t1\tunknown_vat_rate",
        "Refused\t1\tinvalid_invoice",
        "Invoice 2: rejected.",
    ]
    assert "Invoice 1" not in answer.out
    assert "Invoice 4" not in answer.out
    assert "13" in answer.out.splitlines()[6]
    assert answer.err.startswith("Invoice 3 can't be sent. due_date: is missing.")
    assert len(books.orders) == 2


def test_a_long_list_is_cut_in_text_but_not_in_json(fjell: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_MOST_TOLD", 2)
    fjell.add(*(with_vat(number, "13") for number in ("1", "2", "3", "4", "5")))

    plain = fjell("invoice", "send", "--all", *FJELL)
    as_json = fjell("invoice", "send", "--all", *FJELL, "--json")

    assert plain.out.count(": rejected.") == 2
    cut, reason, hint = plain.out.splitlines()[-3:]
    assert cut.startswith("... and 3 invoices more. See kvitt transfer list --business fjell")
    assert reason.startswith("5 rejected: unknown_vat_rate. Such as invoice 1: ")
    assert hint.startswith("  Correct the row's VAT percent")
    assert [line["invoice"] for line in as_json.lines] == ["1", "2", "3", "4", "5"]


def test_more_than_a_piece_and_a_page_go_through_alike(
    fjell: Kvitt, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_many, "PIECE", 3)
    monkeypatch.setattr(bulk, "PAGE", 2)
    numbers = [f"{nth:02}" for nth in range(7)]
    fjell.add(*(an_invoice(number) for number in numbers))

    answer = fjell("invoice", "send", "--all", *FJELL, "--json")

    assert (answer.code, [line["invoice"] for line in answer.lines]) == (0, numbers)
    assert len(books.orders) == 7


def test_of_several_outcomes_the_worst_is_the_exit_code(
    kvitt: Kvitt, office: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = demo_business()
    kvitt("business", "add", "fjell", "--file", kvitt.file("fjell.json", document))
    kvitt.add(an_invoice("1"), an_invoice("2"), an_invoice("3", due_date=None))
    office.inject("*", "http_502", times=None)
    waiting = kvitt("invoice", "send", "1", "2", "3", *FJELL, "--wait", "0", "--json")
    office.clear_faults()
    document["accounting"]["password"] = "hunter2-wrong"
    kvitt("business", "add", "fjell", "--file", kvitt.file("fjell.json", document))
    parked = kvitt("invoice", "send", "1", "2", "3", *FJELL, "--json")

    assert (waiting.code, parked.code) == (3, 4)
    assert [line.get("state", "refused") for line in waiting.lines] == ["waiting", "waiting", "refused"]
    assert parked.lines[0]["error"]["code"] == "access_refused"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_whoever_watches_sees_a_bar_with_what_is_done_waits_and_was_rejected(
    fjell: Kvitt, monkeypatch: pytest.MonkeyPatch
) -> None:
    fjell.add(an_invoice("1"), with_vat("2", "13"), an_invoice("3", due_date=None))
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "200")

    answer = fjell("invoice", "send", "1", "2", "3", *FJELL)

    assert answer.code == 1
    assert "3 of 3 done, 0 waiting, 2 rejected" in terminal.getvalue()
    assert "Attempt 1 began" not in terminal.getvalue(), "steps are told of a single send only"


def test_json_draws_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with counted_progress(quiet=True) as progress:
        progress.now("Looking")
        progress.at(2, 1, 0, 0)
    assert terminal.getvalue() == ""
    assert not progress.is_watched
