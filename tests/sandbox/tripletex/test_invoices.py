"""What the accountant does with orders, and what the API tells of it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sandbox.refused import NotPossibleError
from sandbox.tripletex.books import Books
from tests.sandbox.tripletex.api import EVERY_INVOICE, Api, Refused
from tests.sandbox.twentyfour_seven_office.soap.caller import Clock

PAID = (
    "invoiceNumber,invoiceDate,amountCurrency,amountCurrencyOutstanding,postings(date,amountCurrency,closeGroup(date))"
)


def only_invoice(api: Api, fields: str = PAID, **query: Any) -> Any:
    (invoice,) = api.list("/invoice", **EVERY_INVOICE, fields=fields, **query)
    return invoice


def test_an_order_has_an_invoice_that_is_not_charged_and_forgets_it_when_it_is(
    api: Api, books: Books, order_id: int
) -> None:
    asked = "isClosed,orderLines(isCharged),preliminaryInvoice(id,invoiceNumber,isCharged)"
    before = api.get(f"/order/{order_id}", fields=asked)
    assert before["isClosed"] is False
    assert {line["isCharged"] for line in before["orderLines"]} == {False}
    draft = before["preliminaryInvoice"]
    assert (draft["invoiceNumber"], draft["isCharged"]) == (0, False)
    assert api.list("/invoice", **EVERY_INVOICE) == []

    assert books.publish(order_id) == 1

    after = api.get(f"/order/{order_id}", fields=asked)
    assert (after["isClosed"], after["preliminaryInvoice"]) == (False, None)
    assert {line["isCharged"] for line in after["orderLines"]} == {True}
    assert only_invoice(api, "id,orders(id)") == {"id": draft["id"], "orders": [{"id": order_id}]}
    assert api.get(f"/invoice/{draft['id']}", fields="invoiceNumber") == {"invoiceNumber": 1}


def test_a_published_order_is_an_invoice_that_is_due(api: Api, books: Books, order_id: int) -> None:
    books.publish(order_id)

    invoice = only_invoice(
        api,
        "invoiceNumber,invoiceDate,invoiceDueDate,kid,amount,amountCurrency,amountExcludingVatCurrency,"
        "amountCurrencyOutstanding,amountOutstanding,isCredited,isCreditNote,postings(date,amountCurrency,closeGroup)",
    )
    kid = invoice.pop("kid")
    assert invoice == {
        "invoiceNumber": 1,
        "invoiceDate": "2026-11-23",
        "invoiceDueDate": "2026-12-07",
        "amount": 250,
        "amountCurrency": 250,
        "amountExcludingVatCurrency": 200,
        "amountCurrencyOutstanding": 250,
        "amountOutstanding": 250,
        "isCredited": False,
        "isCreditNote": False,
        "postings": [{"date": "2026-11-23", "amountCurrency": 250, "closeGroup": None}],
    }
    digits = [int(digit) for digit in reversed(kid)]
    assert sum(digits[::2]) % 10 == -sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2]) % 10


def test_a_payment_closes_the_invoice_on_the_day_of_the_last_one(api: Api, books: Books, order_id: int) -> None:
    books.publish(order_id)
    books.pay(order_id, on=date(2026, 11, 24), amount=Decimal("100.50"))
    partly = only_invoice(api)
    books.pay(order_id, on=date(2026, 11, 25))
    paid = only_invoice(api)

    assert partly["amountCurrencyOutstanding"] == Decimal("149.50")
    assert [posting["closeGroup"] for posting in partly["postings"]] == [None, None]
    assert paid["amountCurrencyOutstanding"] == 0
    assert [(posting["date"], posting["amountCurrency"]) for posting in paid["postings"]] == [
        ("2026-11-23", 250),
        ("2026-11-24", Decimal("-100.50")),
        ("2026-11-25", Decimal("-149.50")),
    ]
    assert {posting["closeGroup"]["date"] for posting in paid["postings"]} == {"2026-11-25"}


def test_what_is_paid_too_much_leaves_nothing_open(api: Api, books: Books, order_id: int) -> None:
    books.publish(order_id)
    books.pay(order_id, on=date(2026, 11, 24), amount=Decimal(300))

    assert only_invoice(api)["amountCurrencyOutstanding"] == 0


def test_a_payment_is_taken_back(api: Api, books: Books, order_id: int) -> None:
    books.publish(order_id)
    books.pay(order_id, on=date(2026, 11, 24))
    books.take_back(order_id)

    invoice = only_invoice(api)
    assert invoice["amountCurrencyOutstanding"] == 250
    assert [posting["closeGroup"] for posting in invoice["postings"]] == [None]
    with pytest.raises(NotPossibleError, match="Nothing was paid of invoice 1"):
        books.take_back(order_id)


def test_a_credit_note_names_what_it_credits_and_settles_it(api: Api, books: Books, order_id: int) -> None:
    books.publish(order_id)
    assert books.credit(order_id) == 2

    invoice, note = api.list(
        "/invoice",
        **EVERY_INVOICE,
        fields="id,invoiceNumber,isCredited,isCreditNote,creditedInvoice,amountCurrency,amountCurrencyOutstanding",
    )
    assert note == {
        "id": note["id"],
        "invoiceNumber": 2,
        "isCredited": False,
        "isCreditNote": True,
        "creditedInvoice": invoice["id"],
        "amountCurrency": -250,
        "amountCurrencyOutstanding": 0,
    }
    assert (invoice["isCredited"], invoice["isCreditNote"], invoice["amountCurrencyOutstanding"]) == (True, False, 0)
    with pytest.raises(NotPossibleError, match="Invoice 1 is a credit, or was credited"):
        books.credit(order_id)


def test_what_was_paid_before_a_credit_is_left_open_on_the_note(api: Api, books: Books, order_id: int) -> None:
    books.publish(order_id)
    books.pay(order_id, on=date(2026, 11, 24), amount=Decimal(50))
    books.credit(order_id)

    invoices = api.list("/invoice", **EVERY_INVOICE, fields="amountCurrencyOutstanding")
    assert [invoice["amountCurrencyOutstanding"] for invoice in invoices] == [0, -50]


def test_an_order_with_a_negative_total_is_an_invoice_to_pay_back(
    api: Api, books: Books, asked: dict[str, Any]
) -> None:
    asked["orderLines"][0]["count"] = -2
    order_id = api.post("/order", asked)["id"]
    books.publish(order_id)

    assert only_invoice(api)["amountCurrencyOutstanding"] == -250
    books.pay(order_id)
    assert only_invoice(api)["amountCurrencyOutstanding"] == 0


def test_the_vat_of_an_invoice_is_rounded_once_for_each_rate(api: Api, books: Books, asked: dict[str, Any]) -> None:
    line = {**asked["orderLines"][0], "count": 1, "unitPriceExcludingVatCurrency": 0.1}
    asked["orderLines"] = [line, line, {**line, "vatType": {"id": 31}}]
    order_id = api.post("/order", asked)["id"]
    books.publish(order_id)

    assert only_invoice(api)["amountCurrency"] == Decimal("0.37")  # 0.30 + 0.05 + 0.02


def test_an_invoice_in_another_currency_has_its_amounts_in_both(api: Api, books: Books, asked: dict[str, Any]) -> None:
    order_id = api.post("/order", {**asked, "currency": {"id": 2}})["id"]
    books.publish(order_id)

    invoice = only_invoice(api, "amount,amountCurrency,currency(code)")
    assert invoice == {"amount": Decimal("246.25"), "amountCurrency": 250, "currency": {"code": "SEK"}}


def test_invoices_are_found_within_dates_of_which_the_last_is_not_one(
    api: Api, books: Books, order_id: int, clock: Clock
) -> None:
    books.publish(order_id)

    def found(begins: str, ends: str, **query: Any) -> list[int]:
        listed = api.list("/invoice", invoiceDateFrom=begins, invoiceDateTo=ends, **query)
        return [invoice["invoiceNumber"] for invoice in listed]

    assert found("2026-11-23", "2026-11-24") == [1]
    assert found("2026-11-22", "2026-11-23") == []
    assert found("2000-01-01", "2100-01-01", invoiceNumber=1) == [1]
    assert found("2000-01-01", "2100-01-01", invoiceNumber=2) == []
    with pytest.raises(Refused) as refused:
        api.list("/invoice", invoiceDateFrom="2026-11-23")
    assert refused.value.fields == ["invoiceDateTo"]


def test_what_the_books_do_not_allow_is_refused(books: Books, api: Api, order_id: int) -> None:
    with pytest.raises(NotPossibleError, match=f"Order {order_id} is not an invoice yet"):
        books.pay(order_id)
    books.publish(order_id)
    with pytest.raises(NotPossibleError, match="is invoice 1 already"):
        books.publish(order_id)
    with pytest.raises(NotPossibleError, match=r"is for 250\.00; -5 can't be paid"):
        books.pay(order_id, amount=Decimal(-5))
    with pytest.raises(KeyError):
        books.publish(4711)


def test_a_deleted_order_takes_its_invoice_along(api: Api, books: Books, order_id: int) -> None:
    books.publish(order_id)
    books.delete_order(order_id)

    assert api.list("/invoice", **EVERY_INVOICE) == []
    assert api.send("GET", f"/order/{order_id}").status_code == 404


def test_an_order_of_a_customer_that_was_deleted_still_names_it(
    api: Api, books: Books, order_id: int, customer_id: int
) -> None:
    books.delete_customer(customer_id)

    assert api.get(f"/order/{order_id}", fields="customer(id)") == {"customer": {"id": customer_id}}
    assert api.send("GET", f"/customer/{customer_id}").status_code == 404
