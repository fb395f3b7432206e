"""Read CSV as it is found: semicolons, commas or tabs; UTF-8 with or without its mark, UTF-16, or Windows' signs."""

import csv
import io
import re
from collections.abc import Iterator

from adapters.spreadsheet.columns import NUMBER, column_of
from adapters.spreadsheet.table import LARGEST, MOST_COLUMNS, Cell, Line, invoices_of, unusable
from core.errors import InvalidInput
from core.stated_invoice import StatedInvoice

_SEPARATORS = ";,\t"
_SEPARATOR_LINE = re.compile(r"sep=([;,\t])\r?\n")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DOUBLY_CODED = re.compile(rb"\xc3[\x80-\xbf]")
"""An æ, ø or å in UTF-8. Read as Windows' signs it is an Ã with something after it, which no Norwegian writes."""

_AS_TEXT = re.compile(r'="([^"]*)"')
"""How a text is kept from Excel, which would make 155 of 0155."""

_LONGEST_HEADING = 20_000
_TOO_MANY = "has no heading above it; put a number or text that contains the separator in quotation marks"


def invoices_from_csv(content: bytes, *, charset: str | None = None) -> list[StatedInvoice]:
    """Read invoices, one row or several each.

    `charset` is the encoding when it is known; else it is found out.
    Errors: InvalidInput, code `bad_table` for what is no such table, `not_utf8` where the encoding can't be told.
    """
    if len(content) > LARGEST:
        raise unusable(f"it is larger than the {LARGEST // 1_000_000} MB that are read")
    text = _text_of(content, charset)
    skipped = 0
    if marked := _SEPARATOR_LINE.match(text):  # Excel's own first line
        skipped, text = 1, text[marked.end() :]
    separator = marked[1] if marked else _separator_of(text)
    if separator is None:
        return invoices_of(None, [])
    lines = _lines(text, separator, first_row=1 + skipped)  # the headings are there, so the first is theirs
    return invoices_of(next(lines, None), lines)


def looks_like_invoices(content: bytes) -> bool:
    """Whether the first line has our headings."""
    try:
        text = _text_of(content[:_LONGEST_HEADING].splitlines()[0] if content.strip() else b"", None)
    except (InvalidInput, IndexError):
        return False
    return _SEPARATOR_LINE.match(f"{text}\n") is not None or _separator_of(text) is not None


def _text_of(content: bytes, charset: str | None) -> str:
    try:
        if charset:
            return content.decode(charset)
        if content.startswith(_UTF_16):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            if charset or content.startswith(_UTF_16) or _DOUBLY_CODED.search(content):
                raise error
            return content.decode("cp1252")
        except UnicodeDecodeError:
            raise InvalidInput(
                f"Byte {error.start + 1} is not {error.encoding.upper()}, and the file is not in a Windows encoding.",
                code="not_utf8",
                hint="Save the file as CSV UTF-8.",
            ) from None


def _separator_of(text: str) -> str | None:
    """The separator with which the first line has most of our headings, the number among them."""
    line = text[:_LONGEST_HEADING].partition("\n")[0].rstrip("\r")
    best: tuple[int, str] | None = None
    for separator in _SEPARATORS:
        columns = [column_of(part.strip().strip('"')) for part in line.split(separator)]
        known = sum(column is not None for column in columns)
        if NUMBER in columns and (best is None or known > best[0]):
            best = known, separator
    return best[1] if best else None


def _lines(text: str, separator: str, *, first_row: int) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row, width = first_row - 1, None
    try:
        for row, parts in enumerate(reader, start=first_row):
            if len(parts) > MOST_COLUMNS:
                raise unusable(f"row {row} has more than {MOST_COLUMNS} columns")
            if any(parts):
                width = len(parts) if width is None else width
                yield Line(row, [_cell(part, is_beyond=nth == width) for nth, part in enumerate(parts)])
    except csv.Error:
        raise unusable(
            f"row {row + 1} can't be read",
            hint="Check that its quotation marks are closed, and doubled inside a text.",
        ) from None


def _cell(part: str, *, is_beyond: bool) -> Cell:
    """Tell of the first cell beyond the headings, though it be empty: a part of another may have moved it there."""
    if is_beyond:
        return Cell(fault=_TOO_MANY)
    as_text = _AS_TEXT.fullmatch(part)
    return Cell(as_text[1] if as_text else part)
