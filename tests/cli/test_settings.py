"""Settings that are secrets may be files."""

from pathlib import Path

import pytest

from core.errors import InvalidInput
from entrypoints.settings import read_settings

URL = "postgresql://kvitt:hunter22@database/kvitt"


@pytest.fixture(autouse=True)
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("KVITT_DATABASE_URL", "KVITT_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KVITT_SECRETS_DIR", str(tmp_path))
    return tmp_path


def test_a_file_in_the_folder_of_secrets_is_a_setting(secrets: Path) -> None:
    (secrets / "kvitt_database_url").write_text(f"{URL}\n")
    (secrets / "kvitt_secret_key").write_text("key\n")

    assert read_settings().database == URL
    assert read_settings().given_key == "key"


def test_a_variable_goes_before_a_file(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secrets / "kvitt_database_url").write_text(URL)
    monkeypatch.setenv("KVITT_DATABASE_URL", "sqlite:////srv/kvitt.db")

    assert read_settings().database == "sqlite:////srv/kvitt.db"


def test_what_a_file_holds_is_in_no_message(secrets: Path) -> None:
    (secrets / "kvitt_worker_threads").write_text("hunter22")

    with pytest.raises(InvalidInput) as caught:
        read_settings()
    assert "KVITT_WORKER_THREADS" in caught.value.message
    assert "hunter22" not in caught.value.message


def test_a_folder_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KVITT_SECRETS_DIR", "/nowhere")

    with pytest.raises(InvalidInput, match="KVITT_SECRETS_DIR"):
        read_settings()


def test_the_scheme_that_hosting_services_write_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KVITT_DATABASE_URL", URL.replace("postgresql", "postgres"))

    assert read_settings().database == URL


@pytest.mark.parametrize("level", ["DEBUG", "warning"])
def test_a_level_may_be_written_in_capitals(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KVITT_LOG_LEVEL", level)

    assert read_settings().log_level == level.lower()
