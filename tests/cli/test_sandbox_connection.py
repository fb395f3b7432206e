"""A business that `kvitt sandbox --connect` connects: the installation finds the sandbox by itself, and stays apart."""

from pathlib import Path

import pytest

from core.errors import Conflict
from entrypoints.cli.sandbox_connection import connect_to_sandbox
from sandbox.twentyfour_seven_office import Sandbox
from tests.cli.conftest import Kvitt, an_invoice

ADDRESSES = ("KVITT_TFSO_API_URL", "KVITT_TFSO_REST_URL", "KVITT_TFSO_LOGIN_URL")


@pytest.fixture(autouse=True)
def home(kvitt: Kvitt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation that no variable tells where 24SevenOffice is."""
    for variable in ADDRESSES:
        monkeypatch.delenv(variable, raising=False)
    home = tmp_path / "apart"
    monkeypatch.setenv("KVITT_HOME", str(home))
    return home


def connect(office: Sandbox, name: str = "fjell") -> Path:
    return connect_to_sandbox(name, url=office.url, rest_url=office.rest_url)


def test_no_variable_is_needed(kvitt: Kvitt, office: Sandbox, home: Path) -> None:
    home.mkdir()
    (home / "kvitt.toml").write_text('sweep_seconds = 2\ntfso_api_url = "http://127.0.0.1:1"\n', encoding="utf-8")
    assert connect(office) == home / "kvitt.toml"
    kept = (home / "kvitt.toml").read_text(encoding="utf-8").splitlines()
    assert sorted(kept) == [
        "sweep_seconds = 2",
        f'tfso_api_url = "{office.url}"',
        f'tfso_login_url = "{office.url}"',
        f'tfso_rest_url = "{office.rest_url}"',
    ]
    assert kvitt("business", "verify", "fjell").code == 0
    kvitt.add(an_invoice())
    assert kvitt("invoice", "send", "1001-1", "--business", "fjell", "--json").json["state"] == "transferred"


def test_connecting_again_keeps_what_else_the_business_says(kvitt: Kvitt, office: Sandbox) -> None:
    connect(office)
    shown = kvitt("business", "show", "fjell", "--json").json
    assert shown["accounting"]["only_at"] == office.url
    changed = {**shown, "product_name": "Utleie"}
    assert kvitt("business", "add", "fjell", "--file", kvitt.file("changed.json", changed)).code == 0
    connect(office)
    assert kvitt("business", "show", "fjell", "--json").json["product_name"] == "Utleie"


def test_its_credentials_do_not_travel_to_the_real_vendor(
    kvitt: Kvitt, office: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(office)
    monkeypatch.setenv("KVITT_TFSO_API_URL", "https://api.24sevenoffice.com")
    refused = kvitt("business", "verify", "fjell", "--json")
    assert (refused.code, refused.json["code"]) == (4, "credentials_elsewhere")
    monkeypatch.delenv("KVITT_TFSO_API_URL")
    (home / "kvitt.toml").unlink()
    assert kvitt("business", "verify", "fjell", "--json").json["code"] == "credentials_elsewhere"


def test_an_installation_of_the_real_vendor_is_left_alone(
    kvitt: Kvitt, office: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KVITT_TFSO_API_URL", "https://api.24sevenoffice.com")
    with pytest.raises(Conflict, match="KVITT_TFSO_API_URL"):
        connect(office)
    monkeypatch.delenv("KVITT_TFSO_API_URL")
    home.mkdir(exist_ok=True)
    settings_file = home / "kvitt.toml"
    settings_file.write_text('tfso_api_url = "https://api.24sevenoffice.com"\n', encoding="utf-8")
    with pytest.raises(Conflict, match="tfso_api_url"):
        connect(office)
    settings_file.unlink()
    connection = {
        "system": "24sevenoffice",
        "account_name": "Ekte AS",
        "application_id": "11111111-2222-3333-4444-555555555555",
        "username": "ola@ekte.example",
        "password": "secret",
    }
    kvitt("business", "add", "ekte", "--file", kvitt.file("ekte.json", {"name": "ekte", "accounting": connection}))
    for name in ("fjell", "ekte"):
        with pytest.raises(Conflict, match="ekte"):
            connect(office, name)
    assert not settings_file.exists()
    assert "only_at" not in kvitt("business", "show", "ekte", "--json").json["accounting"]
