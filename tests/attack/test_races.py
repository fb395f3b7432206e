"""Races at a real `kvitt serve`: the same thing asked for many times at once becomes one order and one customer."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest

from entrypoints.container import make_container
from entrypoints.settings import Settings
from sandbox import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office.books import Books
from tests.http.clients import bearing, key_for
from tests.http.documents import business_document, invoice_document
from tests.postgres import temporary_database

ROOT = Path(__file__).parents[2]
SERVE = (
    "import sys; from entrypoints.cli.main import main; sys.argv = ['kvitt', 'serve', '--port', '0', '--json']; main()"
)
AT_ONCE = 20
PATIENCE_SECONDS = 20
INVOICES = "/v1/businesses/fjell/invoices"
TRANSFERS = "/v1/businesses/fjell/transfers"

DATABASES = ("sqlite", "postgresql")
ROUNDS = (
    pytest.param(1, id="once"),
    pytest.param(15, id="again_and_again", marks=pytest.mark.attack),
)
many_rounds = pytest.mark.parametrize("rounds", ROUNDS)

Json = dict[str, Any]


@pytest.fixture(scope="module")
def office() -> Iterator[Sandbox]:
    with Sandbox.demo(logins_per_minute=0, calls_per_hour=10_000_000) as office:
        yield office


@pytest.fixture(scope="module", params=DATABASES)
def server(
    request: pytest.FixtureRequest, office: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """The address of a server with the business "fjell", and a key; its books are empty before each test."""
    home = tmp_path_factory.mktemp("home")
    if request.param == "sqlite":
        with serving(home, office.url) as served:
            yield served
    else:
        with temporary_database() as database, serving(home, office.url, database=database) as served:
            yield served


@contextmanager
def serving(home: Path, office_url: str, *, database: str | None = None) -> Iterator[tuple[str, str]]:
    """Run the server; its address and a key for the length of the block. It has nothing to complain of."""
    container = make_container(Settings(home=home, database_url=database))
    with closing(container.storage()):
        key = key_for(container)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KVITT_")}
    environment = clean | {
        "KVITT_HOME": str(home),
        "KVITT_TFSO_API_URL": office_url,
        "KVITT_DATABASE_URL": database or "",
        "KVITT_REQUESTS_PER_MINUTE": "0",
        "KVITT_LOG_LEVEL": "warning",
    }
    log = home / "serve.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [sys.executable, "-c", SERVE], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        try:
            assert process.stdout is not None
            announced = next(iter(process.stdout.readline, b"}\n"), b"")
            while announced and not announced.rstrip().endswith(b"}"):
                announced += process.stdout.readline()
            yield json.loads(announced)["url"], key
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0, log.read_text()
        finally:
            process.kill()
    said = [line for line in log.read_text().splitlines() if "Stop it with" not in line]
    assert said == []


@pytest.fixture
def fjell(server: tuple[str, str], office: Sandbox) -> Iterator[httpx.Client]:
    """A client of the server."""
    url, key = server
    limits = httpx.Limits(max_connections=2 * AT_ONCE)
    with httpx.Client(base_url=url, timeout=30, limits=limits, headers=bearing(key)) as client:
        assert client.put("/v1/businesses/fjell", json=business_document()).status_code in (200, 201)
        yield client


@pytest.fixture
def books(office: Sandbox) -> Books:
    return office.account(DEMO_ACCOUNT).books


def new_number(what: str) -> str:
    """An invoice number that nobody has had."""
    return f"{what}-{time.time_ns()}"


def add(client: httpx.Client, number: str, **customer: str) -> None:
    """Add an invoice; by default its customer is new."""
    customer = customer or {"name": "Signe Haugland", "email": f"{number}@post.example"}
    response = client.put(f"{INVOICES}/{number}", json=invoice_document(number, customer=customer))
    assert response.status_code == 201, response.text


def at_once(*acts: Callable[[], httpx.Response]) -> Sequence[httpx.Response]:
    """Do all of it at the same moment."""
    barrier = Barrier(len(acts))

    def act(do: Callable[[], httpx.Response]) -> httpx.Response:
        barrier.wait()
        return do()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(act, acts))


def arrived(client: httpx.Client, transfer_id: str) -> Json:
    """The transfer, once it has arrived."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        transfer: Json = client.get(f"{TRANSFERS}/{transfer_id}").json()
        if transfer["state"] == "transferred":
            return transfer
        assert time.monotonic() < ends, transfer
        time.sleep(0.05)


def orders_of(books: Books, number: str) -> list[str]:
    return [str(order.id) for order in books.orders.values() if order.reference == number]


def customers_of(books: Books, email: str) -> list[str]:
    return [str(customer.id) for customer in books.customers.values() if email in customer.emails.values()]


@many_rounds
def test_the_same_invoice_sent_twenty_times_at_once_is_one_order(
    fjell: httpx.Client, books: Books, rounds: int
) -> None:
    for _ in range(rounds):
        number = new_number("same")
        add(fjell, number)
        answers = at_once(*[lambda number=number: fjell.post(f"{INVOICES}/{number}/send")] * AT_ONCE)
        assert {answer.status_code for answer in answers} <= {200, 202}, [answer.text for answer in answers]
        (transfer_id,) = {answer.json()["id"] for answer in answers}
        transfer = arrived(fjell, transfer_id)
        assert orders_of(books, number) == [transfer["order_id"]]
        assert customers_of(books, f"{number}@post.example") == [transfer["customer_id"]]


@many_rounds
def test_an_invoice_that_is_changed_and_sent_at_once_is_booked_as_it_stands_in_the_end(
    fjell: httpx.Client, books: Books, rounds: int
) -> None:
    for _ in range(rounds):
        number = new_number("changed")
        add(fjell, number)
        row, path = invoice_document()["rows"][0], f"{INVOICES}/{number}"
        changes = [
            partial(fjell.put, path, json=invoice_document(number, rows=[row | {"unit_price": f"{price}.00"}]))
            for price in range(1000, 1000 + AT_ONCE)
        ]
        answers = at_once(*changes, *[lambda path=path: fjell.post(f"{path}/send")] * 3)
        assert {answer.status_code for answer in answers[:AT_ONCE]} <= {200, 409}, [answer.text for answer in answers]
        transfer = arrived(fjell, answers[-1].json()["id"])
        (order,) = [order for order in books.orders.values() if order.reference == number]
        assert str(order.id) == transfer["order_id"]
        (kept,) = fjell.get(path).json()["rows"]
        (booked,) = [one.price for one in order.rows if one.price]
        assert booked == Decimal(kept["unit_price"])


@many_rounds
def test_two_invoices_for_one_new_customer_at_once_make_one_customer(
    fjell: httpx.Client, books: Books, rounds: int
) -> None:
    for _ in range(rounds):
        numbers = [new_number("first"), new_number("second")]
        email = f"{numbers[0]}@post.example"
        for number in numbers:
            add(fjell, number, name="Signe Haugland", email=email)
        answers = at_once(*[lambda number=number: fjell.post(f"{INVOICES}/{number}/send") for number in numbers])
        transfers = [arrived(fjell, answer.json()["id"]) for answer in answers]
        assert customers_of(books, email) == [transfers[0]["customer_id"]] == [transfers[1]["customer_id"]]
        assert [orders_of(books, number) for number in numbers] == [[one["order_id"]] for one in transfers]


@many_rounds
def test_an_invoice_that_is_sent_and_deleted_at_once_is_one_or_the_other(
    fjell: httpx.Client, books: Books, rounds: int
) -> None:
    for _ in range(rounds):
        numbers = [new_number("deleted") for _ in range(AT_ONCE // 2)]
        for number in numbers:
            add(fjell, number)
        answers = at_once(
            *[
                act
                for number in numbers
                for act in (
                    partial(fjell.post, f"{INVOICES}/{number}/send", headers={"Prefer": "wait=0"}),
                    partial(fjell.delete, f"{INVOICES}/{number}"),
                )
            ]
        )
        for number, sent, deleted in zip(numbers, answers[::2], answers[1::2], strict=True):
            assert (sent.status_code in (200, 202)) is (deleted.status_code == 409), (sent.text, deleted.text)
            if deleted.status_code == 409:
                transfer = arrived(fjell, sent.json()["id"])
                assert orders_of(books, number) == [transfer["order_id"]]
            else:
                assert (sent.status_code, deleted.status_code) == (404, 200)
                assert fjell.get(f"{INVOICES}/{number}").status_code == 404
                assert orders_of(books, number) == []


@many_rounds
def test_a_retry_during_a_running_transfer_is_one_order(
    fjell: httpx.Client, office: Sandbox, books: Books, rounds: int
) -> None:
    for _ in range(rounds):
        number = new_number("retried")
        add(fjell, number)
        slow = office.inject("SaveInvoices", "slow", delay=0.6)
        with ThreadPoolExecutor(1) as sender:
            sent = sender.submit(fjell.post, f"{INVOICES}/{number}/send")
            running = running_transfer(fjell, number)
            retry = f"{TRANSFERS}/{running['id']}/retry"
            answers = at_once(*[lambda retry=retry: fjell.post(retry)] * 5)
            assert {answer.status_code for answer in (*answers, sent.result())} <= {200, 202}
        assert not slow.times
        transfer = arrived(fjell, running["id"])
        assert transfer["attempts"] == 1
        assert orders_of(books, number) == [transfer["order_id"]]
        assert customers_of(books, f"{number}@post.example") == [transfer["customer_id"]]


def running_transfer(client: httpx.Client, number: str) -> Json:
    """The invoice's transfer, while it runs."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        found = client.get(TRANSFERS, params={"state": "running"}).json()["items"]
        for transfer in found:
            if transfer["invoice"] == number:
                return dict(transfer)
        time.sleep(0.02)
    raise AssertionError(f"invoice {number} was never seen running")


@many_rounds
def test_credits_at_the_same_moment_take_no_more_than_there_is(fjell: httpx.Client, rounds: int) -> None:
    """Of twenty that would each take 0.3 of 1, three get it, whatever their numbers."""
    for _ in range(rounds):
        number = new_number("credited")
        add(fjell, number)
        arrived(fjell, fjell.post(f"{INVOICES}/{number}/send").json()["id"])
        body = {"rows": [{"row": 1, "quantity": "0.3"}]}
        answers = at_once(
            *[lambda number=number, body=body: fjell.post(f"{INVOICES}/{number}/credit", json=body)] * AT_ONCE
        )
        made = [answer.json()["number"] for answer in answers if answer.status_code == 201]
        assert sorted(made) == [f"{number}-K{nth}" for nth in (1, 2, 3)]
        assert {answer.json()["code"] for answer in answers if answer.status_code != 201} == {"credit_exceeds"}
        left = fjell.get(f"{INVOICES}/{number}").json()["left_to_credit"]
        assert left["rows"][0]["quantity"] == "0.1"
        assert fjell.post(f"{INVOICES}/{number}/credit", json={}).status_code == 201
        assert fjell.get(f"{INVOICES}/{number}").json()["left_to_credit"]["gross"] == "0.00"
