"""Signing in, being signed out in the middle of something, and what is not for oneself, in a browser."""

import pytest
from playwright.sync_api import Page, expect

from core.rights import Role
from entrypoints.container import Container
from tests.console.browser.conftest import WIDTHS, Opened
from tests.console.people import link_for, password_for
from tests.http.documents import Api, business_document

LOOKS = [(width, language) for width in WIDTHS for language in ("en", "nb")]
WORDS = {
    "en": {"sign in": "Sign in", "overview": "Overview", "save": "Save",
        "none": "There is no business", "new": "New invoice"},
    "nb": {"sign in": "Logg inn", "overview": "Oversikt", "save": "Lagre",
        "none": "Det finnes ingen virksomhet", "new": "Ny faktura"},
}  # fmt: skip


def _sign_in(page: Page, container: Container, name: str, words: dict[str, str]) -> None:
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(password_for(container, name))
    page.get_by_role("button", name=words["sign in"], exact=True).click()


@pytest.mark.parametrize(("width", "language"), LOOKS)
def test_a_session_that_ends_in_the_middle_of_a_form_costs_nothing_that_was_typed(
    opened: Opened, shared_container: Container, shared_fjell: Api, width: int, language: str
) -> None:
    words = WORDS[language]
    page = opened("/businesses/fjell/invoices/new", width=width, language=language)
    _sign_in(page, shared_container, "ola", words)
    expect(page.get_by_role("heading", level=1)).to_have_text(words["new"])
    page.locator("[name=number]").fill(f"4001-{width}-{language}")
    page.locator("[name='customer.name']").fill("Signe <Haugland>")
    shared_container.sign_in().sign_out_everywhere("ola")

    page.get_by_role("button", name=words["save"], exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["sign in"])
    _sign_in(page, shared_container, "ola", words)

    expect(page.get_by_role("heading", level=1)).to_have_text(words["new"])
    expect(page.locator("[name=number]")).to_have_value(f"4001-{width}-{language}")
    expect(page.locator("[name='customer.name']")).to_have_value("Signe <Haugland>")
    page.goto("/businesses")
    page.goto("/businesses/fjell/invoices/new")
    expect(page.locator("[name='customer.name']")).to_have_value("")


@pytest.mark.parametrize(("width", "language"), LOOKS)
@pytest.mark.parametrize("scripts", [True, False])
def test_a_link_works_once_and_another_business_is_not_there(
    opened: Opened, shared_container: Container, shared_fjell: Api, width: int, language: str, scripts: bool
) -> None:
    words = WORDS[language]
    shared_fjell.put("/v1/businesses/vidde", json=business_document())
    link = f"/sign-in/link?token={link_for(shared_container, 'liv', {'vidde': Role.SEND})}"
    page = opened(link, width=width, language=language, scripts=scripts)
    page.locator("main button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["overview"])

    answer = page.goto("/businesses/fjell/invoices")
    assert answer
    assert answer.status == 404
    expect(page.get_by_role("alert")).to_contain_text(words["none"])

    other = opened(link, width=width, language=language, scripts=scripts)
    other.locator("main button").click()
    expect(other.get_by_role("alert")).to_contain_text("link_used")
    other.goto("/businesses")
    expect(other.get_by_role("heading", level=1)).to_have_text(words["sign in"])


def test_a_form_of_an_earlier_session_is_refused(
    signed_in: Opened, shared_container: Container, shared_fjell: Api
) -> None:
    page = signed_in("/account")
    page.evaluate("document.querySelector('form [name=csrf]').value = 'of another page'")
    page.locator("summary", has_text="ola").click()
    page.locator("form[action='/sign-out'] button").click()

    expect(page.get_by_role("alert")).to_contain_text("stale_form")
    page.goto("/businesses")
    expect(page.get_by_role("heading", level=1)).to_have_text("Businesses")
