"""What the benches for 24SevenOffice share: the sandbox's books, looked at and worked in by its accountant."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from core.business import NewOrderStatus
from core.customer import Address
from core.dimension import DimensionKind
from core.limits import OrderField
from plugins.conformance import Bench, Call, HasStruck, HeldCustomer, HeldOrder, HeldProduct, HeldRow, Trouble
from sandbox.twentyfour_seven_office import DEMO_ACCOUNT, Sandbox
from sandbox.twentyfour_seven_office.faults import Fault
from sandbox.twentyfour_seven_office.norwegian_time import day_of
from sandbox.twentyfour_seven_office.records import Customer, Order

Strike = tuple[str, Mapping[str, str]]
"""A kind of the sandbox's faults, and its options."""

_STATUSES = {"Draft": NewOrderStatus.DRAFT, "Offer": NewOrderStatus.OFFER, "Confirmed": NewOrderStatus.CONFIRMED}


class OfficeBench(Bench):
    """The sandbox's demo account. How it is reached, and how calls fail there, is for each API to say."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.books = sandbox.account(DEMO_ACCOUNT).books
        sandbox.clear_faults()
        for account in sandbox.accounts:
            account.books.clear()

    def strike(self, call: Call, trouble: Trouble) -> HasStruck:
        operation, (kind, options) = self.operation(call), self.fault(call, trouble)
        fault: Fault = self.sandbox.inject(operation, kind, **options)
        return lambda: fault.times == 0

    def operation(self, call: Call) -> str:
        """Return the sandbox's operation for a call. Errors: NotPossible."""
        raise NotImplementedError

    def fault(self, call: Call, trouble: Trouble) -> Strike:
        """Return the sandbox's fault for a trouble. Errors: NotPossible."""
        raise NotImplementedError

    def customers(self) -> Sequence[HeldCustomer]:
        return [_customer(one) for one in self.books.customers.values()]

    def products(self) -> Sequence[HeldProduct]:
        return [
            HeldProduct(id=str(one.id), name=one.name, category=self.books.categories[one.category_id].name)
            for one in self.books.products.values()
        ]

    def categories(self) -> Sequence[str]:
        return [one.name for one in self.books.categories.values()]

    def orders(self) -> Sequence[HeldOrder]:
        return [_order(one) for one in self.books.orders.values()]

    def add_customer(
        self,
        name: str,
        *,
        is_company: bool,
        organization_number: str | None = None,
        email: str | None = None,
        invoice_email: str | None = None,
        phone: str | None = None,
        address: Address | None = None,
        is_supplier: bool = False,
    ) -> str:
        first_name, family_name = ("", name) if is_company else name.rsplit(" ", 1)
        parts = _parts(address) if address else {}
        return str(
            self.books.add_customer(
                family_name,
                first_name=first_name,
                type="Supplier" if is_supplier else "Business" if is_company else "Consumer",
                organization_number=organization_number or "",
                emails={slot: one for slot, one in (("Primary", email), ("Invoice", invoice_email)) if one},
                phones={"Primary": phone} if phone else {},
                addresses={"Post": parts, "Invoice": parts} if parts else {},
            )
        )

    def spoil_customer(self, customer_id: str) -> None:
        self.books.customers[int(customer_id)].spoilt = True

    def add_product(self, name: str, *, category: str, number: str | None = None) -> str:
        return str(self.books.add_product(name, self.books.add_category(category), no=number or ""))

    def add_dimension(self, kind: DimensionKind, name: str) -> str:
        add = self.books.add_department if kind is DimensionKind.DEPARTMENT else self.books.add_project
        return str(add(name))

    def delete_customer(self, customer_id: str) -> None:
        self.books.delete_customer(int(customer_id))

    def publish(self, order_id: str) -> None:
        self.books.publish(int(order_id))

    def pay(self, order_id: str, *, on: date, amount: Decimal | None = None) -> None:
        self.books.pay(int(order_id), on, amount)

    def delete_order(self, order_id: str) -> None:
        self.books.delete_order(int(order_id))

    def change_order(self, order_id: str, *, reference: str | None = None, customer_id: str | None = None) -> None:
        order = self.books.orders[int(order_id)]
        if reference is not None:
            order.reference = order.internal_memo = reference
        if customer_id is not None:
            order.customer_id = int(customer_id)

    def calls_made(self) -> int:
        return len(self.sandbox.journal.calls())

    def settle(self) -> None:
        self.sandbox.settle()


def _customer(customer: Customer) -> HeldCustomer:
    address = customer.addresses.get("Invoice") or customer.addresses.get("Post")
    return HeldCustomer(
        id=str(customer.id),
        name=f"{customer.first_name} {customer.name}".strip(),
        organization_number=customer.organization_number or None,
        emails=tuple(customer.emails.values()),
        phones=tuple(customer.phones.values()),
        address=_address(address) if address else None,
    )


def _order(order: Order) -> HeldOrder:
    return HeldOrder(
        id=str(order.id),
        customer_id=str(order.customer_id),
        rows=tuple(
            HeldRow(
                text=row.name,
                quantity=row.quantity or Decimal(0),
                unit_price=row.price or Decimal(0),
                discount_percent=row.discount_rate or Decimal(0),
                vat_percent=row.vat_rate or Decimal(0),
                product_id=str(row.product_id) if row.product_id else None,
                is_text=row.type == "Text",
                department_id=_number(row.other, "DepartmentId"),
                project_id=_number(row.other, "ProjectId"),
            )
            for row in order.rows
        ),
        comment=order.invoice_text,
        fields=_fields(order),
        status=_STATUSES.get(order.status),
        is_published=order.invoice_id is not None,
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
