"""Read XLSX with openpyxl, after a look at the archive: what unpacks to too much never gets there.

openpyxl reads line by line and in Python: a file that is made to harm costs time and memory that are bounded here. It
gives a formula's saved result. The lock keeps it to one file at a time in a process, whoever asks.
"""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from threading import Lock
from typing import Any

from openpyxl import load_workbook

from adapters.spreadsheet.columns import NUMBER, column_of
from adapters.spreadsheet.table import LARGEST, MOST_COLUMNS, Cell, Line, invoices_of, unusable
from core.errors import InvalidInput
from core.stated_invoice import StatedInvoice

_MOST_PARTS = 500
_BYTES_PER_TAG = 20
_LAST_ROW = 1_048_576  # of any sheet
_COLUMNS_BESIDE = 10
_LITERAL = re.compile(r'"[^"]*"|\\.|[_*].|\[[^]]*]')
"""What a number's format shows as it is, or leaves room for: in `0.0"%"` the percent sign multiplies nothing."""
_LONGEST_FORM = 255
_ZEROS = re.compile("0{2,20}")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_HOW = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CONTROL = re.compile(r"_x(00[01][0-9A-Fa-f])_")
"""How a workbook writes a sign that XML can't carry, or would change: `_x000D_` is a carriage return."""

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_SAVE_AGAIN = "Save it again as an Excel workbook (.xlsx)."
_one_at_a_time = Lock()


def invoices_from_xlsx(content: bytes, *, largest_unpacked: int) -> list[StatedInvoice]:
    """Read the invoices of the sheet whose first row has our headings.

    `largest_unpacked`: in bytes, what the archive may hold in all.
    Errors: InvalidInput, code `bad_table`.
    """
    if content.startswith(_OLD_EXCEL):
        raise unusable("it is an old Excel file (.xls), or has a password", hint=_SAVE_AGAIN)
    if len(content) > LARGEST:
        raise unusable(f"it is larger than the {LARGEST // 1_000_000} MB that are read")
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what openpyxl does not keep, we have no use for
        try:
            has_formulas = _look_at(content, largest_unpacked)
            return _read(content, has_formulas=has_formulas)
        except InvalidInput:
            raise
        except Exception as error:
            raise unusable("it is not a complete Excel workbook", hint=_SAVE_AGAIN) from error


def _look_at(content: bytes, largest: int) -> bool:
    """Refuse an archive that is beyond the limits; return whether there are formulas in it.

    A part is never unpacked beyond the size that the archive states for it, which zipfile sees to.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > largest:
                raise unusable("its unpacked content is too large", hint="Split it into several files.")
            if any(part.compress_type not in _HOW or part.flag_bits & 1 for part in parts):
                raise unusable("it is compressed in a way that Excel does not use", hint=_SAVE_AGAIN)
            tags, has_formulas = 0, False
            for part in parts:
                text = archive.read(part)
                tags += text.count(b"<")
                if b"<!DOCTYPE" in text.replace(b"\0", b""):
                    raise unusable("it has a document type (DOCTYPE), which no workbook needs", hint=_SAVE_AGAIN)
                has_formulas = has_formulas or _FORMULA.search(text) is not None
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError, RuntimeError) as error:
        raise unusable("it is not a complete Excel workbook", hint=_SAVE_AGAIN) from error
    if tags > largest // _BYTES_PER_TAG:
        raise unusable("there are too many cells in it", hint="Split it into several files.")
    return has_formulas


def _read(content: bytes, *, has_formulas: bool) -> list[StatedInvoice]:
    values = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    formulas = load_workbook(io.BytesIO(content), read_only=True, keep_links=False) if has_formulas else None
    try:
        found = [(sheet, heading) for sheet in values.worksheets if (heading := _heading(sheet))]
        if len(found) > 1:
            raise unusable("several sheets, perhaps hidden ones, have a column number; keep one sheet with invoices")
        if not found:
            return invoices_of(None, [])
        [(sheet, heading)] = found
        if sheet.sheet_state != "visible":
            raise unusable("the sheet with a column number is hidden", hint="Unhide it, or remove it from the file.")
        width = len(heading.cells) + _COLUMNS_BESIDE
        return invoices_of(heading, _lines(sheet, formulas[sheet.title] if formulas else None, width))
    finally:
        values.close()
        if formulas:
            formulas.close()


def _heading(sheet: Any) -> Line | None:
    """The first row, if it has the column with the invoices' number."""
    sheet.reset_dimensions()  # what the sheet says of its own size is not believed
    for row in sheet.iter_rows(max_row=1, max_col=MOST_COLUMNS):
        cells = [_cell(cell) for cell in row]
        while cells and cells[-1].is_empty:
            cells.pop()
        if NUMBER in [column_of(cell.value) for cell in cells if isinstance(cell.value, str)]:
            return Line(1, cells)
    return None


def _lines(sheet: Any, with_formulas: Any, width: int) -> Iterator[Line]:
    rows = sheet.iter_rows(min_row=2, max_row=_LAST_ROW, max_col=width)
    if with_formulas is None:
        written = repeat(None)
    else:
        with_formulas.reset_dimensions()
        written = with_formulas.iter_rows(min_row=2, max_row=_LAST_ROW, max_col=width)
    blank, blank_as_written = (
        None,
        None,
    )  # openpyxl fills a gap with one and the same row, and a gap may be a million rows long
    for number, (row, as_written) in enumerate(zip(rows, written, strict=False), start=2):
        if row is blank and as_written is blank_as_written:
            continue
        cells = [_cell(cell) for cell in row] if as_written is None else list(map(_result, row, as_written))
        if any(not cell.is_empty for cell in cells):
            yield Line(number, cells)
        else:
            blank, blank_as_written = row, as_written


def _result(cell: Any, as_written: Any) -> Cell:
    if cell.value is None and as_written.value is not None:
        return Cell(fault="holds a formula whose result was not saved; open the file in Excel and save it")
    return _cell(cell)


@lru_cache(maxsize=256)
def _is_percentage(form: str) -> bool:
    return "%" in _LITERAL.sub("", form[:_LONGEST_FORM])


def _digits_shown(number: Decimal, form: str) -> int:
    return len(form) if _ZEROS.fullmatch(form) and number == number.to_integral_value() and number >= 0 else 0


_EMPTY = Cell()


def _cell(cell: Any) -> Cell:
    value = cell.value
    match value:
        case None:
            return _EMPTY
        case str():
            if cell.data_type == "e":
                return Cell(fault="holds a formula error")
            return Cell(_CONTROL.sub(lambda sign: chr(int(sign[1], 16)), value))
        case bool():
            return Cell("true" if value else "false")
        case int() | float():
            number = Decimal(f"{value:.15g}")  # all that a spreadsheet shows: 0.1 + 0.2 is 0.3
            if not number.is_finite() or abs(number.adjusted()) > 30:
                return Cell(fault="holds a number that is out of range")
            form = cell.number_format or ""
            return Cell(number, is_percent=_is_percentage(form), digits=_digits_shown(number, form))
        case datetime() if value.time() != time():
            return Cell(fault="holds a time of day; write a date")
        case datetime():
            return Cell(value.date())
        case date():
            return Cell(value)
        case time() | timedelta():
            return Cell(fault="holds a time of day")
    return Cell(fault="can't be read")
