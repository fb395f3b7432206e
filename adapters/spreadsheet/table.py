"""Make invoices of a table: its lines with the same number are one invoice, and each of them is a row of it.

What is wrong is named by its cell, such as `row 7, column unit_price (C7)`, and never shows a value.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from adapters.spreadsheet.columns import NUMBER, Column, Kind, column_of
from adapters.spreadsheet.values import date_from, number_from, order_of, style_of, yes_or_no_from
from core.errors import Fault, InvalidInput
from core.fields import plain
from core.row_price import decimals_of
from core.stated_invoice import StatedInvoice

LARGEST = 10_000_000
"""In bytes: a month-end of tens of thousands of rows."""

MOST_ROWS = 100_000
MOST_COLUMNS = 200

_MOST_DIGITS, _MOST_DECIMALS = 15, 10
_MOST_NAMED = 20
_MAY_BE_A_ROW_OF_IT = "each row needs its invoice's number, and this one may belong to this invoice"
_POSTAL_CODE = 4
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Cell:
    """What is in a cell. `fault`: why it can't be read.

    `is_percent`: a number is shown a hundred times as large. `digits`: so many are shown of it at least, as 0155 is.
    """

    value: str | Decimal | date | None = None
    is_percent: bool = False
    digits: int = 0
    fault: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not self.fault and (self.value is None or (isinstance(self.value, str) and not self.value.strip()))


@dataclass(frozen=True)
class Line:
    """A line of the table with its number, counted from one as spreadsheets show it."""

    row: int
    cells: Sequence[Cell]


@dataclass
class _Gathered:
    """An invoice while its lines are read."""

    number: str
    row: int
    document: dict[str, Any] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    said: dict[Column, tuple[object, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def unusable(what: str, *, hint: str | None = None) -> InvalidInput:
    """Refuse a whole file."""
    return InvalidInput(f"This table of invoices can't be used: {what}.", code="bad_table", hint=hint)


def invoices_of(heading: Line | None, lines: Iterable[Line]) -> list[StatedInvoice]:
    """Make the invoices, in the order in which their numbers come up.

    An invoice is data for accounting unless a column `type` says otherwise. A row that names no invoice (its cell may
    be merged with the one above) leaves it open whether those above and below it are whole: neither is taken.
    Errors: InvalidInput, code `bad_table`, when the headings are not ours.
    """
    columns = _columns(heading)
    kept: list[Line] = []
    for line in lines:
        if any(not cell.is_empty for cell in line.cells):
            if len(kept) == MOST_ROWS:
                raise unusable(f"it has more than {MOST_ROWS:,} rows", hint="Split it into several files.")
            kept.append(line)
    read = {
        nth: _reader(column, [line.cells[nth] for line in kept if nth < len(line.cells)])
        for nth, column in columns.items()
    }
    nth_of_number = next(nth for nth, column in columns.items() if column is NUMBER)
    gathered: dict[str, _Gathered] = {}
    above: _Gathered | None = None
    nobodys: list[Fault] = []
    for line in kept:
        try:
            number = str(_value(line, nth_of_number, read) or "")
            why = "" if number else "is missing"
        except ValueError as error:
            number, why = "", str(error)
        if why:
            fault = Fault(_place(line.row, nth_of_number, heading), f"{why}; {_MAY_BE_A_ROW_OF_IT}")
            nobodys.append(fault)
            if above:
                above.faults.append(fault)
            continue
        one = gathered.setdefault(number, _Gathered(number, line.row, {"type": "data_for_accounting"}))
        if one is not above:
            one.faults.extend(nobodys)
            above = one
        nobodys.clear()
        _add(line, one, columns=columns, read=read, heading=heading)
    if not gathered and nobodys:
        return [StatedInvoice(number=None, place=f"row {kept[0].row}", faults=tuple(nobodys))]
    return [_stated(invoice) for invoice in gathered.values()]


def _columns(heading: Line | None) -> dict[int, Column]:
    """Tell which column is where, from the headings."""
    texts = (
        {} if heading is None else {nth: str(cell.value) for nth, cell in enumerate(heading.cells) if not cell.is_empty}
    )
    found = {nth: column_of(text) for nth, text in texts.items()}
    if NUMBER not in found.values():
        raise unusable(
            'its first row has no column "number" (Fakturanummer)',
            hint="Write one with kvitt invoice template, and fill it in.",
        )
    unknown = [nth for nth, column in found.items() if column is None]
    if unknown:
        named = ", ".join(f'"{_shown(texts[nth])}" ({cell_name(nth, 1)})' for nth in unknown[:_MOST_NAMED])
        raise unusable(
            f"it has unknown columns: {named}",
            hint="Remove them, or name them as kvitt invoice template does.",
        )
    columns = {nth: column for nth, column in found.items() if column is not None}
    seen: dict[Column, int] = {}
    for nth, column in columns.items():
        if column in seen:
            raise unusable(
                f"the column {column.name} is given twice ({cell_name(seen[column], 1)}, {cell_name(nth, 1)})"
            )
        seen[column] = nth
    return columns


def _reader(column: Column, cells: Sequence[Cell]) -> Callable[[Cell], object]:
    """Return how a column's cells are read; the others in the column tell how its numbers and dates are written."""
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    match column.kind:
        case Kind.TEXT:
            return _text
        case Kind.NUMBER | Kind.PERCENT:
            style = style_of(texts)
            return lambda cell: _number(cell, column, lambda text: number_from(text, style=style))
        case Kind.DATE:
            order = order_of(texts)
            return lambda cell: _date(cell, lambda text: date_from(text, order=order))
        case Kind.YES_OR_NO:
            return lambda cell: yes_or_no_from(_text(cell))


def _text(cell: Cell) -> str:
    if isinstance(cell.value, date):
        raise ValueError("is a date; format the cell as text")
    if isinstance(cell.value, Decimal):
        if cell.value.adjusted() >= _MOST_DIGITS:
            raise ValueError(
                f"has more than the {_MOST_DIGITS} digits that a spreadsheet keeps; format the cell as text"
            )
        return plain(cell.value).zfill(cell.digits)
    return (cell.value or "").strip()


def _number(cell: Cell, column: Column, read: Callable[[str], Decimal]) -> str:
    if isinstance(cell.value, date):
        raise ValueError("is a date; write a number")
    if isinstance(cell.value, str):
        if "%" in cell.value and column.kind is not Kind.PERCENT:
            raise ValueError("is a percentage; write a number")
        return _plain(read(cell.value))
    if cell.is_percent and column.kind is not Kind.PERCENT:
        raise ValueError("is formatted as a percentage; write a number")
    number = cell.value or Decimal(0)
    return _plain(_HUNDRED * number if cell.is_percent else number)


def _plain(number: Decimal) -> str:
    if decimals_of(number) > _MOST_DECIMALS:
        raise ValueError(f"has more than {_MOST_DECIMALS} decimals; round it")
    if number.adjusted() >= _MOST_DIGITS:
        raise ValueError(f"has more than {_MOST_DIGITS} digits")
    return plain(number)


def _date(cell: Cell, read: Callable[[str], date]) -> str:
    if isinstance(cell.value, Decimal):
        raise ValueError("is a number; format the cell as a date, or write it like 2026-12-31")
    day = read(cell.value) if isinstance(cell.value, str) else cell.value
    return day.isoformat() if day else ""


def _value(line: Line, nth: int, read: dict[int, Callable[[Cell], object]]) -> object:
    """Return what a cell says, or None. Errors: ValueError, saying what is wrong."""
    if nth >= len(line.cells) or line.cells[nth].is_empty:
        return None
    if line.cells[nth].fault:
        raise ValueError(line.cells[nth].fault)
    return read[nth](line.cells[nth])


def _add(
    line: Line,
    one: _Gathered,
    *,
    columns: dict[int, Column],
    read: dict[int, Callable[[Cell], object]],
    heading: Line | None,
) -> None:
    row: dict[str, Any] = {}
    for nth, cell in enumerate(line.cells):
        place = _place(line.row, nth, heading)
        column = columns.get(nth)
        if column is None:
            if not cell.is_empty:
                one.faults.append(Fault(place, cell.fault or "has no heading"))
            continue
        try:
            value = _value(line, nth, read)
        except ValueError as error:
            one.faults.append(Fault(place, str(error)))
            continue
        if value is None:
            continue
        if column.of_row:
            _put(row, column.path, value)
            one.places[f"rows[{len(one.rows)}].{'.'.join(column.path)}"] = place
        elif column not in one.said:
            one.said[column] = value, line.row
            one.places[".".join(column.path)] = place
            _put(one.document, column.path, value)
        elif one.said[column][0] != value:
            one.faults.append(Fault(place, f"differs from row {one.said[column][1]} of the same invoice"))
    if row:
        one.rows.append(row)


def _put(document: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    *parents, name = path
    for parent in parents:
        document = document.setdefault(parent, {})
    document[name] = value


def _stated(one: _Gathered) -> StatedInvoice:
    return StatedInvoice(
        number=one.number,
        place=f"row {one.row}",
        document={**one.document, "rows": one.rows},
        places=one.places,
        faults=(*one.faults, *_lost_zeros(one)),
    )


def _lost_zeros(one: _Gathered) -> Iterator[Fault]:
    """Name Norwegian postal codes whose zero is gone: a spreadsheet takes 0155 for the number 155."""
    for path, address in (
        ("customer.address", one.document.get("customer", {}).get("address", {})),
        ("delivery.address", one.document.get("delivery", {}).get("address", {})),
    ):
        code = address.get("postal_code", "")
        if address.get("country", "NO") == "NO" and len(code) < _POSTAL_CODE and code.isdecimal():
            why = (
                f"has fewer than {_POSTAL_CODE} digits; write the zeros before it, in a cell that is formatted as text"
            )
            yield Fault(one.places[f"{path}.postal_code"], why)


def _place(row: int, nth: int, heading: Line | None) -> str:
    named = ""
    if heading and nth < len(heading.cells) and not heading.cells[nth].is_empty:
        named = f"{_shown(str(heading.cells[nth].value))} "
    return f"row {row}, column {named}({cell_name(nth, row)})"


def _shown(heading: str) -> str:
    text = " ".join(heading.split())
    return "".join(sign if sign.isprintable() else "?" for sign in text)[:40]


def cell_name(nth: int, row: int) -> str:
    """Name a cell as spreadsheets do: the third column of the seventh row is C7."""
    letters = ""
    nth += 1
    while nth:
        nth, letter = divmod(nth - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"
