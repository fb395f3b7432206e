"""Hostile workbooks and tables are refused within limits, and damaged ones named."""

import resource
import time
import zipfile
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any

import pytest
from _pytest.mark import ParameterSet
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.spreadsheet.csv_file import invoices_from_csv
from adapters.spreadsheet.xlsx_file import invoices_from_xlsx
from core.errors import InvalidInput
from entrypoints.files import UNPACKED_BODY
from entrypoints.parsing import stated_invoice_from
from tests.adapters.spreadsheet.workbooks import with_part, workbook

SECONDS, MEGABYTES = 15, 300
SHEET = "xl/worksheets/sheet1.xml"
GOOD = workbook(["number", "quantity", "comment"], ["1", 2, "x"], ["2", 3.5, "y"])
_OPEN = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_HEAD = b'<row r="1"><c r="A1" t="inlineStr"><is><t>number</t></is></c></row>'
_END = b"</sheetData></worksheet>"


def sheet(rows: bytes) -> bytes:
    return with_part(GOOD, SHEET, _OPEN + _HEAD + rows + _END)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a bomb": (lambda: with_part(GOOD, "xl/media/zeros", bytes(400_000_000)), "too large"),
    "a bomb of a sheet": (lambda: with_part(GOOD, SHEET, _OPEN + b"<row/>" * 20_000_000), "too large"),
    "many cells": (lambda: sheet(b"<row>" + b"<c/>" * 900_000 + b"</row>"), "too many cells"),
    "entities": (lambda: with_part(GOOD, SHEET, b'<!DOCTYPE l [<!ENTITY a "a">]>' + _OPEN + b"&a;" + _END), "DOCTYPE"),
    "entities in UTF-16": (
        lambda: with_part(GOOD, "xl/styles.xml", '<!DOCTYPE l [<!ENTITY a "a">]><l>&a;</l>'.encode("utf-16")),
        "DOCTYPE",
    ),
    "LZMA": (lambda: with_part(GOOD, "x", b"x", how=zipfile.ZIP_LZMA), "does not use"),
    "not a workbook": (lambda: b"PK\x03\x04" + bytes(100), "not a complete"),
    "cut short": (lambda: GOOD[: len(GOOD) // 2], "not a complete"),
    "the old kind": (lambda: b"\xd0\xcf\x11\xe0" + bytes(100), "old Excel file"),
    "large": (lambda: b"PK\x03\x04" + bytes(10_000_001), "10 MB"),
}


def long_form() -> bytes:
    return with_part(
        sheet(b"".join(b'<row r="%d"><c r="A%d" s="1"><v>1</v></c></row>' % (nth, nth) for nth in range(2, 30_000))),
        "xl/styles.xml",
        b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt '
        b'numFmtId="170" formatCode="' + b"0" * 2_000_000 + b'"/></numFmts><fonts><font/></fonts><fills><fill>'
        b"<patternFill/></fill></fills><borders><border/></borders>"
        b'<cellXfs count="2"><xf/><xf numFmtId="170" applyNumberFormat="1"/></cellXfs></styleSheet>',
    )


FAR: dict[str, Callable[[], bytes]] = {
    "a format of millions of signs": long_form,
    "a formula, and the last row of all": lambda: sheet(
        b'<row r="2"><c r="A2"><f>1</f><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    ),
    "a row beyond all": lambda: sheet(b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>'),
    "the last cell of all": lambda: sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "wide rows": lambda: sheet(b'<row><c r="XFD2"><v>1</v></c></row>' * 50_000),
    "a size that is none": lambda: with_part(
        GOOD, SHEET, _OPEN.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>') + _HEAD + _END
    ),
    "a long number": lambda: sheet(b'<row r="2"><c r="A2"><v>' + b"9" * 5_000_000 + b"</v></c></row>"),
    "a number out of range": lambda: sheet(b'<row r="2"><c r="A2"><v>1E999999999</v></c></row>'),
}


def _slow_ones_are_attacks(cases: Mapping[str, Any], slow: Collection[str]) -> list[ParameterSet]:
    """The cases as pytest's parameters; those that take many seconds are left to `make attack`."""
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)), id=name, marks=[pytest.mark.attack] * (name in slow)
        )
        for name, case in cases.items()
    ]


@pytest.mark.parametrize(("made", "said"), _slow_ones_are_attacks(REFUSED, {"a bomb"}))
def test_a_workbook_beyond_the_limits_is_refused(made: Callable[[], bytes], said: str) -> None:
    content = made()
    before, began = _peak_megabytes(), time.process_time()

    with pytest.raises(InvalidInput, match=said) as caught:
        invoices_from_xlsx(content, largest_unpacked=UNPACKED_BODY)

    assert caught.value.code == "bad_table"
    assert time.process_time() - began < SECONDS
    assert _peak_megabytes() - before < MEGABYTES


@pytest.mark.parametrize("made", _slow_ones_are_attacks(FAR, {"a format of millions of signs"}))
def test_cells_far_out_cost_little(made: Callable[[], bytes]) -> None:
    content = made()
    before, began = _peak_megabytes(), time.process_time()

    with suppress(InvalidInput):
        invoices_from_xlsx(content, largest_unpacked=UNPACKED_BODY)

    assert time.process_time() - began < SECONDS
    assert _peak_megabytes() - before < MEGABYTES


TABLES = {
    "empty rows": b"number\n" + b"\n" * 9_000_000,
    "many rows": b"number;quantity\n" + b"1;1\n" * 90_000,
    "quotation marks": b"number;" + b'"' * 9_000_000,
    "a long cell": b"number\n" + b"x" * 9_000_000,
    "many columns": b";" * 9_000_000,
    "a long row": b"number\n1" + b";" * 9_000_000,
}


@pytest.mark.parametrize("content", _slow_ones_are_attacks(TABLES, {"many rows"}))
@pytest.mark.sampled(3)
def test_a_hostile_table_costs_little(content: bytes) -> None:
    before, began = _peak_megabytes(), time.process_time()

    with suppress(InvalidInput):
        invoices_from_csv(content)

    assert time.process_time() - began < SECONDS
    assert _peak_megabytes() - before < MEGABYTES


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=8))
def test_a_damaged_workbook_is_taken_or_refused_and_nothing_else(start: int, put: bytes) -> None:
    with suppress(InvalidInput):
        invoices_from_xlsx(GOOD[:start] + put + GOOD[start + len(put) :], largest_unpacked=UNPACKED_BODY)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(alphabet='";,\t\n\r 1.a\x00é-/%', max_size=200).map(str.encode)))
def test_a_table_of_anything_is_taken_or_refused_and_nothing_else(rest: bytes) -> None:
    with suppress(InvalidInput):
        for stated in invoices_from_csv(b"number;quantity;issue_date;vat_percent;prices_include_vat\n" + rest):
            with suppress(InvalidInput):
                stated_invoice_from(stated)


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
