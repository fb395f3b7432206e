"""What the benches share: the books in a stand-in, looked at and worked in by their accountant."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from core.customer import Address, CustomerKind
from core.dimension import DimensionKind
from plugins.conformance import Bench, Call, HasStruck, HeldCustomer, HeldOrder, HeldProduct, Trouble
from sandbox import DEMO_ACCOUNT, DEMO_OTHER_ACCOUNT, Sandbox
from sandbox.faults import Fault
from tests.systems import System

Strike = tuple[str, Mapping[str, str]]
"""A kind of the sandbox's faults, and its options."""


class OfficeBench(Bench):
    """The sandbox's demo company. How calls fail there is for each plugin's bench to say."""

    def __init__(self, sandbox: Sandbox, system: System) -> None:
        self.sandbox = sandbox
        self.system = system
        self.environment = system.environment(sandbox)
        self.books = system.company(sandbox, DEMO_ACCOUNT)
        sandbox.clear_faults()
        for books in system.companies(sandbox):
            books.clear()

    def connection(self) -> Mapping[str, str]:
        return self.system.connection(DEMO_ACCOUNT, self.books)

    def refused_connection(self) -> Mapping[str, str]:
        setting, _ = self.system.password
        return {**self.connection(), setting: "wrong-horse"}

    def other_books(self) -> Mapping[str, str]:
        return self.system.connection(DEMO_OTHER_ACCOUNT, self.system.company(self.sandbox, DEMO_OTHER_ACCOUNT))

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
        return self.books.customers()

    def products(self) -> Sequence[HeldProduct]:
        return self.books.products()

    def categories(self) -> Sequence[str]:
        return self.books.categories()

    def orders(self) -> Sequence[HeldOrder]:
        return self.books.orders()

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
        kind = CustomerKind.BUSINESS if is_company else CustomerKind.CONSUMER
        return self.books.add_customer(
            name,
            kind=CustomerKind.SUPPLIER if is_supplier else kind,
            organization_number=organization_number,
            email=email,
            invoice_email=invoice_email,
            phone=phone,
            address=address,
        )

    def spoil_customer(self, customer_id: str) -> None:
        self.books.spoil_customer(customer_id)

    def add_product(self, name: str, *, category: str, number: str | None = None) -> str:
        return self.books.add_product(name, category=category, number=number)

    def add_dimension(self, kind: DimensionKind, name: str) -> str:
        return self.books.add_dimension(kind, name)

    def foreign_currency(self) -> str:
        return "EUR"

    def delete_customer(self, customer_id: str) -> None:
        self.books.delete_customer(customer_id)

    def publish(self, order_id: str) -> None:
        self.books.publish(order_id)

    def pay(self, order_id: str, *, on: date, amount: Decimal | None = None) -> None:
        self.books.pay(order_id, on=on, amount=amount)

    def delete_order(self, order_id: str) -> None:
        self.books.delete_order(order_id)

    def change_order(self, order_id: str, *, reference: str | None = None, customer_id: str | None = None) -> None:
        self.books.change_order(order_id, reference=reference, customer_id=customer_id)

    def calls_made(self) -> int:
        return len(self.sandbox.journal.calls())

    def settle(self) -> None:
        self.sandbox.settle()
