"""What a person sees at a terminal of 80 columns is what is told. `make sessions` writes it anew."""

from pathlib import Path

import pytest

from tests.cli.sessions.playing import played, sessions


@pytest.mark.parametrize("file", sessions(), ids=lambda file: file.stem)
def test_a_session_reads_as_it_is_told(file: Path, tmp_path: Path) -> None:
    assert played(file, tmp_path) == file.read_text(encoding="utf-8"), "run make sessions, and read what changed"


def test_there_are_thirty_sessions() -> None:
    assert len(sessions()) >= 30
