"""Workbooks and archives as the tests need them."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook


def workbook(*rows: Sequence[Any], change: Callable[[Any], None] = lambda _sheet: None) -> bytes:
    """A workbook with one sheet; `change` is what is done to it before it is saved."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    change(sheet)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_part(content: bytes, name: str, text: bytes, *, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The archive with one part put in place of what it has, or added."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(made, "w", how) as other:
        for part in archive.infolist():
            if part.filename != name:
                other.writestr(part.filename, archive.read(part))
        other.writestr(name, text)
    return made.getvalue()
