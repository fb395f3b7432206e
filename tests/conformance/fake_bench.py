"""The fake accounting system as a plugin, and its bench: no network, no sandbox, and easily broken on purpose."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr

from core.business import Business
from core.customer import Address, CustomerKind
from core.dimension import DimensionKind
from core.errors import AccessRefused, KvittError, OutcomeUnknown, Rejected, TryAgain
from core.fields import plain
from core.invoice import Delivery
from core.limits import OrderField
from core.order_draft import OrderDraft
from core.ports.surroundings import Surroundings
from plugins import manager
from plugins.conformance import Bench, Call, HasStruck, HeldCustomer, HeldOrder, HeldProduct, HeldRow, Trouble
from plugins.spec import Registration, hookimpl
from tests.fakes.accounting_system import ABILITIES, BookedOrder, Books, FakeAccountingSystem

PASSWORD = "correct-horse"

_CALLS = {
    Call.FIND_CUSTOMER: "customers.find_by_organization_number",
    Call.CREATE_CUSTOMER: "customers.create",
    Call.UPDATE_CUSTOMER: "customers.update",
    Call.FIND_PRODUCT: "products.find_products",
    Call.CREATE_PRODUCT: "products.create_product",
    Call.FIND_CATEGORY: "products.find_categories",
    Call.CREATE_CATEGORY: "products.create_category",
    Call.READ_VAT: "vat.codes",
    Call.CREATE_ORDER: "orders.create",
    Call.ADD_ROW: "orders.add_row",
    Call.FINISH_ORDER: "orders.finish",
    Call.FIND_ORDER: "orders.find",
    Call.DELETE_ORDER: "orders.delete",
    Call.READ_STATE: "payments.states",
}
_ERRORS: dict[Trouble, KvittError] = {
    Trouble.REFUSED: Rejected("The fake said no."),
    Trouble.TEMPORARY: TryAgain("The fake is busy."),
    Trouble.NO_ACCESS: AccessRefused("The fake lets nobody in."),
    Trouble.LOST_AND_NOT_DONE: OutcomeUnknown("The answer was lost."),
}

Flaw = Callable[[FakeAccountingSystem], None]


class FakeSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    account: str
    password: SecretStr


class FakeBench(Bench):
    """The fake's books. `flaw` spoils each system that is opened, the way a careless plugin would be wrong."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, in_steps: bool = False, flaw: Flaw | None = None) -> None:
        self.writes_orders_in_steps = in_steps
        self._flaw = flaw
        self._accounts = {"ours": Books(), "others": Books()}
        self._opened: list[FakeAccountingSystem] = []
        self._waiting: dict[str, list[Callable[[FakeAccountingSystem], None]]] = {}
        plugin = SimpleNamespace(name="fake", value="fake", dist=None, load=lambda: self)
        monkeypatch.setattr(manager, "entry_points", lambda group: [plugin])

    @hookimpl
    def kvitt_register_accounting_systems(self, registry: Registration) -> None:
        registry.add("fake", settings=FakeSettings, open=self._open, abilities=ABILITIES)

    @property
    def _books(self) -> Books:
        return self._accounts["ours"]

    def connection(self) -> Mapping[str, str]:
        return {"system": "fake", "account": "ours", "password": PASSWORD}

    def refused_connection(self) -> Mapping[str, str]:
        return {**self.connection(), "password": "wrong-horse"}

    def other_books(self) -> Mapping[str, str]:
        return {**self.connection(), "account": "others"}

    def calls_made(self) -> int:
        return sum(len(system.calls) for system in self._opened)

    def customers(self) -> Sequence[HeldCustomer]:
        return [
            HeldCustomer(one.id, one.name, one.organization_number, one.emails, one.phones, one.addresses[0])
            for one in self._books.customers.values()
        ]

    def products(self) -> Sequence[HeldProduct]:
        books = self._books
        return [
            HeldProduct(one.id, one.name, books.categories[books.product_categories[one.id]].name)
            for one in books.products.values()
        ]

    def categories(self) -> Sequence[str]:
        return [one.name for one in self._books.categories.values()]

    def orders(self) -> Sequence[HeldOrder]:
        return [_held(order) for order in self._books.orders.values()]

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
        record = self._books.add_customer(
            name,
            kind=CustomerKind.SUPPLIER if is_supplier else kind,
            organization_number=organization_number,
            emails=tuple(one for one in (email, invoice_email) if one),
            contact_email=email,
            invoice_email=invoice_email,
            phones=(phone,) if phone else (),
            addresses=(address or Address(), address or Address()),
        )
        return record.id

    def spoil_customer(self, customer_id: str) -> None:
        self._books.spoil(customer_id)

    def add_product(self, name: str, *, category: str, number: str | None = None) -> str:
        return self._books.add_product(name, category=category, number=number).id

    def add_dimension(self, kind: DimensionKind, name: str) -> str:
        return self._books.add_dimension(kind, name).id

    def foreign_currency(self) -> str:
        return "EUR"

    def delete_customer(self, customer_id: str) -> None:
        del self._books.customers[customer_id]

    def publish(self, order_id: str) -> None:
        self._books.publish(order_id, invoice_number="90001", on=date(2026, 10, 2))
        self._books.leave_open(order_id, self._books.orders[order_id].totals.gross)

    def pay(self, order_id: str, *, on: date, amount: Decimal | None = None) -> None:
        left = (self._books.orders[order_id].open_amount or Decimal(0)) - (amount or Decimal(0))
        if amount is None or not left:
            self._books.pay(order_id, on=on)
        else:
            self._books.leave_open(order_id, left)

    def delete_order(self, order_id: str) -> None:
        self._books.delete_order(order_id)

    def change_order(self, order_id: str, *, reference: str | None = None, customer_id: str | None = None) -> None:
        self._books.change_order(order_id, reference=reference, customer_id=customer_id)

    def strike(self, call: Call, trouble: Trouble) -> HasStruck:
        struck: list[bool] = []

        def strike(system: FakeAccountingSystem) -> None:
            struck.append(True)
            if trouble in _ERRORS:
                raise _ERRORS[trouble]
            if system.orders.in_steps and call in (Call.CREATE_ORDER, Call.ADD_ROW, Call.FINISH_ORDER):
                system.orders.lose_step_after = 0
            else:
                getattr(system, _CALLS[call].split(".")[0]).lose_next_answer = True

        self._waiting.setdefault(_CALLS[call], []).append(strike)
        return lambda: bool(struck)

    def _open(self, business: Business, settings: FakeSettings, surroundings: Surroundings) -> FakeAccountingSystem:
        system = FakeAccountingSystem(surroundings.clock)
        system.books = self._accounts[settings.account]
        system.books_id = settings.account
        system.orders.in_steps = self.writes_orders_in_steps
        if settings.password.get_secret_value() != PASSWORD:
            system.down = AccessRefused("The password is not accepted.")
        for call in _CALLS.values():
            system.before(call, lambda call=call: self._meet(call, system))  # type: ignore[misc]
        if self._flaw:
            self._flaw(system)
        self._opened.append(system)
        return system

    def _meet(self, call: str, system: FakeAccountingSystem) -> None:
        if self._waiting.get(call):
            self._waiting[call].pop(0)(system)


def _held(order: BookedOrder) -> HeldOrder:
    return HeldOrder(
        id=order.id,
        customer_id=order.customer_id,
        rows=tuple(
            HeldRow(
                row.text,
                row.quantity,
                row.unit_price,
                row.discount_percent,
                row.vat_percent,
                row.product_id,
                row.is_text,
                row.department.id if row.department else None,
                row.project.id if row.project else None,
            )
            for row in order.draft.rows
        ),
        comment=order.draft.comment or "",
        fields=_fields(order.draft),
        status=order.draft.status,
        is_published=order.invoice_number is not None,
        currency=order.draft.currency.code if order.draft.currency else "NOK",
    )


def _fields(draft: OrderDraft) -> dict[str, str]:
    delivery = draft.delivery or Delivery()
    address = delivery.address or Address()
    said = {
        "your_reference": draft.your_reference,
        OrderField.ORDER_NUMBER: draft.order_number,
        OrderField.OUR_REFERENCE: draft.our_reference,
        OrderField.BUYER_REFERENCE: draft.buyer_reference,
        OrderField.ORDER_REFERENCE: draft.order_reference,
        OrderField.CREDITS: draft.credited and draft.credited.order_id,
        OrderField.DELIVERY_DATE: delivery.date and str(delivery.date),
        OrderField.DELIVERY_NAME: delivery.name,
        OrderField.DELIVERY_ADDRESS: ", ".join(
            part for part in (address.whole_street, address.postal_code, address.city) if part
        ),
        OrderField.PAID_AMOUNT: draft.paid_amount and plain(draft.paid_amount),
        OrderField.PAID_DATE: draft.paid_date and str(draft.paid_date),
        OrderField.DEPARTMENT: draft.department and draft.department.id,
        OrderField.PROJECT: draft.project and draft.project.id,
    }
    return {str(name): str(text) for name, text in said.items() if text}
