"""An invoice and a business as Givens make them: complete, and changed by one sentence at a time."""

import re
from copy import deepcopy
from typing import Self

from tests.acceptance.gateway import Json

INVOICE_TYPES = {"Data for Accounting": "data_for_accounting", "Printed": "printed"}


_SIGN = re.compile(r"<U\+([0-9A-F]{4})>")


def with_signs(text: str) -> str:
    """Put the signs in that nobody sees: a feature writes them as <U+000B>."""
    return _SIGN.sub(lambda sign: chr(int(sign[1], 16)), text)


def a_row() -> Json:
    return {
        "product": "Tractor",
        "period": {"start": "2021-01-10", "end": "2021-01-12"},
        "quantity": "1",
        "unit_price": "1200.00",
        "discount_percent": "0",
        "vat_percent": "25",
    }


class InvoiceBuilder:
    """A complete invoice for Kari Nordmann: one tractor for 1200.00, and 25 % VAT."""

    def __init__(self, number: str = "2001-1") -> None:
        self.head: Json = {
            "number": number,
            "order_number": "2001",
            "type": INVOICE_TYPES["Data for Accounting"],
            "issue_date": "2021-01-15",
            "due_date": "2021-01-29",
            "currency": "NOK",
            "prices_include_vat": False,
            "your_reference": None,
            "comment": None,
        }
        self.customer: Json = {
            "name": "Kari Nordmann",
            "email": "kari@fjell.no",
            "phone": None,
            "organization_name": None,
            "organization_number": None,
            "address": None,
        }
        self.rows: list[Json] = [a_row()]

    @property
    def number(self) -> str:
        return str(self.head["number"])

    @property
    def row(self) -> Json:
        """The only row."""
        (row,) = self.rows
        return row

    def document(self) -> Json:
        return deepcopy({**self.head, "customer": self.customer, "rows": self.rows})

    def another(self) -> Self:
        """The next invoice for the same customer."""
        copy = deepcopy(self)
        first, _, last = self.number.rpartition("-")
        copy.head["number"] = f"{first}-{int(last) + 1}"
        return copy


class BusinessBuilder:
    """A business that is connected to a company's books, by the connection that the office tells."""

    def __init__(self, accounting: Json, name: str = "fjell") -> None:
        self.settings: Json = {"name": name, "product_name": "Sharefox rental", "category_name": "SharefoxRental"}
        self.accounting = accounting

    @property
    def name(self) -> str:
        return str(self.settings["name"])

    def document(self) -> Json:
        return deepcopy({**self.settings, "accounting": self.accounting})


def address_from(text: str) -> Json:
    """Read "Kirkegata 4, 3015 Drammen"."""
    street, _, place = text.partition(", ")
    postal_code, _, city = place.partition(" ")
    return {"street": street, "postal_code": postal_code, "city": city, "country": "NO"}
