"""A real browser, Debian's Chromium, on a real server over a real socket, with the sandbox's books behind it."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from entrypoints.container import Container
from entrypoints.http.server import answering
from tests.console.people import link_for
from tests.http.conftest import shared_container, shared_fjell  # noqa: F401 - fixtures

CHROMIUM = shutil.which("chromium")
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WIDTHS = (1280, 390)

Opened = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium here: make browser installs it where apt-get may")
    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """Start the browser, and end it."""
    arguments = ["--no-sandbox"] if os.getuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
    try:
        yield browser
    finally:
        browser.close()


@pytest.fixture(scope="module")
def served(shared_container: Container) -> Iterator[str]:  # noqa: F811
    """The address of a server; its module's tests share it. Sends are worked on at once."""
    with answering(shared_container) as address:
        yield address


@pytest.fixture
def opened(chromium: Browser, served: str) -> Iterator[Opened]:
    """Opens a page, by an address of the console, in a browser of its own.

    `width` is the window's in pixels, `dark` what the system prefers, `scripts` whether they run. What a page does that
    its own policy forbids, or a script that fails, fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_(
        path: str = "/", *, width: int = 1280, dark: bool = False, scripts: bool = True, language: str = "en"
    ) -> Page:
        context = chromium.new_context(
            base_url=served,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            locale=language,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if _is_complaint(said) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def signed_in(opened: Opened, shared_container: Container) -> Opened:  # noqa: F811
    """As `opened`, by an administrator."""

    def open_(path: str = "/", *, name: str = "ola", **options: object) -> Page:
        page = opened(f"/sign-in/link?token={link_for(shared_container, name)}", **options)
        page.locator("main button").click()
        page.goto(path)
        return page

    return open_


def _is_complaint(said: ConsoleMessage) -> bool:
    """Whether a browser's message is of something wrong; a page that is not there may be what is tested."""
    is_of_page = said.text.startswith("Failed to load resource") and "/static/" not in said.location["url"]
    return said.type == "error" and not is_of_page


def faults_of(page: Page) -> list[str]:
    """Return what axe finds wrong with a page as it is now, by WCAG 2.2 AA and axe's own best practices."""
    session = page.context.new_cdp_session(page)  # what the page's policy forbids scripts is no matter there
    session.send("Runtime.evaluate", {"expression": AXE})
    found = session.send(
        "Runtime.evaluate",
        {"expression": "axe.run(document, {resultTypes: ['violations']})", "awaitPromise": True, "returnByValue": True},
    )
    session.detach()
    return [
        f"{fault['id']}: {node['html'][:150]} {node.get('failureSummary', '')}"
        for fault in found["result"]["value"]["violations"]
        for node in fault["nodes"]
    ]


def is_scrolled_sideways(page: Page) -> bool:
    """Whether there is something beside what is seen."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def is_itself(page: Page, path: str) -> bool:
    """Whether the page is shown that was asked for, and not another that it leads to."""
    return urlsplit(page.url).path == path
