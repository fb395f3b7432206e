"""Crediting at the terminal."""

import pytest

from sandbox.twentyfour_seven_office.books import Books
from tests.cli.conftest import Kvitt, an_invoice

FJELL = ("--business", "fjell")


@pytest.fixture
def sent(fjell: Kvitt) -> Kvitt:
    """A command line with the sent invoice 1042, two tractors."""
    row = {**an_invoice()["rows"][0], "quantity": "2"}
    fjell.add(an_invoice("1042", rows=[row]))
    assert fjell("invoice", "send", "1042", *FJELL).code == 0
    return fjell


def test_a_credit_is_stored_previewed_and_says_how_to_send_it(sent: Kvitt, books: Books) -> None:
    answer = sent("invoice", "credit", "1042", "--rows", "1=0.5", *FJELL)
    assert answer.code == 0
    assert "Invoice 1042-K1 credits invoice 1042 by 750.00 NOK" in answer.out
    assert "a send would do this (nothing has been written)" in answer.out
    assert "kvitt invoice send 1042-K1 --business fjell" in answer.err
    assert len(books.orders) == 1
    shown = sent("invoice", "show", "1042", *FJELL).out
    assert "Credited by: invoice 1042-K1, -750.00 NOK (not sent)" in shown
    assert "Left to credit: 2250.00 NOK, VAT included" in shown
    assert "Row 1: 1.5, 1800.00 NOK" in shown
    assert "Credits: invoice 1042" in sent("invoice", "show", "1042-K1", *FJELL).out


def test_it_is_sent_at_once_where_that_is_asked_for(sent: Kvitt, books: Books) -> None:
    answer = sent("invoice", "credit", "1042", "--send", "--number", "K 1", *FJELL, "--json")
    assert (answer.code, answer.json["invoice"], answer.json["state"]) == (0, "K 1", "transferred")
    assert len(books.orders) == 2
    shown = sent("invoice", "show", "1042", *FJELL, "--json").json
    assert shown["credited_by"] == [{"invoice": "K 1", "gross": "-3000.00", "order_id": answer.json["order_id"]}]
    assert shown["left_to_credit"]["gross"] == "0.00"
    again = sent("invoice", "credit", "1042", *FJELL)
    assert (again.code, "K 1 took it" in again.err) == (1, True)


@pytest.mark.parametrize("rows", ["", "1=", "one", "1,,2", "=2"])
def test_rows_that_are_none_are_wrong_usage(fjell: Kvitt, rows: str) -> None:
    answer = fjell("invoice", "credit", "1042", "--rows", rows, *FJELL)
    assert answer.code == 2
    assert "2=1.5 for 1.5 of row 2" in answer.err


def test_a_quantity_that_is_none_is_refused_naming_its_place(fjell: Kvitt) -> None:
    answer = fjell("invoice", "credit", "1042", "--rows", "1=two", *FJELL, "--json")
    assert (answer.code, answer.json["code"], answer.json["faults"][0]["field"]) == (
        1,
        "not_a_credit",
        "rows[0].quantity",
    )
