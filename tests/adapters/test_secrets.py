import stat
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from adapters.secrets import FernetSecretBox, secret_key
from core.errors import InvalidInput


@pytest.fixture
def key() -> str:
    return Fernet.generate_key().decode()


def test_what_was_sealed_is_opened_again(key: str) -> None:
    box = FernetSecretBox([key])
    sealed = box.seal("hunter2 æøå")
    assert "hunter2" not in sealed
    assert box.open(sealed) == "hunter2 æøå"


def test_the_same_text_is_sealed_differently_each_time(key: str) -> None:
    box = FernetSecretBox([key])
    assert box.seal("hunter2") != box.seal("hunter2")


def test_the_first_key_seals_and_every_key_opens(key: str) -> None:
    newer = Fernet.generate_key().decode()
    old = FernetSecretBox([key]).seal("old")
    both = FernetSecretBox([newer, key])
    assert both.open(old) == "old"
    assert FernetSecretBox([newer]).open(both.seal("new")) == "new"


def test_what_another_key_sealed_is_refused(key: str) -> None:
    sealed = FernetSecretBox([Fernet.generate_key().decode()]).seal("hunter2")
    with pytest.raises(InvalidInput) as refusal:
        FernetSecretBox([key]).open(sealed)
    assert refusal.value.code == "secret_key_changed"
    assert refusal.value.hint


@pytest.mark.parametrize("bad", ["", "correct horse battery staple", "kløver", "YWJj", "A" * 43])
def test_a_key_that_is_none_is_refused_without_being_shown(bad: str, tmp_path: Path) -> None:
    for use in (lambda: secret_key(tmp_path, bad), lambda: FernetSecretBox([bad])):
        with pytest.raises(InvalidInput) as refusal:
            use()
        assert refusal.value.code == "bad_secret_key"
        assert "Fernet.generate_key()" in refusal.value.hint
        shown = "".join(traceback.format_exception_only(refusal.value)) + refusal.value.hint
        assert not bad or bad not in shown
        assert refusal.value.__suppress_context__


def test_a_given_key_is_used_and_none_is_made(key: str, tmp_path: Path) -> None:
    assert secret_key(tmp_path / "home", f" {key}\n") == key
    assert not (tmp_path / "home").exists()


def test_a_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = secret_key(home, None)
    Fernet(made)
    assert secret_key(home, None) == made
    assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert [file.name for file in home.iterdir()] == ["secret.key"]


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    secret_key(tmp_path, None)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o750


@pytest.mark.parametrize("content", [b"", b"spoilt", b"\xff\xfe"])
def test_a_spoilt_key_file_is_named_and_left_alone(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    file.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"secret\.key") as refusal:
        secret_key(tmp_path, None)
    assert refusal.value.code == "bad_secret_key"
    assert file.read_bytes() == content


def test_a_place_where_no_key_can_be_kept_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match=r"secret\.key") as refusal:
        secret_key(tmp_path / "file", None)
    assert refusal.value.code == "no_secret_key"


def test_processes_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from adapters.secrets import secret_key
print("ready", flush=True)
sys.stdin.readline()
print(secret_key(Path({str(tmp_path / "home")!r}), None))
"""
    processes = [
        subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    keys = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(set(keys)) == 1
    assert keys[0]
