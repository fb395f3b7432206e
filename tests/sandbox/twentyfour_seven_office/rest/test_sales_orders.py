"""Sales orders and their lines over REST."""

from decimal import Decimal
from typing import Any

import pytest

from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.users import Account
from tests.sandbox.twentyfour_seven_office.rest.api import Api, Refused
from tests.sandbox.twentyfour_seven_office.soap.caller import Clock


def line(product_id: int, **changed: Any) -> dict[str, Any]:
    return {
        "type": "product",
        "product": {"id": product_id},
        "description": "Traktor (2021-01-10 – 2021-01-12)",
        "quantity": 3,
        "price": 99.99,
        "discountRate": 10,
        "tax": {"number": 3, "rate": 25},
        **changed,
    }


def test_an_order_is_written_in_several_calls(api: Api, books: Books, customer_id: int, product_id: int) -> None:
    order = api.post(
        "/salesorders",
        {
            "customer": {"id": customer_id, "name": "Fjell & Fjord AS"},
            "status": "Draft",
            "date": "2021-02-01",
            "internalMemo": "10007 not complete yet",
            "memo": "Kari Nord",
            "yourReference": {"name": "Ola"},
            "referenceNumber": "PO-1",
            "currency": {"code": "EUR", "rate": 11.6},
            "invoice": {"paymentTerms": {"type": "NumberOfDays", "value": 30}},
        },
    )
    first = api.post(f"/salesorders/{order['id']}/lines", line(product_id))
    text = api.post(f"/salesorders/{order['id']}/lines", {"type": "text", "description": "Takk!"})
    last = api.patch(f"/salesorders/{order['id']}", {"status": "Confirmed", "internalMemo": "10007"})

    assert first["description"] == "Traktor (2021-01-10 – 2021-01-12)"
    assert (first["quantity"], first["price"], first["tax"]["number"]) == (3, Decimal("99.99"), 3)
    assert [row["id"] for row in api.get(f"/salesorders/{order['id']}/lines")] == [first["id"], text["id"]]
    assert (last["grossAmount"], last["netAmount"], last["taxAmount"]) == (
        Decimal("337.46"),
        Decimal("269.97"),
        Decimal("67.49"),
    )
    assert (last["internalMemo"], last["status"], last["memo"], last["date"]) == (
        "10007",
        "Confirmed",
        "Kari Nord",
        "2021-02-01",
    )
    assert last["invoice"] == {"paymentTerms": {"type": "NumberOfDays", "value": 30}}
    assert last["currency"] == {"code": "EUR", "rate": Decimal("11.6")}
    assert api.get(f"/salesorders/{order['id']}") == last
    kept = books.orders[order["id"]]
    assert (kept.your_reference, kept.other["ReferenceNumber"], kept.include_vat) == ("Ola", "PO-1", False)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"customer": {"id": 1, "name": "A"}}, ("customer.id", "notFound")),
        ({"customer": {"id": 1}}, ("customer.name", "required")),
        ({"internalMemo": "x" * 301}, ("internalMemo", "maxLength")),
        ({"referenceNumber": "x" * 51}, ("referenceNumber", "maxLength")),
        ({"status": "Sent"}, ("status", "enum")),
        ({"date": "2021-02-30"}, ("date", "format")),
        ({"currency": {"code": "XXX"}}, ("currency.code", "notFound")),
        ({"currency": {"code": "EUR", "rate": 0}}, ("currency.rate", "minimum")),
        ({"invoice": {"paymentTerms": {"type": "Later", "value": 1}}}, ("invoice.paymentTerms.type", "enum")),
        ({"dimensions": [{}]}, ("dimensions[0].dimensionType", "required")),
        ({"reference": "10007"}, ("reference", "additionalProperties")),
    ],
)  # fmt: skip
def test_a_wrong_order_is_refused_by_field(
    api: Api, books: Books, customer_id: int, changed: dict[str, Any], field: tuple[str, str]
) -> None:
    with pytest.raises(Refused) as refused:
        api.post("/salesorders", {"customer": {"id": customer_id, "name": "A"}, **changed})
    assert refused.value.field == field
    assert books.orders == {}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"product": {"id": 1}}, ("product.id", "notFound")),
        ({"description": "x" * 301}, ("description", "maxLength")),
        ({"quantity": "3"}, ("quantity", "type")),
        ({"price": 0.00001}, ("price", "multipleOf")),
        ({"discountRate": 101}, ("discountRate", "maximum")),
        ({"tax": {"number": 3, "rate": 15}}, ("tax.number", "notFound")),
        ({"tax": {"number": 99}}, ("tax.number", "notFound")),
        ({"tax": {"id": 3}}, ("tax.id", "notFound")),
        ({"tax": {"rate": 24}}, ("tax.rate", "notFound")),
        ({"vat": 25}, ("vat", "additionalProperties")),
    ],
)
def test_a_wrong_line_is_refused_by_field(
    api: Api, books: Books, order_id: int, product_id: int, changed: dict[str, Any], field: tuple[str, str]
) -> None:
    with pytest.raises(Refused) as refused:
        api.post(f"/salesorders/{order_id}/lines", line(product_id, **changed))
    assert refused.value.field == field
    assert books.orders[order_id].rows == []


def test_a_line_is_changed_and_deleted(api: Api, books: Books, order_id: int, product_id: int) -> None:
    made = api.post(f"/salesorders/{order_id}/lines", line(product_id, tax={"number": 31}))
    path = f"/salesorders/{order_id}/lines/{made['id']}"
    assert made["tax"]["rate"] == 15
    assert api.patch(path, {"quantity": 1, "tax": {"id": made["tax"]["id"]}}) == {**made, "quantity": 1}
    assert books.orders[order_id].total_inc_vat == Decimal("103.49")
    with pytest.raises(Refused) as refused:
        api.patch(path, {"price": 1.23456})
    assert refused.value.field == ("price", "multipleOf")
    assert api.delete(path) is None
    assert api.get(f"/salesorders/{order_id}")["grossAmount"] == 0
    for method in ("DELETE", "PATCH"):
        assert api.send(method, path, {} if method == "PATCH" else None).status_code == 404


def test_an_order_is_deleted(api: Api, books: Books, order_id: int) -> None:
    assert api.delete(f"/salesorders/{order_id}") is None
    assert books.orders == {}
    for method, path in (("DELETE", ""), ("GET", ""), ("PATCH", ""), ("GET", "/lines"), ("POST", "/lines")):
        body: Any = {} if method in ("PATCH", "POST") else None
        assert api.send(method, f"/salesorders/{order_id}{path}", body).status_code == 404


def test_a_published_order_stays_as_it_is(api: Api, books: Books, order_id: int, product_id: int) -> None:
    with pytest.raises(Refused) as refused:
        api.patch(f"/salesorders/{order_id}", {"status": "Invoice"})
    (error,) = refused.value.error["payload"]["errors"]
    assert (refused.value.error["name"], error["type"]) == ("BadRequestError", "NoLines")

    made = api.post(f"/salesorders/{order_id}/lines", line(product_id))
    published = api.patch(f"/salesorders/{order_id}", {"status": "Invoice"})
    assert published["status"] == "Invoice"
    assert published["invoice"]["number"] == books.orders[order_id].invoice_id
    assert (published["invoice"]["date"], published["invoice"]["dueDate"]) == ("2026-11-23", "2026-12-07")
    for method, path, body in (
        ("PATCH", "", {"memo": "x"}),
        ("POST", "/lines", line(product_id)),
        ("PATCH", f"/lines/{made['id']}", {"quantity": 1}),
    ):
        assert api.send(method, f"/salesorders/{order_id}{path}", body).status_code == 400
    for path in ("", f"/lines/{made['id']}"):
        assert api.send("DELETE", f"/salesorders/{order_id}{path}").status_code == 409
    assert api.get(f"/salesorders/{order_id}") == published


@pytest.mark.parametrize(
    ("demand", "kind", "dimension"),
    [("department_required", "DepartmentMissing", 2), ("project_required", "ProjectMissing", 1)],
)
def test_a_dimension_may_be_demanded(
    api: Api, account: Account, customer_id: int, demand: str, kind: str, dimension: int
) -> None:
    setattr(account, demand, True)
    number = account.books.add_department("Utleie") if dimension == 2 else account.books.add_project("Utleie")
    order: dict[str, Any] = {"customer": {"id": customer_id, "name": "A"}}
    with pytest.raises(Refused) as refused:
        api.post("/salesorders", order)
    assert refused.value.error["payload"]["errors"][0]["type"] == kind
    order["dimensions"] = [{"dimensionType": dimension, "value": "7", "name": "Utleie"}]
    with pytest.raises(Refused) as refused:
        api.post("/salesorders", order)
    assert refused.value.field == ("dimensions", "notFound")
    order["dimensions"][0]["value"] = str(number)
    assert api.post("/salesorders", order)["dimensions"] == order["dimensions"]


def test_not_everybody_can_be_invoiced(api: Api, books: Books, customer_id: int) -> None:
    lead, supplier = books.add_customer("L", type="Lead"), books.add_customer("S", type="Supplier")
    books.customers[customer_id].block_invoice = True
    for number, keyword in ((customer_id, "blockedForInvoicing"), (lead, "notFound"), (supplier, "supplier")):
        with pytest.raises(Refused) as refused:
            api.post("/salesorders", {"customer": {"id": number, "name": "A"}})
        assert refused.value.field == ("customer.id", keyword)


def test_orders_are_filtered_and_come_a_page_at_a_time(
    api: Api, books: Books, clock: Clock, customer_id: int, product_id: int
) -> None:
    other = books.add_customer("Annen AS")
    ids = []
    for number, status in ((customer_id, "Draft"), (other, "Proposal"), (customer_id, "Confirmed")):
        order = api.post(
            "/salesorders", {"customer": {"id": number, "name": "A"}, "status": status, "date": "2021-02-01"}
        )
        ids.append(order["id"])
        clock.advance(minutes=1)
    first, second, third = ids
    api.post(f"/salesorders/{first}/lines", line(product_id))
    for query, expected in (
        ({}, ids),
        ({"customerId": customer_id}, [first, third]),
        ({"status": "Proposal"}, [second]),
        ({"createdFrom": "2026-11-23T14:31:00Z"}, [second, third]),
        ({"createdTo": "2026-11-23T14:31:00Z"}, [first, second]),
        ({"modifiedFrom": "2026-11-23T14:32:00Z"}, [first, third]),
        ({"date": "2021-02-01"}, ids),
        ({"dateFrom": "2021-02-02"}, []),
        ({"dateTo": "2021-02-01", "customerId": other}, [second]),
        ({"invoiceNumber": books.publish(first)}, [first]),
    ):  # fmt: skip
        assert [order["id"] for order in api.get("/salesorders", **query)] == expected
        assert [order["id"] for order in api.all("/salesorders", limit=1, **query)] == expected


def test_a_delivery_is_kept_part_by_part_and_emptied_with_nothing(api: Api, books: Books, customer_id: int) -> None:
    delivery = {"name": "Hytta", "street": "Hyttevegen 9", "postalArea": "Otta", "countryCode": "NO"}
    order = api.post(
        "/salesorders",
        {
            "customer": {"id": customer_id, "name": "Fjell & Fjord AS"},
            "deliveryDate": "2021-07-09",
            "deliveryCustomer": delivery,
        },
    )
    assert (order["deliveryDate"], order["deliveryCustomer"]) == ("2021-07-09", delivery)
    changed = api.patch(f"/salesorders/{order['id']}", {"deliveryCustomer": {"street": "Nyvegen 1", "name": ""}})
    assert changed["deliveryCustomer"] == {"street": "Nyvegen 1", "postalArea": "Otta", "countryCode": "NO"}
    assert books.orders[order["id"]].addresses["Delivery"]["Street"] == "Nyvegen 1"


@pytest.mark.parametrize(("part", "length"), [("name", 251), ("street", 251), ("postalCode", 17), ("countryCode", 3)])
def test_a_part_of_a_delivery_has_its_longest(api: Api, customer_id: int, part: str, length: int) -> None:
    customer = {"id": customer_id, "name": "Fjell & Fjord AS"}
    with pytest.raises(Refused) as refused:
        api.post("/salesorders", {"customer": customer, "deliveryCustomer": {part: "x" * length}})
    assert refused.value.status == 400
