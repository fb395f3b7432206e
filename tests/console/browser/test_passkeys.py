"""Passkeys in a real browser, with Chromium's virtual authenticator."""

import pytest
from playwright.sync_api import Page, expect

from core.passkey import Passkey
from core.use_cases.use_passkeys import UsePasskeys
from entrypoints.container import Container
from tests.console.browser.conftest import WIDTHS, Opened, faults_of, is_scrolled_sideways
from tests.console.people import link_for


@pytest.fixture(scope="module")
def served(served: str) -> str:
    """By its name: browsers use no passkeys by an IP address."""
    return served.replace("127.0.0.1", "localhost")


@pytest.fixture
def use_passkeys(shared_container: Container) -> UsePasskeys:
    passkeys: UsePasskeys = shared_container.use_passkeys()
    return passkeys


def plug_in(page: Page, *, verifies: bool = True) -> None:
    """Give the page's browser an authenticator that says yes at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def add(page: Page, name: str = "phone") -> None:
    page.get_by_label("Name of the passkey").fill(name)
    page.get_by_role("button", name="Add a passkey").click()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_passkey_is_added_and_signs_in(signed_in: Opened, use_passkeys: UsePasskeys, width: int) -> None:
    name = f"kari{width}"
    page = signed_in("/account", name=name, width=width)
    plug_in(page)

    add(page)

    expect(page.get_by_role("status")).to_contain_text("The passkey was added")
    expect(page.get_by_role("button", name="Remove phone")).to_be_visible()
    page.context.clear_cookies()
    page.goto("/account")
    page.get_by_role("link", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Account")
    [kept] = use_passkeys.list(name)
    assert isinstance(kept, Passkey)
    assert (kept.name, kept.transports, kept.last_used_at is not None) == ("phone", ("internal",), True)
    assert not is_scrolled_sideways(page)
    assert faults_of(page) == []  # last: with the end of its session the authenticator is gone


def test_the_same_authenticator_is_not_added_twice(signed_in: Opened, use_passkeys: UsePasskeys) -> None:
    page = signed_in("/account", name="twice")
    plug_in(page)
    add(page)
    expect(page.get_by_role("status")).to_be_visible()
    add(page, "again")
    expect(page.get_by_role("alert")).to_contain_text("The browser has not used a passkey")
    assert faults_of(page) == []
    assert len(use_passkeys.list("twice")) == 1


def test_who_is_not_verified_gets_no_further_and_may_try_again(signed_in: Opened, use_passkeys: UsePasskeys) -> None:
    page = signed_in("/account", name="nobody")
    plug_in(page, verifies=False)
    add(page)
    expect(page.get_by_role("alert")).to_contain_text("The browser has not used a passkey")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The browser has not used a passkey")
    assert use_passkeys.list("nobody") == []


def test_without_scripts_a_link_and_a_password_remain(opened: Opened, shared_container: Container) -> None:
    page = opened("/sign-in", scripts=False)
    expect(page.get_by_role("link", name="Sign in with a passkey")).to_be_hidden()
    page.goto(f"/sign-in/link?token={link_for(shared_container, 'ola')}")
    page.locator("main button").click()
    page.goto("/account")
    expect(page.get_by_label("Name of the passkey")).to_be_hidden()
