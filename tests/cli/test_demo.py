"""`kvitt demo --open`: the shop that a newcomer finds, and to whom the way in is told."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.errors import KvittError
from core.transfer import TransferState
from entrypoints.cli import demo
from entrypoints.demo.installation import demo_installation
from entrypoints.demo.opened import Opened
from entrypoints.demo.samples import fill, sample_invoices
from entrypoints.demo.world import BUSINESS
from sandbox import Sandbox

KVITT = Path(sys.executable).with_name("kvitt")
OPENED = Opened(
    home=Path("home"),
    console_url="http://127.0.0.1:8000",
    sandbox_url="http://127.0.0.1:8247/control",
    expires_at=datetime(2026, 11, 29, 21, tzinfo=UTC),
    sign_in_url="http://127.0.0.1:8000/sign-in/link?token=secret",
)


def test_the_shop_has_invoices_in_every_state(tmp_path: Path) -> None:
    with Sandbox.demo() as office, demo_installation(tmp_path, office.url) as container:
        fill(container, office, today=date(2026, 11, 29))
        transfers = container.look_up().transfers(BUSINESS, limit=50)
        reports = {
            report.invoice: report.reason
            for report in container.check_status().check(BUSINESS, [f"F-200{number}" for number in range(1, 6)])
            if not isinstance(report, KvittError)
        }
        rejected = {one.invoice: one.error.code for one in transfers if one.error}
        refused = {}
        for number in range(8, 13):
            try:
                container.preview_invoice().preview(BUSINESS, f"F-{2000 + number}")
            except KvittError as error:
                refused[f"F-{2000 + number}"] = error.code

    assert reports == {
        "F-2001": "paid",
        "F-2002": "open",  # SOAP does not tell that a part was paid
        "F-2003": "open",
        "F-2004": "deleted",
        "F-2005": "not_published",
    }
    assert rejected == {"F-2006": "unknown_vat_rate", "F-2007": "ambiguous_customer"}
    assert {one.invoice for one in transfers if one.state is TransferState.REJECTED} == set(rejected)
    assert set(refused) == {"F-2008", "F-2009"}


def test_the_samples_are_of_these_weeks() -> None:
    today = date(2026, 3, 1)
    issued = [day for sample in sample_invoices(today) if (day := sample.invoice.issue_date)]
    assert len(issued) == 12
    assert issued == sorted(issued)
    assert all(0 < (today - day).days < 28 for day in issued)


def test_the_link_that_signs_in_is_printed_at_a_terminal_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def open_(address: str, *, by: Path) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr(demo, "opened_in_browser", open_)
    demo._tell(OPENED)
    told = capsys.readouterr().out
    assert "secret" not in told
    assert "http://127.0.0.1:8000 (the link" in told
    assert opened == []
    assert "secret" not in repr(OPENED)

    monkeypatch.setattr(demo, "is_at_a_terminal", lambda: True)
    demo._tell(OPENED)
    assert OPENED.sign_in_url in capsys.readouterr().out
    assert opened == [OPENED.sign_in_url]


def test_it_stays_open_until_it_is_stopped_and_leaves_nothing(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "TMPDIR": str(tmp_path),
        "KVITT_HOME": str(tmp_path / "none"),
        "KVITT_NOTIFY": "json://x",
    }
    environment = {name: value for name, value in environment.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    ours, theirs = pty.openpty()
    with subprocess.Popen([str(KVITT), "demo", "--open"], stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        try:
            told = b""
            while b"Ctrl-C" not in told:
                told += os.read(ours, 4_096)
            text = told.decode()
            link = re.search(r"(http://127\.0\.0\.1:\d+)/sign-in/link\?token=[\w-]{43}", text)
            page = re.search(r"http://127\.0\.0\.1:\d+/control", text)
            assert link
            assert page
            with urllib.request.urlopen(page[0]) as answer:
                assert "Fagerheim Hotell AS" in answer.read().decode()
            with urllib.request.urlopen(f"{link[1]}/health/live") as answer:
                assert json.loads(answer.read())
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()
            os.close(ours)
    assert list(tmp_path.iterdir()) == []
