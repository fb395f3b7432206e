"""The columns of a table of invoices: our field names, and what Norwegians call them. docs/files.md lists them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

_SEPARATORS = re.compile(r"[^a-zæøå0-9]+")


class Kind(Enum):
    """How a column's cells are read."""

    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    DATE = "date"
    YES_OR_NO = "yes or no"


@dataclass(frozen=True)
class Column:
    """A column: `path` is our field's, of the invoice or, when `of_row`, of the row that the line is."""

    name: str
    path: tuple[str, ...]
    kind: Kind = Kind.TEXT
    norwegian: tuple[str, ...] = ()
    of_row: bool = False


def _head(name: str, *norwegian: str, path: str = "", kind: Kind = Kind.TEXT) -> Column:
    return Column(name, tuple((path or name).split(".")), kind, norwegian)


def _row(name: str, *norwegian: str, path: str = "", kind: Kind = Kind.TEXT) -> Column:
    return Column(name, tuple((path or name).split(".")), kind, norwegian, of_row=True)


COLUMNS: Sequence[Column] = (
    _head("number", "Fakturanummer", "Fakturanr", "Faktura nr"),
    _head("order_number", "Ordrenummer", "Ordrenr"),
    _head("type", "Fakturatype"),
    _head("issue_date", "Fakturadato", kind=Kind.DATE),
    _head("due_date", "Forfallsdato", "Forfall", kind=Kind.DATE),
    _head("currency", "Valuta"),
    _head("prices_include_vat", "Priser inkl mva", "Pris inkl mva", kind=Kind.YES_OR_NO),
    _head("customer_name", "Kundenavn", "Navn", "Kontaktperson", path="customer.name"),
    _head("customer_email", "E-post", "Epost", "E-postadresse", path="customer.email"),
    _head("customer_phone", "Telefon", "Mobil", path="customer.phone"),
    _head("organization_name", "Firmanavn", "Firma", path="customer.organization_name"),
    _head("organization_number", "Organisasjonsnummer", "Org.nr", "Orgnr", path="customer.organization_number"),
    _head("street", "Adresse", "Gateadresse", path="customer.address.street"),
    _head("additional_street", "Adresselinje 2", "Adresse 2", path="customer.address.additional_street"),
    _head("postal_code", "Postnummer", "Postnr", path="customer.address.postal_code"),
    _head("city", "Poststed", path="customer.address.city"),
    _head("country", "Land", "Landkode", path="customer.address.country"),
    _head("your_reference", "Deres referanse", "Deres ref"),
    _head("our_reference", "Vår referanse", "Vår ref"),
    _head("buyer_reference", "Kjøpers referanse"),
    _head("order_reference", "Bestillingsnummer", "Innkjøpsordre"),
    _head("credits", "Krediterer faktura", "Kreditert faktura"),
    _head("delivery_date", "Leveringsdato", path="delivery.date", kind=Kind.DATE),
    _head("delivery_name", "Leveringsmottaker", path="delivery.name"),
    _head("delivery_street", "Leveringsadresse", path="delivery.address.street"),
    _head("delivery_additional_street", "Leveringsadresse 2", path="delivery.address.additional_street"),
    _head("delivery_postal_code", "Leveringspostnummer", path="delivery.address.postal_code"),
    _head("delivery_city", "Leveringspoststed", path="delivery.address.city"),
    _head("delivery_country", "Leveringsland", path="delivery.address.country"),
    _head("paid_amount", "Betalt beløp", "Innbetalt", kind=Kind.NUMBER),
    _head("paid_date", "Betalingsdato", "Betalt dato", kind=Kind.DATE),
    _head("department", "Avdeling"),
    _head("project", "Prosjekt"),
    _head("comment", "Kommentar", "Merknad"),
    _row("product", "Produkt", "Vare", "Varetekst"),
    _row("product_code", "Produktkode", "Varenummer", "Varenr"),
    _row("period_start", "Fra dato", "Periode fra", path="period.start", kind=Kind.DATE),
    _row("period_end", "Til dato", "Periode til", path="period.end", kind=Kind.DATE),
    _row("quantity", "Antall", kind=Kind.NUMBER),
    _row("unit_price", "Enhetspris", "Stykkpris", "Pris", kind=Kind.NUMBER),
    _row("discount_percent", "Rabatt %", "Rabattprosent", kind=Kind.PERCENT),
    _row("discount_amount", "Rabattbeløp", "Rabatt kr", kind=Kind.NUMBER),
    _row("net_amount", "Nettobeløp", "Radsum", kind=Kind.NUMBER),
    _row("vat_percent", "Mva %", "Mva-sats", "Mva-prosent", kind=Kind.PERCENT),
    _row("row_department", "Radens avdeling", path="department"),
    _row("row_project", "Radens prosjekt", path="project"),
)
"""Every column that there can be, in the order in which the template has them."""


def column_of(heading: str) -> Column | None:
    """Return the column of a heading, whatever its case and signs between the words; None when it is none of ours."""
    return _BY_HEADING.get(_normal(heading))


def _normal(heading: str) -> str:
    heading = unicodedata.normalize("NFC", heading)
    return _SEPARATORS.sub("_", heading.casefold().replace("%", " prosent ")).strip("_")


_BY_HEADING = {
    **{_normal(".".join(column.path)): column for column in COLUMNS if not column.of_row or len(column.path) > 1},
    **{_normal(heading): column for column in COLUMNS for heading in (column.name, *column.norwegian)},
}

NUMBER = COLUMNS[0]
"""The column that tells which invoice a line belongs to."""
