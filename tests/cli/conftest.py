import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from entrypoints.cli.main import run
from entrypoints.demo.world import demo_business
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.homes import furnish


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The whole of standard output as one JSON document."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


class Kvitt:
    """The command line, run in this process: real container, real storage, real adapter."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        self._folder = folder

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> Answer:
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self._capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        printed = self._capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    def file(self, name: str, content: Any) -> Path:
        """Write a file: bytes and text as they are, everything else as JSON."""
        file = self._folder / name
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return file

    def add(self, *invoices: Any) -> None:
        """Add invoices to the business "fjell"."""
        answer = self("invoice", "add", self.file("given.json", list(invoices)), "--business", "fjell")
        assert answer.code == 0, answer


def an_invoice(number: str = "1001-1", **changes: Any) -> dict[str, Any]:
    """A complete invoice for a private customer, 1500.00 NOK in all."""
    return {
        "number": number,
        "type": "data_for_accounting",
        "issue_date": "2026-10-01",
        "due_date": "2026-10-15",
        "customer": {"name": "Signe Prøve", "email": "signe@prove.example"},
        "rows": [
            {
                "product": "Tractor",
                "period": {"start": "2026-09-10", "end": "2026-09-12"},
                "quantity": "1",
                "unit_price": "1200.00",
                "discount_percent": "0",
                "vat_percent": "25",
            }
        ],
        **changes,
    }


@pytest.fixture
def office() -> Iterator[Sandbox]:
    with Sandbox.demo(logins_per_minute=0) as office:
        yield office


@pytest.fixture
def books(office: Sandbox) -> Books:
    return office.account(DEMO_ACCOUNT).books


@pytest.fixture
def kvitt(
    tmp_path: Path, office: Sandbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Kvitt:
    for variable in ("KVITT_DATABASE_URL", "KVITT_SECRET_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("KVITT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KVITT_TFSO_API_URL", office.url)
    return Kvitt(capsys, monkeypatch, tmp_path)


@pytest.fixture
def fjell(kvitt: Kvitt, tmp_path: Path) -> Kvitt:
    """The command line, with the business "fjell" connected to the sandbox."""
    furnish(tmp_path / "home")
    answer = kvitt("business", "add", "fjell", "--file", kvitt.file("fjell.json", demo_business()))
    assert answer.code == 0, answer
    return kvitt
