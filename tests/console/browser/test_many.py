"""Many invoices at once, in a browser: by file, and as month-end does, whatever befalls the worker."""

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from dependency_injector import providers
from playwright.sync_api import Page, expect

from entrypoints.container import Container
from entrypoints.settings import Settings
from sandbox import DEMO_ACCOUNT, Sandbox
from tests.console.browser.conftest import Opened, faults_of, is_scrolled_sideways
from tests.console.test_upload import table_of
from tests.homes import furnished
from tests.http.clients import client_of
from tests.http.documents import Api, business_document, invoice_document
from tests.processes import running

LOOKS = [(1280, "en", True), (390, "nb", True), (390, "en", False), (1280, "nb", False)]
INVOICES = "/businesses/fjell/invoices"
BATCHES = "/businesses/fjell/batches"
PAGES = ("/", BATCHES, f"{BATCHES}/new", "/businesses/fjell/payments", f"{INVOICES}/upload")
MANY = 1_000
FINISHED = {"en": "Finished: all 1,000 are through.", "nb": "Ferdig: alle 1\u00a0000 er gjennom."}
PATIENCE = 300_000
"""In milliseconds: the machine may have other things to do."""


class NobodysQueue:
    """Turns are taken by workers in processes of their own, who look for what is due."""

    def put(self, business: str) -> None:
        """Leave it to them."""

    put_anew = put


@pytest.fixture(scope="module")
def office() -> Iterator[Sandbox]:
    with Sandbox.demo() as office:
        yield office


@pytest.fixture(scope="module")
def shared_container(office: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """The console's process: it works nothing off itself."""
    container = furnished(Settings(home=tmp_path_factory.mktemp("many"), stop_seconds=5))
    container.environment.override(providers.Object({"KVITT_TFSO_API_URL": office.url}))
    container.queue.override(providers.Object(NobodysQueue()))
    storage = container.storage()
    yield container
    storage.close()


@pytest.fixture(scope="module")
def shared_fjell(shared_container: Container) -> Iterator[Api]:
    with client_of(shared_container) as client:
        client.put("/v1/businesses/fjell", json=business_document())
        yield client


@pytest.fixture
def worker(shared_container: Container, office: Sandbox) -> dict[str, str]:
    """The environment of a worker whose hold on a business is over soon after its death."""
    return {
        "KVITT_HOME": str(shared_container.settings().home),
        "KVITT_TFSO_API_URL": office.url,
        "KVITT_LEASE_SECONDS": "8",
        "KVITT_SETTLING_SECONDS": "3",
        "KVITT_SWEEP_SECONDS": "0.5",
        "KVITT_CHUNK_SIZE": "20",
        "KVITT_RETRY_FIRST_SECONDS": "1",
    }


@pytest.mark.parametrize(("width", "language", "scripts"), LOOKS)
def test_three_hundred_by_file_with_twenty_faulty_rows(
    signed_in: Opened, shared_fjell: Api, tmp_path: Path, width: int, language: str, scripts: bool
) -> None:
    file = tmp_path / "january.csv"
    file.write_bytes(table_of(300, faulty=20))
    page = signed_in(INVOICES, width=width, language=language, scripts=scripts)
    page.locator("a[href$='/invoices/upload']").first.click()

    page.locator("#files").set_input_files(str(file))
    page.locator("form[data-drops] button").click()

    expect(page.locator("[role=status] strong")).to_contain_text("280")
    expect(page.locator("tbody tr")).to_have_count(20)
    expect(page.locator("tbody tr").first).to_contain_text("january.csv")
    assert not is_scrolled_sideways(page)
    if scripts:
        assert faults_of(page) == []


def test_files_that_are_too_much_are_told_of_before_they_are_sent(
    signed_in: Opened, shared_fjell: Api, tmp_path: Path
) -> None:
    file = tmp_path / "large.csv"
    file.write_bytes(b"x" * 20_500_000)
    page = signed_in(f"{INVOICES}/upload")

    page.locator("#files").set_input_files(str(file))
    page.get_by_role("button", name="Upload").click()

    expect(page.locator("#files-fault")).to_contain_text("20 MB")
    assert page.url.endswith("/upload")


@pytest.mark.parametrize(("width", "language", "scripts"), LOOKS)
def test_a_month_end_goes_on_after_its_worker_was_killed(
    signed_in: Opened,
    shared_fjell: Api,
    office: Sandbox,
    worker: dict[str, str],
    width: int,
    language: str,
    scripts: bool,
) -> None:
    mark = f"M{width}{language}"
    documents = [invoice_document(f"{mark}-{nth:04}", customer=_guest(nth)) for nth in range(MANY)]
    for first in range(0, MANY, 500):
        assert shared_fjell.post("/v1/businesses/fjell/invoices", json=documents[first : first + 500]).is_success
    page = signed_in(f"{BATCHES}/new?q={mark}", width=width, language=language, scripts=scripts)
    expect(page.locator("#to-send")).to_contain_text("1000")

    page.locator("main section form button").first.click()
    page.locator("[name=confirmed]:visible").click()
    page.wait_for_url("**/batches/0*")
    progress = page.locator("progress")
    expect(progress).to_have_attribute("value", "0")

    with running(worker, "worker") as first_worker:
        _wait_until_moved(page, 0, scripts=scripts)
        first_worker.send_signal(signal.SIGKILL)
        first_worker.wait(30)
    done = int(progress.get_attribute("value") or 0)
    assert 0 < done < MANY
    with running(worker, "worker"):
        _wait_until_moved(page, MANY - 1, scripts=scripts)

    assert page.locator("progress").get_attribute("value") == str(MANY)
    if scripts:
        expect(page.locator("#batch-said")).to_have_text(FINISHED[language])
        expect(page.locator("#batch-items td .state").first).to_have_text({"en": "Sent", "nb": "Sendt"}[language])
        assert faults_of(page) == []
    assert not is_scrolled_sideways(page)
    orders = Counter(order.reference for order in office.account(DEMO_ACCOUNT).books.orders.values())
    mine = {number: times for number, times in orders.items() if number and number.startswith(mark)}
    assert mine == {document["number"]: 1 for document in documents}


def _guest(nth: int) -> dict[str, str]:
    return {"name": f"Gjest {nth % 50}", "email": f"gjest{nth % 50}@post.example"}


def _wait_until_moved(page: Page, beyond: int, *, scripts: bool) -> None:
    """Wait until the bar shows more; without scripts the page is refreshed by hand."""
    if scripts:
        page.wait_for_function(
            "beyond => document.querySelector('progress').value > beyond", arg=beyond, timeout=PATIENCE
        )
        return
    for _ in range(PATIENCE // 500):
        if int(page.locator("progress").get_attribute("value") or 0) > beyond:
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError("it does not move")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_on_the_pages_about_many(
    signed_in: Opened, shared_fjell: Api, width: int, dark: bool
) -> None:
    shared_fjell.put(f"/v1/{INVOICES[1:]}/R1", json=invoice_document("R1", rows=[]))
    batch = shared_fjell.post("/v1/businesses/fjell/transfers", json={"invoices": ["R1"]}).json()["id"]
    page = signed_in(width=width, dark=dark)
    for path in (
        "/",
        BATCHES,
        f"{BATCHES}/new",
        f"{BATCHES}/{batch}",
        "/businesses/fjell/payments",
        f"{INVOICES}/upload",
    ):
        page.goto(path)
        assert faults_of(page) == [], path


@pytest.mark.parametrize("language", ["en", "nb"])
def test_nothing_is_beside_what_is_seen_on_the_pages_about_many(
    signed_in: Opened, shared_fjell: Api, language: str
) -> None:
    page = signed_in(width=360, language=language)
    for path in PAGES:
        page.goto(path)
        assert not is_scrolled_sideways(page), path
