"""A business that `kvitt sandbox --connect` connects: the installation finds the sandbox by itself, and stays apart."""

from pathlib import Path
from typing import Any

import pytest

from core.errors import Conflict
from entrypoints.cli.sandbox import addresses_of
from entrypoints.cli.sandbox_connection import connect_to_sandbox
from entrypoints.demo.world import demo_business, demo_tripletex_business
from sandbox import DEMO_ACCOUNT, Sandbox
from tests.cli.conftest import Kvitt, an_invoice

ADDRESSES = ("KVITT_TFSO_API_URL", "KVITT_TFSO_REST_URL", "KVITT_TFSO_LOGIN_URL", "KVITT_TRIPLETEX_URL")


@pytest.fixture(autouse=True)
def home(kvitt: Kvitt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation that no variable tells where 24SevenOffice is."""
    for variable in ADDRESSES:
        monkeypatch.delenv(variable, raising=False)
    home = tmp_path / "apart"
    monkeypatch.setenv("KVITT_HOME", str(home))
    return home


def connect(office: Sandbox, name: str = "fjell", business: dict[str, Any] | None = None) -> Path:
    document = {**(business or demo_business()), "name": name}
    return connect_to_sandbox(document, url=office.url, addresses=addresses_of(office))


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


def test_the_folder_that_it_makes_is_for_its_owner_alone(office: Sandbox, home: Path) -> None:
    connect(office)
    assert home.stat().st_mode & 0o777 == 0o700


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


def test_a_business_is_connected_to_tripletex_and_its_address_alone_is_written(
    kvitt: Kvitt, office: Sandbox, home: Path
) -> None:
    connect(office, business=demo_tripletex_business())

    written = (home / "kvitt.toml").read_text(encoding="utf-8").splitlines()
    assert written == [f'tripletex_url = "{office.tripletex_url}"']
    assert kvitt("business", "show", "fjell", "--json").json["accounting"]["only_at"] == office.url
    assert kvitt("business", "verify", "fjell").code == 0
    kvitt.add(an_invoice())
    assert kvitt("invoice", "send", "1001-1", "--business", "fjell", "--json").json["state"] == "transferred"
    (order,) = office.tripletex.company(DEMO_ACCOUNT).books.orders.values()
    assert order.lines


def test_both_systems_are_reached_from_one_installation(kvitt: Kvitt, office: Sandbox, home: Path) -> None:
    connect(office, "office")
    connect(office, "tripletex", demo_tripletex_business())

    for name in ("office", "tripletex"):
        assert kvitt("business", "verify", name).code == 0
    with pytest.raises(Conflict, match="Business office is connected to 24sevenoffice"):
        connect(office, "office", demo_tripletex_business())


def test_an_installation_of_the_real_tripletex_is_left_alone(
    kvitt: Kvitt, office: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KVITT_TRIPLETEX_URL", "https://tripletex.no/v2")
    with pytest.raises(Conflict, match="KVITT_TRIPLETEX_URL"):
        connect(office, business=demo_tripletex_business())
    monkeypatch.delenv("KVITT_TRIPLETEX_URL")
    connection = {"system": "tripletex", "account_name": "Ekte AS", "employee_token": "a", "consumer_token": "b"}
    kvitt("business", "add", "ekte", "--file", kvitt.file("ekte.json", {"name": "ekte", "accounting": connection}))
    with pytest.raises(Conflict, match=r"Business ekte of .* is connected to the real Tripletex"):
        connect(office, business=demo_tripletex_business())
