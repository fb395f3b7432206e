"""Who gets into the console, how, and what everybody else is told."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from core.rights import Role
from entrypoints.container import Container
from entrypoints.http.access import is_consoles
from entrypoints.http.app import routes
from tests.console.conftest import SignedInAs
from tests.console.people import link_for, password_for
from tests.console.reader import Reader
from tests.http.clients import bearing, key_for
from tests.http.documents import Api, business_document, problem_of


@pytest.fixture
def container(shared_container: Container) -> Container:
    """Shared by this module's tests: it saves seconds."""
    return shared_container


@pytest.fixture
def api(shared_fjell: Api) -> Api:
    return shared_fjell


@pytest.fixture
def fjell(shared_fjell: Api) -> Api:
    return shared_fjell


@pytest.mark.parametrize("path", ["/", "/businesses", "/businesses/fjell/invoices", "/nothing", "/sign-inn"])
def test_whoever_is_not_signed_in_is_led_to_where_one_signs_in(stranger: Reader, path: str) -> None:
    page = stranger.read(path)

    assert page.heading == "Sign in"
    assert page.response.history[0].status_code == 303


def test_a_link_signs_in_once_and_only_when_its_button_is_pressed(stranger: Reader, container: Container) -> None:
    link = f"/sign-in/link?token={link_for(container, 'ola')}"
    seen = [stranger.read(link) for _ in range(2)]

    inside = stranger.press(seen[1], "Sign in")

    assert inside.heading == "Overview"
    assert "ola" in inside.texts("//summary")
    stranger.client.cookies.clear()
    refused = stranger.press(seen[0], "Sign in")
    assert refused.status == 401
    assert refused.text("//code") in ("wrong_link", "link_used")
    assert stranger.read("/").heading == "Sign in"


def test_a_link_is_told_to_nobody(stranger: Reader, container: Container, caplog: pytest.LogCaptureFixture) -> None:
    text = link_for(container, "ola")
    with caplog.at_level("DEBUG"):
        page = stranger.read(f"/sign-in/link?token={text}")
        stranger.press(page, "Sign in")

    assert page.response.headers["referrer-policy"] == "strict-origin"
    told = "".join(f"{record.getMessage()}{record.__dict__}" for record in caplog.records if record.name != "httpx")
    assert text not in told


def test_a_password_signs_in_and_leads_back_to_where_one_was_going(stranger: Reader, container: Container) -> None:
    password = password_for(container, "ola")
    asked = stranger.read("/businesses?limit=5")
    assert asked.address == "/sign-in?next=%2Fbusinesses%3Flimit%3D5"

    wrong = stranger.press(asked, "Sign in", name="ola", password="wrong")
    assert (wrong.status, wrong.heading) == (401, "Sign in")
    assert wrong.text("//code[1]") == "wrong_password"
    assert wrong.tree.get_element_by_id("field-name").get("value") == "ola"
    assert wrong.tree.get_element_by_id("field-password").get("value") == ""

    assert stranger.press(wrong, "Sign in", name="ola", password=password).address == "/businesses?limit=5"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        r"/\evil.example",
        "\\evil.example",
        "/ Set-Cookie: a=b",
        "javascript:1",
        "/	/evil.example",
    ],
)
def test_nobody_is_led_to_another_site(stranger: Reader, container: Container, elsewhere: str) -> None:
    page = stranger.read("/sign-in", params={"next": elsewhere})
    sent = {"name": "ola", "password": password_for(container, "ola"), "next": elsewhere}

    answer = stranger.client.post("/sign-in", data=sent, follow_redirects=False)

    assert page.tree.xpath("//input[@name='next']")[0].get("value") == "/"
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("path", ["//evil.example", "///evil.example/a", "/\\evil.example"])
def test_no_address_of_ours_leads_to_another_site(signed_in_as: SignedInAs, path: str) -> None:
    ola = signed_in_as("ola")

    chosen = ola.client.get(f"http://127.0.0.1:8000{path}?lang=nb", follow_redirects=False)
    page = ola.read(f"http://127.0.0.1:8000{path}")

    assert chosen.headers["location"].startswith("/evil.example")
    assert [link for link in page.links.values() if link.startswith(("//", "/\\", "http"))] == []


def test_signing_out_ends_the_session(signed_in_as: SignedInAs) -> None:
    ola = signed_in_as("ola")
    cookies = dict(ola.client.cookies)

    out = ola.press(ola.read("/"), "Sign out")

    assert out.heading == "Sign in"
    assert "cache" in out.response.history[0].headers["clear-site-data"]
    ola.client.cookies.update(cookies)
    assert ola.read("/").heading == "Sign in"


def test_the_cookie_is_read_by_no_script_and_sent_to_no_other_site(stranger: Reader, container: Container) -> None:
    for base, wanted in (("http", "kvitt_session="), ("https", "__Host-kvitt_session=")):
        answer = stranger.client.post(
            f"{base}://127.0.0.1:8000/sign-in/link", data={"token": link_for(container, base)}, follow_redirects=False
        )
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(wanted)
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        assert ("Secure" in cookie) is (base == "https")
        assert "Domain" not in cookie


def test_a_key_is_no_way_into_the_console_nor_a_session_into_the_api(
    stranger: Reader, signed_in_as: SignedInAs, container: Container
) -> None:
    assert stranger.read("/businesses", headers=bearing(key_for(container))).heading == "Sign in"
    problem_of(signed_in_as("ola").client.get("/v1/businesses"), 401, "not_authenticated")
    problem_of(signed_in_as("ida").client.get("/metrics"), 401, "not_authenticated")


def test_a_part_of_a_page_that_is_asked_for_too_late_leads_the_whole_page_there(stranger: Reader) -> None:
    asked = {"HX-Request": "true", "HX-Current-URL": "http://127.0.0.1:8000/businesses?limit=5"}

    answer = stranger.client.get("/businesses", headers=asked, follow_redirects=False)

    assert answer.status_code == 200
    assert answer.headers["hx-redirect"] == "/sign-in?next=%2Fbusinesses%3Flimit%3D5"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost:9"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/businesses/fjell/batches"])
def test_what_another_site_sends_is_refused(reader: Reader, fjell: Api, headers: dict[str, str], path: str) -> None:
    csrf = reader.read("/").text("//input[@name='csrf']/@value")

    answer = reader.client.post(path, data={"csrf": csrf, "number": "1", "confirmed": "yes"}, headers=headers)

    assert answer.status_code == 403
    assert "foreign_origin" in answer.text


@pytest.mark.parametrize("csrf", [None, "", "c" * 42, "ø" * 43])
def test_a_form_that_is_not_of_this_session_is_refused(reader: Reader, csrf: str | None) -> None:
    sent = {"number": "1", "confirmed": "yes"} | ({} if csrf is None else {"csrf": csrf})

    answer = reader.client.post("/businesses/fjell/batches", data=sent)

    assert answer.status_code == 403
    assert "stale_form" in answer.text
    assert reader.read("/").heading == "Overview"


def _handlers() -> Iterator[tuple[str, Any]]:
    """Yield every handler of the console with its path."""
    for route in routes().routes:
        if is_consoles(route.path):
            yield from ((route.path, handler) for handler in getattr(route, "route_handlers", []))


def _guarded(method: str) -> Iterator[str]:
    """Yield the paths that take this method of some only, of the business fjell and of things that are not there."""
    for path, handler in _handlers():
        if method in handler.http_methods and not handler.opt.get("open"):
            yield re.sub(r"\{[^}]*\}", "x", path.replace("{business:str}", "fjell"))


def test_every_page_says_who_may_see_it(api: Api) -> None:
    handlers = [(path, handler) for path, handler in _handlers() if handler.http_methods != {"OPTIONS"}]
    assert len(handlers) > 60
    for path, handler in handlers:
        assert "needs" in handler.opt or handler.opt.get("open"), path


def test_no_form_is_taken_without_its_session(reader: Reader, fjell: Api) -> None:
    paths = list(_guarded("POST"))
    assert len(paths) > 20
    for path in paths:
        for sent in ({}, {"csrf": "c" * 43}):
            answer = reader.client.post(path, data={"confirmed": "yes", **sent})
            assert (answer.status_code, "stale_form" in answer.text) == (403, True), path


def test_another_business_has_no_pages(fjell: Api, signed_in_as: SignedInAs) -> None:
    assert fjell.put("/v1/businesses/vidde", json=business_document()).status_code == 201
    kari = signed_in_as("kari", vidde=Role.SEND)
    csrf = kari.read("/businesses").text("//input[@name='csrf']/@value")
    for method in ("GET", "POST"):
        for path in (one for one in _guarded(method) if one.startswith("/businesses/fjell")):
            answer = kari.client.request(method, path, data={"csrf": csrf} if method == "POST" else None)
            assert (answer.status_code, "unknown_business" in answer.text) == (404, True), (method, path)
