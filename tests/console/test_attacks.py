"""What a hostile user, another site, or somebody with the wrong key tries: on every route that the console has."""

import re
from collections.abc import Iterator
from time import process_time

import pytest
from litestar.routes import HTTPRoute

from core.rights import Need, Role
from entrypoints.console.router import console
from entrypoints.container import Container
from tests.console.conftest import SignedInAs
from tests.console.people import link_for
from tests.console.reader import Reader
from tests.http.documents import Api, add_invoice

NAMES = {"business": "fjell", "number": "1"}

TYPES = {
    "application/x-www-form-urlencoded": b"confirmed=yes",
    "multipart/form-data; boundary=x": b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nyes\r\n--x--\r\n',
    "text/plain": b"confirmed=yes",
    "application/json": b'{"confirmed": "yes"}',
    "application/xml": b"<confirmed/>",
    "": b"confirmed=yes",
}


@pytest.fixture
def container(shared_container: Container) -> Container:
    return shared_container


@pytest.fixture
def api(shared_fjell: Api) -> Api:
    return shared_fjell


@pytest.fixture
def fjell(shared_fjell: Api) -> Api:
    return shared_fjell


def _posts() -> Iterator[tuple[str, Need | None, bool]]:
    """Return what may be posted to: its address, what it needs, and whether whoever is not signed in may."""
    for route in console().routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            if "POST" in handler.http_methods:
                options = handler.opt
                address = re.sub(r"\{(\w+)[^}]*\}", lambda parameter: NAMES.get(parameter[1], "x"), route.path)
                yield address, options.get("needs", Need.ADMINISTER), bool(options.get("open"))


POSTS = list(dict.fromkeys(_posts()))


def _token(reader: Reader) -> str:
    return str(reader.read("/account").tree.xpath("//input[@name='csrf']/@value")[0])


def test_no_route_takes_a_form_that_is_not_ours_whatever_its_type(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "1")
    for address, _, is_open in POSTS:
        for kind, body in TYPES.items():
            headers = {"Content-Type": kind} if kind else {}
            answer = reader.client.post(address, content=body, headers=headers, follow_redirects=False)
            if not is_open:
                assert answer.status_code in (400, 403, 415), (address, kind, answer.status_code)
            cross = {**headers, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
            answer = reader.client.post(address, content=body, headers=cross, follow_redirects=False)
            assert answer.status_code in (400, 403, 415), (address, kind, answer.status_code)
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "QUERY"):
            answer = reader.client.request(method, address, headers={"Origin": "https://evil.example"})
            assert answer.status_code in (403, 404, 405), (address, method, answer.status_code)


def test_whoever_may_only_look_presses_nothing(fjell: Api, signed_in_as: SignedInAs) -> None:
    add_invoice(fjell, "1")
    kari = signed_in_as("kari", fjell=Role.READ)
    token = _token(kari)
    for address, need, is_open in POSTS:
        if is_open or need in (None, Need.READ):
            continue
        answer = kari.client.post(address, data={"csrf": token, "confirmed": "yes"}, follow_redirects=False)
        assert answer.status_code == 403, (address, answer.status_code)
        assert "<code>not_allowed</code>" in answer.text, address
    assert fjell.get("/v1/businesses/fjell/transfers?invoice=1").json()["items"] == []


def test_a_session_that_somebody_else_chose_is_never_signed_in(stranger: Reader, container: Container) -> None:
    stranger.client.cookies.set("kvitt_session", "A" * 43)
    link = link_for(container, "ola")

    answer = stranger.client.post("/sign-in/link", data={"token": link}, follow_redirects=False)

    given = answer.cookies["kvitt_session"]
    assert given != "A" * 43
    stranger.client.cookies.clear()
    assert stranger.read("/", headers={"Cookie": f"kvitt_session={'A' * 43}"}).address.startswith("/sign-in")
    assert stranger.read("/", headers={"Cookie": f"kvitt_session={given}"}).heading == "Overview"


def test_a_user_who_is_disabled_is_out_with_the_next_request(signed_in_as: SignedInAs, container: Container) -> None:
    kari = signed_in_as("kari")
    assert kari.read("/businesses").heading == "Businesses"
    token = _token(kari)

    container.manage_users().disable("kari")

    assert kari.read("/businesses").address.startswith("/sign-in")
    answer = kari.client.post("/account/password", data={"csrf": token}, follow_redirects=False)
    assert answer.headers["location"].startswith("/sign-in")
    container.manage_users().enable("kari")
    assert kari.read("/businesses").address.startswith("/sign-in")


SPELLINGS = [
    "/v1%2fbusinesses",
    "/%76%31/businesses",
    "/V1/businesses",
    "//v1/businesses",
    "/./v1/businesses",
    "/v1/../v1/businesses",
    "/static/..%2f..%2fsession.py",
    "/static/%2e%2e/session.py",
    "/static/..%5csession.py",
    "/static//etc/passwd",
    "/static/console.css%00.js",
    "/businesses%2ffjell%2finvoices",
    "/businesses/fjell%2finvoices",
    "/businesses/..;/v1",
    "/businesses/fjell/invoices/..%2f..%2f..%2fv1",
    "/sign-in/../businesses",
    "/sign-in%2f..%2fbusinesses",
    "/sign-in/%2e%2e/businesses",
    "/static/../businesses",
    "/static%2f..%2f..%2fbusinesses",
    "/%2fevil.example",
]


def test_no_spelling_of_a_path_opens_what_is_shut(reader: Reader, stranger: Reader, fjell: Api) -> None:
    add_invoice(fjell, "secret-1")
    for path in SPELLINGS:
        answer = stranger.client.get(path, follow_redirects=False)
        assert answer.status_code in (301, 303, 307, 400, 401, 404), path
        assert "secret-1" not in answer.text, path
        assert "fjell</a>" not in answer.text, path
        inside = reader.client.get(path, follow_redirects=False)
        assert inside.status_code < 500, path
        assert inside.headers.get("content-type") != "application/json", path
        assert "import " not in inside.text, path
        assert not inside.headers.get("location", "/").startswith(("//", "http")), path


def test_a_form_of_many_fields_or_parts_costs_little(reader: Reader) -> None:
    parts = (
        b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(15_000)) + b"--x--\r\n"
    )
    many = {
        "application/x-www-form-urlencoded": b"a=1&" * 240_000,
        "multipart/form-data; boundary=x": parts,
    }
    for kind, body in many.items():
        began = process_time()
        answer = reader.client.post("/account/password", content=body, headers={"Content-Type": kind})
        assert answer.status_code in (400, 403, 413), (kind, answer.status_code)
        assert process_time() - began < 5, kind


def test_whoever_is_not_signed_in_sends_little(stranger: Reader) -> None:
    for address, _, is_open in POSTS:
        if is_open:
            assert stranger.client.post(address, data={"name": "x" * 30_000}).status_code == 413, address


def test_a_form_that_is_sent_again_makes_one_order(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "7001")
    sent = {"csrf": _token(reader), "confirmed": "yes"}
    for _ in range(3):
        answer = reader.client.post("/businesses/fjell/invoices/7001/send", data=sent, follow_redirects=False)
        assert answer.status_code == 303, answer.text
    told = fjell.get("/v1/businesses/fjell/transfers?invoice=7001").json()
    assert len(told["items"]) == 1
