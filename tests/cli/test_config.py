"""`kvitt config`, the settings file, and which of several places a setting is taken from."""

import json
import os
from pathlib import Path

import pytest

from entrypoints.effective_settings import shown_url
from tests.cli.conftest import Answer, Kvitt

SECRET = "hunter22"


@pytest.fixture
def home(kvitt: Kvitt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in [name for name in os.environ if name.startswith("KVITT_") and name != "KVITT_HOME"]:
        monkeypatch.delenv(variable)
    (tmp_path / "home").mkdir(mode=0o700)
    return tmp_path / "home"


def settings_file(home: Path, text: str) -> Path:
    file = home / "kvitt.toml"
    file.write_text(text, encoding="utf-8")
    return file


def settings(answer: Answer) -> dict[str, tuple[str | None, str]]:
    return {one["name"]: (one["value"], one["from"]) for one in answer.json["settings"]}


def test_it_says_what_each_setting_is_and_where_that_is_from(
    kvitt: Kvitt, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "kvitt_stop_seconds").write_text("30\n")
    settings_file(home, "worker_threads = 8\nchunk_size = 50\ntfso_timeout = 20\nstop_seconds = 1\n")
    monkeypatch.setenv("KVITT_SECRETS_DIR", str(secrets))
    monkeypatch.setenv("KVITT_CHUNK_SIZE", "70")

    answer = kvitt("config", "--json")

    assert answer.code == 0, answer
    found = settings(answer)
    assert found["KVITT_WORKER_THREADS"] == ("8", "settings file")
    assert found["KVITT_CHUNK_SIZE"] == ("70", "environment")
    assert found["KVITT_STOP_SECONDS"] == ("30", "secrets folder")
    assert found["KVITT_TFSO_TIMEOUT"] == ("20", "settings file")
    assert found["KVITT_LEASE_SECONDS"] == ("220", "default")
    assert found["KVITT_DATABASE_URL"] == (f"sqlite:///{home / 'kvitt.db'}", "default")
    assert answer.json["unknown"] == []
    assert "KVITT_CHUNK_SIZE\t70\tenvironment\n" in kvitt("config").out


def test_a_name_that_nothing_reads_is_told_with_the_nearest_one(
    kvitt: Kvitt, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KVITT_LEASE_SECOND", "3")
    monkeypatch.setenv("KVITT_SOMEBODYS_OWN", "3")

    answer = kvitt("config", "--json")

    assert answer.code == 0
    assert answer.json["unknown"] == [
        {"name": "KVITT_LEASE_SECOND", "meant": "KVITT_LEASE_SECONDS"},
        {"name": "KVITT_SOMEBODYS_OWN", "meant": None},
    ]
    assert "did you mean KVITT_LEASE_SECONDS?" in kvitt("config").err


def test_what_can_not_be_used_is_told_without_its_value(
    kvitt: Kvitt, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KVITT_LEASE_SECONDS", SECRET)
    monkeypatch.setenv("KVITT_TFSO_API_URL", f"https://me:{SECRET}@vendor.example")
    settings_file(home, f'sweep_seconds = "{SECRET}"\nworker_thread = "{SECRET}"\n')

    answer = kvitt("config", "--json")

    assert answer.code == 1
    wrong = {one["name"] for one in answer.json["settings"] if "trouble" in one}
    assert wrong == {"KVITT_LEASE_SECONDS", "KVITT_TFSO_API_URL", "KVITT_SWEEP_SECONDS"}
    assert '"worker_thread" is no setting (did you mean "worker_threads"?)' in answer.json["troubles"][0]
    plain = kvitt("config")
    assert plain.code == 1
    assert SECRET not in answer.out + plain.out + plain.err


def test_no_secret_is_shown(kvitt: Kvitt, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KVITT_SECRET_KEY", SECRET)
    monkeypatch.setenv("KVITT_NOTIFY", f"slack://{SECRET}")
    monkeypatch.setenv("KVITT_DATABASE_URL", f"postgres://kvitt:{SECRET}@database/kvitt?sslpassword={SECRET}")

    answer = kvitt("config", "--json")

    assert SECRET not in answer.out
    assert settings(answer)["KVITT_DATABASE_URL"] == ("postgres://kvitt:***@database/kvitt?***", "environment")
    assert settings(answer)["KVITT_SECRET_KEY"] == ("***", "environment")
    assert settings(answer)["KVITT_NOTIFY"] == ("***", "environment")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://database/kvitt", "postgresql://database/kvitt"),
        ("postgresql://me@[::1]:70000/kvitt", "***"),
        (f"me:{SECRET}@database", "***"),
        ("sqlite:////srv/kvitt.db", "sqlite:////srv/kvitt.db"),
    ],
)
def test_an_address_is_shown_without_what_is_secret(url: str, shown: str) -> None:
    assert shown_url(url) == shown


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("worker_threads = 0\n", '"worker_threads"'),
        ("colour = 1\n", '"colour" is no setting'),
        (f'secret_key = "{SECRET}"\n', "secret.key"),
        ("home = '/srv'\n", "KVITT_HOME"),
        ("worker_threads = [1]\n", "must be a text, a number"),
        (f"worker_threads = {SECRET}\n", "line 1"),
        ("\xff", "TOML"),
    ],
)
def test_a_settings_file_that_can_not_be_used_is_refused_by_name(
    kvitt: Kvitt, home: Path, text: str, named: str
) -> None:
    file = settings_file(home, text)

    answer = kvitt("business", "list", "--json")

    assert (answer.code, answer.json["code"]) == (1, "bad_settings")
    assert str(file) in answer.json["detail"]
    assert named in answer.json["detail"]
    assert SECRET not in answer.out


def test_the_vendors_address_may_be_in_the_settings_file(kvitt: Kvitt, home: Path) -> None:
    """What a plugin reads comes from there as well: an address that can't be used is refused when it is used."""
    settings_file(home, 'tfso_api_url = "http://vendor.example"\n')
    accounting = {
        "system": "24sevenoffice",
        "account_name": "Fjell",
        "application_id": "11111111-2222-3333-4444-555555555555",
        "username": "fjell@fjell.example",
        "password": SECRET,
    }
    file = kvitt.file("fjell.json", json.dumps({"name": "fjell", "accounting": accounting}))

    answer = kvitt("business", "add", "fjell", "--file", file, "--json")

    assert answer.json["code"] == "bad_settings"
    assert "KVITT_TFSO_API_URL" in answer.json["detail"]


def test_a_settings_file_that_others_may_write_is_refused(kvitt: Kvitt, home: Path) -> None:
    settings_file(home, "worker_threads = 3\n").chmod(0o666)

    assert kvitt("business", "list", "--json").json["code"] == "home_exposed"


@pytest.mark.parametrize(
    ("given", "trouble"), [("7:00", ""), ("07:30", ""), ("25:00", "it should be a time such as 07:00")]
)
def test_the_summary_s_time_is_read_as_people_write_it(
    kvitt: Kvitt, monkeypatch: pytest.MonkeyPatch, given: str, trouble: str
) -> None:
    monkeypatch.setenv("KVITT_NOTIFY_SUMMARY", given)

    answer = kvitt("business", "list")

    assert answer.code == (1 if trouble else 0)
    assert trouble in answer.err
