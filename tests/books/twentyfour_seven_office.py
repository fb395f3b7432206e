"""24SevenOffice's books, which are the same whichever of its interfaces wrote into them.

`mark` is where the interface in question keeps our number on an order.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from core.business import NewOrderStatus
from core.customer import Address, CustomerKind
from core.dimension import DimensionKind
from core.limits import OrderField
from plugins.conformance.bench import HeldProduct
from sandbox.norwegian_time import day_of
from sandbox.twentyfour_seven_office.records import Customer, Dimension, Order, Row, VatType
from sandbox.twentyfour_seven_office.users import Account
from tests.books.held import Counts, CustomerInBooks, HeldBooks, OrderInBooks, RowInBooks, VatCodeInBooks

Mark = Literal["reference", "internal_memo"]

_KINDS = {
    "Business": CustomerKind.BUSINESS,
    "Consumer": CustomerKind.CONSUMER,
    "Lead": CustomerKind.LEAD,
    "Supplier": CustomerKind.SUPPLIER,
}
_TYPES = {kind: name for name, kind in _KINDS.items()}
_STATUSES = {"Draft": NewOrderStatus.DRAFT, "Offer": NewOrderStatus.OFFER, "Confirmed": NewOrderStatus.CONFIRMED}
_PUBLISHED = ("ForInvoicing", "Invoiced")
_ADDRESS_SLOTS = ("Post", "Invoice")


class OfficeBooks(HeldBooks):
    """The books of a company that uses 24SevenOffice. `account` is the company in the stand-in."""

    def __init__(self, account: Account, mark: Mark) -> None:
        self.account = account
        self.company = account.name
        self.company_id = str(account.number)
        self.key = f"24sevenoffice {account.number}"
        self._books = account.books
        self._mark: Mark = mark

    def counts(self) -> Counts:
        books = self._books
        return Counts(len(books.orders), len(books.customers), len(books.products), len(books.categories))

    def customers(self) -> Sequence[CustomerInBooks]:
        return [_customer(one) for one in list(self._books.customers.values())]

    def customer(self, customer_id: str) -> CustomerInBooks:
        return _customer(self._books.customers[int(customer_id)])

    def content(self, customer_id: str) -> Mapping[str, object]:
        return deepcopy(vars(self._books.customers[int(customer_id)]))

    def products(self) -> Sequence[HeldProduct]:
        categories = self._books.categories
        return [
            HeldProduct(id=str(one.id), name=one.name, category=categories[one.category_id].name)
            for one in list(self._books.products.values())
        ]

    def categories(self) -> Sequence[str]:
        return [one.name for one in list(self._books.categories.values())]

    def category_id(self, name: str) -> str:
        (number,) = [one.id for one in self._books.categories.values() if one.name == name]
        return str(number)

    def orders(self) -> Sequence[OrderInBooks]:
        return [_order(one, self._mark) for one in list(self._books.orders.values())]

    def order(self, order_id: str) -> OrderInBooks:
        return _order(self._books.orders[int(order_id)], self._mark)

    def dimension_id(self, kind: DimensionKind, name: str) -> str:
        (number,) = [number for number, one in self._dimensions(kind).items() if one.name == name]
        return str(number)

    def today(self) -> date:
        return self._books.today()

    def add_customer(
        self,
        name: str,
        *,
        kind: CustomerKind = CustomerKind.BUSINESS,
        organization_number: str | None = None,
        email: str | None = None,
        invoice_email: str | None = None,
        phone: str | None = None,
        address: Address | None = None,
    ) -> str:
        """Register a customer. A person's last name is its family name."""
        first_name, family_name = name.rsplit(" ", 1) if kind is CustomerKind.CONSUMER else ("", name)
        parts = _parts(address) if address else {}
        return str(
            self._books.add_customer(
                family_name,
                first_name=first_name,
                type=_TYPES[kind],
                organization_number=organization_number or "",
                emails={slot: one for slot, one in (("Primary", email), ("Invoice", invoice_email)) if one},
                phones={"Primary": phone} if phone else {},
                addresses=dict.fromkeys(_ADDRESS_SLOTS, parts) if parts else {},
            )
        )

    def change_customer(
        self, customer_id: str, *, organization_number: str | None = None, email: str | None = None
    ) -> None:
        customer = self._books.customers[int(customer_id)]
        if organization_number is not None:
            customer.organization_number = organization_number
        if email is not None:
            customer.emails["Primary"] = email

    def demand_department(self, demanded: bool) -> None:
        self.account.department_required = demanded

    def give_terms(self, customer_id: str) -> None:
        self._books.customers[int(customer_id)].discount = Decimal(10)

    def close_customer(self, customer_id: str) -> None:
        self._books.customers[int(customer_id)].block_invoice = True

    def open_customer(self, customer_id: str) -> None:
        self._books.customers[int(customer_id)].block_invoice = False

    def spoil_customer(self, customer_id: str) -> None:
        self._books.customers[int(customer_id)].spoilt = True

    def delete_customer(self, customer_id: str) -> None:
        self._books.delete_customer(int(customer_id))

    def add_category(self, name: str) -> str:
        return str(self._books.add_category(name))

    def add_product(self, name: str, *, category: str, number: str | None = None) -> str:
        known = [one.id for one in self._books.categories.values() if one.name == category]
        category_id = known[0] if known else self._books.add_category(category)
        return str(self._books.add_product(name, category_id, no=number or ""))

    def delete_product(self, product_id: str) -> None:
        del self._books.products[int(product_id)]

    def add_dimension(self, kind: DimensionKind, name: str) -> str:
        add = self._books.add_department if kind is DimensionKind.DEPARTMENT else self._books.add_project
        return str(add(name))

    def publish(self, order_id: str) -> str:
        return str(self._books.publish(int(order_id)))

    def pay(self, order_id: str, *, on: date, amount: Decimal | None = None) -> None:
        self._books.pay(int(order_id), on, amount)

    def take_back(self, order_id: str) -> None:
        self._books.take_back(int(order_id))

    def delete_order(self, order_id: str) -> None:
        self._books.delete_order(int(order_id))

    def change_order(self, order_id: str, *, reference: str | None = None, customer_id: str | None = None) -> None:
        order = self._books.orders[int(order_id)]
        if reference is not None:
            order.reference = order.internal_memo = reference
        if customer_id is not None:
            order.customer_id = int(customer_id)

    def keep_order(self, *, customer_id: str, reference: str) -> str:
        order = Order(id=0, customer_id=int(customer_id), reference=reference, internal_memo=reference)
        return str(self._books.keep_order(order).id)

    def set_vat_codes(self, codes: Sequence[VatCodeInBooks]) -> None:
        """Have these; what they are for is told by the code alone."""
        self._books.vat_types[:] = [VatType(int(one.code), one.name, one.percent) for one in codes]

    def miscount(self, amount: Decimal) -> None:
        self._books.totals_off_by = amount

    def clear(self) -> None:
        self._books.clear()

    def _dimensions(self, kind: DimensionKind) -> Mapping[int, Dimension]:
        return self._books.departments if kind is DimensionKind.DEPARTMENT else self._books.projects


def _customer(customer: Customer) -> CustomerInBooks:
    addresses = {slot: _address(parts) for slot, parts in customer.addresses.items()}
    return CustomerInBooks(
        id=str(customer.id),
        name=f"{customer.first_name} {customer.name}".strip(),
        organization_number=customer.organization_number or None,
        emails=tuple(customer.emails.values()),
        phones=tuple(customer.phones.values()),
        address=addresses.get("Invoice") or addresses.get("Post"),
        kind=_KINDS.get(customer.type, CustomerKind.UNKNOWN),
        email=customer.emails.get("Primary", ""),
        invoice_email=customer.emails.get("Invoice", ""),
        addresses=tuple(addresses.values()),
    )


def _order(order: Order, mark: Mark) -> OrderInBooks:
    return OrderInBooks(
        id=str(order.id),
        customer_id=str(order.customer_id),
        rows=tuple(_row(row) for row in order.rows),
        comment=order.invoice_text,
        fields=_fields(order),
        status=_STATUSES.get(order.status),
        is_published=order.invoice_id is not None or order.status in _PUBLISHED,
        reference=getattr(order, mark),
        ordered_on=day_of(order.date_ordered) if order.date_ordered else None,
        days_to_pay=order.payment_time,
        currency=order.currency_symbol,
        kroner=order.currency_rate / order.currency_unit,
        has_prices_with_vat=bool(order.include_vat),
        total_with_vat=order.total_inc_vat,
        total_vat=order.total_vat,
        invoice_number=str(order.invoice_id) if order.invoice_id is not None else None,
    )


def _row(row: Row) -> RowInBooks:
    return RowInBooks(
        text=row.name,
        quantity=row.quantity or Decimal(0),
        unit_price=row.price or Decimal(0),
        discount_percent=row.discount_rate or Decimal(0),
        vat_percent=row.vat_rate or Decimal(0),
        product_id=str(row.product_id) if row.product_id else None,
        is_text=row.type == "Text",
        department_id=_number(row.other, "DepartmentId"),
        project_id=_number(row.other, "ProjectId"),
        vat_code=str(row.tax_code) if row.tax_code is not None else None,
    )


def _fields(order: Order) -> dict[str, str]:
    delivery, day = order.addresses.get("Delivery", {}), order.other.get("DeliveryDate")
    return {
        "your_reference": order.your_reference,
        OrderField.ORDER_REFERENCE: order.other.get("ReferenceNumber", ""),
        OrderField.CREDITS: str(order.other.get("ReferenceOrderId", "")),
        OrderField.DELIVERY_DATE: str(day_of(day)) if day else "",
        OrderField.DELIVERY_NAME: order.other.get("CustomerDeliveryName", ""),
        OrderField.DELIVERY_ADDRESS: ", ".join(
            delivery[part] for part in ("Street", "PostalCode", "PostalArea") if delivery.get(part)
        ),
        OrderField.DEPARTMENT: _number(order.other, "DepartmentId") or "",
        OrderField.PROJECT: _number(order.other, "ProjectId") or "",
    }


def _number(said: Mapping[str, Any], name: str) -> str | None:
    return str(said[name]) if name in said else None


def _parts(address: Address) -> dict[str, str]:
    parts = {
        "Street": address.street,
        "PostalCode": address.postal_code,
        "PostalArea": address.city,
        "Country": address.country,
    }
    return {name: text for name, text in parts.items() if text}


def _address(parts: Mapping[str, str]) -> Address:
    return Address(
        street=parts.get("Street"),
        postal_code=parts.get("PostalCode"),
        city=parts.get("PostalArea"),
        country=parts.get("Country"),
    )
