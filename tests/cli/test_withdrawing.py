"""Withdrawing at the terminal."""

from sandbox.twentyfour_seven_office.books import Books
from tests.cli.conftest import Kvitt, an_invoice

FJELL = ("--business", "fjell")


def test_an_order_that_can_not_be_deleted_is_said_to_be_and_goes_on_by_hand(fjell: Kvitt, books: Books) -> None:
    """Over SOAP, which the command line's tests speak; tests/acceptance has both."""
    fjell.add(an_invoice())
    fjell("invoice", "send", "1001-1", *FJELL)
    answer = fjell("invoice", "withdraw", "1001-1", *FJELL)
    assert answer.code == 1
    assert "can't delete order 24001" in answer.err
    assert "withdraw the invoice again" in answer.err
    books.delete_order(24001)
    answer = fjell("invoice", "withdraw", "1001-1", *FJELL)
    assert (answer.code, answer.out) == (0, "Invoice 1001-1: withdrawn; order 24001 is gone.\n")
    fjell.add(an_invoice(due_date="2026-11-15"))
    assert "transferred as order 24002" in fjell("invoice", "send", "1001-1", *FJELL).out


def test_what_was_not_sent_has_nothing_to_withdraw(fjell: Kvitt) -> None:
    fjell.add(an_invoice())
    answer = fjell("invoice", "withdraw", "1001-1", *FJELL, "--json")
    assert (answer.code, answer.json["code"]) == (1, "not_sent")


def test_replacing_what_was_not_sent_sends_it(fjell: Kvitt, books: Books) -> None:
    fjell.add(an_invoice())
    changed = fjell.file("changed.json", an_invoice(due_date="2026-11-15"))
    answer = fjell("invoice", "send", "1001-1", "--replace", "--with", changed, *FJELL)
    assert (answer.code, len(books.orders)) == (0, 1)


def test_options_that_do_not_fit_together_are_refused(fjell: Kvitt) -> None:
    fjell.add(an_invoice())
    changed = fjell.file("changed.json", an_invoice("other"))
    for options in (
        ("--all", "--replace"),
        ("1001-1", "--replace", "--again"),
        ("1001-1", "--with", changed),
        ("1001-1", "--replace", "--with", changed),
    ):
        assert fjell("invoice", "send", *options, *FJELL).code == 2
