"""The ledger over REST: where it is seen what has been paid."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.refused import NotPossibleError
from sandbox.twentyfour_seven_office.books import Books
from tests.sandbox.twentyfour_seven_office.rest.api import Api, Refused
from tests.sandbox.twentyfour_seven_office.soap.caller import Caller

PERIOD = {"dateFrom": "2020-01-01", "dateTo": "2030-01-01"}


@pytest.fixture
def published(api: Api, books: Books, order_id: int, product_id: int) -> int:
    return publish(api, books, order_id, product_id, quantity=2)


def publish(api: Api, books: Books, order_id: int, product_id: int, *, quantity: int) -> int:
    row = {"type": "product", "product": {"id": product_id}, "quantity": quantity, "price": 100, "tax": {"number": 3}}
    api.post(f"/salesorders/{order_id}/lines", row)
    return books.publish(order_id)


def lines(api: Api, **query: Any) -> list[Any]:
    return [
        (line["date"], line["account"]["number"], line["amount"])
        for line in api.all("/transactionlines", **PERIOD, **query)
    ]


def left_open(api: Api, number: int) -> Decimal:
    return sum((amount for _, account, amount in lines(api, invoiceNumber=number) if account == 1500), Decimal())


def test_an_invoice_is_charged_in_one_transaction(
    api: Api, books: Books, published: int, order_id: int, customer_id: int
) -> None:
    entered = api.get("/transactionlines", **PERIOD, invoiceNumber=published)
    amounts = {line["account"]["number"]: line["amount"] for line in entered}
    assert amounts == {1500: Decimal("250.00"), 3000: Decimal("-200.00"), 2700: Decimal("-50.00")}
    assert {line["customer"]["id"] for line in entered} == {customer_id}
    order = api.get(f"/salesorders/{order_id}")
    assert {line["transaction"]["id"] for line in entered} == {order["invoice"]["transaction"]["id"]}
    assert {line["invoice"]["number"] for line in entered} == {str(published)}


def test_payments_close_the_receivable(api: Api, books: Books, published: int, order_id: int) -> None:
    books.pay(published, on=date(2026, 12, 1), amount=Decimal("100"))
    assert left_open(api, published) == 150
    assert books.orders[order_id].paid is None
    books.pay(published, on=date(2026, 12, 5))
    assert left_open(api, published) == 0
    assert books.orders[order_id].paid is not None
    assert lines(api, invoiceNumber=published)[3:] == [
        ("2026-12-01", 1920, 100),
        ("2026-12-01", 1500, -100),
        ("2026-12-05", 1920, 150),
        ("2026-12-05", 1500, -150),
    ]
    books.pay(published, on=date(2026, 12, 7))
    assert lines(api, invoiceNumber=published)[3:] == [("2026-12-07", 1920, 250), ("2026-12-07", 1500, -250)]


@pytest.mark.parametrize("amounts", [["250.01"], ["300"], ["100", "200"], ["250", "50"]])
def test_what_is_paid_too_much_settles_the_invoice_and_is_owed_back(
    api: Api, books: Books, published: int, order_id: int, amounts: list[str]
) -> None:
    for amount in amounts:
        books.pay(published, on=date(2026, 12, 1), amount=Decimal(amount))
    assert books.orders[order_id].paid == datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert left_open(api, published) == 250 - sum(map(Decimal, amounts)) < 0
    books.pay(published, on=date(2026, 12, 7))
    assert left_open(api, published) == 0


def test_an_overpayment_after_the_settlement_leaves_its_day(books: Books, published: int, order_id: int) -> None:
    books.pay(published, on=date(2026, 12, 1))
    books.pay(published, on=date(2026, 12, 9), amount=Decimal(1))
    assert books.orders[order_id].paid == datetime(2026, 11, 30, 23, tzinfo=UTC)


def test_nothing_and_less_than_nothing_can_not_be_paid(books: Books, published: int) -> None:
    for amount in ("0", "-1"):
        with pytest.raises(NotPossibleError, match=r"for 250\.00; .* can't be paid"):
            books.pay(published, amount=Decimal(amount))


def test_a_credit_note_turns_the_signs(api: Api, books: Books, order_id: int, product_id: int) -> None:
    number = publish(api, books, order_id, product_id, quantity=-2)
    assert left_open(api, number) == -250
    with pytest.raises(NotPossibleError):
        books.pay(number, amount=Decimal(50))
    books.pay(number, amount=Decimal(-50))
    assert left_open(api, number) == -200
    books.pay(number, amount=Decimal(-210))
    assert left_open(api, number) == 10
    books.pay(number)
    assert left_open(api, number) == 0


def test_the_ledger_is_in_kroner_to_the_ore(api: Api, books: Books, order_id: int, product_id: int) -> None:
    api.patch(f"/salesorders/{order_id}", {"currency": {"code": "EUR", "rate": 11.3333}})
    number = publish(api, books, order_id, product_id, quantity=1)
    assert left_open(api, number) == Decimal("1416.66")
    for _ in range(2):
        books.pay(number, amount=Decimal("41.67"))
    books.pay(number)
    assert left_open(api, number) == 0
    line = api.get("/transactionlines", **PERIOD)[0]
    assert line["currency"] == {"code": "EUR", "rate": Decimal("11.3333")}


def test_what_comes_to_nothing_is_charged_and_settled_all_the_same(
    api: Api, books: Books, order_id: int, product_id: int
) -> None:
    number = publish(api, books, order_id, product_id, quantity=0)
    assert left_open(api, number) == 0
    books.pay(number)
    assert books.orders[order_id].paid is not None


def test_a_deleted_invoice_leaves_the_ledger(api: Api, books: Books, published: int, order_id: int) -> None:
    books.delete_order(order_id)
    assert lines(api) == []


def test_lines_are_filtered(api: Api, books: Books, published: int, customer_id: int) -> None:
    books.pay(published, on=date(2026, 12, 1))
    for query, expected in (
        ({"accountNumber": 1500}, 2),
        ({"customerId": customer_id}, 5),
        ({"customerId": 7}, 0),
        ({"currencyCode": "EUR"}, 0),
        ({"dateTo": "2026-12-01"}, 3),
        ({"dateFrom": "2026-12-01"}, 2),
        ({"createdFrom": "2026-11-24T00:00:00Z"}, 0),
        ({"transactionNumber": 1}, 0),
    ):
        assert len(api.get("/transactionlines", **{**PERIOD, **query})) == expected
    assert len(api.all("/transactionlines", **PERIOD, limit=2)) == 5


@pytest.mark.parametrize("missing", ["dateFrom", "dateTo"])
def test_a_period_is_required(api: Api, missing: str) -> None:
    with pytest.raises(Refused) as refused:
        api.get("/transactionlines", **{name: day for name, day in PERIOD.items() if name != missing})
    assert refused.value.field == (missing, "required")


def test_a_part_is_paid_by_control(caller: Caller, api: Api, books: Books, published: int, order_id: int) -> None:
    def pay(**asked: Any) -> tuple[int, Any]:
        body = json.dumps({"account": "Fjellutleie AS", "order_id": order_id, **asked}).encode()
        answer = caller.request("POST", "/control/pay", body, {"Content-Type": "application/json"})
        return answer.status, json.loads(answer.body)

    assert pay(amount="100,50", date="2026-12-01") == (200, {})
    assert left_open(api, published) == Decimal("149.50")
    assert "Partly paid: NOK\N{NO-BREAK SPACE}100.50 of" in caller.request("GET", "/control").body.decode()
    assert pay(amount=0.1)[0] == 200
    assert pay(amount=-1)[0] == 409
    assert pay(amount=1000)[0] == 200
    assert "850.60 too much" in caller.request("GET", "/control").body.decode()
    for wrong in ("much", "0.001", "NaN"):
        assert pay(amount=wrong)[0] == 400
    assert pay() == (200, {})
    assert left_open(api, published) == 0
