"""What holds in a browser for every page that the router has: it can be used by everybody, and no data is a script."""

from collections.abc import Iterator
from datetime import date
from urllib.parse import urlencode

import pytest
from dependency_injector import providers
from playwright.sync_api import Page

from entrypoints.container import Container
from sandbox import Sandbox
from tests.console.browser.conftest import Opened, faults_of, is_itself, is_scrolled_sideways
from tests.console.every_page import OPEN_PAGES, Names, filled, furnish, pages, paths
from tests.console.hostile import NUMBERS, TEXTS, store_hostile
from tests.http.clients import client_of
from tests.http.conftest import installation

TODAY = date(2026, 11, 27)
ZOOMED = {"width": 320, "height": 256}
"""A window of 1280 by 1024 pixels at 400 %."""


@pytest.fixture(scope="module")
def office() -> Iterator[Sandbox]:
    with Sandbox.demo() as office:
        yield office


@pytest.fixture(scope="module")
def shared_container(office: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    with installation(tmp_path_factory.mktemp("pages"), office) as container:
        unlimited = container.settings().model_copy(update={"requests_per_minute": 0})
        container.settings.override(providers.Object(unlimited))
        yield container


@pytest.fixture(scope="module")
def names(shared_container: Container, office: Sandbox) -> Names:
    return furnish(shared_container, office, today=TODAY)


def _unfolded(page: Page) -> Page:
    """Open what folds away: what is in it has to be usable as well."""
    page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
    return page


@pytest.mark.parametrize(("width", "dark", "language"), [(1280, False, "nb"), (390, True, "en")])
def test_axe_finds_nothing(
    signed_in: Opened, opened: Opened, names: Names, width: int, dark: bool, language: str
) -> None:
    page = signed_in(width=width, dark=dark, language=language)
    faults = {}
    for path in [*pages(names), "/nothing"]:
        page.goto(path)
        if is_itself(page, path):
            faults[path] = faults_of(_unfolded(page))
    page.get_by_text("Administra").first.click()
    faults["menu"] = faults_of(page)
    page = opened(OPEN_PAGES[0], width=width, dark=dark, language=language)
    for path in OPEN_PAGES:
        page.goto(path)
        faults[path] = faults_of(page)
    assert {path: found for path, found in faults.items() if found} == {}


@pytest.mark.parametrize("language", ["en", "nb"])
def test_nothing_is_beside_what_is_seen_on_small_screens_and_when_zoomed(
    signed_in: Opened, names: Names, language: str
) -> None:
    page = signed_in(width=360, language=language)
    beside = []
    for path in pages(names):
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(path)
        if is_scrolled_sideways(_unfolded(page)):
            beside.append((360, path))
        page.set_viewport_size(ZOOMED)  # type: ignore[arg-type]
        if is_scrolled_sideways(page):
            beside.append((320, path))
    assert beside == []


def test_no_data_runs_as_a_script(signed_in: Opened, shared_container: Container, names: Names) -> None:
    with client_of(shared_container) as api:
        store_hostile(api)
    page = signed_in()
    of_number = [path for path, _ in paths() if path.endswith(("{number}", "/edit", "/preview"))]
    addresses = [
        *pages(names),
        *(filled(path, {**names, "number": number}) for path in of_number for number in NUMBERS),
    ]
    for turn, path in enumerate(addresses):
        page.goto(path)
        assert page.evaluate("window.ran") is None, path
        page.goto(f"{path}?{urlencode({'q': TEXTS[turn % 11], 'after': TEXTS[turn % 7]})}")
        assert page.evaluate("window.ran") is None, path
