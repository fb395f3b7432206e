"""The books that the plugin is tried on: looked at and changed without the plugin.

For a system behind a network, write a stand-in of its server, keep the books there, and point the plugin at it through
`environment`. `pydoc kvitt.conformance.Bench` tells what each method is for, and which others a bench may have.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from kvitt import Address
from kvitt.conformance import Bench, Call, HasStruck, HeldCustomer, HeldOrder, HeldProduct, Trouble


class SystemBench(Bench):
    """Fresh and empty books for each test, in kroner, with VAT codes for sales at 25, 15 and 0 percent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder  # a new one for each test

    def connection(self) -> Mapping[str, str]:
        return {"system": "my-ledger", "company": "1", "token": "a token"}

    def customers(self) -> Sequence[HeldCustomer]:
        raise NotImplementedError("Return every customer that the books hold.")

    def products(self) -> Sequence[HeldProduct]:
        raise NotImplementedError("Return every product that the books hold.")

    def categories(self) -> Sequence[str]:
        raise NotImplementedError("Return the names of all categories.")

    def orders(self) -> Sequence[HeldOrder]:
        raise NotImplementedError("Return every order that the books hold.")

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
        raise NotImplementedError("Put a customer into the books, and return its id.")

    def add_product(self, name: str, *, category: str, number: str | None = None) -> str:
        raise NotImplementedError("Put a category and a product of it into the books, and return the product's id.")

    def delete_customer(self, customer_id: str) -> None:
        raise NotImplementedError("Delete the customer from the books.")

    def publish(self, order_id: str) -> None:
        raise NotImplementedError("Turn the order into an invoice, as the accountant does.")

    def pay(self, order_id: str, *, on: date, amount: Decimal | None = None) -> None:
        raise NotImplementedError("Enter a payment for the order's invoice.")

    def delete_order(self, order_id: str) -> None:
        raise NotImplementedError("Delete the order from the books.")

    def strike(self, call: Call, trouble: Trouble) -> HasStruck:
        raise NotImplementedError("Have the next call of this kind meet this trouble; NotPossible where none can be.")
