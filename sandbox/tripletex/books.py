"""One company's books, and what its accountant does in them by hand: publish, take payment, credit, delete.

What a call may write is decided by the operations; here a record is only numbered, stamped and kept.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import RLock
from typing import Any

from sandbox.norwegian_time import Clock, day_of
from sandbox.numbering import Numbering
from sandbox.refused import NotPossibleError
from sandbox.tripletex.assumed import DAYS_DUE
from sandbox.tripletex.defaults import CURRENCIES, HOME, VAT_TYPES
from sandbox.tripletex.records import (
    ZERO,
    Address,
    CloseGroup,
    Currency,
    Customer,
    Department,
    Invoice,
    Order,
    Posting,
    Product,
    ProductGroup,
    ProductGroupRelation,
    Project,
    VatType,
    to_ore,
    totals_of,
)

FIRST_CUSTOMER_NUMBER = 10_001
FIRST_OF_MANY = 50_000_000  # made-up customers are numbered from here on
MOST_MANY = 500_000
OLD = timedelta(days=365)
CHARGED, PAYMENT = "OUTGOING_INVOICE_CUSTOMER_POSTING", "INCOMING_PAYMENT"  # the vendor's types of postings

_KEPT = (
    "customers", "products", "product_groups", "product_group_relations", "departments", "projects", "orders",
    "invoices", "gone",
)  # fmt: skip
_NUMBERINGS = ("ids", "customer_numbers", "product_numbers", "order_numbers", "invoice_numbers")


class Books:
    """One company's books.

    `first_id` starts all ids, so that an id taken into another company's books is not found there.
    `totals_off_by` is added to what the first line of an order comes to, in the order's currency; its VAT stays.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        lock: RLock,
        first_id: int = 1,
        vat_types: list[VatType] | None = None,
        currencies: list[Currency] | None = None,
        totals_off_by: Decimal = ZERO,
    ) -> None:
        self.vat_types = list(VAT_TYPES if vat_types is None else vat_types)
        self.currencies = list(CURRENCIES if currencies is None else currencies)
        self.totals_off_by = totals_off_by
        self.customers: dict[int, Customer] = {}
        self.products: dict[int, Product] = {}
        self.product_groups: dict[int, ProductGroup] = {}
        self.product_group_relations: dict[int, ProductGroupRelation] = {}
        self.departments: dict[int, Department] = {}
        self.projects: dict[int, Project] = {}
        self.orders: dict[int, Order] = {}
        self.invoices: dict[int, Invoice] = {}
        self.gone: dict[int, Customer] = {}
        self._clock = clock
        self._lock = lock
        self._first_id = first_id
        self.clear()

    def clear(self) -> None:
        """Empty the books, down to the numbering; VAT types and currencies stay."""
        with self._lock:
            for name in _KEPT:
                getattr(self, name).clear()
            self._many = 0
            self._ids = Numbering(self._first_id)
            self._customer_numbers = Numbering(FIRST_CUSTOMER_NUMBER)
            self._product_numbers = Numbering(1)
            self._order_numbers = Numbering(1)
            self._invoice_numbers = Numbering(1)

    def content(self) -> dict[str, Any]:
        """What the books hold, the numbering included, by names that `put_back` knows."""
        return {
            **{name: getattr(self, name) for name in _KEPT},
            "many": self._many,
            "numbering": {name: getattr(self, f"_{name}").upcoming for name in _NUMBERINGS},
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

    def add_customer(
        self,
        name: str,
        *,
        organization_number: str = "",
        email: str = "",
        invoice_email: str = "",
        phone_number: str = "",
        phone_number_mobile: str = "",
        is_private_individual: bool = False,
        is_supplier: bool = False,
        is_customer: bool = True,
        is_inactive: bool = False,
        postal_address: Address | None = None,
    ) -> int:
        """Add a customer by hand. Answers its id."""
        customer = Customer(
            id=0,
            name=name,
            organization_number=organization_number,
            email=email,
            invoice_email=invoice_email,
            phone_number=phone_number,
            phone_number_mobile=phone_number_mobile,
            is_private_individual=is_private_individual,
            is_supplier=is_supplier,
            is_customer=is_customer,
            is_inactive=is_inactive,
            postal_address=postal_address,
        )
        return self.keep_customer(customer).id

    def add_customers(self, size: int) -> range:
        """Add so many made-up customers, all registered a year ago. Answers their ids.

        Errors: ValueError for less than one, or more than the ids of a company have room for.
        """
        with self._lock:
            if not 0 < size <= MOST_MANY - self._many:
                raise ValueError(f"Of made-up customers there can be 1 to {MOST_MANY - self._many} more.")
            start = self._first_id + FIRST_OF_MANY + self._many
            for number, customer_id in enumerate(range(start, start + size), start=self._many + 1):
                self.customers[customer_id] = Customer(
                    id=customer_id,
                    name=f"Kunde {number:06d}",
                    customer_number=FIRST_OF_MANY + number,
                    is_private_individual=True,
                    email=f"kunde{number:06d}@mange.example",
                    created_at=self._clock() - OLD,
                    changed_at=self._clock() - OLD,
                )
            self._many += size
            return range(start, start + size)

    def add_product(self, name: str, *, number: str = "", group_id: int | None = None) -> int:
        """Add a product by hand, and put it in a group. Answers its id."""
        with self._lock:
            product = self.keep_product(Product(id=0, name=name, number=number))
            if group_id is not None:
                self.keep_relation(ProductGroupRelation(id=0, product_id=product.id, product_group_id=group_id))
            return product.id

    def add_product_group(self, name: str) -> int:
        """Add a group of products by hand; nothing keeps two from having one name. Answers its id."""
        return self.keep_group(ProductGroup(id=0, name=name)).id

    def add_department(self, name: str) -> int:
        """Add a department by hand. Answers its id."""
        with self._lock:
            department = Department(id=next(self._ids), name=name, department_number=str(len(self.departments) + 1))
            self.departments[department.id] = department
            return department.id

    def add_project(self, name: str) -> int:
        """Add a project by hand. Answers its id."""
        with self._lock:
            project = Project(id=next(self._ids), name=name, number=str(len(self.projects) + 1))
            self.projects[project.id] = project
            return project.id

    def keep_customer(self, customer: Customer) -> Customer:
        """Store a customer; what has no id yet, the addresses too, gets its own."""
        with self._lock:
            customer.version += bool(customer.id)
            customer.id = customer.id or next(self._ids)
            customer.customer_number = customer.customer_number or next(self._customer_numbers)
            for address in (customer.postal_address, customer.physical_address):
                self._keep_address(address)
            customer.changed_at = self._clock()
            customer.created_at = customer.created_at or customer.changed_at
            self.customers[customer.id] = customer
            return customer

    def keep_product(self, product: Product) -> Product:
        """Store a product; one without an id or a number gets its own."""
        with self._lock:
            product.version += bool(product.id)
            product.id = product.id or next(self._ids)
            product.number = product.number or self._next_number(self._product_numbers, self.products)
            product.changed_at = self._clock()
            self.products[product.id] = product
            return product

    def keep_group(self, group: ProductGroup) -> ProductGroup:
        """Store a group of products; one without an id gets its own."""
        with self._lock:
            group.id = group.id or next(self._ids)
            self.product_groups[group.id] = group
            return group

    def keep_relation(self, relation: ProductGroupRelation) -> ProductGroupRelation:
        """Store a product's place in a group; one without an id gets its own."""
        with self._lock:
            relation.id = relation.id or next(self._ids)
            self.product_group_relations[relation.id] = relation
            return relation

    def keep_order(self, order: Order) -> Order:
        """Store an order with its amounts; what has no id or number yet gets its own."""
        with self._lock:
            order.version += bool(order.id)
            order.id = order.id or next(self._ids)
            order.number = order.number or self._next_number(self._order_numbers, self.orders)
            order.preliminary_invoice_id = order.preliminary_invoice_id or next(self._ids)
            self._keep_address(order.delivery_address)
            for line in order.lines:
                line.id = line.id or next(self._ids)
                line.reckon(prices_include_vat=order.prices_include_vat)
            if order.lines:
                order.lines[0].amount_including_vat += self.totals_off_by
                order.lines[0].amount_excluding_vat += self.totals_off_by
            order.changed_at = self._clock()
            order.created_at = order.created_at or order.changed_at
            self.orders[order.id] = order
            return order

    def has_number(self, number: str) -> bool:
        """Whether an order has this number."""
        return any(order.number == number for order in self.orders.values())

    def currency(self, currency_id: int) -> Currency:
        """A currency by its id; the company's own where there is none such."""
        return next((currency for currency in self.currencies if currency.id == currency_id), HOME)

    def publish(self, order_id: int) -> int:
        """Turn an order into an invoice, as the accountant does in the app. Answers the invoice's number.

        Errors: KeyError for an unknown order, NotPossibleError for one that is an invoice already.
        """
        with self._lock:
            order = self.orders[order_id]
            if order.invoice_id is not None:
                raise NotPossibleError(
                    "Order {order} is invoice {invoice} already.",
                    order=order_id,
                    invoice=self.invoices[order.invoice_id].number,
                )
            invoice = self._drafted(order, order.preliminary_invoice_id)
            self._charge(invoice)
            order.invoice_id = invoice.id
            for line in order.lines:
                line.is_charged = True
            self._changed(order)
            return invoice.number

    def pay(self, order_id: int, on: date | None = None, amount: Decimal | None = None) -> None:
        """Take a payment for the invoice of an order, on a Norwegian date (today by default).

        `amount` is in the invoice's currency, and negative where the invoice is; None settles what is open. It may be
        more than is open. An invoice settled already, settled again without an amount, is settled in this payment's
        place.

        Errors: KeyError for an unknown order, NotPossibleError for one that has not been published, or an amount of
        nothing or of the wrong sign.
        """
        with self._lock:
            invoice = self.invoice_of(order_id)
            if amount is None and not invoice.outstanding and _payments(invoice):
                self._undo_payments(invoice)
            if amount is not None and amount * invoice.amount_currency <= 0:
                raise NotPossibleError(
                    "Invoice {invoice} is for {total}; {amount} can't be paid.",
                    invoice=invoice.number,
                    total=format(invoice.amount_currency, "f"),
                    amount=format(amount, "f"),
                )
            paid = invoice.outstanding if amount is None else amount
            self._post(invoice, -paid, on or self.today(), PAYMENT)

    def take_back(self, order_id: int) -> None:
        """Undo all payments of an order's invoice, as when a bank takes one back.

        Errors: KeyError for an unknown order, NotPossibleError for an invoice of which nothing was paid.
        """
        with self._lock:
            invoice = self.invoice_of(order_id)
            if not _payments(invoice):
                raise NotPossibleError("Nothing was paid of invoice {invoice}.", invoice=invoice.number)
            self._undo_payments(invoice)

    def credit(self, order_id: int) -> int:
        """Credit an order's invoice in full. Answers the number of the credit note.

        It is set off against what is open of the invoice; what was paid before is left open on the credit note.
        Errors: KeyError for an unknown order, NotPossibleError for one that has not been published, an invoice that is
        itself a credit, or one that was credited before.
        """
        with self._lock:
            invoice = self.invoice_of(order_id)
            if invoice.amount_currency <= 0 or invoice.is_credited:
                raise NotPossibleError("Invoice {invoice} is a credit, or was credited.", invoice=invoice.number)
            note = replace(
                self._drafted(self.orders[order_id], next(self._ids)),
                amount_currency=-invoice.amount_currency,
                amount_excluding_vat_currency=-invoice.amount_excluding_vat_currency,
                amount=-invoice.amount,
                amount_excluding_vat=-invoice.amount_excluding_vat,
                rate=invoice.rate,
                credited_invoice_id=invoice.id,
            )
            self._charge(note)
            invoice.is_credited = True
            if set_off := invoice.outstanding:
                self._post(invoice, -set_off, self.today(), PAYMENT)
                self._post(note, set_off, self.today(), PAYMENT)
            return note.number

    def delete_order(self, order_id: int) -> None:
        """Delete an order, and the invoices it has become. Errors: KeyError."""
        with self._lock:
            order = self.orders.pop(order_id)
            for invoice in [invoice for invoice in self.invoices.values() if invoice.order_id == order.id]:
                del self.invoices[invoice.id]

    def delete_customer(self, customer_id: int) -> None:
        """Delete a customer; its orders stay. Errors: KeyError."""
        with self._lock:
            self.gone[customer_id] = self.customers.pop(customer_id)

    def invoice_of(self, order_id: int) -> Invoice:
        """The invoice that an order has become. Errors: KeyError for an unknown order, NotPossibleError for none."""
        order = self.orders[order_id]
        if order.invoice_id is None:
            raise NotPossibleError("Order {order} is not an invoice yet.", order=order_id)
        return self.invoices[order.invoice_id]

    def invoice_to_be(self, order: Order) -> Invoice:
        """The invoice that an order has become, or what it will be."""
        return self.invoices.get(order.preliminary_invoice_id) or self._drafted(order, order.preliminary_invoice_id)

    def write_meanwhile(self, customer_id: int) -> None:
        """Save a customer as it is, as somebody else does: its version goes up. One that is not there is left alone."""
        with self._lock:
            if customer := self.customers.get(customer_id):
                self.keep_customer(customer)

    def today(self) -> date:
        """The Norwegian date."""
        return day_of(self._clock())

    def _drafted(self, order: Order, invoice_id: int) -> Invoice:
        """The invoice that an order would be, without a number or a date."""
        currency = self.currency(order.currency_id)
        rate = currency.rate / currency.factor
        total, without_vat = totals_of(order.lines, prices_include_vat=order.prices_include_vat)
        return Invoice(
            id=invoice_id,
            number=0,
            order_id=order.id,
            customer_id=order.customer_id,
            invoice_date=None,
            invoice_due_date=None,
            delivery_date=order.delivery_date,
            currency_id=currency.id,
            amount_currency=total,
            amount_excluding_vat_currency=without_vat,
            amount=to_ore(total * rate),
            amount_excluding_vat=to_ore(without_vat * rate),
            rate=rate,
            comment=order.invoice_comment,
        )

    def _charge(self, invoice: Invoice) -> None:
        """Number and date an invoice, and have its customer owe it."""
        order, day = self.orders[invoice.order_id], self.today()
        invoice.number = next(self._invoice_numbers)
        invoice.invoice_date = day
        invoice.invoice_due_date = day + timedelta(days=self._days_due(order))
        invoice.kid = _kid(invoice.customer_id, invoice.number)
        self.invoices[invoice.id] = invoice
        self._post(invoice, invoice.amount_currency, day, CHARGED)

    def _days_due(self, order: Order) -> int:
        customer = self.customers.get(order.customer_id)
        said = (order.invoices_due_in, customer.invoices_due_in if customer else None, DAYS_DUE)
        return next(days for days in said if days is not None)

    def _post(self, invoice: Invoice, amount: Decimal, day: date, kind: str) -> None:
        invoice.postings.append(Posting(next(self._ids), day, amount, to_ore(amount * invoice.rate), kind))
        self._close(invoice)
        self._changed(invoice)

    def _close(self, invoice: Invoice) -> None:
        """Tie the postings together once nothing is left to pay."""
        if invoice.outstanding or not _payments(invoice):
            return
        group = CloseGroup(next(self._ids), max(posting.date for posting in invoice.postings))
        for posting in invoice.postings:
            posting.close_group = group

    def _undo_payments(self, invoice: Invoice) -> None:
        invoice.postings = [posting for posting in invoice.postings if posting.type == CHARGED]
        for posting in invoice.postings:
            posting.close_group = None
        self._changed(invoice)

    def _changed(self, record: Order | Invoice) -> None:
        record.version += 1
        record.changed_at = self._clock()

    def _keep_address(self, address: Address | None) -> None:
        if address is not None:
            address.version += bool(address.id)
            address.id = address.id or next(self._ids)

    def _next_number(self, numbering: Numbering, records: Mapping[int, Order] | Mapping[int, Product]) -> str:
        """The next number of a series that nobody has taken by hand."""
        taken = {record.number for record in records.values()}
        return next(number for number in map(str, iter(lambda: next(numbering), None)) if number not in taken)


def _payments(invoice: Invoice) -> list[Posting]:
    return [posting for posting in invoice.postings if posting.type == PAYMENT]


def _kid(customer_id: int, number: int) -> str:
    """The payment's identification: customer, invoice, and a digit by Luhn's rule to check them by."""
    digits = f"{customer_id:08d}{number:07d}"
    doubled = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-doubled % 10}"
