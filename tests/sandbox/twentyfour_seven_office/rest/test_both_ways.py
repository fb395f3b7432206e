"""Two APIs, one set of books: what is written through one is seen through the other."""

from datetime import date
from decimal import Decimal

from sandbox import Sandbox
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.records import Order, Row
from sandbox.twentyfour_seven_office.rest import OPERATIONS
from sandbox.twentyfour_seven_office.users import Account
from tests.openapi.vendor_contract import vendor_contract
from tests.sandbox.twentyfour_seven_office.rest.api import Api
from tests.sandbox.twentyfour_seven_office.soap.caller import Caller, text
from tests.sandbox.twentyfour_seven_office.soap.test_orders import found, order_xml, row_xml, save


def test_an_order_of_soaps_is_seen_over_rest(api: Api, caller: Caller, customer_id: int, product_id: int) -> None:
    rows = (row_xml(product_id, price="125", quantity="2"), row_xml(0, kind="Text", name="Takk!", price=None))
    (saved,) = save(
        caller,
        order_xml(
            customer_id, *rows, include_vat="true", status="Offer", payment_time=14, date_ordered="2021-02-01T00:00:00"
        ),
    )
    order = api.get(f"/salesorders/{text(saved, 'OrderId')}")
    assert (order["status"], order["date"]) == ("Proposal", "2021-02-01")
    assert (order["grossAmount"], order["taxAmount"]) == (Decimal("250.00"), Decimal("50.00"))
    assert order["invoice"]["paymentTerms"] == {"type": "NumberOfDays", "value": 14}
    assert order["customer"] == {"id": customer_id, "name": "Fjell & Fjord AS", "organizationNumber": "817404502"}
    assert "internalMemo" not in order
    lines = api.get(f"/salesorders/{order['id']}/lines")
    assert [(line["type"], line.get("price")) for line in lines] == [("product", 100), ("text", None)]


def test_an_order_of_rests_is_seen_over_soap(
    api: Api, caller: Caller, books: Books, order_id: int, product_id: int
) -> None:
    row = {"product": {"id": product_id}, "quantity": 2, "price": 100, "tax": {"number": 3}, "description": "Traktor"}
    api.post(f"/salesorders/{order_id}/lines", row)
    api.patch(f"/salesorders/{order_id}", {"status": "Proposal", "memo": "Kari Nord", "internalMemo": "10007"})
    number = books.publish(order_id)
    books.pay(number, on=date(2021, 2, 1), amount=Decimal(100))

    names = ("OrderStatus", "OrderTotalIncVat", "InvoiceText", "CustomerReferenceNo", "Paid", "InvoiceId")
    (order,) = found(caller, f"<OrderIds><int>{order_id}</int></OrderIds>", *names)
    told = [text(order, name) for name in names]
    assert told == ["Invoiced", "250.00", "Kari Nord", None, "0001-01-01T00:00:00", str(number)]
    books.pay(number, on=date(2021, 2, 1))
    (order,) = found(caller, f"<OrderIds><int>{order_id}</int></OrderIds>", "Paid")
    assert text(order, "Paid") == "2021-01-31T23:00:00Z"


def test_a_reference_of_soaps_is_not_seen_over_rest(api: Api, books: Books, customer_id: int) -> None:
    order = books.keep_order(Order(id=0, customer_id=customer_id, reference="10007", status="ForInvoicing"))
    shown = api.send("GET", f"/salesorders/{order.id}")
    assert "10007" not in shown.text
    assert shown.json()["status"] == "Confirmed"


def test_prices_with_vat_are_taken_over_without(api: Api, books: Books, customer_id: int, product_id: int) -> None:
    row = Row(id=0, product_id=product_id, quantity=Decimal(1), price=Decimal(125), vat_rate=Decimal(25))
    order = books.keep_order(Order(id=0, customer_id=customer_id, include_vat=True, rows=[row]))
    api.patch(f"/salesorders/{order.id}/lines/{row.id}", {"quantity": 2})
    assert order.include_vat is False
    assert (order.rows[0].price, order.total_inc_vat) == (Decimal(100), Decimal(250))


def test_an_account_that_refuses_its_vat_codes_does_so_in_both(api: Api, account: Account) -> None:
    account.vat_types_refused = True
    assert api.send("GET", "/taxes").status_code == 403
    assert api.send("GET", "/currencies").status_code == 200


def test_every_operation_keeps_to_the_vendors_file(
    sandbox: Sandbox, api: Api, books: Books, customer_id: int, product_id: int, order_id: int
) -> None:
    contract = vendor_contract()
    api.post("/customers", {"isCompany": False, "person": {"firstName": "Kari", "lastName": "Nord"}})
    api.post("/productcategories", {"name": "Salg"})
    api.post("/products", {"name": "Henger", "category": {"id": books.products[product_id].category_id}})
    for path in ("/customers", "/products", "/productcategories", "/taxes", "/currencies", "/organization/information"):
        api.get(path)
    api.get(f"/customers/{customer_id}")
    api.patch(f"/customers/{customer_id}", {"phone": "22334455"})
    project = {"dimensionType": 1, "value": str(books.add_project("Vinter")), "name": "Vinter"}
    assert api.get("/dimensions/1/elements") == [project]
    row = {"type": "product", "product": {"id": product_id}, "quantity": 1, "price": 0.07, "tax": {"number": 3}}
    row["dimensions"] = [project]
    made = [api.post(f"/salesorders/{order_id}/lines", row)["id"] for _ in range(2)]
    api.patch(f"/salesorders/{order_id}/lines/{made[0]}", {"quantity": 2.5})
    api.delete(f"/salesorders/{order_id}/lines/{made[1]}")
    api.get(f"/salesorders/{order_id}/lines")
    api.patch(f"/salesorders/{order_id}", {"status": "Confirmed", "internalMemo": "10007", "dimensions": [project]})
    api.delete(f"/salesorders/{api.post('/salesorders', {'customer': {'id': customer_id, 'name': 'A'}})['id']}")
    books.pay(books.publish(order_id), amount=Decimal("0.10"))
    api.get("/salesorders", customerId=customer_id, createdFrom="2026-11-22T00:00:00Z")
    api.get(f"/salesorders/{order_id}")
    api.get("/transactionlines", dateFrom="2020-01-01", dateTo="2030-01-01")

    called = {(call.method, call.template) for call in sandbox.rest_exchanges}
    assert called == {(operation.method, operation.template) for operation in OPERATIONS}
    contract.assert_kept_by(sandbox.rest_exchanges)
