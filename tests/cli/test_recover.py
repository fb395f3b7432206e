"""`kvitt recover` and `kvitt invoice adopt`, after a real backup was put back."""

import json
from pathlib import Path

import pytest

from entrypoints.settings import read_settings
from sandbox.twentyfour_seven_office.books import Books
from tests.attack.backups import Backup
from tests.cli.conftest import Kvitt, an_invoice

FJELL = ["--business", "fjell"]


@pytest.fixture
def restored(fjell: Kvitt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kvitt:
    """1001-1 was sent, a backup made, 1001-2 and 1001-3 were sent, and the backup put back."""
    monkeypatch.setenv("KVITT_SETTLING_SECONDS", "0.3")
    fjell.add(*(an_invoice(f"1001-{number}") for number in range(1, 5)))
    fjell("invoice", "send", "1001-1", *FJELL)
    backup = Backup(read_settings(), tmp_path / "kept")
    assert fjell("invoice", "send", "1001-2", "1001-3", *FJELL).code == 0
    backup.put_back()
    return fjell


def test_sending_waits_and_says_what_to_do(restored: Kvitt, books: Books) -> None:
    answer = restored("invoice", "send", "1001-2", *FJELL, "--wait", "0", "--json")

    assert answer.json["error"]["code"] == "recovery_needed"
    assert "kvitt recover" in answer.json["error"]["hint"]
    assert answer.code == 3
    assert len(books.orders) == 3
    assert "waiting for kvitt recover" in restored("invoice", "send", "1001-2", *FJELL, "--wait", "0").out


def test_many_that_wait_for_recovery_are_not_finished(restored: Kvitt) -> None:
    answer = restored("invoice", "send", "--all", *FJELL, "--wait", "0", "--json")

    assert {line["error"]["code"] for line in answer.lines} == {"recovery_needed"}
    assert answer.code == 3


def test_an_export_tells_of_the_recovery(restored: Kvitt, tmp_path: Path) -> None:
    assert restored("recover").code == 0
    assert restored("business", "export", "fjell", "--output", tmp_path / "out.jsonl").code == 0
    records = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    (told,) = [one for one in records if one["record"] == "recovery"]
    assert (told["needed"], told["orders"], told["tied"]) == (False, 3, 2)
    assert records[-1]["counts"]["recovery"] == 1


def test_recover_ties_and_sending_goes_on(restored: Kvitt, books: Books) -> None:
    told = restored("recover")

    assert told.code == 0, told
    assert "fjell: 3 orders read, 2 matched to their invoices." in told.out
    assert restored("invoice", "send", "--all", *FJELL).code == 0
    assert len(books.orders) == 4
    assert restored("recover", "--json").json["needed"] is False
    assert "nothing to recover" in restored("recover").err
    trail = restored("audit", "--json").json
    assert [one["invoice"] for one in trail if one["action"] == "order.adopted"] == ["1001-3", "1001-2"]


def test_the_doctor_says_so(restored: Kvitt) -> None:
    restored("invoice", "send", "1001-4", *FJELL, "--wait", "0")

    assert "kvitt recover" in restored("doctor", "--offline").out


def test_what_is_not_waited_for_is_not_finished(restored: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KVITT_SETTLING_SECONDS", "120")

    answer = restored("recover", "--wait", "0", "--json")

    assert answer.code == 3
    assert answer.json["left"] == ["fjell"]
    assert answer.json["not_before"] is not None


def test_since_is_an_instant(fjell: Kvitt) -> None:
    assert fjell("recover", "--since", "yesterday").code == 2
    assert fjell("recover", "--since", "2999-01-01").code == 1


def test_an_order_is_adopted_by_hand(fjell: Kvitt) -> None:
    fjell.add(an_invoice("1001-1"), an_invoice("1001-2"))
    order = fjell("invoice", "send", "1001-1", *FJELL, "--json").json["order_id"]

    taken = fjell("invoice", "adopt", "1001-2", order, *FJELL, "--json")
    assert (taken.code, taken.json["code"]) == (1, "order_taken")

    assert fjell("invoice", "adopt", "1001-2", "4711", *FJELL, "--json").json["code"] == "unknown_order"
    again = fjell("invoice", "adopt", "1001-1", order, *FJELL, "--json")
    assert (again.code, again.json["order_id"]) == (0, order)
