"""What holds for every page that the router has, those included that are added tomorrow."""

import inspect
from collections.abc import Iterator
from datetime import date
from itertools import cycle
from typing import Any, get_args
from urllib.parse import quote, urlsplit

import pytest
from dependency_injector import providers
from litestar.params import QueryParameter

from entrypoints.container import Container
from sandbox import Sandbox
from tests.console.every_page import NO_PAGES, OPEN_PAGES, Names, filled, furnish, pages, paths
from tests.console.hostile import NUMBERS, PRODUCT, TAG, TEXTS, store_hostile
from tests.console.people import sign_in_to
from tests.console.reader import Reader, Shown
from tests.http.clients import client_of
from tests.http.conftest import installation

TODAY = date(2026, 11, 27)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Container, Names]]:
    with Sandbox.demo() as office, installation(tmp_path_factory.mktemp("pages"), office) as container:
        unlimited = container.settings().model_copy(update={"requests_per_minute": 0})
        container.settings.override(providers.Object(unlimited))
        names = furnish(container, office, today=TODAY)
        with client_of(container) as api:
            store_hostile(api)
        yield container, names


@pytest.fixture(scope="module")
def names(place: tuple[Container, Names]) -> Names:
    return place[1]


@pytest.fixture(scope="module")
def ola(place: tuple[Container, Names]) -> Iterator[Reader]:
    with client_of(place[0], key="") as client:
        sign_in_to(client, place[0], "ola", {})
        yield Reader(client)


def _every_address(names: Names) -> list[str]:
    """Every page, and those of an invoice for each hostile number."""
    found = [*pages(names), *OPEN_PAGES, "/nothing", "/businesses/nothing/invoices"]
    for number in NUMBERS:
        found += [filled(path, {"business": "fjell", "number": number}) for path, _ in paths() if _is_of_number(path)]
    return list(dict.fromkeys(found))


def _is_of_number(path: str) -> bool:
    return "{number}" in path and path not in NO_PAGES


def _require_whole(page: Shown, address: str) -> None:
    """See that a page is made of what its templates have, and of nothing else."""
    said = page.response.text
    assert page.tree.xpath(f"//{TAG} | //@{TAG} | //img | //iframe | //object | //base") == [], address
    assert page.tree.xpath("//script[not(@src)] | //style | //@style | //@*[starts-with(name(), 'on')]") == [], address
    assert page.tree.xpath("//@*[starts-with(name(), 'hx-on')]") == [], address
    for link in page.tree.xpath("//@href | //@src | //@action | //@formaction | //@hx-get | //@hx-post"):
        assert urlsplit(link).scheme in ("", "mailto"), (address, link)
        assert not urlsplit(link).netloc, (address, link)
    assert PRODUCT not in said, address
    assert "x-injected" not in page.response.headers, address
    ids = page.tree.xpath("//@id")
    assert len(ids) == len(set(ids)), (address, sorted(ids))
    assert len(page.tree.xpath("//h1")) == 1, address
    assert page.text("//title").strip(" –"), address


def test_every_page_is_there_with_one_heading(ola: Reader, names: Names) -> None:
    for address in pages(names):
        page = ola.read(address)
        assert page.status == 200, (address, page.heading)
        assert page.heading, address
        assert " --state" not in page.text("//main"), address


def test_what_is_stored_is_text_on_every_page(ola: Reader, names: Names) -> None:
    for turn, address in enumerate(_every_address(names)):
        page = ola.read(address, headers={"Accept-Language": ("en", "nb")[turn % 2]})
        assert page.status in (200, 404, 409, 422), (address, page.status, page.problem)
        _require_whole(page, address)


def test_what_is_asked_for_is_text_on_every_page(ola: Reader, names: Names) -> None:
    texts = cycle(TEXTS)
    for path, route in paths():
        if path in NO_PAGES:
            continue
        asked = {"lang", "theme", "next", "after", "nothing"}
        asked |= {name for handler in route.route_handlers for name in _parameters(handler.fn)}
        address = filled(path, names)
        for name in sorted(asked):
            for text in (next(texts), next(texts)):
                page = ola.read(f"{address}?{name}={quote(text)}")
                assert page.status in (200, 400, 404, 422), (address, name, text, page.status)
                _require_whole(page, f"{address}?{name}={text}")


def _parameters(handler: Any) -> Iterator[str]:
    """Return the names of what a handler takes from the query."""
    for name, parameter in inspect.signature(handler).parameters.items():
        yield from (one.name or name for one in get_args(parameter.annotation) if isinstance(one, QueryParameter))


def test_no_link_leads_nowhere(ola: Reader, names: Names) -> None:
    seen: set[str] = set()
    for address in pages(names):
        page = ola.read(address)
        for link in page.tree.xpath("//a/@href"):
            path = link.partition("#")[0]
            if path in seen or not path.startswith("/") or "lang=" in path or "theme=" in path:
                continue
            seen.add(path)
            assert ola.client.get(path).status_code == 200, (address, link)
    assert len(seen) > len(NO_PAGES)
