"""The desktop, where somebody sits at one: addresses are opened there."""

import os
import sys
import webbrowser
from html import escape
from pathlib import Path


def is_at_a_terminal() -> bool:
    """Whether a person reads what is printed, and it is kept nowhere."""
    return sys.stdout.isatty()


def opened_in_browser(address: str, *, by: Path) -> bool:
    """Open a secret address where a person is at a screen of this machine; whether it was opened.

    Whoever is on this machine sees what a browser is started with. So that is a page in the folder `by`, readable by
    its owner alone, which leads on; the next one takes its place.
    """
    return _has_screen() and webbrowser.open(_leading_to(address, by / "open-console.html").absolute().as_uri())


def _leading_to(address: str, page: Path) -> Path:
    text = f'<!doctype html><meta http-equiv="refresh" content="0; url={escape(address)}"><title>Kvitt</title>\n'
    draft = page.with_name(f".{page.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
    return draft.replace(page)


def _has_screen() -> bool:
    if not is_at_a_terminal() or "SSH_CONNECTION" in os.environ:
        return False
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
