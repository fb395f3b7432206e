"""Orders: with their lines in one call, alone and together, found within dates, and never published."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from sandbox.tripletex.books import Books
from tests.sandbox.tripletex.api import EVERY_DAY, Api, Refused

Asked = dict[str, Any]
AMOUNTS = "orderLines(amountExcludingVatCurrency,amountIncludingVatCurrency)"


def test_an_order_is_created_with_its_lines(api: Api, books: Books, asked: Asked, customer_id: int) -> None:
    department, project = books.add_department("Utleie"), books.add_project("Vinterfestivalen")
    more = {
        "invoiceComment": "Avhentes",
        "currency": {"id": 5},
        "invoicesDueIn": 10,
        "invoicesDueInType": "DAYS",
        "department": {"id": department},
        "project": {"id": project},
        "deliveryAddress": {"addressLine1": "Gata 1", "city": "Oslo", "country": {"id": 161}, "name": "Lageret"},
    }

    created = api.post("/order", {**asked, **more})

    assert (created["reference"], created["orderLines"]) == ("kvitt-1", []), "of its lines nothing is answered"
    read = api.get(
        f"/order/{created['id']}",
        fields="number,reference,orderDate,deliveryDate,invoiceComment,isClosed,customer(id),currency(code),"
        "invoicesDueIn,department(name),project(name),deliveryAddress(name,city),"
        "orderLines(description,count,unitPriceExcludingVatCurrency,unitPriceIncludingVatCurrency,discount,"
        "vatType(number),product(name),amountExcludingVatCurrency,amountIncludingVatCurrency)",
    )
    assert read == {
        "number": "1",
        "reference": "kvitt-1",
        "orderDate": "2026-11-23",
        "deliveryDate": "2026-11-24",
        "invoiceComment": "Avhentes",
        "isClosed": False,
        "customer": {"id": customer_id},
        "currency": {"code": "EUR"},
        "invoicesDueIn": 10,
        "department": {"name": "Utleie"},
        "project": {"name": "Vinterfestivalen"},
        "deliveryAddress": {"name": "Lageret", "city": "Oslo"},
        "orderLines": [
            {
                "description": "Traktor",
                "count": 2,
                "unitPriceExcludingVatCurrency": 100,
                "unitPriceIncludingVatCurrency": 125,
                "discount": 0,
                "vatType": {"number": "3"},
                "product": {"name": "Traktor"},
                "amountExcludingVatCurrency": 200,
                "amountIncludingVatCurrency": 250,
            }
        ],
    }
    assert not books.invoices


def test_a_lines_amount_is_rounded_once_and_its_vat_is_not(api: Api, asked: Asked) -> None:
    asked["orderLines"][0] |= {"count": 1, "unitPriceExcludingVatCurrency": 0.125, "vatType": {"id": 31}}
    created = api.post("/order", asked)

    (line,) = api.get(f"/order/{created['id']}", fields=AMOUNTS)["orderLines"]

    assert line == {"amountExcludingVatCurrency": Decimal("0.13"), "amountIncludingVatCurrency": Decimal("0.1495")}


def test_prices_may_include_vat(api: Api, asked: Asked) -> None:
    line = asked["orderLines"][0]
    del line["unitPriceExcludingVatCurrency"]
    line |= {"unitPriceIncludingVatCurrency": 125, "discount": 10}

    created = api.post("/order", {**asked, "isPrioritizeAmountsIncludingVat": True})

    assert api.get(f"/order/{created['id']}", fields=AMOUNTS)["orderLines"] == [
        {"amountExcludingVatCurrency": 180, "amountIncludingVatCurrency": 225}
    ]


def test_a_line_may_be_a_text_alone_and_takes_its_products_vat(
    api: Api, books: Books, asked: Asked, product_id: int
) -> None:
    books.products[product_id].vat_type_id = 31
    line = asked["orderLines"][0]
    del line["vatType"]
    asked["orderLines"].append({"description": "Takk for handelen", "count": 0})

    created = api.post("/order", asked)

    lines = api.get(f"/order/{created['id']}", fields="orderLines(product(id),vatType(number))")["orderLines"]
    assert lines == [
        {"product": {"id": product_id}, "vatType": {"number": "31"}},
        {"product": None, "vatType": {"number": "3"}},
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"customer": None}, "customer"),
        ({"customer": {"id": 4711}}, "customer.id"),
        ({"orderDate": None}, "orderDate"),
        ({"deliveryDate": None}, "deliveryDate"),
        ({"orderDate": "23.11.2026"}, "orderDate"),
        ({"orderDate": "2026-02-30"}, "orderDate"),
        ({"reference": "x" * 101}, "reference"),
        ({"invoiceComment": "x" * 1001}, "invoiceComment"),
        ({"currency": {"id": 7}}, "currency.id"),
        ({"department": {"id": 1}}, "department.id"),
        ({"project": {"id": 1}}, "project.id"),
        ({"invoiceId": 1}, "invoiceId"),
        ({"orderLines": {}}, "orderLines"),
        ({"orderLines": [{"description": "x" * 1001}]}, "orderLines[0].description"),
        ({"orderLines": [{"product": {"id": 1}}]}, "orderLines[0].product.id"),
        ({"orderLines": [{"vatType": {"id": 1}}]}, "orderLines[0].vatType.id"),
        ({"orderLines": [{"count": "2"}]}, "orderLines[0].count"),
        ({"orderLines": [{"discount": 101}]}, "orderLines[0].discount"),
        ({"orderLines": [{"amountExcludingVatCurrency": 1}]}, "orderLines[0].amountExcludingVatCurrency"),
    ],
)
def test_an_order_that_is_wrong_is_refused(api: Api, books: Books, asked: Asked, wrong: Asked, field: str) -> None:
    with pytest.raises(Refused) as refused:
        api.post("/order", {**asked, **wrong})

    assert (refused.value.status, refused.value.fields) == (422, [field])
    assert not books.orders


def test_an_inactive_customer_and_a_supplier_take_no_orders(api: Api, books: Books, asked: Asked) -> None:
    for customer in (
        books.add_customer("Sover AS", is_inactive=True),
        books.add_customer("Bare leverandør AS", is_supplier=True, is_customer=False),
    ):
        with pytest.raises(Refused) as refused:
            api.post("/order", {**asked, "customer": {"id": customer}})
        assert refused.value.fields == ["customer.id"]


def test_a_second_order_with_the_same_number_is_refused(api: Api, books: Books, asked: Asked) -> None:
    api.post("/order", {**asked, "number": "KV-1"})

    with pytest.raises(Refused) as refused:
        api.post("/order", {**asked, "number": "KV-1"})

    assert refused.value.fields == ["number"]
    assert len(books.orders) == 1


def test_numbers_that_were_set_are_passed_over_by_the_series(api: Api, asked: Asked) -> None:
    api.post("/order", {**asked, "number": "1"})

    assert [api.post("/order", asked)["number"] for _ in range(2)] == ["2", "3"]


def test_orders_are_created_together_or_not_at_all(api: Api, books: Books, asked: Asked) -> None:
    orders = [{**asked, "reference": f"kvitt-{number}"} for number in range(100)]

    created = api.post("/order/list", orders)

    assert [order["reference"] for order in created] == [order["reference"] for order in orders]
    broken = [deepcopy(order) for order in orders[:3]]
    broken[1]["orderLines"][0]["product"] = {"id": 1}
    broken[2]["customer"] = {"id": 1}
    with pytest.raises(Refused) as refused:
        api.post("/order/list", broken)
    with pytest.raises(Refused) as twice:
        api.post("/order/list", [{**asked, "number": "KV-1"}, {**asked, "number": "KV-1"}])
    with pytest.raises(Refused) as too_many:
        api.post("/order/list", [*orders, asked])
    assert refused.value.fields == ["[1].orderLines[0].product.id", "[2].customer.id"]
    assert twice.value.fields == ["[1].number"]
    assert too_many.value.status == 422
    assert len(books.orders) == 100


def test_orders_are_found_within_dates_of_which_the_last_is_not_one(api: Api, asked: Asked, customer_id: int) -> None:
    ids = [api.post("/order", {**asked, "orderDate": f"2026-11-{day}"})["id"] for day in (21, 22, 23)]

    def found(begins: str, ends: str, **query: Any) -> list[int]:
        return [order["id"] for order in api.list("/order", orderDateFrom=begins, orderDateTo=ends, **query)]

    assert found("2026-11-21", "2026-11-23") == ids[:2]
    assert found("2026-11-23", "2026-11-24") == ids[2:]
    assert found("2000-01-01", "2100-01-01", id=f"{ids[2]},{ids[0]}") == [ids[0], ids[2]]
    assert found("2000-01-01", "2100-01-01", customerId=f"{customer_id},7") == ids
    assert found("2000-01-01", "2100-01-01", customerId=7) == []
    assert found("2000-01-01", "2100-01-01", number="2") == [ids[1]]
    assert found("2000-01-01", "2100-01-01", isClosed="true") == []


@pytest.mark.parametrize("missing", ["orderDateFrom", "orderDateTo"])
def test_dates_are_required(api: Api, missing: str) -> None:
    with pytest.raises(Refused) as refused:
        api.list("/order", **{name: day for name, day in EVERY_DAY.items() if name != missing})

    assert (refused.value.status, refused.value.fields) == (422, [missing])


def test_an_order_cannot_be_searched_for_by_its_reference(api: Api) -> None:
    with pytest.raises(Refused) as refused:
        api.list("/order", **EVERY_DAY, reference="kvitt-1")

    assert refused.value.fields == ["reference"]


def test_an_order_is_deleted_unless_it_was_invoiced(api: Api, books: Books, order_id: int, asked: Asked) -> None:
    published = api.post("/order", asked)["id"]
    books.publish(published)

    assert api.send("DELETE", f"/order/{order_id}").status_code == 204
    with pytest.raises(Refused) as refused:
        api.delete(f"/order/{published}")
    with pytest.raises(Refused) as gone:
        api.delete(f"/order/{order_id}")

    assert (refused.value.status, gone.value.status) == (422, 404)
    assert [*books.orders] == [published]


def test_an_order_tells_when_it_was_made_and_changed(api: Api, books: Books, order_id: int) -> None:
    assert api.get(f"/order/{order_id}", fields="changes(timestamp,changeType)") == {
        "changes": [{"timestamp": "2026-11-23T14:30:00Z", "changeType": "CREATE"}]
    }
