"""Connecting a business by answering questions, at a real terminal, on the stand-in over a socket."""

import os
from typing import Any

import pytest

from entrypoints.demo.world import demo_business
from sandbox.twentyfour_seven_office import DEMO_PASSWORD
from tests.cli.conftest import Kvitt
from tests.terminals import Terminal, at_terminal

WRONG = "hunter2-wrong"
SECRETS = ("application_id", "password")
ACCOUNT: dict[str, Any] = demo_business()["accounting"]


def environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("KVITT_HOME", "KVITT_TFSO_API_URL")}


def answer_all(terminal: Terminal, *, account_name: str, password: str) -> None:
    terminal.answer("Which one? [1]: ", "")
    terminal.answer("account_name: ", account_name)
    terminal.answer("application_id: ", ACCOUNT["application_id"])
    terminal.answer("username: ", ACCOUNT["username"])
    terminal.answer("password: ", password)
    terminal.answer("only_at (Enter leaves it out): ", "")
    terminal.answer("Product that rows are booked as [Sharefox rental]: ", "")
    terminal.answer("Product category [SharefoxRental]: ", "")


def test_a_business_is_connected_and_tried(kvitt: Kvitt) -> None:
    with at_terminal(environment(), "connect", "fjell") as terminal:
        answer_all(terminal, account_name=ACCOUNT["account_name"], password=DEMO_PASSWORD)
        terminal.wait_for("Invoices can be sent.")
        assert terminal.end() == 0

    assert DEMO_PASSWORD not in terminal.said
    assert kvitt("business", "verify", "fjell").code == 0


@pytest.mark.attack
def test_a_name_that_is_nearly_right_is_chosen_from_the_similar_ones(kvitt: Kvitt) -> None:
    with at_terminal(environment(), "connect", "fjell") as terminal:
        answer_all(terminal, account_name=ACCOUNT["account_name"].lower(), password=DEMO_PASSWORD)
        terminal.wait_for(f"1  {ACCOUNT['account_name']}")
        terminal.answer("Which one? [1]: ", "7")
        terminal.wait_for("Type a number from 1 to ")
        terminal.answer("Which one? [1]: ", "1")
        terminal.wait_for("Invoices can be sent.")
        assert terminal.end() == 0

    assert kvitt("business", "show", "fjell", "--json").json["accounting"]["account_name"] == ACCOUNT["account_name"]


def test_a_wrong_password_is_said_and_typed_anew_and_the_rest_is_kept(kvitt: Kvitt) -> None:
    with at_terminal(environment(), "connect", "fjell") as terminal:
        answer_all(terminal, account_name=ACCOUNT["account_name"], password=WRONG)
        terminal.wait_for("the password or the application id")
        terminal.answer("Correct the answers and try again? [Y/n]:", "")
        terminal.answer(f"account_name [{ACCOUNT['account_name']}]: ", "")
        terminal.answer("application_id (Enter keeps it): ", "")
        terminal.answer(f"username [{ACCOUNT['username']}]: ", "")
        terminal.answer("password (Enter keeps it): ", DEMO_PASSWORD)
        terminal.answer("only_at (Enter leaves it out): ", "")
        terminal.wait_for("Invoices can be sent.")
        assert terminal.end() == 0

    assert WRONG not in terminal.said
    assert DEMO_PASSWORD not in terminal.said
    assert kvitt("business", "verify", "fjell").code == 0


@pytest.mark.attack
def test_a_connected_business_is_asked_about_again_and_what_is_not_asked_about_stays(fjell: Kvitt) -> None:
    fjell("business", "set", "fjell", "order_status=confirmed")

    with at_terminal(environment(), "connect", "fjell") as terminal:
        terminal.answer("Which one? [1]: ", "")
        for question in ("account_name", "application_id", "username", "password", "only_at"):
            terminal.answer(f"{question} (Enter keeps it): " if question in SECRETS else f"{question}", "")
        terminal.answer("Product that rows are booked as [", "Rental")
        terminal.answer("Product category [", "")
        terminal.wait_for("-> Rental")
        terminal.wait_for("Invoices can be sent.")
        assert terminal.end() == 0

    shown = fjell("business", "show", "fjell", "--json").json
    assert (shown["order_status"], shown["product_name"]) == ("confirmed", "Rental")


@pytest.mark.attack
def test_what_is_left_for_later_stays_stored_and_is_said(kvitt: Kvitt) -> None:
    with at_terminal(environment(), "connect", "fjell") as terminal:
        answer_all(terminal, account_name=ACCOUNT["account_name"], password=WRONG)
        terminal.answer("Correct the answers and try again? [Y/n]:", "n")
        terminal.wait_for("Later: kvitt connect fjell")
        assert terminal.end() == 4

    assert kvitt("business", "show", "fjell").code == 0


def test_without_a_terminal_it_says_what_to_use_instead(kvitt: Kvitt) -> None:
    refused = kvitt("connect", "fjell")

    assert refused.code == 2
    assert "business add NAME --file FILE" in " ".join(refused.err.split())
    assert kvitt("business", "list", "--json").json == []


def test_a_name_that_can_not_be_is_said_before_anything_is_asked(kvitt: Kvitt) -> None:
    with at_terminal(environment(), "connect", "Fjell & Co") as terminal:
        assert terminal.end() == 1

    assert "Which one?" not in terminal.said
    assert "name" in terminal.said
