"""Tripletex's books."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal

from core.customer import Address, CustomerKind
from core.dimension import DimensionKind
from core.limits import OrderField
from plugins.conformance.bench import HeldProduct, NotPossible
from sandbox.tripletex import Company, records
from sandbox.tripletex.defaults import COUNTRIES
from tests.books.held import Counts, CustomerInBooks, HeldBooks, OrderInBooks, RowInBooks, VatCodeInBooks

_SALES, _PURCHASES = ("OUTGOING",), ("INCOMING",)
_BUYERS_REFERENCE = "Deres ref.: "


class TripletexBooks(HeldBooks):
    """The books of a company that uses Tripletex. Categories are its product groups, where it has Logistics.

    Our mark is an order's reference, so the buyer's stands in the comment, on a line of its own.
    """

    def __init__(self, company: Company) -> None:
        self.company = company.name
        self.company_id = str(company.id)
        self.key = f"tripletex {company.id}"
        self._has_groups = company.has_logistics
        self._books = company.books

    def counts(self) -> Counts:
        books = self._books
        return Counts(len(books.orders), len(books.customers), len(books.products), len(books.product_groups))

    def customers(self) -> Sequence[CustomerInBooks]:
        return [_customer(one) for one in list(self._books.customers.values())]

    def customer(self, customer_id: str) -> CustomerInBooks:
        return _customer(self._customer(customer_id))

    def content(self, customer_id: str) -> Mapping[str, object]:
        customer = deepcopy(self._customer(customer_id))
        for address in (customer.postal_address, customer.physical_address):
            if address:
                address.version = 0  # a stamp, as the customer's own is
        return vars(customer)

    def products(self) -> Sequence[HeldProduct]:
        groups = self._books.product_groups
        placed = {
            one.product_id: groups[one.product_group_id].name
            for one in list(self._books.product_group_relations.values())
        }
        return [
            HeldProduct(id=str(one.id), name=one.name, category=placed.get(one.id, ""))
            for one in list(self._books.products.values())
        ]

    def categories(self) -> Sequence[str]:
        return [one.name for one in list(self._books.product_groups.values())]

    def category_id(self, name: str) -> str:
        (number,) = [one.id for one in self._books.product_groups.values() if one.name == name]
        return str(number)

    def orders(self) -> Sequence[OrderInBooks]:
        return [self._order(one) for one in list(self._books.orders.values())]

    def order(self, order_id: str) -> OrderInBooks:
        return self._order(self._books.orders[int(order_id)])

    def dimension_id(self, kind: DimensionKind, name: str) -> str:
        kept = self._books.departments if kind is DimensionKind.DEPARTMENT else self._books.projects
        (number,) = [number for number, one in kept.items() if one.name == name]
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
        if kind is CustomerKind.LEAD:
            raise NotPossible("Tripletex has no leads among its customers")
        return str(
            self._books.add_customer(
                name,
                organization_number=organization_number or "",
                email=email or "",
                invoice_email=invoice_email or "",
                phone_number=phone or "",
                is_private_individual=kind is CustomerKind.CONSUMER,
                is_supplier=kind is CustomerKind.SUPPLIER,
                is_customer=kind is not CustomerKind.SUPPLIER,
                postal_address=_parts(address) if address else None,
            )
        )

    def change_customer(
        self, customer_id: str, *, organization_number: str | None = None, email: str | None = None
    ) -> None:
        customer = self._customer(customer_id)
        if organization_number is not None:
            customer.organization_number = organization_number
        if email is not None:
            customer.email = email
        self._books.keep_customer(customer)

    def give_terms(self, customer_id: str) -> None:
        customer = self._customer(customer_id)
        customer.invoices_due_in = 30
        self._books.keep_customer(customer)

    def close_customer(self, customer_id: str) -> None:
        """Take a customer out of use."""
        self._use(customer_id, is_inactive=True)

    def open_customer(self, customer_id: str) -> None:
        self._use(customer_id, is_inactive=False)

    def _use(self, customer_id: str, *, is_inactive: bool) -> None:
        customer = self._customer(customer_id)
        customer.is_inactive = is_inactive
        self._books.keep_customer(customer)

    def spoil_customer(self, customer_id: str) -> None:
        self._customer(customer_id).spoilt = True

    def delete_customer(self, customer_id: str) -> None:
        self._books.delete_customer(int(customer_id))

    def add_category(self, name: str) -> str:
        if not self._has_groups:
            raise NotPossible("this company has no product groups")
        return str(self._books.add_product_group(name))

    def add_product(self, name: str, *, category: str, number: str | None = None) -> str:
        group_id = None
        if self._has_groups:
            known = [one.id for one in self._books.product_groups.values() if one.name == category]
            group_id = known[0] if known else self._books.add_product_group(category)
        return str(self._books.add_product(name, number=number or "", group_id=group_id))

    def delete_product(self, product_id: str) -> None:
        del self._books.products[int(product_id)]
        for relation in list(self._books.product_group_relations.values()):
            if relation.product_id == int(product_id):
                del self._books.product_group_relations[relation.id]

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
            order.reference = reference
        if customer_id is not None:
            order.customer_id = int(customer_id)
        order.version += 1

    def keep_order(self, *, customer_id: str, reference: str) -> str:
        today = self.today()
        order = records.Order(0, int(customer_id), today, today, reference=reference)
        return str(self._books.keep_order(order).id)

    def set_vat_codes(self, codes: Sequence[VatCodeInBooks]) -> None:
        """Have these; what is asked for by its number has another id."""
        self._books.vat_types[:] = [
            records.VatType(
                1_000 + int(one.code), one.code, one.name, one.percent, _SALES if one.is_sale else _PURCHASES
            )
            for one in codes
        ]

    def miscount(self, amount: Decimal) -> None:
        self._books.totals_off_by = amount

    def clear(self) -> None:
        self._books.clear()

    def _customer(self, customer_id: str) -> records.Customer:
        return self._books.customers[int(customer_id)]

    def _order(self, order: records.Order) -> OrderInBooks:
        invoice = self._books.invoice_to_be(order)
        lines = order.invoice_comment.splitlines()
        references = [line for line in lines if line.startswith(_BUYERS_REFERENCE)]
        return OrderInBooks(
            id=str(order.id),
            customer_id=str(order.customer_id),
            rows=tuple(self._row(line, order) for line in order.lines),
            comment="\n".join(line for line in lines if line not in references),
            fields={
                "your_reference": "".join(references).removeprefix(_BUYERS_REFERENCE),
                OrderField.DELIVERY_DATE: str(order.delivery_date),
                OrderField.DELIVERY_NAME: order.delivery_address.name if order.delivery_address else "",
                OrderField.DELIVERY_ADDRESS: _told(order.delivery_address),
                OrderField.DEPARTMENT: str(order.department_id or ""),
                OrderField.PROJECT: str(order.project_id or ""),
            },
            is_published=invoice.is_charged,
            reference=order.reference,
            ordered_on=order.order_date,
            days_to_pay=order.invoices_due_in,
            currency=self._books.currency(order.currency_id).code,
            has_prices_with_vat=order.prices_include_vat,
            total_with_vat=invoice.amount_currency,
            total_vat=invoice.amount_currency - invoice.amount_excluding_vat_currency,
            invoice_number=str(invoice.number) if invoice.is_charged else None,
        )

    def _row(self, line: records.OrderLine, order: records.Order) -> RowInBooks:
        codes = {one.id: one.number for one in self._books.vat_types}
        return RowInBooks(
            text=line.description,
            quantity=line.count,
            unit_price=line.unit_price_including_vat if order.prices_include_vat else line.unit_price_excluding_vat,
            discount_percent=line.discount,
            vat_percent=line.percentage,
            product_id=str(line.product_id) if line.product_id else None,
            is_text=line.product_id is None,
            vat_code=codes.get(line.vat_type_id or 0),
        )


def _customer(customer: records.Customer) -> CustomerInBooks:
    addresses = tuple(_address(one) for one in (customer.postal_address, customer.physical_address) if one)
    is_supplier_only = customer.is_supplier and not customer.is_customer
    kind = CustomerKind.CONSUMER if customer.is_private_individual else CustomerKind.BUSINESS
    return CustomerInBooks(
        id=str(customer.id),
        name=customer.name,
        organization_number=customer.organization_number or None,
        emails=tuple(one for one in (customer.email, customer.invoice_email) if one),
        phones=tuple(one for one in (customer.phone_number, customer.phone_number_mobile) if one),
        address=addresses[0] if addresses else None,
        kind=CustomerKind.SUPPLIER if is_supplier_only else kind,
        email=customer.email,
        invoice_email=customer.invoice_email,
        addresses=addresses,
        is_inactive=customer.is_inactive,
    )


def _parts(address: Address) -> records.Address:
    countries = {one.iso_alpha2_code: one.id for one in COUNTRIES}
    return records.Address(
        address_line1=address.street or "",
        address_line2=address.additional_street or "",
        postal_code=address.postal_code or "",
        city=address.city or "",
        country_id=countries[address.country] if address.country else None,
    )


def _address(address: records.Address) -> Address:
    codes = {one.id: one.iso_alpha2_code for one in COUNTRIES}
    return Address(
        street=address.address_line1 or None,
        additional_street=address.address_line2 or None,
        postal_code=address.postal_code or None,
        city=address.city or None,
        country=codes.get(address.country_id or 0),
    )


def _told(address: records.Address | None) -> str:
    parts = (address.address_line1, address.address_line2, address.postal_code, address.city) if address else ()
    return ", ".join(part for part in parts if part)
