import stat
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from adapters.secrets import FernetSecretBox, GivenKeys, KeyFile, secret_box_with, secret_keys_of
from core.errors import InvalidInput, TryAgain


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
    with pytest.raises(TryAgain) as refusal:
        FernetSecretBox([key]).open(sealed)
    assert refusal.value.code == "secret_key_changed"
    assert refusal.value.hint


@pytest.mark.parametrize("bad", ["", "correct horse battery staple", "kløver", "YWJj", "A" * 43])
def test_a_key_that_is_none_is_refused_without_being_shown(bad: str, tmp_path: Path) -> None:
    for use in (lambda: secret_keys_of(tmp_path, bad), lambda: FernetSecretBox([bad])):
        with pytest.raises(InvalidInput) as refusal:
            use()
        assert refusal.value.code == "bad_secret_key"
        assert "Fernet.generate_key()" in refusal.value.hint
        shown = "".join(traceback.format_exception_only(refusal.value)) + refusal.value.hint
        assert not bad or bad not in shown
        assert refusal.value.__suppress_context__


def test_a_given_key_is_used_and_none_is_made(key: str, tmp_path: Path) -> None:
    assert secret_keys_of(tmp_path / "home", f" {key}\n").keys() == [key]
    assert not (tmp_path / "home").exists()


def test_a_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (made,) = KeyFile(home).keys()
    Fernet(made)
    assert KeyFile(home).keys() == [made]
    assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert [file.name for file in home.iterdir()] == ["secret.key"]


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    KeyFile(tmp_path).keys()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o750


@pytest.mark.parametrize("content", [b"", b"spoilt", b"\xff\xfe"])
def test_a_spoilt_key_file_is_named_and_left_alone(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    file.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"secret\.key") as refusal:
        KeyFile(tmp_path).keys()
    assert refusal.value.code == "bad_secret_key"
    assert file.read_bytes() == content


def test_a_place_where_no_key_can_be_kept_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match=r"secret\.key") as refusal:
        KeyFile(tmp_path / "file").keys()
    assert refusal.value.code == "no_secret_key"


def test_processes_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from adapters.secrets import KeyFile
print("ready", flush=True)
sys.stdin.readline()
print(KeyFile(Path({str(tmp_path / "home")!r})).keys())
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


@pytest.mark.parametrize("between", [",", " ", "\n", " , "])
def test_several_keys_are_given_in_one_text(between: str, key: str) -> None:
    newer = Fernet.generate_key().decode()
    ring = GivenKeys(f"{newer}{between}{key}")
    assert ring.keys() == [newer, key]
    assert newer not in repr(ring)


def test_one_bad_key_among_several_is_refused_without_any_being_shown(key: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        GivenKeys(f"{key} spoilt-key")
    assert refusal.value.code == "bad_secret_key"
    assert key not in str(refusal.value)
    assert "spoilt-key" not in str(refusal.value)


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o620, 0o601, 0o644])
def test_a_key_that_others_can_get_at_is_refused(mode: int, tmp_path: Path) -> None:
    KeyFile(tmp_path).keys()
    (tmp_path / "secret.key").chmod(mode)
    with pytest.raises(InvalidInput, match=f"{mode:o}") as refusal:
        KeyFile(tmp_path).keys()
    assert refusal.value.code == "secret_key_exposed"
    assert "chmod 600" in refusal.value.hint


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o440, 0o640])
def test_a_key_that_owner_and_group_can_read_is_used(mode: int, tmp_path: Path) -> None:
    KeyFile(tmp_path).keys()
    (tmp_path / "secret.key").chmod(mode)
    assert len(KeyFile(tmp_path).keys()) == 1


class TestRotation:
    def test_a_running_process_opens_what_the_new_key_sealed(self, tmp_path: Path) -> None:
        running = secret_box_with(KeyFile(tmp_path))
        KeyFile(tmp_path).begin()
        sealed = secret_box_with(KeyFile(tmp_path)).seal("hunter2")
        KeyFile(tmp_path).finish()
        assert running.open(sealed) == "hunter2"

    def test_a_running_process_seals_with_the_new_key_from_its_beginning(self, tmp_path: Path) -> None:
        running = secret_box_with(KeyFile(tmp_path))
        KeyFile(tmp_path).begin()
        sealed = running.seal("hunter2")
        KeyFile(tmp_path).finish()
        assert secret_box_with(KeyFile(tmp_path)).open(sealed) == "hunter2"

    def test_what_was_read_before_a_rotation_ended_is_opened_after_it(self, tmp_path: Path) -> None:
        running = secret_box_with(KeyFile(tmp_path))
        read_early = running.seal("hunter2")
        KeyFile(tmp_path).begin()
        KeyFile(tmp_path).finish()
        running.seal("something else")
        assert running.open(read_early) == "hunter2"

    def test_a_process_that_starts_later_knows_no_old_key(self, tmp_path: Path) -> None:
        old = secret_box_with(KeyFile(tmp_path)).seal("hunter2")
        KeyFile(tmp_path).begin()
        assert secret_box_with(KeyFile(tmp_path)).open(old) == "hunter2"
        assert KeyFile(tmp_path).finish() == 1
        with pytest.raises(TryAgain):
            secret_box_with(KeyFile(tmp_path)).open(old)

    def test_one_that_was_broken_off_is_gone_on_with(self, tmp_path: Path) -> None:
        (old,) = KeyFile(tmp_path).keys()
        KeyFile(tmp_path).begin()
        keys = KeyFile(tmp_path).keys()
        KeyFile(tmp_path).begin()
        assert KeyFile(tmp_path).keys() == keys
        assert keys[1:] == [old]

    def test_only_what_another_key_sealed_is_sealed_anew(self, key: str) -> None:
        newer = Fernet.generate_key().decode()
        box = FernetSecretBox([newer, key])
        anew = box.reseal(FernetSecretBox([key]).seal("hunter2"))
        assert anew is not None
        assert FernetSecretBox([newer]).open(anew) == "hunter2"
        assert box.reseal(anew) is None

    def test_two_at_once_are_one(self, tmp_path: Path) -> None:
        with KeyFile(tmp_path).rotating():
            with pytest.raises(TryAgain) as refusal, KeyFile(tmp_path).rotating():
                pass
            assert refusal.value.code == "rotation_running"
        with KeyFile(tmp_path).rotating():
            pass

    def test_the_file_stays_its_owners_and_no_draft_is_left(self, tmp_path: Path) -> None:
        KeyFile(tmp_path).begin()
        assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
        assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]

    def test_a_process_whose_key_file_is_gone_goes_on_with_what_it_knows(self, tmp_path: Path) -> None:
        running = secret_box_with(KeyFile(tmp_path))
        (tmp_path / "secret.key").unlink()
        assert running.open(running.seal("hunter2")) == "hunter2"
        assert not (tmp_path / "secret.key").exists()
