"""What a newcomer does first: `kvitt demo --open`, Send Invoice, publish, pay, and Paid arrives."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, expect

KVITT = Path(sys.executable).with_name("kvitt")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The link into the console and the address of the sandbox's page, as the demo prints them at a terminal."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [str(KVITT), "demo", "--open"], stdout=theirs, stderr=theirs, env={**environment, "TMPDIR": str(tmp_path)}
    ) as process:
        os.close(theirs)
        told = b""
        while b"Ctrl-C" not in told:
            told += os.read(ours, 4_096)
        reader = Thread(target=_read_on, args=(ours,), daemon=True)
        reader.start()
        link = re.search(r"http://127\.0\.0\.1:\d+/sign-in/link\?token=[\w-]+", told.decode())
        page = re.search(r"http://127\.0\.0\.1:\d+/control", told.decode())
        try:
            assert link
            assert page
            yield link[0], page[0]
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()
            reader.join(10)
            os.close(ours)
    assert list(tmp_path.iterdir()) == []


def _read_on(terminal: int) -> None:
    """Read what else is printed, so that nobody waits for it to be read."""
    try:
        while os.read(terminal, 4_096):
            continue
    except OSError:  # the other end is closed
        pass


@pytest.mark.parametrize(
    ("language", "sign_in", "send", "publish", "pay", "paid"),
    [
        ("en", "Sign in", "Send Invoice", "Publish", "Pay", "Paid"),
        ("nb", "Logg inn", "Send faktura", "Publiser", "Betal", "Betalt"),
    ],
)
def test_a_newcomer_sends_publishes_and_pays_and_sees_paid_arrive(
    chromium: Browser,
    demo: tuple[str, str],
    language: str,
    sign_in: str,
    send: str,
    publish: str,
    pay: str,
    paid: str,
) -> None:
    link, office = demo
    context = chromium.new_context(locale=language, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    console = context.new_page()
    console.goto(link)
    console.get_by_role("main").get_by_role("button", name=sign_in).click()
    base = link.partition("/sign-in")[0]
    console.goto(f"{base}/businesses/fjell/invoices/F-2010")
    console.get_by_role("button", name=send).first.click()
    console.locator("dialog[open] button[name=confirmed]").click()
    accountant = context.new_page()
    accountant.goto(f"{office}?q=F-2010")
    row = accountant.locator(".order", has_text="F-2010")
    row.get_by_role("button", name=publish).click()
    row.get_by_role("button", name=pay, exact=False).first.click()
    expect(row.locator(".state")).to_contain_text(paid)
    console.bring_to_front()
    expect(console.get_by_role("main").get_by_text(re.compile(rf"^{paid}\b")).first).to_be_visible(timeout=30_000)
    context.close()
