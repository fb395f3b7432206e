"""Changing a business in part, and storing one again as a whole."""

import os
from pathlib import Path
from typing import Any

import pytest

from entrypoints.demo.world import demo_business
from sandbox.twentyfour_seven_office import DEMO_PASSWORD
from tests.cli.conftest import Kvitt
from tests.terminals import at_terminal

WRONG = "hunter2-wrong"


def shown(kvitt: Kvitt) -> Any:
    return kvitt("business", "show", "fjell", "--json").json


def test_just_what_is_named_is_changed_and_shown(fjell: Kvitt) -> None:
    before = shown(fjell)

    plain = fjell("business", "set", "fjell", "order_status=confirmed", "vat_codes.11.11=32", "vat_codes.25=3")
    as_json = fjell("business", "set", "fjell", "order_status=", "products.excavator 1.8 t.product=1100", "--json")
    same = fjell("business", "set", "fjell", "order_status=draft")

    assert (plain.code, as_json.code, same.code) == (0, 0, 0)
    assert plain.out.splitlines() == [
        "Stored business fjell, with 24sevenoffice.",
        "  order_status: draft -> confirmed",
        "  vat_codes.11.11: (not set) -> 32",
        "  vat_codes.25: (not set) -> 3",
    ]
    assert [one["setting"] for one in as_json.json["changes"]] == [
        "order_status",
        "products.excavator 1.8 t.product",
    ]
    assert same.out == "Business fjell is as it was: nothing has changed.\n"
    assert shown(fjell) == before | {
        "vat_codes": before["vat_codes"] | {"11.11": "32", "25": "3"},
        "products": {"excavator 1.8 t": {"product": "1100", "vat_code": None}},
    }


def test_the_password_comes_from_a_file_or_standard_input_and_is_never_shown(fjell: Kvitt) -> None:
    file = fjell.file("password", f"{WRONG}\n")

    wrong = fjell("business", "set", "fjell", "--from-file", f"accounting.password={file}")
    refused = fjell("business", "verify", "fjell")
    right = fjell("business", "set", "fjell", "--from-file", "accounting.password=-", stdin=DEMO_PASSWORD.encode())

    assert (wrong.code, refused.code, right.code) == (0, 4, 0)
    assert wrong.out.splitlines()[1:] == ["  accounting.password: changed"]
    assert fjell("business", "verify", "fjell").code == 0
    for answer in (wrong, refused, right):
        assert WRONG not in answer.out + answer.err
        assert DEMO_PASSWORD not in answer.out + answer.err


def test_a_secret_is_not_taken_from_the_command_line(fjell: Kvitt) -> None:
    answer = fjell("business", "set", "fjell", f"accounting.password={WRONG}")

    assert answer.code == 2
    assert "--prompt accounting.password" in answer.err
    assert WRONG not in answer.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "Say what to change"),
        (["order_status"], 'has no "="'),
        (["order_sttus=draft"], "Is it order_status?"),
        (["password=x"], "Is it accounting.password?"),
        (["accounting.pasword="], "Is it accounting.password?"),
        (["colour=red"], "There are: product_name,"),
        (["vat_codes=3"], "vat_codes.25=3"),
        (["products.excavator=1100"], "products.excavator.product=1100"),
        (["order_status=draft", "order_status=offer"], "given twice"),
        (["vat_codes=", "vat_codes.25=3"], "given twice"),
        (["--prompt", "accounting.password"], "There is no terminal"),
        (["--from-file", "accounting.password"], "KEY=FILE"),
        (["--from-file", "accounting.password=/no/such"], "there is no file"),
    ],
)
def test_what_can_not_be_meant_is_exit_2_and_says_why(fjell: Kvitt, arguments: list[str], told: str) -> None:
    answer = fjell("business", "set", "fjell", *arguments, "--json")

    assert (answer.code, answer.json["code"]) == (2, "usage")
    assert told in answer.json["detail"]


def test_what_is_wrong_with_the_business_is_exit_1_and_changes_nothing(fjell: Kvitt) -> None:
    before = shown(fjell)
    for arguments, code in (
        (["fjell", "order_status=paid"], "not_a_business"),
        (["fjell", "accounting.password="], "bad_connection"),
        (["nobody", "order_status=draft"], "unknown_business"),
    ):
        answer = fjell("business", "set", *arguments, "--json")
        assert (answer.code, answer.json["code"]) == (1, code)
    assert shown(fjell) == before


def test_adding_with_fewer_settings_is_refused_where_nobody_can_be_asked(fjell: Kvitt) -> None:
    fjell("business", "set", "fjell", "order_status=confirmed")
    before = shown(fjell)
    file = fjell.file("again.json", demo_business())

    refused = fjell("business", "add", "fjell", "--file", file, "--json")
    plain = fjell("business", "add", "fjell", "--file", file)

    assert (refused.code, refused.json["code"]) == (plain.code, "would_reset") == (1, "would_reset")
    assert [fault["field"] for fault in refused.json["faults"]] == ["order_status"]
    assert "order_status is confirmed and would be draft" in plain.err
    assert "--replace" in plain.err
    assert shown(fjell) == before

    replaced = fjell("business", "add", "fjell", "--file", file, "--replace")

    assert replaced.code == 0
    assert "  order_status: confirmed -> draft" in replaced.out.splitlines()
    assert shown(fjell)["order_status"] == "draft"


def test_a_password_is_typed_unseen_and_a_reset_is_asked_about_at_a_terminal(fjell: Kvitt, tmp_path: Path) -> None:
    fjell("business", "set", "fjell", "order_status=confirmed")
    file = fjell.file("again.json", demo_business())
    environment = {name: os.environ[name] for name in ("KVITT_HOME", "KVITT_TFSO_API_URL")}

    with at_terminal(environment, "business", "set", "fjell", "--prompt", "accounting.password") as terminal:
        terminal.answer("accounting.password: ", WRONG)
        assert terminal.end() == 0
        assert "accounting.password: changed" in terminal.said
        assert WRONG not in terminal.said
    with at_terminal(environment, "business", "add", "fjell", "--file", str(file)) as terminal:
        terminal.wait_for("order_status is confirmed and would be draft")
        terminal.answer("Store it like that? [y/N]:", "n")
        assert terminal.end() == 1
    assert shown(fjell)["order_status"] == "confirmed"
    with at_terminal(environment, "business", "add", "fjell", "--file", str(file)) as terminal:
        terminal.answer("Store it like that? [y/N]:", "y")
        assert terminal.end() == 0
        assert "order_status: confirmed -> draft" in terminal.said
    assert shown(fjell)["order_status"] == "draft"
