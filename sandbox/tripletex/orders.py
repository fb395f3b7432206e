"""Orders: created with their lines, alone and together, searched for within dates, read and deleted.

Nothing here publishes an order: that is the accountant's act.
"""

from typing import Any

from sandbox.tripletex.assumed import (
    COMMENT_LENGTH,
    DESCRIPTION_LENGTH,
    MOST_ORDERS_AT_ONCE,
    REFERENCE_LENGTH,
    TEXT_LENGTH,
)
from sandbox.tripletex.books import Books
from sandbox.tripletex.customers import DELIVERY_ADDRESS, address_from
from sandbox.tripletex.defaults import HOME, USUAL_VAT_TYPE
from sandbox.tripletex.operation import FIELDS, PAGING, Answer, Operation, Visit
from sandbox.tripletex.records import HUNDRED, ZERO, Order, OrderLine, exact
from sandbox.tripletex.refusals import Problem, invalid, missing
from sandbox.tripletex.shape import (
    Problems,
    changes,
    choice,
    day,
    each,
    members,
    number,
    optional,
    read,
    reference,
    text,
    truth,
    whole,
)

NAMES = {
    "number": "number",
    "reference": "reference",
    "invoiceComment": "invoice_comment",
    "deliveryComment": "delivery_comment",
    "receiverEmail": "receiver_email",
    "isPrioritizeAmountsIncludingVat": "prices_include_vat",
    "invoicesDueIn": "invoices_due_in",
    "invoicesDueInType": "invoices_due_in_type",
    "department": "department_id",
    "project": "project_id",
}
LINE_NAMES = {"product": "product_id", "description": "description"}
_LINE = members(
    product=reference,
    description=text(DESCRIPTION_LENGTH),
    count=number(),
    unitPriceExcludingVatCurrency=number(),
    unitPriceIncludingVatCurrency=number(),
    discount=number(least=ZERO, most=HUNDRED),
    vatType=reference,
)
_NEW = members(
    ("customer", "orderDate", "deliveryDate"),
    customer=reference,
    number=text(TEXT_LENGTH),
    reference=text(REFERENCE_LENGTH),
    orderDate=day,
    deliveryDate=day,
    invoiceComment=text(COMMENT_LENGTH),
    deliveryComment=text(TEXT_LENGTH),
    deliveryAddress=optional(DELIVERY_ADDRESS),
    receiverEmail=text(TEXT_LENGTH),
    currency=reference,
    isPrioritizeAmountsIncludingVat=truth,
    invoicesDueIn=whole(0, 10_000),
    invoicesDueInType=choice("DAYS", "MONTHS", "RECURRING_DAY_OF_MONTH"),
    department=reference,
    project=reference,
    orderLines=each(_LINE),
)


def read_orders(visit: Visit) -> Answer:
    """The orders of a period that every parameter given lets through; its last day is not part of it."""
    begins, ends = visit.period("orderDateFrom", "orderDateTo")
    ids, customers = visit.numbers("id"), visit.numbers("customerId")
    wanted, is_closed, is_subscription = visit.text("number"), visit.flag("isClosed"), visit.flag("isSubscription")
    comment = (visit.text("deliveryComment") or "").casefold()

    def holds(order: Order) -> bool:
        return (
            begins <= order.order_date < ends
            and (ids is None or order.id in ids)
            and (customers is None or order.customer_id in customers)
            and wanted in (None, order.number)
            and is_closed in (None, order.is_closed)
            and is_subscription is not True
            and (not comment or comment in order.delivery_comment.casefold())
        )

    return visit.page("Order", visit.books.orders.values(), holds)


def read_order(visit: Visit) -> Answer:
    """One order."""
    return visit.one("Order", visit.books.orders.get(visit.id))


def create_order(visit: Visit) -> Answer:
    """A new order with its lines."""
    (order,) = _orders_from(visit.books, [read(visit.body, _NEW)], ("",))
    return _without_lines(visit.one("Order", visit.books.keep_order(order), status=201))


def create_orders(visit: Visit) -> Answer:
    """New orders with their lines: all of them, or none."""
    asked = read(visit.body, each(_NEW, most=MOST_ORDERS_AT_ONCE))
    orders = _orders_from(visit.books, asked, [f"[{place}]." for place in range(len(asked))])
    return _without_lines(visit.listing("Order", [visit.books.keep_order(order) for order in orders], status=201))


def _without_lines(answer: Answer) -> Answer:
    """The same, telling none of the lines, as Tripletex does of orders that were just created."""
    content = answer.content or {}
    for order in [content["value"]] if "value" in content else content["values"]:
        order["orderLines"] = []
    return answer


def delete_order(visit: Visit) -> Answer:
    """Delete an order that was not invoiced."""
    order = visit.books.orders.get(visit.id)
    if order is None:
        raise missing()
    if order.invoice_id is not None:
        raise invalid(Problem("id", "The order is invoiced, and can't be deleted."))
    visit.books.delete_order(order.id)
    return Answer(status=204)


def _orders_from(books: Books, asked: list[dict[str, Any]], paths: Any) -> list[Order]:
    """The orders that are asked for, none of them kept yet. Errors: RefusedError, with all that is wrong."""
    problems, taken = Problems(), {order.number for order in books.orders.values()}
    orders = []
    for one, path in zip(asked, paths, strict=True):
        order = _order_from(books, one, path, problems)
        if order.number and order.number in taken:
            problems.value(f"{path}number", "Is in use.")
        taken |= {order.number} if order.number else set()
        orders.append(order)
    problems.refuse()
    return orders


def _order_from(books: Books, asked: dict[str, Any], path: str, problems: Problems) -> Order:
    order = Order(
        id=0, customer_id=asked["customer"], order_date=asked["orderDate"], delivery_date=asked["deliveryDate"]
    )
    for attribute, value in changes(asked, NAMES).items():
        setattr(order, attribute, value)
    _check_customer(books, order.customer_id, path, problems)
    order.currency_id = asked.get("currency") or HOME.id
    if not any(one.id == order.currency_id and not one.is_disabled for one in books.currencies):
        problems.value(f"{path}currency.id", "Does not exist, or is not in use.")
    department = books.departments.get(order.department_id or 0)
    if order.department_id is not None and (department is None or department.is_inactive):
        problems.value(f"{path}department.id", "Does not exist, or is inactive.")
    project = books.projects.get(order.project_id or 0)
    if order.project_id is not None and (project is None or project.is_closed):
        problems.value(f"{path}project.id", "Does not exist, or is closed.")
    if asked.get("deliveryAddress") is not None:
        where = f"{path}deliveryAddress"
        order.delivery_address = address_from(asked["deliveryAddress"], None, where, problems)
    order.lines = [
        _line_from(books, order, line, f"{path}orderLines[{place}].", problems)
        for place, line in enumerate(asked.get("orderLines", []))
    ]
    return order


def _check_customer(books: Books, customer_id: int, path: str, problems: Problems) -> None:
    customer = books.customers.get(customer_id)
    if customer is None or not customer.is_customer:
        problems.value(f"{path}customer.id", "Does not exist." if customer is None else "Is not a customer.")
    elif customer.is_inactive:
        problems.value(f"{path}customer.id", "The customer is inactive.")


def _line_from(books: Books, order: Order, asked: dict[str, Any], path: str, problems: Problems) -> OrderLine:
    """A line; what it does not say of VAT, its product tells."""
    line = OrderLine(id=0)
    for attribute, value in changes(asked, LINE_NAMES).items():
        setattr(line, attribute, value)
    product = books.products.get(line.product_id or 0)
    if line.product_id is not None and (product is None or product.is_inactive):
        problems.value(f"{path}product.id", "Does not exist, or is inactive.")
    line.vat_type_id = asked.get("vatType") or (product.vat_type_id if product else None) or USUAL_VAT_TYPE
    vat = next((vat for vat in books.vat_types if vat.id == line.vat_type_id), None)
    if vat is None or not vat.holds("OUTGOING", order.delivery_date):
        problems.value(f"{path}vatType.id", "Does not exist, or is not for sales on this date.")
    else:
        line.percentage = vat.percentage
    line.description = line.description or (product.name if product else "")
    line.count = _given(asked, "count", line.count)
    line.discount = _given(asked, "discount", ZERO)
    without, including = (asked.get(f"unitPrice{kind}VatCurrency") for kind in ("Excluding", "Including"))
    share = (HUNDRED + line.percentage) / HUNDRED
    line.unit_price_excluding_vat = without if without is not None else exact((including or ZERO) / share)
    line.unit_price_including_vat = including if including is not None else exact((without or ZERO) * share)
    return line


def _given(asked: dict[str, Any], name: str, otherwise: Any) -> Any:
    return otherwise if asked.get(name) is None else asked[name]


LIST = frozenset(
    {
        "id", "number", "customerId", "orderDateFrom", "orderDateTo", "deliveryComment", "isClosed", "isSubscription",
    }
)  # fmt: skip
OPERATIONS = (
    Operation("GET", "/order", read_orders, LIST | PAGING),
    Operation("POST", "/order", create_order, has_body=True),
    Operation("POST", "/order/list", create_orders, has_body=True),
    Operation("GET", "/order/{id}", read_order, FIELDS),
    Operation("DELETE", "/order/{id}", delete_order),
)
