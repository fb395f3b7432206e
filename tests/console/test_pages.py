"""What holds for every page: headers, languages, looks, errors, and how much is loaded."""

import gzip
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from httpx import Response

import entrypoints.console
from core.rights import Role
from core.user import Grant
from entrypoints.console.assets import assets
from entrypoints.console.headers import CONTENT_SECURITY_POLICY
from entrypoints.console.visit import Visit
from entrypoints.container import Container
from entrypoints.language.at_hand import Language
from tests.console.conftest import SignedInAs
from tests.console.reader import Reader
from tests.http.documents import Api, add_invoice, business_document

LIBRARIES = {
    "htmx-2.0.11": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
    "htmx-ext-sse-2.2.4": "98a46496de0c3605fbffdce9167ba427bdd9553184f83f149c261891a92c0136",
}
"""The SHA-256 of dist/htmx.min.js in htmx.org and of dist/sse.min.js in htmx-ext-sse, of the npm registry."""

MOST_TRANSFERRED = 60_000

OWASP = {
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-dns-prefetch-control": "off",
    "x-frame-options": "DENY",
    "x-permitted-cross-domain-policies": "none",
}


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


def test_the_libraries_are_those_of_their_packages_with_their_licences() -> None:
    folder = Path(entrypoints.console.__file__).parent / "static"
    for name, digest in LIBRARIES.items():
        assert hashlib.sha256(assets()[f"{name}.min.js"].content).hexdigest() == digest
        assert "Permission to use, copy, modify" in (folder / f"{name}.LICENSE").read_text(encoding="utf-8")


def _answers(reader: Reader, stranger: Reader) -> dict[str, Response]:
    get, post = reader.client.get, reader.client.post
    get_stranger = stranger.client.get
    return {
        "page": get("/businesses"),
        "list": get("/businesses/fjell/invoices"),
        "sign-in": get_stranger("/sign-in"),
        "link": get_stranger("/sign-in/link?token=x"),
        "way to sign-in": get_stranger("/", follow_redirects=False),
        "way after a choice": get("/?lang=nb", follow_redirects=False),
        "wrong password": stranger.client.post("/sign-in", data={"name": "a", "password": "b"}),
        "no such page": get("/nothing"),
        "no such business": get("/businesses/nothing/invoices"),
        "no such method": post("/businesses/fjell/invoices"),
        "refused form": post("/sign-out"),
        "bad parameter": get("/businesses?limit=x"),
        "too large": post("/sign-out", data={"csrf": "x" * 2_000_000}),
        "another name": get("/", headers={"Host": "evil.example"}),
        "stylesheet": get("/static/console.css"),
        "no such file": get("/static/nothing.css"),
        "options": reader.client.options("/businesses"),
    }


def test_every_answer_says_what_a_page_may_do(reader: Reader, stranger: Reader) -> None:
    for name, answer in _answers(reader, stranger).items():
        headers = answer.headers
        for header, value in OWASP.items():
            assert headers.get_list(header) == [value], (name, header)
        assert headers.get_list("content-security-policy") == [CONTENT_SECURITY_POLICY], name
        assert "camera=()" in headers["permissions-policy"], name
        assert headers["referrer-policy"] == ("strict-origin" if name == "link" else "same-origin"), name
        assert "strict-transport-security" not in headers, name
        if name != "stylesheet":
            assert headers["cache-control"] == "no-store, max-age=0", name
        assert "x-request-id" in headers, name
        assert "server" not in headers, name
    assert "unsafe" not in CONTENT_SECURITY_POLICY


def test_over_https_the_browser_is_told_to_stay_there(stranger: Reader) -> None:
    for path in ("/sign-in", "/nothing", "/v1/businesses", "/health/live"):
        answer = stranger.client.get(f"https://127.0.0.1:8000{path}", follow_redirects=False)
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


def test_errors_are_pages(reader: Reader, stranger: Reader) -> None:
    wanted = {
        "no such page": (404, "unknown_path"),
        "no such business": (404, "unknown_business"),
        "no such method": (405, "method_not_allowed"),
        "refused form": (403, "stale_form"),
        "bad parameter": (400, "bad_parameter"),
        "too large": (413, "too_large"),
        "another name": (400, "unknown_host"),
        "no such file": (404, "unknown_path"),
    }
    answers = _answers(reader, stranger)
    for name, (status, code) in wanted.items():
        answer = answers[name]
        assert answer.status_code == status, name
        assert answer.headers["content-type"].startswith("text/html"), name
        assert f"<code>{code}</code>" in answer.text, name


def test_our_own_fault_tells_nothing_of_our_insides(
    reader: Reader, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_named: object) -> None:
        raise RuntimeError("the secret of the insides")

    monkeypatch.setattr(container.look_up(), "businesses", fail)

    page = reader.read("/businesses")

    assert page.status == 500
    assert page.heading == "Kvitt itself failed"
    assert "insides" not in page.response.text


def test_nothing_in_a_page_is_a_script_or_a_style_of_its_own(reader: Reader, fjell: Api) -> None:
    add_invoice(fjell, "1")
    for path in ("/", "/businesses", "/businesses/fjell/invoices", "/nothing"):
        page = reader.read(path)
        assert page.tree.xpath("//script[not(@src)] | //style | //@style | //@*[starts-with(name(), 'on')]") == []
        assert page.tree.xpath("//@*[starts-with(name(), 'hx-on')]") == []


@pytest.mark.parametrize(
    ("accepted", "language", "heading"),
    [
        ("nb-NO,nb;q=0.9,en;q=0.8", "nb", "Virksomheter"),
        ("nn", "nb", "Virksomheter"),
        ("de,en;q=0.5", "en", "Businesses"),
    ],
)
def test_a_page_is_in_the_language_of_the_browser(reader: Reader, accepted: str, language: str, heading: str) -> None:
    page = reader.read("/businesses", headers={"Accept-Language": accepted})

    assert page.tree.get("lang") == language
    assert page.response.headers["content-language"] == language
    assert page.heading == heading


def test_the_language_and_the_looks_can_be_chosen_and_stay_chosen(reader: Reader) -> None:
    page = reader.follow(reader.read("/businesses?limit=3"), "Norsk")
    assert page.address == "/businesses?limit=3"
    assert page.heading == "Virksomheter"
    assert page.tree.get("data-theme") is None

    dark = reader.follow(page, "Mørkt")
    assert dark.tree.get("data-theme") == "dark"
    assert (reader.read("/").tree.get("lang"), reader.read("/").tree.get("data-theme")) == ("nb", "dark")
    assert reader.follow(dark, "Som systemet").tree.get("data-theme") is None
    assert reader.follow(dark, "English").heading == "Businesses"


def test_errors_are_told_in_the_language_too(reader: Reader) -> None:
    page = reader.read("/businesses/nothing/invoices?lang=nb")

    assert page.problem.startswith(
        "Det finnes ingen virksomhet «nothing». Bruk «Virksomheter» for å se navnene, eller legg den til med "
        "«Koble til en virksomhet»."
    )
    hint = reader.read("/businesses/nothing/invoices?lang=en").text("//*[@role='alert']/p[2]")
    assert hint == "Use “Businesses” for the names, or add it with “Connect a business”."
    assert reader.read("/nothing?lang=nb").heading == "Siden finnes ikke"


def test_what_is_loaded_stays_in_the_browser_until_it_changes(stranger: Reader) -> None:
    page = stranger.read("/sign-in")
    loaded = page.tree.xpath("//script/@src | //link/@href")
    assert loaded
    for address in loaded:
        answer = stranger.client.get(address)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["vary"] == "Accept-Encoding"
        older = stranger.client.get(re.sub("v=.*", "v=000000000000", address))
        assert older.headers["cache-control"] == "no-cache"
    plain = stranger.client.get(loaded[-1], headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == stranger.client.get(loaded[-1]).content


def test_the_first_page_is_small(reader: Reader, fjell: Api) -> None:
    for number in range(50):
        add_invoice(fjell, f"2001-{number}")
    for path in ("/", "/sign-in/link", "/businesses", "/businesses/fjell/invoices"):
        page = reader.read(path)
        addresses = page.tree.xpath("//script/@src | //link/@href")
        names = [address.partition("?")[0].rpartition("/")[2] for address in addresses]
        loaded = sum(len(gzip.compress(assets()[name].content)) for name in names)
        heads = 1_000 * (len(names) + 1)
        page_itself = len(gzip.compress(page.response.content))
        assert page_itself + loaded + heads < MOST_TRANSFERRED, path
        assert page.response.headers["content-encoding"] == "gzip"


def test_the_pages_of_the_installation_are_offered_to_its_administrators(fjell: Api, signed_in_as: SignedInAs) -> None:
    everything = signed_in_as("ola").read("/").texts("//nav[@class='pages']//a")
    few = signed_in_as("kari", fjell=Role.SEND).read("/").texts("//nav[@class='pages']//a")

    assert few == ["Overview", "Businesses"]
    assert set(few) < set(everything)


def test_the_pages_of_a_business_are_offered_wherever_it_is_plain_which_one(
    fjell: Api, signed_in_as: SignedInAs, container: Container
) -> None:
    fjell.put("/v1/businesses/vidde", json=business_document())
    kari = signed_in_as("kari", fjell=Role.READ)
    liv = signed_in_as("liv", fjell=Role.READ, vidde=Role.SEND)

    only = kari.read("/")
    assert only.links["Payments"] == "/businesses/fjell/payments"
    assert only.links["fjell, choose another business"] == "/businesses"
    assert "Payments" not in liv.read("/").links
    theirs = liv.follow(liv.read("/businesses"), "vidde")
    assert theirs.texts("//nav[@class='business']//a[@aria-current]") == ["Invoices"]
    for path in ("/", "/account", "/businesses"):
        assert liv.read(path).links["Payments"] == "/businesses/vidde/payments", path
    assert liv.read("/?business=fjell").links["Payments"] == "/businesses/fjell/payments"
    assert "Payments" not in liv.read("/businesses/nothing/invoices").links
    container.manage_users().set_grants("liv", [Grant(business="fjell", role=Role.READ)])
    assert liv.read("/").links["Payments"] == "/businesses/fjell/payments"


@pytest.mark.parametrize("name", ["%00", "a%00b", "%1b", "%ED%A0%80"])
def test_what_no_business_is_called_is_looked_for_nowhere(reader: Reader, name: str) -> None:
    cookie = (b"cookie", f"kvitt_business={name}".encode())
    scope: Any = {"type": "http", "query_string": f"business={name}".encode(), "headers": [cookie]}
    visit = Visit(scope, language=Language.ENGLISH)
    assert all(wanted.isprintable() for wanted in visit.wanted_businesses)  # PostgreSQL refuses U+0000
    reader.client.cookies.set("kvitt_business", name)
    assert reader.read("/account").status == 200
    assert reader.read(f"/?business={name}").status == 404
