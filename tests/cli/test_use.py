"""The business that commands are about when none is named."""

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Kvitt, an_invoice


def test_the_business_that_is_used_need_not_be_named(fjell: Kvitt) -> None:
    fjell.add(an_invoice("1"))
    assert "--business" in fjell("invoice", "list").err
    assert fjell("invoice", "list").code == 2

    used = fjell("use", "fjell")

    assert (used.code, used.out) == (0, "Business: fjell (kvitt use)\n")
    assert [one["number"] for one in fjell("invoice", "list", "--json").json] == ["1"]
    assert fjell("invoice", "send", "1").code == 0
    assert fjell("use", "--json").json == {"business": "fjell", "from": "kvitt use"}


def test_what_is_named_goes_before_the_variable_and_that_before_what_is_kept(
    fjell: Kvitt, monkeypatch: pytest.MonkeyPatch
) -> None:
    fjell("use", "fjell")
    monkeypatch.setenv("KVITT_BUSINESS", "vidde")

    assert fjell("invoice", "list", "--json").json["code"] == "unknown_business"
    assert fjell("invoice", "list", "--business", "fjell", "--json").json == []
    assert fjell("use").out == "Business: vidde (KVITT_BUSINESS)\n"


def test_none_is_used_any_more_once_it_is_cleared(fjell: Kvitt) -> None:
    fjell("use", "fjell")

    assert fjell("use", "--clear").code == 0

    assert fjell("use", "--json").json == {"business": None, "from": None}
    assert fjell("invoice", "list").code == 2
    assert fjell("use", "--clear").code == 0


def test_a_business_that_there_is_not_is_not_used(fjell: Kvitt, tmp_path: Path) -> None:
    answer = fjell("use", "nobody", "--json")

    assert (answer.code, answer.json["code"]) == (1, "unknown_business")
    assert fjell("use", "--json").json["business"] is None
    (tmp_path / "home" / "business").write_text("no name\n")
    assert fjell("invoice", "list", "--json").json["code"] == "bad_settings"
    assert fjell("use", "fjell").code == 0


def test_whoever_watches_is_told_which_business_it_is(fjell: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    fjell("use", "fjell")
    fjell.add(an_invoice("1"))
    assert "Business: fjell" not in fjell("invoice", "send", "1").err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    assert fjell("invoice", "send", "1").err.startswith("Business: fjell (kvitt use)\n")
    assert "Business: fjell" not in fjell("invoice", "send", "1", "--business", "fjell").err
    assert "Business: fjell" not in fjell("invoice", "list").err
