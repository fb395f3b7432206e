import sys
from importlib.metadata import EntryPoint

import pytest

from plugins import manager
from tests.cli.conftest import Kvitt


def test_plugins_are_listed_with_what_they_need(kvitt: Kvitt) -> None:
    answer = kvitt("plugin", "list")
    assert answer.code == 0
    assert answer.out.startswith("24sevenoffice (kvitt ")
    assert "  password (required, secret): That user's password.\n" in answer.out
    assert answer.err == ""


def test_as_json_they_are_one_array(kvitt: Kvitt) -> None:
    answer = kvitt("plugin", "list", "--json")
    assert answer.code == 0
    first = answer.json[0]
    assert list(first) == ["name", "version", "distribution", "settings", "error"]
    assert (first["name"], first["distribution"], first["error"]) == ("24sevenoffice", "kvitt", None)
    assert first["settings"][0] == {
        "name": "account_name",
        "required": True,
        "secret": False,
        "description": "The company name shown top right in 24SevenOffice, exactly.",
    }


def test_a_broken_plugin_is_named_and_everything_else_works(fjell: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = EntryPoint(name="ledger", value="gone_ledger:plugin", group="kvitt.plugins")
    monkeypatch.setattr(manager, "entry_points", lambda group: [gone])
    monkeypatch.delitem(sys.modules, "gone_ledger", raising=False)
    answer = fjell("plugin", "list")
    assert answer.code == 0
    assert "24sevenoffice" in answer.out
    assert "ledger" not in answer.out
    assert "ledger is broken and can't be used: ModuleNotFoundError: No module named 'gone_ledger'" in answer.err

    error = fjell("plugin", "list", "--json").json[-1]
    assert (error["name"], error["version"], error["distribution"]) == ("ledger", None, None)
    assert error["error"]["code"] == "broken_plugin"

    assert fjell("business", "verify", "fjell").code == 0
    document = {"accounting": {"system": "ledger", "folder": "x"}}
    refused = fjell("business", "add", "vidde", "--file", fjell.file("vidde.json", document), "--json")
    assert refused.code == 1
    assert (refused.json["code"], "plugin list" in refused.json["hint"]) == ("broken_plugin", True)
