"""Books that outlive the sandbox, however it ends."""

import json
import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from sandbox import DEMO_ACCOUNT, NotBooksError, Sandbox
from sandbox.norwegian_time import now
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Order, Row

ROOT = Path(__file__).parents[3]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "books.json"


def kept(file: Path) -> Sandbox:
    sandbox = Sandbox.demo()
    sandbox.keep_in(file)
    return sandbox


def filled(books: Books) -> None:
    """Something of everything that books hold, published, paid in part and deleted."""
    person = books.add_customer("Haugland", first_name="Signe", type="Consumer", emails={"Primary": "s@post.example"})
    books.delete_customer(books.add_customer("Borte AS"))
    books.add_customers(3)
    product = books.add_product("Tractor", books.add_category("Rental"), no="7")
    books.customers[person].other["Seen"] = {"at": now(), "amounts": [Decimal("1.50"), 2]}
    for _ in range(2):
        row = Row(id=0, name="Tractor", product_id=product, quantity=Decimal("1.5"), price=Decimal(100))
        order = books.keep_order(Order(id=0, customer_id=person, rows=[row]))
    books.publish(order.id)
    books.pay(order.id, amount=Decimal("10.00"))


def test_everything_comes_back_just_as_it_was(file: Path) -> None:
    first = kept(file)
    filled(first.account(DEMO_ACCOUNT).books)
    with first:
        httpx.post(f"{first.url}/control/customers", json={"account": DEMO_ACCOUNT, "count": 1})
    again = kept(file)
    for account in first.accounts:
        assert again.account(account.identity_id).books.content() == account.books.content()
    books, before = (one.account(DEMO_ACCOUNT).books for one in (again, first))
    (order,) = (order for order in books.orders.values() if order.invoice_id)
    assert all(line.order is order for line in books.ledger.lines)
    books.pay(order.id)
    assert books.orders[order.id].paid
    assert books.add_customer("Next AS") == before.add_customer("Next AS")


@pytest.mark.parametrize("text", ["", "{}", "[]", "no json", '{"form": "else"}', "\udcff"])
def test_a_file_that_holds_something_else_is_refused_and_left_alone(file: Path, text: str) -> None:
    file.write_text(text, errors="surrogateescape")
    before = file.read_bytes()
    with pytest.raises(NotBooksError):
        kept(file)
    assert file.read_bytes() == before


def test_what_was_answered_outlives_a_kill(file: Path, tmp_path: Path) -> None:
    command = "import sys; from entrypoints.cli.main import main; sys.argv[0] = 'kvitt'; main()"
    arguments = ["sandbox", "--port", "0", "--keep", str(file), "--json"]
    environment = {**os.environ, "KVITT_HOME": str(tmp_path / "home")}
    with subprocess.Popen(
        [sys.executable, "-c", command, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        announced = next(iter(process.stdout.readline, b"}\n"))
        while not announced.rstrip().endswith(b"\n}"):
            announced += process.stdout.readline()
        url = json.loads(announced)["control_url"]
        asked = {"account": DEMO_ACCOUNT, "name": "Haugland", "first_name": "Signe", "type": "Consumer"}
        customer_id = httpx.post(f"{url}/customers", json=asked).json()["id"]
        process.send_signal(signal.SIGKILL)
    customer = kept(file).account(DEMO_ACCOUNT).books.customers[customer_id]
    assert (customer.first_name, customer.name) == ("Signe", "Haugland")
