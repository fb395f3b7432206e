"""The forms besides JSON in which a file holds invoices. What each means is its adapter's matter.

The adapters are loaded when the first such file comes: JSON waits for none of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from core.errors import InvalidInput
from core.invoice import Invoice
from core.stated_invoice import StatedInvoice
from entrypoints.parsing import stated_invoice_from

LARGEST_FILE = 20_000_000
"""In bytes: nothing larger is read of these forms."""

UNPACKED_FILE, UNPACKED_BODY = 100_000_000, 4_000_000
"""In bytes, what an XLSX may hold: of a file that an operator gives, and of one that comes over the network."""

HEAD = 20_000
"""In bytes: so much of a file tells its form."""


class Form(Enum):
    """What a file is."""

    JSON = "json"
    UBL = "ubl"
    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES = {
    "application/xml": Form.UBL,
    "text/xml": Form.UBL,
    "text/csv": Form.CSV,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": Form.XLSX,
}
"""How the forms are called over HTTP."""

CHARSETS = {"utf-8": "utf-8-sig", "us-ascii": "ascii", "windows-1252": "cp1252", "iso-8859-1": "cp1252"}
"""The encodings in which CSV may be declared. What browsers call ISO 8859-1 is Windows' in truth."""

_SUFFIXES = {".xml": Form.UBL, ".csv": Form.CSV, ".tsv": Form.CSV, ".xlsx": Form.XLSX, ".xls": Form.XLSX}
_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_XML = (b"<", b"\xff\xfe<\0", b"\xfe\xff\0<")
_JSON = (b"{", b"[")


@dataclass(frozen=True)
class FileInvoice:
    """What came of one invoice of a file; `place` is where in the file it begins, and empty where it is the file."""

    place: str
    number: str | None
    outcome: Invoice | InvalidInput
    warnings: tuple[str, ...]


def form_of(head: bytes, *, suffix: str) -> Form:
    """Tell what a file is by how it begins; by its name (`.csv`) where that does not tell."""
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(_ARCHIVES):
        return Form.XLSX
    if bare.startswith(_XML):
        return Form.UBL
    if bare.startswith(_JSON):
        return Form.JSON
    if by_name := _SUFFIXES.get(suffix.lower()):
        return by_name
    from adapters.spreadsheet.csv_file import looks_like_invoices

    return Form.CSV if looks_like_invoices(head) else Form.JSON


def invoices_in(content: bytes, form: Form, *, unpacked: int, charset: str | None = None) -> list[FileInvoice]:
    """Read the invoices of a file, good and bad, in their order.

    Errors: InvalidInput where the file is none of its form.
    """
    return [_judged(stated) for stated in _readers(unpacked, charset)[form](content)]


def invoice_in(content: bytes, form: Form, *, charset: str | None = None) -> FileInvoice:
    """Read a body that holds one invoice. Errors: InvalidInput, code `not_one_invoice` where it holds none or more."""
    invoices = invoices_in(content, form, unpacked=UNPACKED_BODY, charset=charset)
    if len(invoices) != 1:
        raise InvalidInput(
            f"The body holds {len(invoices)} invoices, and this takes one.",
            code="not_one_invoice",
            hint="Send each invoice by itself, or several as a JSON list to the path of the invoices.",
        )
    return invoices[0]


def _readers(unpacked: int, charset: str | None) -> dict[Form, Callable[[bytes], Sequence[StatedInvoice]]]:
    def ubl(content: bytes) -> Sequence[StatedInvoice]:
        from adapters.ubl import invoice_from_ubl

        return [invoice_from_ubl(content)]

    def csv(content: bytes) -> Sequence[StatedInvoice]:
        from adapters.spreadsheet.csv_file import invoices_from_csv

        return invoices_from_csv(content, charset=charset)

    def xlsx(content: bytes) -> Sequence[StatedInvoice]:
        from adapters.spreadsheet.xlsx_file import invoices_from_xlsx

        return invoices_from_xlsx(content, largest_unpacked=unpacked)

    return {Form.UBL: ubl, Form.CSV: csv, Form.XLSX: xlsx}


def _judged(stated: StatedInvoice) -> FileInvoice:
    outcome: Invoice | InvalidInput
    try:
        outcome = stated_invoice_from(stated)
    except InvalidInput as problem:
        outcome = problem
    return FileInvoice(stated.place, stated.number, outcome, stated.warnings)
