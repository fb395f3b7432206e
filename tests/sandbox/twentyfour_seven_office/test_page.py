"""The control pages: lists, languages, headers, forms that are refused, and what the script asks for."""

import re
from decimal import Decimal
from time import process_time
from typing import Any
from urllib.parse import urlencode

import pytest
from lxml import html

from sandbox import Sandbox
from sandbox.page.orders import PER_PAGE
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Order, Row
from sandbox.twentyfour_seven_office.users import Account
from tests.sandbox.twentyfour_seven_office.soap.caller import Answer, Caller, Clock

PAGES = ("/control", "/control/customers", "/control/faults", "/control/calls")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def order(books: Books, reference: str, amount: str = "100", customer: str = "Ingrid Lien") -> Order:
    customer_id = books.add_customer(customer)
    row = Row(id=0, name="Tractor", quantity=Decimal(1), price=Decimal(amount))
    return books.keep_order(Order(id=0, customer_id=customer_id, reference=reference, rows=[row]))


def submit(caller: Caller, path: str, fields: dict[str, Any], **headers: str) -> Answer:
    return caller.request("POST", path, urlencode(fields).encode(), {**FORM, **headers})


def shown(caller: Caller, address: str = "/control", **headers: str) -> html.HtmlElement:
    answer = caller.request("GET", address, headers=headers)
    assert answer.status == 200
    return html.fromstring(answer.body)


def within(page: html.HtmlElement, selector: str) -> list[html.HtmlElement]:
    """What a plain CSS selector picks: names, one class, id or attribute each, one inside the other."""
    path = ""
    for part in selector.split():
        parts = re.fullmatch(r"(\w*)(?:([.#])([\w-]+))?(?:\[([\w-]+)=(\w+)\])?", part)
        assert parts
        name, kind, word, attribute, value = parts.groups()
        path += f"/descendant::{name or '*'}"
        path += {None: "", "#": f"[@id='{word}']", ".": f"[contains(concat(' ', @class, ' '), ' {word} ')]"}[kind]
        path += f"[@{attribute}='{value}']" if attribute else ""
    found: list[html.HtmlElement] = page.xpath(f".{path}")
    return found


def references(caller: Caller, address: str = "/control") -> list[str]:
    return [rows[0].text for row in within(shown(caller, address), ".rows") if len(rows := within(row, "p"))]


@pytest.mark.parametrize("path", [*PAGES, "/control/nowhere"])
def test_nothing_but_its_own_files_may_run_on_a_page(caller: Caller, account: Account, path: str) -> None:
    answer = caller.request("GET", path)
    if path == "/control/nowhere":
        assert answer.status == 404
        assert answer.headers.get_content_type() == "application/json"
        return
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    told = {name: answer.headers[name] for name in answer.headers}
    assert (
        told
        | {
            "Cache-Control": "no-store",
            "Cross-Origin-Embedder-Policy": "require-corp",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }
        == told
    )
    page = html.fromstring(answer.body)
    assert [script.text for script in page.iter("script")] == [None]
    assert list(page.iter("style")) == []
    assert [name for element in page.iter() for name in element.attrib if name == "style" or name[:2] == "on"] == []


def test_its_files_are_kept_by_their_content(caller: Caller) -> None:
    page = shown(caller)
    addresses = [within(page, "script")[0].get("src"), within(page, "link[rel=stylesheet]")[0].get("href")]
    for address, kind in zip(addresses, ("text/javascript", "text/css"), strict=True):
        answer = caller.request("GET", address)
        assert (answer.status, answer.headers.get_content_type()) == (200, kind)
        assert "immutable" in answer.headers["Cache-Control"]
        assert re.search(r"\?v=[0-9a-f]{12}$", address)
    assert caller.request("GET", "/control/static/../pages.py").status == 404


def test_what_is_known_already_is_not_sent_again(caller: Caller, books: Books) -> None:
    order(books, "10001")
    etag = caller.request("GET", "/control").headers["ETag"]
    again = caller.request("GET", "/control", headers={"If-None-Match": etag})
    assert (again.status, again.body) == (304, b"")
    order(books, "10002")
    assert caller.request("GET", "/control", headers={"If-None-Match": etag}).status == 200


def test_an_empty_list_says_what_to_do(caller: Caller, account: Account) -> None:
    assert "Press Send Invoice in Kvitt" in within(shown(caller), ".empty")[0].text_content()
    assert "No order is like that" in within(shown(caller, "/control?q=nobody"), ".empty")[0].text_content()


def test_orders_of_all_companies_come_newest_first_and_are_narrowed(
    caller: Caller, clock: Clock, books: Books, other_account: Account, account: Account
) -> None:
    open_one = order(books, "10001")
    clock.advance(seconds=1)
    paid_one = order(other_account.books, "10002", customer="Solvang Bygg AS")
    clock.advance(seconds=1)
    order(books, "10003")
    books.publish(open_one.id)
    other_account.books.publish(paid_one.id)
    other_account.books.pay(paid_one.id)
    assert references(caller) == ["10003", "10002", "10001"]
    assert references(caller, "/control?show=to_publish") == ["10003"]
    assert references(caller, "/control?show=to_be_paid") == ["10001"]
    assert references(caller, "/control?show=paid") == ["10002"]
    assert references(caller, f"/control?company={account.number}") == ["10003", "10001"]
    for text in ("solvang", "10002", str(paid_one.id), str(paid_one.invoice_id)):
        assert references(caller, f"/control?q={text}") == ["10002"]
    counts = [one.text for one in within(shown(caller), ".tabs .count")]
    assert counts == ["3", "1", "1", "1"]


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=99999", "company=x", "show=x", "page=" + "9" * 40, "page=%C2%B2"]
)
def test_an_address_that_makes_no_sense_shows_what_there_is(caller: Caller, books: Books, query: str) -> None:
    order(books, "10001")
    assert references(caller, f"/control?{query}") == ["10001"]
    assert caller.request("GET", f"/control/customers?{query}").status == 200


def test_ten_thousand_orders_are_paged_and_quick(caller: Caller, books: Books) -> None:
    customer_id = books.add_customer("Ingrid Lien")
    rows = [Row(id=0, name="Tractor", quantity=Decimal(1), price=Decimal(100))]
    for number in range(10_000):
        books.keep_order(Order(id=0, customer_id=customer_id, reference=f"{number}", rows=rows))
    shown(caller)  # templates are compiled once
    began = process_time()
    assert references(caller) == [f"{number}" for number in range(9_999, 9_999 - PER_PAGE, -1)]
    assert references(caller, "/control?page=400") == [f"{number}" for number in range(PER_PAGE - 1, -1, -1)]
    assert references(caller, "/control?q=Lien&page=2&show=to_publish")[0] == f"{9_999 - PER_PAGE}"
    assert process_time() - began < 1.5
    assert "Page 400 of 400" in within(shown(caller, "/control?page=9999"), ".pager")[0].text_content()


def test_a_list_of_customers_is_paged(caller: Caller, books: Books, account: Account) -> None:
    books.add_customers(60)
    address = f"/control/customers?company={account.number}"
    assert [len(within(shown(caller, f"{address}&page={page}"), "tbody tr")) for page in (1, 2, 3, 4)] == [
        25, 25, 10, 10,
    ]  # fmt: skip


def test_the_language_and_the_colours_are_chosen_by_a_link(caller: Caller, books: Books) -> None:
    order(books, "10001", "9003.75")
    assert shown(caller).get("lang") == "en"
    norwegian = shown(caller, **{"Accept-Language": "nb-NO,nb;q=0.9"})
    assert norwegian.get("lang") == "nb"
    assert "9\N{NO-BREAK SPACE}003,75\N{NO-BREAK SPACE}kr" in norwegian.text_content()
    chosen = caller.request("GET", "/control?lang=nb&q=10001&theme=dark")
    assert (chosen.status, chosen.headers["Location"]) == (303, "/control?q=10001")
    cookies = [cookie.partition(";") for cookie in chosen.headers.get_all("Set-Cookie", [])]
    assert all("HttpOnly" in options and "SameSite=Strict" in options for _, _, options in cookies)
    page = shown(caller, Cookie="; ".join(cookie for cookie, _, _ in cookies))
    assert (page.get("lang"), page.get("data-theme")) == ("nb", "dark")
    odd = shown(caller, Cookie='sandbox_language="><b>; sandbox_theme=pink; =; ;', **{"Accept-Language": "de"})
    assert (odd.get("lang"), odd.get("data-theme")) == ("en", "auto")


def test_a_part_is_paid_as_people_write_it_and_one_is_led_back_to_the_order(
    caller: Caller, books: Books, account: Account
) -> None:
    one = order(books, "10001", "1234.50")
    books.publish(one.id)
    field = within(shown(caller), "input[name=amount]")[0]
    assert field.get("value") == "1234.50"
    back = "/control?show=to_be_paid#order-1"
    fields = {"account": account.identity_id, "order_id": one.id, "back": back}
    for amount in ("1\N{NO-BREAK SPACE}000,50", " 34 "):
        answer = submit(caller, "/control/pay", {**fields, "amount": amount})
        assert (answer.status, answer.headers["Location"]) == (303, back)
    assert one.paid_amount == Decimal("1034.50")
    assert within(shown(caller), "input[name=amount]")[0].get("value") == "200.00"
    assert "Partly paid" in within(shown(caller), ".state")[0].text


@pytest.mark.parametrize(
    "back",
    ["https://evil.example", "//evil.example", "/elsewhere", "/control\r\nX: y", "/controls", "javascript:0", ""],
)
def test_one_is_led_back_to_this_page_alone(caller: Caller, books: Books, account: Account, back: str) -> None:
    one = order(books, "10001")
    fields = {"account": account.identity_id, "order_id": one.id, "back": back}
    answer = submit(caller, "/control/publish", fields)
    assert (answer.status, answer.headers["Location"], answer.headers["X"]) == (303, "/control", None)


def test_a_form_that_is_refused_comes_back_with_the_reason_and_what_was_entered(
    caller: Caller, books: Books, account: Account
) -> None:
    one, other = order(books, "10001"), order(books, "10002")
    for published in (one, other):
        books.publish(published.id)
    fields = {"account": account.identity_id, "order_id": one.id, "amount": '"><b>lots', "back": "/control?q=1000"}
    answer = submit(caller, "/control/pay", fields, **{"Accept-Language": "nb"})
    page = html.fromstring(answer.body)
    assert answer.status == 400
    assert within(page, "#trouble")[0].text == "'\"><b>lots' er ikke et beløp."
    wrong = within(page, "[aria-invalid=true]")
    assert [(field.get("value"), field.get("aria-describedby")) for field in wrong] == [('"><b>lots', "trouble")]
    assert within(page, "#search")[0].get("value") == "1000"
    assert one.paid_amount == 0
    gone = submit(caller, "/control/publish", {**fields, "order_id": 5})
    assert (gone.status, gone.headers.get_content_type()) == (404, "text/html")
    again = submit(caller, "/control/publish", fields)
    assert (again.status, within(html.fromstring(again.body), "#trouble")[0].text) == (
        409,
        f"Order {one.id} is invoice {one.invoice_id} already.",
    )


@pytest.mark.parametrize(
    ("path", "fields", "page", "field"),
    [
        ("customers", {"type": "Consumer", "name": " ", "email": "a@b.example"}, "customers", "email"),
        ("faults", {"operation": "*", "kind": "slow", "times": "often"}, "faults", "times"),
        ("quota", {"limit": "-3"}, "calls", "limit"),
        ("latency", {"milliseconds": "slow"}, "calls", "milliseconds"),
    ],
)
def test_other_forms_keep_what_was_entered(
    caller: Caller, account: Account, path: str, fields: dict[str, str], page: str, field: str
) -> None:
    back = f"/control/{page}"
    answer = submit(caller, f"/control/{path}", {"account": account.identity_id, "back": back, **fields})
    assert answer.status == 400
    told = html.fromstring(answer.body)
    assert within(told, "#trouble")[0].text
    assert within(told, f"#{field}")[0].get("value") == fields[field]


def test_a_fault_that_waits_is_told_on_every_page(sandbox: Sandbox, caller: Caller, account: Account) -> None:
    sandbox.inject("Login", "reset")
    for path in PAGES[:2]:
        assert "A fault waits" in within(shown(caller, path), ".notice a")[0].text
    answer = submit(caller, "/control/faults/clear", {"back": "/control/faults"})
    assert (answer.status, answer.headers["Location"]) == (303, "/control/faults")
    assert within(shown(caller), ".notice a") == []


def test_hostile_texts_of_every_column_stay_texts(caller: Caller, books: Books, account: Account) -> None:
    bad = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7919*104729 }}"
    customer_id = books.add_customer(bad, first_name=bad, organization_number=bad, emails={"Primary": bad})
    books.keep_order(
        Order(
            id=0, customer_id=customer_id, reference=bad, internal_memo=bad, status=bad, currency_symbol=bad,
            rows=[Row(id=0, name=bad)],
        )
    )  # fmt: skip
    for address in (
        "/control",
        f"/control?{urlencode({'q': bad, 'show': bad})}",
        "/control/customers",
        "/control/calls",
    ):
        page = shown(caller, address)
        assert [script.text for script in page.iter("script")] == [None]
        assert list(page.iter("img")) == []
        assert str(7919 * 104729) not in page.text_content()
