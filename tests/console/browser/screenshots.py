"""make screenshots: what each page of the console looks like, at a desk in English and on a phone in Norwegian.

Into docs/screenshots, as WebP; the data is the demo's, at an instant that stays the same. Another folder may be named.
"""

import base64
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from dependency_injector import providers
from playwright.sync_api import Browser, Page, sync_playwright

from entrypoints.http.server import answering
from sandbox import Sandbox
from tests.console.browser.conftest import CHROMIUM, is_itself, launched
from tests.console.every_page import OPEN_PAGES, Names, furnish, pages
from tests.console.people import link_for
from tests.http.conftest import installation

FOLDER = Path(__file__).parents[3] / "docs" / "screenshots"
BEGAN = datetime(2026, 11, 27, 9, 20, tzinfo=UTC)
LOOKS = ((1280, "en"), (390, "nb"))
TALLEST = 1_800
"""In pixels: what is below is not shown."""


class Clock:
    """It runs, from a day that is always the same."""

    def __init__(self) -> None:
        self._ahead = BEGAN - datetime.now(UTC)

    def now(self) -> datetime:
        """Return the instant that it is to be."""
        return datetime.now(UTC) + self._ahead

    __call__ = now


def take(folder: Path) -> Sequence[Path]:
    """Take a picture of every page into a folder, and return their files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    clock = Clock()
    with (
        tempfile.TemporaryDirectory() as home,
        Sandbox.demo(clock=clock) as office,
        installation(Path(home), office) as container,
        sync_playwright() as playwright,
        launched(playwright) as browser,
    ):
        container.clock.override(providers.Object(clock))
        names = furnish(container, office, today=BEGAN.date())
        with answering(container) as address:
            for width, language in LOOKS:
                _take_all(browser, address, width, language, link=link_for(container, "ola"), names=names, to=folder)
    return sorted(folder.iterdir())


def _take_all(browser: Browser, address: str, width: int, language: str, *, link: str, names: Names, to: Path) -> None:
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 800}, locale=language)
    page = context.new_page()
    page.goto(OPEN_PAGES[0])
    _take(page, to / f"sign-in-{width}.webp")
    page.goto(f"/sign-in/link?token={link}")
    _take(page, to / f"sign-in-link-{width}.webp")
    page.locator("main button").click()
    for path in pages(names):
        page.goto(path)
        if is_itself(page, path):
            _take(page, to / f"{_name(path, names)}-{width}.webp")
    context.close()


def _name(path: str, names: Names) -> str:
    """Name a page by its address, without what another day names otherwise."""
    called = {name: what.rpartition(" ")[2] for what, name in names.items() if what != "business"}
    below = f"/businesses/{names['business']}"
    plain = f"/business{path.removeprefix(below)}" if path.startswith(below) else path
    return "-".join(called.get(part, part) for part in plain.strip("/").split("/")) or "overview"


def _take(page: Page, file: Path) -> None:
    width, height = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    session = page.context.new_cdp_session(page)
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST), "scale": 1}
    taken = session.send(
        "Page.captureScreenshot", {"format": "webp", "quality": 60, "captureBeyondViewport": True, "clip": clip}
    )
    session.detach()
    file.write_bytes(base64.b64decode(taken["data"]))


def main() -> None:
    """Take them all, and say how many and how large."""
    if CHROMIUM is None:
        sys.exit("There is no chromium here: apt-get install chromium.")
    files = take(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
    sys.stdout.write(f"{len(files)} pictures, {sum(file.stat().st_size for file in files) / 1e6:.1f} MB.\n")


if __name__ == "__main__":
    main()
