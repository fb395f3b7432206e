"""Settings and the installation in a browser: a first connection, and whether everybody can use these pages."""

import pytest
from playwright.sync_api import Page, expect

from entrypoints.container import Container
from sandbox import DEMO_ACCOUNT
from sandbox.twentyfour_seven_office import DEMO_APPLICATION_ID, DEMO_PASSWORD, DEMO_USERNAME
from tests.console.browser.conftest import WIDTHS, Opened, faults_of, is_scrolled_sideways
from tests.console.people import add_user
from tests.http.documents import Api, add_invoice, path_of

FJELL = "/businesses/fjell"
PAGES = [
    "/businesses/new",
    FJELL,
    f"{FJELL}/edit",
    f"{FJELL}/password",
    f"{FJELL}/verify",
    f"{FJELL}/events",
    f"{FJELL}/audit",
    f"{FJELL}/webhooks",
    "/webhooks",
    "/api-keys",
    "/users",
    "/users/kari",
    "/audit",
    "/health-report",
]
WORDS = {
    "en": {
        "connect": "Connect a business", "name": "Short name", "account": "Account name",
        "application": "Application id",
        "user": "User name", "password": "Password", "store": "Store and try the connection",
        "no way": "There is no way in yet", "use": "Use “{}”", "try": "Try it now",
        "works": "The connection works: invoices can be sent",
    },
    "nb": {
        "connect": "Koble til en virksomhet", "name": "Kortnavn", "account": "Firmanavn",
        "application": "Applikasjons-id",
        "user": "Brukernavn", "password": "Passord", "store": "Lagre og prøv tilkoblingen",
        "no way": "Det er ingen vei inn ennå", "use": "Bruk «{}»", "try": "Prøv nå",
        "works": "Tilkoblingen virker: fakturaer kan sendes",
    },
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def webhook(shared_fjell: Api, shared_container: Container) -> str:
    """The address of the page of a webhook that an event is on its way to."""
    long_one = "https://shop.example/a/rather/long/path/that/goes/on?token=x"
    added = shared_fjell.post(f"/v1{FJELL}/webhooks", json={"url": long_one}).json()
    add_user(shared_container, "kari", {})
    add_invoice(shared_fjell, "2001-1")
    shared_fjell.post(f"{path_of('2001-1')}/send")
    return f"{FJELL}/webhooks/{added['id']}"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "nb"])
@pytest.mark.parametrize("scripts", [True, False])
def test_a_first_connection_with_a_wrong_account_name_is_mended(
    signed_in: Opened, width: int, language: str, scripts: bool
) -> None:
    if not scripts and (width, language) != (WIDTHS[1], "nb"):
        pytest.skip("once is enough without scripts")
    words, business = WORDS[language], f"vidde-{language}-{width}-{scripts}".lower()
    page = signed_in("/businesses", width=width, language=language, scripts=scripts)
    page.get_by_role("link", name=words["connect"]).click()
    page.get_by_label(words["name"]).fill(business)
    page.get_by_label(words["account"]).fill(DEMO_ACCOUNT.lower())
    page.get_by_label(words["application"]).fill(DEMO_APPLICATION_ID)
    page.get_by_label(words["user"]).fill(DEMO_USERNAME)
    page.get_by_label(words["password"]).fill(DEMO_PASSWORD)
    page.get_by_role("button", name=words["store"]).click()

    _try(page, words, scripts=scripts)
    expect(page.get_by_role("heading", name=words["no way"])).to_be_visible()
    expect(page.locator("#verification")).to_contain_text(f'"{DEMO_ACCOUNT.lower()}"' if language == "en" else "«")
    if scripts:
        assert faults_of(page) == []
        assert not is_scrolled_sideways(page)
    page.get_by_role("button", name=words["use"].format(DEMO_ACCOUNT)).click()

    _try(page, words, scripts=scripts)
    expect(page.get_by_role("heading", name=words["works"])).to_be_visible()
    if scripts:
        assert faults_of(page) == []
        assert not is_scrolled_sideways(page)


def test_a_secret_is_shown_once_after_a_question(signed_in: Opened, webhook: str) -> None:
    page = signed_in(webhook, width=390)
    page.get_by_role("button", name="Replace the secret").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The old one signs along for 24 hours")
    dialog.get_by_role("button", name="Replace the secret").click()
    expect(page.locator(".secret code")).to_contain_text("whsec_")
    assert faults_of(page) == []
    assert not is_scrolled_sideways(page)
    page.get_by_role("link", name="It is copied").click()
    expect(page.locator("body")).not_to_contain_text("whsec_")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(signed_in: Opened, webhook: str, width: int, dark: bool) -> None:
    page = signed_in(width=width, dark=dark)
    for path in [*PAGES, webhook]:
        page.goto(path)
        assert faults_of(page) == [], path


def test_nothing_is_beside_what_is_seen_on_a_small_screen(signed_in: Opened, webhook: str) -> None:
    for language in ("en", "nb"):
        page = signed_in(width=360, language=language)
        for path in [*PAGES, webhook]:
            page.goto(path)
            assert not is_scrolled_sideways(page), path


def _try(page: Page, words: dict[str, str], *, scripts: bool) -> None:
    """Just after it was stored it is tried by itself where scripts run."""
    page.wait_for_url("**/verify")
    if not scripts:
        page.get_by_role("button", name=words["try"]).click()
