"""A table to fill in: every column by our name, and in XLSX each with the format that its cells need."""

import csv
import io

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from adapters.spreadsheet.columns import COLUMNS, Kind

_FORMATS = {
    Kind.TEXT: "@",  # so that 0155 keeps its zero
    Kind.DATE: "yyyy-mm-dd",
    Kind.NUMBER: "0.00##",
    Kind.PERCENT: "0.##",
    Kind.YES_OR_NO: "@",
}
_WIDTH = 18


def csv_template() -> bytes:
    """Write the headings, separated by semicolons and with the mark by which Excel knows UTF-8."""
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerow(column.name for column in COLUMNS)
    return text.getvalue().encode("utf-8-sig")


def xlsx_template() -> bytes:
    """Write a workbook with the headings."""
    workbook = Workbook()
    sheet = workbook.active or workbook.create_sheet()
    sheet.title = "Invoices"
    sheet.append([column.name for column in COLUMNS])
    sheet.freeze_panes = "B2"
    for nth, column in enumerate(COLUMNS, start=1):
        sheet.cell(1, nth).font = Font(bold=True)
        letter = get_column_letter(nth)
        sheet.column_dimensions[letter].width = _WIDTH
        sheet.column_dimensions[letter].number_format = _FORMATS[column.kind]
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()
