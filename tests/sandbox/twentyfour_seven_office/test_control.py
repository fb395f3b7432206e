"""The control page, its JSON, and the sandbox as a whole."""

import html
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from sandbox import Sandbox
from sandbox.faults import KINDS, MEANINGS
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Order, Row
from sandbox.twentyfour_seven_office.users import Account
from tests.sandbox.twentyfour_seven_office.soap.caller import Answer, Caller, Fault, credential, text


@pytest.fixture
def order_id(books: Books) -> int:
    customer_id = books.add_customer('<script>alert("x")</script>')
    row = Row(id=0, name="Traktor & henger")
    return books.keep_order(Order(id=0, customer_id=customer_id, reference='"><b>', rows=[row])).id


def post(caller: Caller, path: str, content: dict[str, Any] | None = None, **headers: str) -> Answer:
    body = json.dumps(content or {}).encode()
    return caller.request("POST", path, body, {"Content-Type": "application/json", **headers})


def submit(caller: Caller, path: str, fields: dict[str, Any], **headers: str) -> Answer:
    form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    return caller.request("POST", path, urlencode(fields).encode(), form)


def get_json(caller: Caller, path: str) -> Any:
    answer = caller.request("GET", path)
    assert answer.status == 200
    assert answer.headers.get_content_type() == "application/json"
    return json.loads(answer.body)


def test_a_customer_is_created_on_the_page_and_named_in_full(caller: Caller, books: Books, account: Account) -> None:
    person = {
        "account": account.identity_id,
        "type": "Consumer",
        "first_name": "Signe",
        "name": "<Haugland>",
        "organization_number": "",
        "email": "signe@post.example",
    }
    assert submit(caller, "/control/customers", person).status == 303
    (customer,) = books.customers.values()
    assert (customer.first_name, customer.name, customer.type) == ("Signe", "<Haugland>", "Consumer")
    assert customer.emails == {"Primary": "signe@post.example"}
    books.keep_order(Order(id=0, customer_id=customer.id))
    for path in ("/control", f"/control/customers?company={account.number}"):
        assert "Signe &lt;Haugland&gt;" in caller.request("GET", path).body.decode()
    for wrong in ({"name": " "}, {"type": "Martian"}):
        assert submit(caller, "/control/customers", person | wrong).status == 400
    assert len(books.customers) == 1


def test_the_page_explains_every_kind_of_fault(caller: Caller) -> None:
    page = html.unescape(caller.request("GET", "/control/faults").body.decode())
    assert set(MEANINGS) == set(KINDS)
    assert all(f"<code>{kind}</code> {meaning}</span>" in page for kind, meaning in MEANINGS.items())


def test_the_page_shows_the_books_and_escapes_them(caller: Caller, order_id: int) -> None:
    answer = caller.request("GET", "/control")
    page = answer.body.decode()
    assert answer.status == 200
    assert "Fjellutleie AS" in page
    assert "Traktor &amp; henger" in page
    assert "<script>" not in page
    assert '"><b>' not in page
    assert "Authenticate.Login" in caller.request("GET", "/control/calls").body.decode()
    assert caller.request("GET", "/").headers["Location"] == "/control"


def test_an_order_is_published_paid_and_deleted_from_the_page(
    caller: Caller, account: Account, books: Books, order_id: int
) -> None:
    fields = {"account": account.identity_id, "order_id": order_id}
    for act in ("publish", "pay"):
        answer = submit(caller, f"/control/{act}", fields)
        assert (answer.status, answer.headers["Location"]) == (303, "/control")
    order = books.orders[order_id]
    assert order.status == "Invoiced"
    assert order.paid
    assert b"Paid 23 Nov 2026" in caller.request("GET", "/control").body
    books.delete_customer(order.customer_id)
    assert b"(deleted customer)" in caller.request("GET", "/control").body
    submit(caller, "/control/delete", fields)
    assert books.orders == {}


def test_the_accountant_acts_by_json(caller: Caller, books: Books, order_id: int) -> None:
    order = {"account": "Fjellutleie AS", "order_id": order_id}
    assert post(caller, "/control/pay", order).status == 409
    published = post(caller, "/control/publish", order)
    assert json.loads(published.body) == {"invoice_id": books.orders[order_id].invoice_id}
    assert post(caller, "/control/publish", order).status == 409
    assert post(caller, "/control/pay", {**order, "date": "2021-02-01"}).status == 200
    state = get_json(caller, "/control/state")
    shown = next(a for a in state["accounts"] if a["name"] == "Fjellutleie AS")
    (shown_order,) = shown["orders"]
    assert shown_order["paid"] == "2021-01-31T23:00:00Z"
    assert shown_order["total_inc_vat"] == "0.00"
    assert shown_order["rows"][0]["name"] == "Traktor & henger"
    customer = {"account": shown["identity_id"], "customer_id": shown["customers"][0]["id"]}
    assert post(caller, "/control/delete", customer).status == 200
    assert post(caller, "/control/delete", order).status == 200
    assert (books.customers, books.orders) == ({}, {})


def test_a_payment_is_taken_back_and_an_invoice_credited(
    caller: Caller, account: Account, books: Books, order_id: int
) -> None:
    books.orders[order_id].rows[0].quantity = books.orders[order_id].rows[0].price = Decimal(10)
    books.keep_order(books.orders[order_id])
    order = {"account": account.identity_id, "order_id": str(order_id)}
    assert b"Credit in full" not in caller.request("GET", "/control").body
    for act in ("publish", "pay"):
        submit(caller, f"/control/{act}", order)
    assert b"Take the payment back" in caller.request("GET", "/control").body
    assert submit(caller, "/control/take-back", order).status == 303
    assert books.orders[order_id].paid is None
    assert b"Take the payment back" not in caller.request("GET", "/control").body
    credited = post(caller, "/control/credit", order)
    (credit,) = [one for one in books.orders.values() if one.id != order_id]
    assert json.loads(credited.body) == {"invoice_id": credit.invoice_id}
    assert [post(caller, f"/control/{act}", order).status for act in ("credit", "take-back", "take-back")] == [
        409,
        200,
        409,
    ]


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("/control/publish", {"account": "Fjellutleie AS", "order_id": 5}, 404),
        ("/control/publish", {"account": "Nobody AS", "order_id": 5}, 404),
        ("/control/publish", {"account": "Fjellutleie AS"}, 400),
        ("/control/publish", {"account": "Fjellutleie AS", "order_id": "x"}, 400),
        ("/control/quota", {}, 400),
        ("/control/quota", {"limit": -1}, 400),
        ("/control/faults", {"operation": "SaveInvoices"}, 400),
        ("/control/faults", {"operation": "SaveInvoices", "kind": "explode"}, 400),
        ("/control/faults", {"operation": "SaveInvoices", "kind": "reset", "colour": "red"}, 400),
        ("/control/nothing", {}, 404),
    ],
)
def test_what_makes_no_sense_is_said_to(
    caller: Caller, account: Account, path: str, content: dict[str, Any], status: int
) -> None:
    answer = post(caller, path, content)
    assert answer.status == status
    assert json.loads(answer.body)["error"]


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff"])
def test_a_body_must_be_an_object(caller: Caller, body: bytes) -> None:
    assert caller.request("POST", "/control/quota", body).status == 400


def test_faults_quota_and_sessions_are_controlled(sandbox: Sandbox, caller: Caller) -> None:
    fault = {"operation": "HasSession", "kind": "fault", "times": 2, "text": "Busy"}
    assert post(caller, "/control/faults", fault).status == 200
    assert submit(caller, "/control/faults", {"operation": "*", "kind": "slow", "times": "1"}).status == 303
    waiting = get_json(caller, "/control/state")["faults"]
    assert [(f["operation"], f["kind"], f["times"]) for f in waiting] == [("HasSession", "fault", 2), ("*", "slow", 1)]
    assert b"<code>HasSession</code>, 2 times" in caller.request("GET", "/control/faults").body
    with pytest.raises(Fault, match="Busy"):
        caller.call("HasSession")
    assert caller.request("DELETE", "/control/faults").status == 200
    assert caller.call("HasSession").text == "true"
    post(caller, "/control/expire-sessions")
    assert caller.call("HasSession").text == "false"
    used = sandbox.quota.used
    post(caller, "/control/quota", {"limit": used})
    assert get_json(caller, "/control/state")["quota"] == {"limit": used, "used": used, "left": 0}
    with pytest.raises(Fault, match="Limit exceeded by 1"):
        caller.call("HasSession")


def test_the_item_of_a_fault_is_chosen_on_the_page(caller: Caller, books: Books) -> None:
    fields = {"operation": "SaveCategories", "kind": "fault_midway", "times": "1", "item": "1"}
    assert submit(caller, "/control/faults", fields).status == 303
    with pytest.raises(Fault):
        caller.call(
            "SaveCategories",
            "<categories><Category><Name>A</Name></Category><Category><Name>B</Name></Category></categories>",
        )
    assert [category.name for category in books.categories.values()] == ["A"]


def test_the_journal_is_read_and_cleared(caller: Caller) -> None:
    (login,) = get_json(caller, "/control/journal")
    assert (login["operation"], login["outcome"], login["time"]) == ("Login", "ok", "2026-11-23T14:30:00Z")
    assert caller.request("DELETE", "/control/journal").status == 200
    assert get_json(caller, "/control/journal") == []


def test_starting_over_empties_the_books_and_keeps_who_may_use_them(
    sandbox: Sandbox, caller: Caller, account: Account, order_id: int
) -> None:
    first = next(iter(account.books.customers))
    sandbox.inject("Login", "reset")
    post(caller, "/control/reset")
    assert (account.books.orders, account.books.customers) == ({}, {})
    assert caller.call("HasSession").text == "false"
    assert len(caller.log_in(account.identity_id)) == 24
    assert account.books.add_customer("A") == first


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:80"},
    ],
)
def test_a_page_from_elsewhere_controls_nothing(
    caller: Caller, books: Books, account: Account, order_id: int, headers: dict[str, str]
) -> None:
    fields = {"account": account.identity_id, "order_id": order_id}
    assert submit(caller, "/control/delete", fields, **headers).status == 403
    assert list(books.orders) == [order_id]


def test_a_page_from_here_does(sandbox: Sandbox, caller: Caller, books: Books, order_id: int) -> None:
    fields = {"account": "Fjellutleie AS", "order_id": order_id}
    assert submit(caller, "/control/delete", fields, Origin=sandbox.url).status == 303
    assert books.orders == {}


def test_the_sandbox_listens_on_loopback_only() -> None:
    for host in ("0.0.0.0", "192.168.1.5", "example.org"):
        with pytest.raises(ValueError, match="loopback only"):
            Sandbox(host=host)
    with Sandbox(host="localhost") as sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_it_listens_on_the_newer_loopback_too() -> None:
    try:
        with Sandbox(host="::1") as sandbox:
            caller = Caller(sandbox.url)
            assert sandbox.url.startswith("http://[::1]:")
            assert caller.request("GET", "/control").status == 200
            caller.close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")


def test_the_address_is_there_while_it_runs() -> None:
    sandbox = Sandbox()
    with pytest.raises(RuntimeError):
        _ = sandbox.url
    with sandbox:
        port = int(sandbox.url.rsplit(":", 1)[1])
    with pytest.raises(RuntimeError):
        _ = sandbox.url
    sandbox.stop()
    with Sandbox(port=port) as again:
        assert again.url.endswith(f":{port}")


def test_it_serves_until_it_is_stopped() -> None:
    sandbox = Sandbox()
    threading.Timer(0.1, sandbox.stop).start()
    sandbox.serve_forever()
    with pytest.raises(RuntimeError):
        _ = sandbox.url


def test_the_demo_world_has_a_wrong_default_and_a_blocked_company() -> None:
    with Sandbox.demo(port=0) as sandbox:
        caller = Caller(sandbox.url)
        demo = credential(
            username="integration@kvitt.example",
            password="correct-horse",
            application_id="5a0b3f6e-1c2d-4e5f-8a9b-0c1d2e3f4a5b",
        )
        identities = caller.call("GetIdentitiesWithCredential", demo)
        assert [(text(i, "Client/Name"), text(i, "IsDefault"), text(i, "IsDisabled")) for i in identities] == [
            ("Demo Annet AS", "true", None),
            ("Fjellutleie AS", "false", None),
            ("Blokkert AS", "false", "true"),
        ]
        caller.close()
    with Sandbox.demo() as again:
        assert again.account("Fjellutleie AS").identity_id == text(identities[1], "Id")


def test_many_callers_at_once_lose_nothing(sandbox: Sandbox, account: Account, caller: Caller) -> None:
    def save_some(number: int) -> None:
        own = Caller(sandbox.url)
        own.cookie = caller.cookie
        for index in range(10):
            name = f"{number}-{index}"
            own.call("SaveCategories", f"<categories><Category><Name>{name}</Name></Category></categories>")
        own.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(save_some, range(8)))
    assert len({category.name for category in account.books.categories.values()}) == 80
    assert sandbox.journal.count("SaveCategories") == 80
