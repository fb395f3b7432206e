"""One invoice in a browser: from Send Invoice to Paid, a customer that is chosen, and totals while one types."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from entrypoints.container import Container
from sandbox import DEMO_ACCOUNT, Sandbox
from tests.console.browser.conftest import WIDTHS, Opened, faults_of, is_scrolled_sideways
from tests.http.clients import client_of
from tests.http.conftest import installation
from tests.http.documents import Api, add_invoice, business_document, path_of

INVOICES = "/businesses/fjell/invoices"
WORDS = {
    "en": {
        "send": "Send Invoice",
        "check": "Check Status",
        "sent": "Sent",
        "paid": "Paid",
        "open": "the invoice is open",
    },
    "nb": {
        "send": "Send faktura",
        "check": "Sjekk status",
        "sent": "Sendt",
        "paid": "Betalt",
        "open": "fakturaen er åpen",
    },
}
BY = [
    pytest.param(language, width, scripts, id=f"{language}-{width}{'' if scripts else '-no-scripts'}")
    for language in WORDS
    for width in WIDTHS
    for scripts in (True, False)
]


@pytest.fixture(scope="module")
def office() -> Iterator[Sandbox]:
    with Sandbox.demo() as office:
        yield office


@pytest.fixture(scope="module")
def shared_container(office: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """An installation over a sandbox whose accountant the tests are."""
    with installation(tmp_path_factory.mktemp("shared"), office) as container:
        yield container


@pytest.fixture(scope="module")
def fjell(shared_container: Container) -> Iterator[Api]:
    with client_of(shared_container) as client:
        assert client.put("/v1/businesses/fjell", json=business_document()).status_code == 201
        yield client


def _press(page: Page, button: str) -> None:
    """Press a button and say that it is meant, in the dialog or on the page that asks."""
    page.locator("main").get_by_role("button", name=button, exact=True).first.click()
    if page.locator("dialog[open]").count():
        page.locator("dialog[open]").get_by_role("button", name=button, exact=True).click()
    else:
        page.locator("main").get_by_role("button", name=button, exact=True).click()


@pytest.mark.parametrize(("language", "width", "scripts"), BY)
def test_an_invoice_is_sent_and_paid(
    signed_in: Opened, fjell: Api, office: Sandbox, language: str, width: int, scripts: bool
) -> None:
    said, number = WORDS[language], f"{language}-{width}-{scripts}"
    add_invoice(fjell, number)
    page = signed_in(f"{INVOICES}/{number}", width=width, scripts=scripts, language=language)

    _press(page, said["send"])
    expect(page.locator("#state")).to_have_text(said["sent"])
    order = int(page.locator("#order code").inner_text())
    books = office.account(DEMO_ACCOUNT).books
    books.publish(order)
    page.get_by_role("button", name=said["check"]).click()
    expect(page.get_by_role("status")).to_contain_text(said["open"])
    books.pay(order)
    page.get_by_role("button", name=said["check"]).click()

    expect(page.locator("#payment")).to_contain_text(said["paid"])
    expect(page.get_by_role("status")).to_contain_text(said["paid"])
    assert not is_scrolled_sideways(page)


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (390, True), (390, False)])
def test_the_customer_is_chosen_among_several(
    signed_in: Opened, fjell: Api, office: Sandbox, width: int, scripts: bool
) -> None:
    number, email = f"kari-{width}-{scripts}", f"kari{width}{scripts}@fjell.example"
    books = office.account(DEMO_ACCOUNT).books
    ids = [
        books.add_customer("Nordmann", first_name="Kari", type="Consumer", emails={"Primary": email}) for _ in range(2)
    ]
    add_invoice(fjell, number, customer={"name": "Kari Nordmann", "email": email})
    fjell.post(f"{path_of(number)}/send")
    page = signed_in(f"{INVOICES}/{number}", width=width, scripts=scripts)

    page.get_by_role("link", name="Choose the customer").click()
    page.get_by_role("button", name=f"Use record {ids[1]}, Kari Nordmann").click()
    expect(page.get_by_role("status")).to_contain_text(f"({ids[1]})")
    _press(page, "Retry")

    expect(page.locator("#state")).to_have_text("Sent")
    expect(page.locator("#customer code")).to_have_text(str(ids[1]))


@pytest.mark.parametrize("language", ["en", "nb"])
def test_totals_follow_what_is_typed_and_rows_come_and_go(signed_in: Opened, fjell: Api, language: str) -> None:
    number = f"typed-{language}"
    add_invoice(fjell, number)
    page = signed_in(f"{INVOICES}/{number}/edit", language=language)
    comma = "," if language == "nb" else "."
    decimals = {"nb": ("2 000,00", "2 500,00"), "en": ("2,000.00", "2,500.00")}[language]

    price = page.locator("[name='rows[0].unit_price']")
    price.fill(f"2000{comma}00")
    expect(page.locator("#net")).to_have_text(re.compile(decimals[0].replace(" ", r"\s")))
    expect(page.locator("#row-sum-0")).to_have_text(re.compile(decimals[0].replace(" ", r"\s")))
    expect(price).to_be_focused()

    page.locator("button[value='add_row']").click()
    page.locator("[name='rows[1].product']").fill("Ski")
    page.locator("[name='rows[1].unit_price']").fill("100")
    expect(page.locator("#row-sum-1")).to_have_text(f"100{comma}00")
    page.locator("button[value='remove_row:1']").click()
    page.locator("button[value='save']").click()

    expect(page.locator("#gross")).to_contain_text(re.compile(decimals[1].replace(" ", r"\s")))
    assert fjell.get(path_of(number)).json()["rows"][0]["unit_price"] == "2000.00"


def test_what_happens_meanwhile_shows_by_itself_and_focus_stays(
    signed_in: Opened, fjell: Api, shared_container: Container
) -> None:
    add_invoice(fjell, "live-1")
    fjell.post(f"{path_of('live-1')}/send")
    page = signed_in(f"{INVOICES}/live-1")
    expect(page.locator("#payment")).to_have_text("not checked yet")

    page.locator("#do-status").focus()
    fjell.post(f"{path_of('live-1')}/status")
    expect(page.locator("#payment")).to_contain_text("Not published", timeout=40_000)

    expect(page.locator("#do-status")).to_be_focused()


@pytest.fixture(scope="module")
def pages(fjell: Api, office: Sandbox) -> list[str]:
    """A page of each kind, with something on it."""
    books = office.account(DEMO_ACCOUNT).books
    for _ in range(3):
        books.add_customer("Berg", first_name="Ola", type="Consumer", emails={"Primary": "ola@fjell.example"})
    row = {"product": "Tractor " * 12, "quantity": "1", "unit_price": "123456789.00", "vat_percent": "24"}
    add_invoice(fjell, "axe-1", comment="Takk!", credits=None)
    add_invoice(fjell, "axe-2", customer={"name": "Ola Berg", "email": "ola@fjell.example"})
    add_invoice(fjell, "axe-3", rows=[row], type="printed", customer={"name": "x" * 120, "email": "ola@fjell.example"})
    add_invoice(fjell, "axe-4")
    for number in ("axe-1", "axe-2"):
        fjell.post(f"{path_of(number)}/send")
    fjell.post(f"{path_of('axe-1')}/status")
    below = ["axe-1", "axe-2", "axe-3", "axe-4", "new", "axe-3/edit?faults=yes", "axe-1/edit", "axe-4/preview"]
    below += ["axe-2/preview", "axe-2/customer", "axe-1/credit", "axe-4/adopt"]
    return [f"{INVOICES}/{page}" for page in below]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(signed_in: Opened, pages: list[str], width: int, dark: bool) -> None:
    page = signed_in(width=width, dark=dark)
    for path in pages:
        page.goto(path)
        assert faults_of(page) == [], path


@pytest.mark.parametrize("language", WORDS)
def test_nothing_is_beside_what_is_seen_on_a_small_screen(signed_in: Opened, pages: list[str], language: str) -> None:
    page = signed_in(width=360, language=language)
    for path in pages:
        page.goto(path)
        assert not is_scrolled_sideways(page), path
