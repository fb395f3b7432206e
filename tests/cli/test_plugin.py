import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from core.abilities import Abilities, Ability, JobCalls, Lookup
from core.limits import Limits, OrderField
from plugins import manager
from plugins.spec import Registration, hookimpl
from tests.cli.conftest import Kvitt, an_invoice


def test_plugins_are_listed_with_what_they_need(kvitt: Kvitt) -> None:
    answer = kvitt("plugin", "list")
    assert answer.code == 0
    assert answer.out.startswith("24sevenoffice (kvitt ")
    assert "  password (required, secret): That user's password.\n" in answer.out
    assert answer.err == ""


def test_each_tells_what_it_can_and_what_it_can_not(kvitt: Kvitt, monkeypatch: pytest.MonkeyPatch) -> None:
    there = SimpleNamespace(name="ledger", value="ledger", dist=None, load=LedgerPlugin)
    monkeypatch.setattr(manager, "entry_points", lambda group: [there])
    told = kvitt("plugin", "list").out.partition("\nledger ")[2].splitlines()
    assert "  It lacks: rows of text alone, prices including VAT, deletion of orders (nobody asked for it)" in told
    assert "  An order has a place for: project" in told
    assert "  A lost order is found: among all orders" in told
    assert "  Calls of a send, at most: 3" in told


def test_as_json_they_are_one_array(kvitt: Kvitt) -> None:
    answer = kvitt("plugin", "list", "--json")
    assert answer.code == 0
    first = answer.json[0]
    assert list(first) == ["name", "version", "distribution", "settings", "abilities", "error"]
    assert (first["name"], first["distribution"], first["error"]) == ("24sevenoffice", "kvitt", None)
    assert first["settings"][0] == {
        "name": "account_name",
        "required": True,
        "secret": False,
        "description": "The exact company name, shown at the top right in 24SevenOffice.",
    }
    can = first["abilities"]
    assert (can["text_rows"], can["deletes_orders"], can["lookup"]) == (True, False, "by_customer")
    assert can["calls"] == {"warm_send": 2, "cold_send": 12, "thousand_invoices": 60, "thousand_statuses": 1}
    assert "order_reference" in can["order_fields"]


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


_ABILITIES = Abilities(
    limits=Limits(
        row_text=300,
        customer_name=200,
        product_name=100,
        decimals=4,
        prices_with_vat=False,
        order_fields=frozenset({OrderField.PROJECT}),
    ),
    lookup=Lookup.AMONG_ALL,
    currencies=True,
    open_amount=True,
    calls=JobCalls(warm_send=3, cold_send=9, thousand_invoices=90, thousand_statuses=5),
    left_out={Ability.DELETES_ORDERS: "nobody asked for it"},
)


class Ledger(BaseModel):
    folder: str
    token: SecretStr


def open_nothing(business: object, settings: object, surroundings: object) -> Any:
    return SimpleNamespace(limits=_ABILITIES.limits)


class LedgerPlugin:
    @hookimpl
    def kvitt_register_accounting_systems(self, registry: Registration) -> None:
        registry.add("ledger", settings=Ledger, open=open_nothing, abilities=_ABILITIES)


def test_a_business_whose_plugin_is_gone_is_told_so_and_the_others_work(
    fjell: Kvitt, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = SimpleNamespace(name="ledger", value="ledger", dist=None, load=LedgerPlugin)
    monkeypatch.setattr(manager, "entry_points", lambda group: [there])
    document = {"accounting": {"system": "ledger", "folder": "x", "token": "open sesame"}}
    assert fjell("business", "add", "vidde", "--file", fjell.file("vidde.json", document)).code == 0
    for business in ("vidde", "fjell"):
        given = fjell.file("given.json", [an_invoice()])
        assert fjell("invoice", "add", given, "--business", business).code == 0

    monkeypatch.setattr(manager, "entry_points", lambda group: [])
    for command in (
        ("invoice", "send", "1001-1", "--business", "vidde"),
        ("invoice", "preview", "1001-1", "--business", "vidde"),
        ("business", "verify", "vidde"),
    ):
        answer = fjell(*command, "--json")
        assert (answer.code, answer.json["code"]) == (4, "unknown_accounting_system")
        assert "plugin list" in answer.json["hint"]
    assert fjell("business", "show", "vidde", "--json").json["accounting"] == {"system": "ledger"}
    assert fjell("invoice", "send", "1001-1", "--business", "fjell").code == 0


def test_a_new_plugin_is_written_under_its_name(kvitt: Kvitt, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    answer = kvitt("plugin", "new", "fjell-bank", "--folder", folder, "--json")
    assert answer.code == 0
    told = answer.json
    files = told.pop("files")
    assert told == {"name": "fjell-bank", "distribution": "kvitt-fjell-bank", "folder": str(folder)}
    assert {"pyproject.toml", "kvitt_fjell_bank/plugin.py", "tests/bench.py", "tests/test_conformance.py"} <= set(files)
    there = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    assert sorted(there) == sorted(files)
    for name, file in there.items():
        text = file.read_text(encoding="utf-8")
        assert "ledger" not in name + text.replace("a ledger in memory", ""), name
        if file.suffix == ".py":
            compile(text, name, "exec")
    project = tomllib.loads(there["pyproject.toml"].read_text(encoding="utf-8"))["project"]
    assert project["entry-points"] == {"kvitt.plugins": {"fjell-bank": "kvitt_fjell_bank.plugin"}}


def test_a_new_plugin_goes_into_a_folder_named_after_it(
    kvitt: Kvitt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = kvitt("plugin", "new", "fjell-bank")
    assert answer.code == 0
    assert answer.out.startswith("Wrote the plugin kvitt-fjell-bank to kvitt-fjell-bank:\n")
    assert "pip install -e" in answer.err
    assert (tmp_path / "kvitt-fjell-bank" / "kvitt_fjell_bank" / "plugin.py").is_file()


@pytest.mark.parametrize("folder", ["there", "no/such"])
def test_a_folder_that_is_there_or_can_not_be_made_is_refused(kvitt: Kvitt, tmp_path: Path, folder: str) -> None:
    (tmp_path / "there").mkdir()
    answer = kvitt("plugin", "new", "fjell-bank", "--folder", tmp_path / folder, "--json")
    assert (answer.code, answer.json["code"]) == (1, "unwritable_file")
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "Fjell",
            "fjell_bank",
            "fjell bank",
            "-fjell",
            "fjell-",
            "fjell--bank",
            "bjørk",
            "../fjell",
            "f\n",
            "f" * 41,
        ),
        *("kvitt-fjell", "24sevenoffice"),
    ],
)
def test_what_can_not_be_a_new_plugins_name_is_refused(kvitt: Kvitt, tmp_path: Path, name: str) -> None:
    answer = kvitt("plugin", "new", "--folder", tmp_path / "work", "--json", "--", name)
    assert answer.code == 2
    assert not (tmp_path / "work").exists()


def test_the_name_of_a_plugin_that_is_broken_is_taken(
    kvitt: Kvitt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = EntryPoint(name="fjell-bank", value="gone_bank:plugin", group="kvitt.plugins")
    monkeypatch.setattr(manager, "entry_points", lambda group: [gone])
    assert kvitt("plugin", "new", "fjell-bank", "--folder", tmp_path / "work").code == 2
