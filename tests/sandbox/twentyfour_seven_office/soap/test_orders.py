"""Saving orders, finding them, and what the accountant does with them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.refused import NotPossibleError
from sandbox.twentyfour_seven_office.books import Books
from sandbox.twentyfour_seven_office.users import Account
from tests.sandbox.twentyfour_seven_office.soap.caller import XSI_NIL, Caller, Clock, Fault, children, properties, text


@pytest.fixture
def customer_id(books: Books) -> int:
    return books.add_customer("Fjell AS", organization_number="817404502")


@pytest.fixture
def product_id(books: Books) -> int:
    return books.add_product("Leie", books.add_category("SharefoxRental"))


@pytest.fixture
def row(product_id: int) -> str:
    return row_xml(product_id)


def row_xml(
    product_id: int,
    *,
    row_id: int | None = None,
    vat_rate: str | None = "25",
    price: str | None = "100",
    name: str | None = "Traktor (2021-01-10 – 2021-01-12)",
    discount: str | None = None,
    quantity: str | None = "1",
    state: str | None = None,
    kind: str | None = None,
    tax: str | None = None,
) -> str:
    parts = {
        "ProductId": product_id or None,
        "RowId": row_id,
        "VatRate": vat_rate,
        "Price": price,
        "Name": name,
        "DiscountRate": discount,
        "Quantity": quantity,
        "ChangeState": state,
        "Type": kind,
        "TaxSettings": tax,
    }
    elements = "".join(f"<{tag}>{value}</{tag}>" for tag, value in parts.items() if value is not None)
    return f"<InvoiceRow>{elements}</InvoiceRow>"


def order_xml(
    customer_id: int | None,
    *rows: str,
    order_id: int | None = None,
    date_ordered: str | None = None,
    reference: str | None = None,
    include_vat: str | None = "false",
    status: str | None = None,
    payment_time: int | None = None,
    middle: str = "",
    after: str = "",
) -> str:
    def element(tag: str, value: object) -> str:
        return "" if value is None else f"<{tag}>{value}</{tag}>"

    vat = '<IncludeVAT i:nil="true"/>' if include_vat is None else element("IncludeVAT", include_vat)
    return (
        f"<InvoiceOrder>{element('OrderId', order_id)}{element('CustomerId', customer_id)}"
        f"{element('OrderStatus', status)}{element('DateOrdered', date_ordered)}"
        f"{element('PaymentTime', payment_time)}{element('CustomerReferenceNo', reference)}{vat}{middle}"
        f"<InvoiceRows>{''.join(rows)}</InvoiceRows>{after}</InvoiceOrder>"
    )


def save(caller: Caller, *orders: str) -> list[Any]:
    return list(caller.call("SaveInvoices", f"<invoices>{''.join(orders)}</invoices>"))


def refusal(caller: Caller, order: str) -> tuple[str | None, str | None]:
    (saved,) = save(caller, order)
    return text(saved, "APIException/Type"), text(saved, "APIException/Message")


def found(caller: Caller, search: str, *names: str, rows: tuple[str, ...] = ()) -> list[Any]:
    return list(
        caller.call(
            "GetInvoices",
            f"<searchParams>{search}</searchParams>"
            f"{properties(*(names or ('OrderId',)), element='invoiceReturnProperties')}"
            f"{properties(*rows, element='rowReturnProperties')}",
        )
    )


def test_an_order_is_created_and_shown(caller: Caller, books: Books, customer_id: int, product_id: int) -> None:
    row = row_xml(product_id, price="10.5", quantity="2", tax="<TaxCode>3</TaxCode><TaxRate>25</TaxRate>")
    (saved,) = save(
        caller,
        order_xml(
            customer_id,
            row,
            date_ordered="2021-01-10T00:00:00",
            reference="R-1",
            payment_time=14,
            middle="<YourReference>Kari</YourReference><InvoiceText>Takk</InvoiceText>",
        ),
    )
    (order,) = books.orders.values()
    assert text(saved, "OrderId") == str(order.id)
    assert (order.customer_id, order.status, order.reference) == (customer_id, "Web", "R-1")
    assert (order.your_reference, order.invoice_text, order.payment_time) == ("Kari", "Takk", 14)
    assert order.date_ordered == datetime(2021, 1, 9, 23, tzinfo=UTC)
    assert (order.total_inc_vat, order.total_vat) == (Decimal("26.25"), Decimal("5.25"))
    (kept,) = order.rows
    assert (kept.name, kept.quantity, kept.tax_code) == ("Traktor (2021-01-10 – 2021-01-12)", Decimal(2), 3)
    assert text(saved, "DateOrdered") == "2021-01-09T23:00:00Z"
    assert text(saved, "InvoiceRows/InvoiceRow/TaxSettings/TaxCode") == "3"
    assert text(saved, "OrderTotalIncVat") == "26.25"
    assert text(saved, "CustomerName") == "Fjell AS"
    assert text(saved, "OrderStatus") is None  # the schema's default is left out


def test_orders_fail_one_by_one(caller: Caller, books: Books, customer_id: int, row: str) -> None:
    first, refused, last = save(caller, order_xml(customer_id, row), order_xml(5, row), order_xml(customer_id, row))
    assert text(refused, "APIException/Message") == "Customer with id 5 was not found"
    assert text(refused, "OrderId") is None
    assert [int(text(o, "OrderId") or 0) for o in (first, last)] == list(books.orders)


def test_who_may_be_invoiced(caller: Caller, books: Books, customer_id: int, row: str) -> None:
    supplier = books.add_customer("Leverandør AS", type="Supplier")
    assert refusal(caller, order_xml(supplier, row))[1] == f"Customer {supplier} is a supplier"
    assert refusal(caller, order_xml(None, row))[1] == "Customer with id (none) was not found"
    books.customers[customer_id].block_invoice = True
    assert refusal(caller, order_xml(customer_id, row))[1] == f"Customer {customer_id} is blocked for invoicing"
    books.delete_customer(customer_id)
    assert refusal(caller, order_xml(customer_id, row))[1] == f"Customer with id {customer_id} was not found"
    assert books.orders == {}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "x" * 301}, "The row's Name is longer than 300 characters"),
        ({"vat_rate": None}, "VatRate is required"),
        ({"vat_rate": "24"}, "VatRate 24 is not a rate of the account"),
        ({"price": "1.00001"}, "Price has more than 4 decimals"),
        ({"quantity": "0.33333"}, "Quantity has more than 4 decimals"),
        ({"quantity": None}, "Quantity is required"),
        ({"discount": "1.23456"}, "DiscountRate has more than 4 decimals"),
        ({"tax": "<TaxCode>31</TaxCode>"}, "TaxCode 31 does not exist with rate 25"),
        ({"tax": "<TaxCode>99</TaxCode>"}, "TaxCode 99 does not exist with rate 25"),
        ({"tax": "<TaxRate>15</TaxRate>"}, "TaxRate 15 differs from VatRate 25"),
        ({"product_id": 0}, "Product with id (none) was not found"),
        ({"product_id": 5}, "Product with id 5 was not found"),
        ({"state": "Edit"}, "Row with id (none) was not found"),
    ],
)
def test_what_a_row_must_satisfy(
    caller: Caller, customer_id: int, product_id: int, change: dict[str, Any], message: str
) -> None:
    row = row_xml(**{"product_id": product_id, **change})
    assert refusal(caller, order_xml(customer_id, row))[1] == message


def test_trailing_zeros_are_no_decimals(caller: Caller, customer_id: int, product_id: int) -> None:
    row = row_xml(product_id, price="1.500000", quantity="0.3333", vat_rate="25.00", tax="<TaxCode>3</TaxCode>")
    assert refusal(caller, order_xml(customer_id, row)) == (None, None)


def test_a_text_row_needs_no_product_and_counts_for_nothing(
    caller: Caller, books: Books, customer_id: int, row: str
) -> None:
    words = row_xml(0, kind="Text", name="Hilsen", vat_rate=None, price=None, quantity=None)
    assert refusal(caller, order_xml(customer_id, row, words)) == (None, None)
    (order,) = books.orders.values()
    assert order.total_inc_vat == Decimal("125.00")


def test_how_long_references_may_be(caller: Caller, customer_id: int, row: str) -> None:
    assert refusal(caller, order_xml(customer_id, row, reference="x" * 50)) == (None, None)
    assert refusal(caller, order_xml(customer_id, row, reference="x" * 51))[1] == (
        "CustomerReferenceNo is longer than 50 characters"
    )
    buyers = f"<ReferenceNumber>{'x' * 51}</ReferenceNumber>"
    assert refusal(caller, order_xml(customer_id, row, after=buyers))[1] == (
        "ReferenceNumber is longer than 50 characters"
    )


def test_an_account_may_demand_department_and_project(
    caller: Caller, account: Account, customer_id: int, row: str
) -> None:
    account.department_required = account.project_required = True
    assert refusal(caller, order_xml(customer_id, row))[0] == (
        "Office24Seven.Library.Economy.Accounting.DepartmentIsRequiredException"
    )
    department = f"<DepartmentId>{account.books.add_department('Utleie')}</DepartmentId>"
    (saved,) = save(caller, order_xml(customer_id).replace("<InvoiceRows>", f"{department}<InvoiceRows>"))
    assert text(saved, "APIException/Type") == ("Office24Seven.Library.Economy.Accounting.ProjectIsRequiredException")
    account.project_required = False
    (saved,) = save(caller, order_xml(customer_id).replace("<InvoiceRows>", f"{department}<InvoiceRows>"))
    assert text(saved, "APIException/Type") is None


def test_a_currency_without_a_rate_is_booked_one_to_one(
    caller: Caller, books: Books, customer_id: int, row: str
) -> None:
    def currency(inner: str) -> str:
        return f"<Currency>{inner}</Currency>"

    save(
        caller,
        order_xml(customer_id, row, middle=currency("<Symbol>EUR</Symbol>")),
        order_xml(customer_id, row, middle=currency("<Rate>104.2</Rate><Unit>100</Unit><Symbol>SEK</Symbol>")),
    )
    euro, krona = books.orders.values()
    assert (euro.currency_symbol, euro.currency_rate) == ("EUR", Decimal(1))
    assert (krona.currency_symbol, krona.currency_rate, krona.currency_unit) == ("SEK", Decimal("104.2"), 100)
    unknown = order_xml(customer_id, row, middle=currency("<Symbol>JPY</Symbol>"))
    assert refusal(caller, unknown)[1] == "Currency JPY is not in use"


def test_a_time_that_norway_skipped_is_refused(caller: Caller, customer_id: int, row: str) -> None:
    with pytest.raises(Fault, match="The supplied DateTime represents an invalid time"):
        save(caller, order_xml(customer_id, row, date_ordered="2026-03-29T02:30:00"))
    assert refusal(caller, order_xml(customer_id, row, date_ordered="2026-03-29T02:30:00Z")) == (None, None)


@pytest.mark.parametrize(
    ("include_vat", "rows", "total", "vat"),
    [
        ("false", [("0.5", "0.01", "25", "0"), ("0.5", "0.01", "25", "0")], "0.03", "0.01"),
        ("false", [("-0.5", "0.01", "25", "0")], "-0.01", "0.00"),
        ("false", [("3", "33.33", "25", "10"), ("1", "100", "15", "0")], "227.49", "37.50"),
        ("true", [("1", "125", "25", "0"), ("1", "99.99", "15", "0")], "224.99", "38.04"),
        (None, [("1", "100", "0", "0")], "100.00", "0.00"),
        ("false", [("2", "10", "11.11", "0")], "22.22", "2.22"),
    ],
)
def test_totals_are_rounded_by_row_and_by_rate(
    caller: Caller,
    customer_id: int,
    product_id: int,
    include_vat: str | None,
    rows: list[tuple[str, str, str, str]],
    total: str,
    vat: str,
) -> None:
    xml = [
        row_xml(product_id, quantity=quantity, price=price, vat_rate=rate, discount=discount)
        for quantity, price, rate, discount in rows
    ]
    (saved,) = save(caller, order_xml(customer_id, *xml, include_vat=include_vat))
    assert (text(saved, "OrderTotalIncVat"), text(saved, "OrderTotalVat")) == (total, vat)


def test_totals_can_be_made_to_differ(caller: Caller, books: Books, customer_id: int, row: str) -> None:
    books.totals_off_by = Decimal("-0.01")
    (saved,) = save(caller, order_xml(customer_id, row))
    assert (text(saved, "OrderTotalIncVat"), text(saved, "OrderTotalVat")) == ("124.99", "25.00")


def test_an_order_is_changed_row_by_row(
    caller: Caller, books: Books, customer_id: int, product_id: int, row: str
) -> None:
    save(caller, order_xml(customer_id, row, row, reference="R-1"))
    (order,) = books.orders.values()
    first, second = order.rows
    assert refusal(caller, order_xml(None, row, order_id=order.id))[1] == (
        "A row of an existing order needs ChangeState Add, Edit or Delete"
    )
    changes = [
        row_xml(product_id, row_id=first.id, price="7", name=None, vat_rate=None, quantity=None, state="Edit"),
        row_xml(product_id, row_id=second.id, state="Delete"),
        row_xml(product_id, name="Ny", state="Add"),
    ]
    assert refusal(caller, order_xml(None, *changes, order_id=order.id)) == (None, None)
    order = books.orders[order.id]
    assert [(r.name, r.price) for r in order.rows] == [
        ("Traktor (2021-01-10 – 2021-01-12)", Decimal(7)),
        ("Ny", Decimal(100)),
    ]
    assert (order.reference, order.total_inc_vat) == ("R-1", Decimal("133.75"))
    assert refusal(caller, order_xml(None, order_id=5))[1] == "Order with id 5 was not found"


def test_an_invoiced_order_can_not_be_changed(caller: Caller, books: Books, customer_id: int, row: str) -> None:
    save(caller, order_xml(customer_id, row))
    (number,) = books.orders
    books.publish(number)
    assert refusal(caller, order_xml(None, order_id=number, reference="X"))[1] == (
        f"Order {number} is invoiced and can not be changed"
    )


def test_an_order_saved_as_invoiced_is_an_invoice(caller: Caller, books: Books, customer_id: int, row: str) -> None:
    (saved,) = save(caller, order_xml(customer_id, row, status="Invoiced"))
    (order,) = books.orders.values()
    assert text(saved, "InvoiceId") == str(order.invoice_id)


def test_orders_are_found(
    caller: Caller, books: Books, clock: Clock, customer_id: int, product_id: int, row: str
) -> None:
    other = books.add_customer("Dal AS")
    save(caller, order_xml(customer_id, row, status="Draft"), order_xml(other, row))
    clock.advance(hours=1)
    save(caller, order_xml(customer_id, row))
    first, second, third = books.orders
    invoice_id = books.publish(second)

    def ids(search: str) -> list[int]:
        return [int(text(order, "OrderId") or 0) for order in found(caller, search)]

    assert ids(f"<CustomerIds><int>{customer_id}</int></CustomerIds>") == [first, third]
    assert ids(f"<OrderIds><int>{third}</int><int>{first}</int></OrderIds>") == [first, third]
    assert ids(f"<InvoiceIds><int>{invoice_id}</int></InvoiceIds>") == [second]
    states = "<OrderStates><OrderSlipStateType>Draft</OrderSlipStateType></OrderStates>"
    assert ids(states) == [first]
    assert ids("<ChangedAfter>2026-11-23T14:30:00Z</ChangedAfter>") == [second, third]
    assert ids(
        f"<CustomerIds><int>{customer_id}</int></CustomerIds><ChangedAfter>2026-11-23T14:30:00Z</ChangedAfter>"
    ) == [third]
    with pytest.raises(Fault, match="Please specify at least one search parameter"):
        ids("<OrderIds/>")


def test_a_thousand_orders_are_asked_for_at_once(caller: Caller) -> None:
    def ids(count: int) -> str:
        return f"<OrderIds>{''.join(f'<int>{n}</int>' for n in range(count))}</OrderIds>"

    assert found(caller, ids(1000)) == []
    with pytest.raises(Fault, match="OrderIds takes at most 1000 ids"):
        found(caller, ids(1001))


def test_unset_properties_of_an_order_are_sentinels(caller: Caller, books: Books, customer_id: int, row: str) -> None:
    save(caller, order_xml(customer_id, row, include_vat=None))
    search = f"<CustomerIds><int>{customer_id}</int></CustomerIds>"
    (order,) = found(caller, search, "InvoiceId", "Paid", "OCR", "InvoiceRows", rows=("Name", "DiscountRate"))
    assert children(order) == ["InvoiceId", "IncludeVAT", "Paid", "InvoiceRows"]
    assert text(order, "InvoiceId") == "-2147483648"
    assert text(order, "Paid") == "0001-01-01T00:00:00"
    assert order.find("{*}IncludeVAT").get(XSI_NIL) == "true"
    assert children(order.find("{*}InvoiceRows/{*}InvoiceRow")) == ["Name"]


def test_unknown_order_and_row_properties_are_refused(caller: Caller) -> None:
    search = "<OrderIds><int>1</int></OrderIds>"
    with pytest.raises(Fault, match="The property 'Nope' was not found on InvoiceOrder"):
        found(caller, search, "Nope")
    with pytest.raises(Fault, match="The property 'Nope' was not found on InvoiceRow"):
        found(caller, search, "InvoiceRows", rows=("Nope",))


def test_publishing_and_paying_are_seen_by_the_caller(
    caller: Caller, books: Books, clock: Clock, customer_id: int, row: str
) -> None:
    save(caller, order_xml(customer_id, row))
    (number,) = books.orders
    with pytest.raises(NotPossibleError):
        books.pay(number)
    invoice_id = books.publish(number)
    with pytest.raises(NotPossibleError):
        books.publish(number)
    names = ("OrderStatus", "InvoiceId", "DateInvoiced", "Paid", "OCR")
    (invoice,) = found(caller, f"<OrderIds><int>{number}</int></OrderIds>", *names)
    assert text(invoice, "OrderStatus") == "Invoiced"
    assert text(invoice, "InvoiceId") == str(invoice_id)
    assert text(invoice, "DateInvoiced") == "2026-11-22T23:00:00Z"
    assert text(invoice, "Paid") == "0001-01-01T00:00:00"
    assert len(text(invoice, "OCR") or "") == 17
    books.pay(invoice_id, on=date(2021, 2, 1), amount=books.orders[number].total_inc_vat + 100)  # too much
    (invoice,) = found(caller, f"<OrderIds><int>{number}</int></OrderIds>", *names)
    assert text(invoice, "Paid") == "2021-01-31T23:00:00Z"
    books.pay(number)
    assert books.orders[number].paid == datetime(2026, 11, 22, 23, tzinfo=UTC)
    books.delete_order(number)
    assert found(caller, f"<OrderIds><int>{number}</int></OrderIds>", *names) == []
