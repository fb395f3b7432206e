"""One company's books, and what its accountant does in them by hand: publish, take payment, delete.

What a call may write is decided by the services; here a record is only numbered, stamped and kept.
"""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from threading import RLock
from typing import Any

from sandbox.norwegian_time import Clock, day_of, midnight
from sandbox.numbering import Numbering
from sandbox.refused import NotPossibleError
from sandbox.twentyfour_seven_office.defaults import CURRENCIES, VAT_TYPES, one_of_many
from sandbox.twentyfour_seven_office.ledger import Ledger
from sandbox.twentyfour_seven_office.records import (
    Category,
    Currency,
    Customer,
    Dimension,
    Order,
    Product,
    VatType,
    totals_of,
)

MOST_MANY = 500_000
NUMBERS_FOR_MANY = 100  # a company's made-up customers are numbered from so many times its first number on
_KEPT = ("customers", "deleted_customers", "categories", "products", "departments", "projects", "orders")
_NUMBERINGS = ("customer_ids", "category_ids", "product_ids", "order_ids", "invoice_ids", "row_ids", "dimension_ids")
OLD = timedelta(days=365)
CREDITED_ORDER, CREDITED_INVOICE = "ReferenceOrderId", "ReferenceInvoiceId"  # the vendor's names, on a credit


class Books:
    """One company's books.

    `first_number` starts all numbering, so that an id taken into another company's books is not found there.
    `totals_off_by` is added to the vendor's total including VAT, in the order's currency.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        lock: RLock,
        first_number: int = 1,
        vat_types: list[VatType] | None = None,
        currencies: list[Currency] | None = None,
        totals_off_by: Decimal = Decimal(0),
    ) -> None:
        self.vat_types = list(VAT_TYPES if vat_types is None else vat_types)
        self.currencies = list(CURRENCIES if currencies is None else currencies)
        self.totals_off_by = totals_off_by
        self.customers: dict[int, Customer] = {}
        self.deleted_customers: dict[int, Customer] = {}
        self.categories: dict[int, Category] = {}
        self.products: dict[int, Product] = {}
        self.departments: dict[int, Dimension] = {}
        self.projects: dict[int, Dimension] = {}
        self.orders: dict[int, Order] = {}
        self._clock = clock
        self._lock = lock
        self._first_number = first_number
        self.clear()

    def clear(self) -> None:
        """Empty the books, down to the numbering; VAT types and currencies stay."""
        with self._lock:
            self.deleted_customers.clear()
            for records in (self.customers, self.categories, self.products, self.orders):
                records.clear()
            self.departments.clear()
            self.projects.clear()
            self._many = 0
            self._customer_ids = Numbering(self._first_number)
            self._category_ids = Numbering(self._first_number + 2_000)
            self._product_ids = Numbering(self._first_number + 3_000)
            self._order_ids = Numbering(self._first_number + 4_000)
            self._invoice_ids = Numbering(self._first_number + 500_000)
            self._row_ids = Numbering(1)
            self._dimension_ids = Numbering(self._first_number + 5_000)
            self.ledger = Ledger(self._first_number + 700_000)

    def content(self) -> dict[str, Any]:
        """What the books hold, the numbering included, by names that `put_back` knows."""
        return {
            **{name: getattr(self, name) for name in _KEPT},
            "many": self._many,
            "numbering": {name: getattr(self, f"_{name}").upcoming for name in _NUMBERINGS},
            "ledger": self.ledger.content(),
        }

    def put_back(self, content: Mapping[str, Any]) -> None:
        """Hold what `content` told of these books, or of others like them, and nothing else."""
        with self._lock:
            self.clear()
            for name in _KEPT:
                getattr(self, name).update(content[name])
            self._many = content["many"]
            for name in _NUMBERINGS:
                setattr(self, f"_{name}", Numbering(content["numbering"][name]))
            self.ledger.put_back(content["ledger"])

    def add_customer(
        self,
        name: str,
        *,
        first_name: str = "",
        type: str = "Business",  # noqa: A002 - the vendor's word
        organization_number: str = "",
        emails: Mapping[str, str] | None = None,
        phones: Mapping[str, str] | None = None,
        addresses: Mapping[str, Mapping[str, str]] | None = None,
    ) -> int:
        """Add a customer by hand; the slots are the vendor's ("Primary", "Post" ...). Answers its id."""
        customer = Customer(
            id=0,
            name=name,
            first_name=first_name,
            type=type,
            organization_number=organization_number,
            emails=dict(emails or {}),
            phones=dict(phones or {}),
            addresses={slot: dict(parts) for slot, parts in (addresses or {}).items()},
        )
        return self.keep_customer(customer).id

    def add_customers(self, size: int) -> range:
        """Add so many made-up customers, told in crowd.py, all registered a year ago. Answers their ids.

        Errors: ValueError for less than one, or more than the ids of a company have room for.
        """
        with self._lock:
            if not 0 < size <= MOST_MANY - self._many:
                raise ValueError(f"Of made-up customers there can be 1 to {MOST_MANY - self._many} more.")
            dated = self._clock() - OLD
            start = self._first_number * NUMBERS_FOR_MANY + self._many
            for number, customer_id in enumerate(range(start, start + size), start=self._many + 1):
                self.customers[customer_id] = one_of_many(number, customer_id=customer_id, dated=dated)
            self._many += size
            return range(start, start + size)

    def add_category(self, name: str) -> int:
        """Add a category by hand; nothing keeps two from having one name. Answers its id."""
        return self.keep_category(Category(id=0, name=name)).id

    def add_product(self, name: str, category_id: int, *, no: str = "") -> int:
        """Add a product by hand; `no` is the number that people know it by. Answers its id."""
        return self.keep_product(Product(id=0, name=name, category_id=category_id, no=no)).id

    def add_department(self, name: str) -> int:
        """Add a department by hand. Answers its id."""
        return self._add_dimension(self.departments, name)

    def add_project(self, name: str) -> int:
        """Add a project by hand. Answers its id."""
        return self._add_dimension(self.projects, name)

    def _add_dimension(self, kept: dict[int, Dimension], name: str) -> int:
        with self._lock:
            dimension = Dimension(id=next(self._dimension_ids), name=name)
            kept[dimension.id] = dimension
            return dimension.id

    def keep_customer(self, customer: Customer) -> Customer:
        """Store a customer; one without a number (0) gets its own."""
        with self._lock:
            customer.id = customer.id or next(self._customer_ids)
            customer.date_changed = self._clock()
            customer.date_created = customer.date_created or customer.date_changed
            self.customers[customer.id] = customer
            return customer

    def keep_category(self, category: Category) -> Category:
        """Store a category; one without a number gets its own."""
        with self._lock:
            category.id = category.id or next(self._category_ids)
            self.categories[category.id] = category
            return category

    def keep_product(self, product: Product) -> Product:
        """Store a product; one without a number gets its own."""
        with self._lock:
            product.id = product.id or next(self._product_ids)
            product.date_changed = self._clock()
            self.products[product.id] = product
            return product

    def keep_order(self, order: Order) -> Order:
        """Store an order with its totals; an order or row without a number gets its own."""
        with self._lock:
            order.id = order.id or next(self._order_ids)
            for row in order.rows:
                row.id = row.id or next(self._row_ids)
            total, order.total_vat = totals_of(order.rows, include_vat=bool(order.include_vat))
            order.total_inc_vat = total + self.totals_off_by
            order.date_ordered = order.date_ordered or midnight(self.today())
            order.date_changed = self._clock()
            order.date_created = order.date_created or order.date_changed
            self.orders[order.id] = order
            return order

    def publish(self, order_id: int) -> int:
        """Turn an order into an invoice, as the accountant does in the app. Answers the invoice's number.

        Errors: KeyError for an unknown order, NotPossibleError for one that is an invoice already.
        """
        with self._lock:
            order = self.orders[order_id]
            if order.invoice_id is not None:
                raise NotPossibleError(
                    "Order {order} is invoice {invoice} already.", order=order_id, invoice=order.invoice_id
                )
            order.invoice_id = next(self._invoice_ids)
            order.status = "Invoiced"
            order.date_invoiced = midnight(self.today())
            order.ocr = _payment_identification(order.customer_id, order.invoice_id)
            order.date_changed = self._clock()
            order.transaction_id = self.ledger.charge(order, on=self.today(), at=order.date_changed)
            return order.invoice_id

    def pay(self, number: int, on: date | None = None, amount: Decimal | None = None) -> None:
        """Take a payment for an invoice, on a Norwegian date (today by default); goes by invoice or order number.

        `amount` is in the invoice's currency, and negative for a credit note; None settles what is open. It may be
        more than is open: the invoice is settled then, and what was paid too much stays in the ledger. An invoice
        settled already, settled again without an amount, is settled in this payment's place.

        Errors: KeyError for an unknown number, NotPossibleError for an order that has not been published, or
        an amount of nothing or of the wrong sign.
        """
        with self._lock:
            order = self._invoice(number)
            if amount is None and order.paid is not None:
                self.ledger.undo_payments(order)
                order.paid, order.paid_amount = None, Decimal(0)
            total = order.total_inc_vat
            if amount is not None and amount * total <= 0:
                raise NotPossibleError(
                    "Invoice {invoice} is for {total}; {amount} can't be paid.",
                    invoice=order.invoice_id,
                    total=format(total, "f"),
                    amount=format(amount, "f"),
                )
            paid = total - order.paid_amount if amount is None else amount
            order.paid_amount += paid
            day = on or self.today()
            if order.paid is None and abs(order.paid_amount) >= abs(total):
                order.paid = midnight(day)
            order.date_changed = self._clock()
            self.ledger.settle(order, paid, on=day, at=order.date_changed)

    def take_back(self, number: int) -> None:
        """Undo all payments of an invoice, as when a bank takes one back; goes by invoice or order number.

        Errors: KeyError for an unknown number, NotPossibleError for an invoice of which nothing was paid.
        """
        with self._lock:
            order = self._invoice(number)
            if order.paid is None and not order.paid_amount:
                raise NotPossibleError("Nothing was paid of invoice {invoice}.", invoice=order.invoice_id)
            self.ledger.undo_payments(order)
            order.paid, order.paid_amount = None, Decimal(0)
            order.date_changed = self._clock()

    def credit(self, number: int) -> int:
        """Credit an invoice in full, by invoice or order number. Answers the credit's invoice number.

        The credit is set off against what is open of the invoice; what was paid before is left open on the credit.
        Errors: KeyError for an unknown number, NotPossibleError for an order that has not been published, a credit, or
        an invoice that was credited before, in part or in full.
        """
        with self._lock:
            order = self._invoice(number)
            if order.total_inc_vat <= 0 or order.id in self.credited_orders():
                raise NotPossibleError("Invoice {invoice} is a credit, or was credited.", invoice=order.invoice_id)
            rows = deepcopy(order.rows)
            for row in rows:
                row.id, row.quantity = 0, None if row.quantity is None else -row.quantity
            credit = Order(
                id=0,
                customer_id=order.customer_id,
                customer_name=order.customer_name,
                rows=rows,
                include_vat=order.include_vat,
                currency_symbol=order.currency_symbol,
                currency_rate=order.currency_rate,
                currency_unit=order.currency_unit,
                other={CREDITED_ORDER: order.id, CREDITED_INVOICE: order.invoice_id},
            )
            invoice_id = self.publish(self.keep_order(credit).id)
            if (set_off := min(order.total_inc_vat - order.paid_amount, -credit.total_inc_vat)) > 0:
                self.pay(order.id, amount=set_off)
                self.pay(credit.id, amount=-set_off)
            return invoice_id

    def credited_orders(self) -> set[int]:
        """The ids that credits name, in part or in full."""
        return {order.other[CREDITED_ORDER] for order in self.orders.values() if order.other.get(CREDITED_ORDER)}

    def _invoice(self, number: int) -> Order:
        order = next((o for o in self.orders.values() if o.invoice_id == number), None) or self.orders[number]
        if order.invoice_id is None:
            raise NotPossibleError("Order {order} is not an invoice yet.", order=order.id)
        return order

    def delete_order(self, order_id: int) -> None:
        """Delete an order, or the invoice it has become, with what the ledger has of it. Errors: KeyError."""
        with self._lock:
            self.ledger.strike(self.orders.pop(order_id))

    def delete_customer(self, customer_id: int) -> None:
        """Delete a customer; its orders stay. Errors: KeyError."""
        with self._lock:
            customer = self.customers.pop(customer_id)
            customer.date_changed = self._clock()
            self.deleted_customers[customer_id] = customer

    def today(self) -> date:
        """The Norwegian date."""
        return day_of(self._clock())

    def has_rate(self, rate: Decimal) -> bool:
        """Whether any VAT type of the account has this rate, in percent."""
        return any(vat_type.rate == rate for vat_type in self.vat_types)


def _payment_identification(customer_id: int, invoice_id: int) -> str:
    """The KID: customer, invoice and a Luhn check digit."""
    digits = f"{customer_id:08}{invoice_id:08}"
    doubled = (sum(divmod(int(d) * 2, 10)) if i % 2 == 0 else int(d) for i, d in enumerate(reversed(digits)))
    return f"{digits}{-sum(doubled) % 10}"
