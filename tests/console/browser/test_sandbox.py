"""The sandbox's page in a browser: it keeps itself up to date, and takes nothing from whoever is at it."""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Order, Row
from tests.console.browser.conftest import faults_of, is_scrolled_sideways

PAGES = ("/control", "/control/customers", "/control/faults", "/control/calls", "/control?q=nobody")


@pytest.fixture(scope="module")
def office() -> Iterator[Sandbox]:
    with Sandbox.demo() as office:
        yield office


@pytest.fixture
def books(office: Sandbox) -> Books:
    office.reset()
    return office.account(DEMO_ACCOUNT).books


@pytest.fixture
def page(chromium: Browser, office: Sandbox) -> Iterator[Page]:
    context = chromium.new_context(base_url=office.url, viewport={"width": 1280, "height": 900}, locale="en")
    complaints: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def an_order(books: Books, reference: str) -> Order:
    customer_id = next(iter(books.customers), None) or books.add_customer("Ingrid Lien")
    row = Row(id=0, name="Tractor", quantity=Decimal(1), price=Decimal(1_000))
    return books.keep_order(Order(id=0, customer_id=customer_id, reference=reference, rows=[row]))


def test_an_order_that_comes_is_published_and_paid_in_parts_without_a_reload(page: Page, books: Books) -> None:
    page.goto("/control")
    expect(page.get_by_text("There are no orders yet.")).to_be_visible()
    order = an_order(books, "10001")
    row = page.locator(".order", has_text="10001")
    row.get_by_role("button", name="Publish").click()
    expect(page.locator("#said")).to_have_text(f"Order {order.id} is published.")
    amount = row.get_by_role("textbox")
    expect(amount).to_have_value("1000.00")
    amount.fill("lots")
    amount.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("'lots' is no amount.")
    expect(amount).to_be_focused()
    expect(amount).to_have_value("lots")
    amount.fill("400,50")
    amount.press("Enter")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(row.locator(".state")).to_have_text(re.compile("Partly paid"))
    expect(amount).to_have_value("599.50")
    expect(amount).to_be_focused()
    row.get_by_role("button", name="Pay").click()
    expect(row.locator(".state")).to_have_text(re.compile("^Paid"))
    assert order.paid_amount == 1_000


def test_what_somebody_is_at_stays_when_the_page_changes(page: Page, books: Books) -> None:
    first, last = an_order(books, "10001"), an_order(books, "10002")
    books.publish(first.id)
    for number in range(3, 20):
        an_order(books, f"{10_000 + number}")
    page.goto("/control")
    row = page.locator(".order", has_text="10001")
    row.locator("summary").click()
    row.get_by_role("textbox").fill("12")
    row.scroll_into_view_if_needed()
    before = row.bounding_box()
    an_order(books, "10099")
    books.publish(last.id)
    expect(page.locator(".order", has_text="10099")).to_have_count(1)
    expect(row.get_by_role("textbox")).to_have_value("12")
    expect(row.get_by_role("textbox")).to_be_focused()
    expect(row.get_by_role("button", name="Delete for good")).to_be_visible()
    after = row.bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 2
    row.get_by_role("button", name="Delete for good").click()
    expect(row).to_have_count(0)
    expect(page.locator("h1")).to_be_focused()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("language", ["en", "nb"])
def test_axe_finds_nothing_wrong_and_nothing_is_beside_the_page(
    chromium: Browser, office: Sandbox, books: Books, dark: bool, language: str
) -> None:
    for number in range(60):
        order = an_order(books, f"{10_000 + number}")
        if number % 3:
            books.publish(order.id)
        if number % 3 == 2:
            books.pay(order.id)
    for width in (1280, 360):
        context = chromium.new_context(
            base_url=office.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            locale=language,
        )
        page = context.new_page()
        for path in PAGES:
            page.goto(path)
            if summary := page.locator("summary").all():
                summary[0].click()
            assert faults_of(page) == [], path
            assert not is_scrolled_sideways(page), path
        context.close()


def test_all_of_it_works_without_scripts(chromium: Browser, office: Sandbox, books: Books) -> None:
    order = an_order(books, "10001")
    context = chromium.new_context(base_url=office.url, java_script_enabled=False, locale="nb")
    page = context.new_page()
    page.goto("/control")
    page.get_by_role("button", name="Publiser").click()
    page.get_by_role("textbox", name="Beløp").fill("400,50")
    page.get_by_role("button", name="Betal").click()
    expect(page.locator(".state")).to_have_text(re.compile("Delvis betalt"))
    page.locator("summary").click()
    page.get_by_role("button", name="Slett for godt").click()
    expect(page.get_by_text("Det er ingen ordrer ennå.")).to_be_visible()
    assert order.paid_amount == Decimal("400.50")
    context.close()
