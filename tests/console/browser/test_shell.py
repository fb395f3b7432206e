"""What holds for every page in a browser: it can be used by everybody, on every screen, and by keyboard alone."""

import pytest
from playwright.sync_api import expect

from tests.console.browser.conftest import WIDTHS, Opened, faults_of, is_scrolled_sideways
from tests.http.documents import Api, add_invoice, path_of

PAGES = ["/", "/businesses", "/businesses/fjell/invoices", "/nothing"]
OPEN_PAGES = ["/sign-in", "/sign-in/link?token=x"]


@pytest.fixture(scope="module", autouse=True)
def _books(shared_fjell: Api) -> None:
    for number in ("2001-1", "2001-2", "2002-1"):
        add_invoice(shared_fjell, number)
    shared_fjell.post(f"{path_of('2002-1')}/send")


def test_whoever_has_a_link_signs_in_and_finds_the_invoices(signed_in: Opened) -> None:
    page = signed_in("/")

    page.get_by_role("link", name="Businesses").first.click()
    page.get_by_role("link", name="fjell", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Invoices")
    expect(page.get_by_role("row")).to_have_count(4)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(signed_in: Opened, opened: Opened, width: int, dark: bool) -> None:
    page = signed_in(width=width, dark=dark)
    for path in PAGES:
        page.goto(path)
        assert faults_of(page) == [], path
    page.goto(PAGES[2])
    page.keyboard.press("?")
    assert faults_of(page) == []
    stranger = opened(OPEN_PAGES[0], width=width, dark=dark)
    for path in OPEN_PAGES:
        stranger.goto(path)
        assert faults_of(stranger) == [], path


def test_nothing_is_beside_what_is_seen_on_a_small_screen(signed_in: Opened, opened: Opened) -> None:
    for language in ("en", "nb"):
        page = signed_in(width=360, language=language)
        for path in PAGES:
            page.goto(path)
            assert not is_scrolled_sideways(page), path


def test_the_list_is_worked_by_keyboard_alone(signed_in: Opened) -> None:
    page = signed_in("/businesses/fjell/invoices")

    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.press("Tab")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="2001-2")).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="2002-1")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_label("Select 2001-1")).to_be_checked()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False])
def test_what_is_selected_is_sent_after_a_question(signed_in: Opened, shared_fjell: Api, scripts: bool) -> None:
    number = f"3001-{scripts}"
    add_invoice(shared_fjell, number)
    page = signed_in("/businesses/fjell/invoices", scripts=scripts)

    page.get_by_label(f"Select {number}").check()
    page.get_by_role("button", name="Send selected").click()
    if scripts:
        expect(page.get_by_role("dialog")).to_contain_text("(1)")
    else:
        expect(page.get_by_role("heading", level=1)).to_have_text("Send 1 invoice?")
    page.get_by_role("button", name="Send", exact=True).click()

    page.wait_for_url("**/batches/*")
    page.goto("/businesses/fjell/invoices")
    expect(page.get_by_role("row").filter(has_text=number)).to_contain_text("Sent")


def test_the_looks_are_chosen_without_scripts(signed_in: Opened) -> None:
    page = signed_in("/businesses", scripts=False)

    page.get_by_text("ola").click()
    page.get_by_role("link", name="Dark").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
