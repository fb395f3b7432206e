"""Passkeys in the console, with an authenticator in software; a real browser's is in tests/console/browser."""

import pytest

from entrypoints.container import Container
from tests.authenticator import Authenticator
from tests.console.conftest import SignedInAs
from tests.console.people import PASSWORD, password_for
from tests.console.reader import Reader, Shown

ORIGIN = "http://localhost:8000"


@pytest.fixture
def container(shared_container: Container) -> Container:
    return shared_container


@pytest.fixture(autouse=True)
def _by_name(stranger: Reader) -> None:
    stranger.client.headers["host"] = "localhost:8000"


@pytest.fixture
def kari(signed_in_as: SignedInAs) -> Reader:
    kari = signed_in_as("kari")
    kari.client.headers["host"] = "localhost:8000"
    return kari


def asked_in(page: Shown) -> str:
    return page.text("//form[@data-passkey]/@data-asked")


def add(reader: Reader, phone: Authenticator, name: str = "phone", **typed: str) -> Shown:
    page = reader.press(reader.read("/account"), "Add a passkey", passkey_name=name, **typed)
    return reader.press(page, "Add the passkey", answer=phone.make(asked_in(page), origin=ORIGIN))


def sign_in(stranger: Reader, phone: Authenticator, origin: str = ORIGIN) -> Shown:
    page = stranger.read("/sign-in/passkey?next=/account")
    return stranger.press(page, "Sign in", answer=phone.sign(asked_in(page), origin=origin))


def test_a_passkey_is_added_signs_in_and_is_removed(kari: Reader, stranger: Reader) -> None:
    phone = Authenticator()

    saved = add(kari, phone)

    assert "passkey was added" in saved.told
    assert saved.rows[0][0] == "phone"
    inside = sign_in(stranger, phone)
    assert (inside.heading, inside.address) == ("Account", "/account")
    assert "a passkey" in inside.text("//main")

    sure = kari.press(kari.read("/account"), "Remove")
    left = kari.press(sure, "Remove")
    assert "was removed" in left.told
    stranger.client.cookies.clear()
    refused = sign_in(stranger, phone)
    assert (refused.status, refused.text("//code[1]")) == (401, "wrong_passkey")


def test_another_site_s_signature_is_refused(kari: Reader, stranger: Reader) -> None:
    phone = Authenticator()
    add(kari, phone)
    refused = sign_in(stranger, phone, origin="http://localhost:9000")
    assert (refused.status, refused.text("//code[1]")) == (401, "wrong_passkey")
    assert sign_in(stranger, phone).heading == "Account"


def test_whoever_signed_in_by_password_is_asked_for_it_again(stranger: Reader, container: Container) -> None:
    password_for(container, "per")
    stranger.press(stranger.read("/account"), "Sign in", name="per", password=PASSWORD)
    wrong = stranger.press(stranger.read("/account"), "Add a passkey", passkey_name="phone", passkey_password="wrong")
    assert (wrong.status, wrong.text("//code[1]")) == (401, "wrong_password")
    assert wrong.tree.get_element_by_id("field-passkey_name").get("value") == "phone"
    assert "passkey was added" in add(stranger, Authenticator(), passkey_password=PASSWORD).told


def test_where_browsers_use_no_passkeys_they_are_not_offered(kari: Reader, stranger: Reader) -> None:
    for reader in (kari, stranger):
        del reader.client.headers["host"]
    for address in ("http://127.0.0.1:8000", "https://127.0.0.1:8000"):
        assert "passkey" not in stranger.read(f"{address}/sign-in").text("//main").lower()
        assert "no_passkeys_here" in stranger.read(f"{address}/sign-in/passkey").text("//main")
    page = kari.read("http://127.0.0.1:8000/account")
    assert "only over https" in page.text("//main")
    sent = {"passkey_name": "phone", "csrf": page.text("//input[@name='csrf']/@value")}
    assert "no_passkeys_here" in kari.client.post("http://127.0.0.1:8000/account/passkeys", data=sent).text


def test_without_scripts_the_other_ways_remain(stranger: Reader) -> None:
    page = stranger.read("/sign-in")
    assert page.tree.xpath("//p[@hidden]//a[starts-with(@href, '/sign-in/passkey')]")
    assert page.text("//form//button") == "Sign in"
