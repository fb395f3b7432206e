"""Reading the files that a person gives: what can't be used is refused, naming the file and the place in it.

What a message shows of a file's content is field names, never values: they may be secret or personal.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.errors import InvalidInput
from core.fields import InvoiceNumber
from core.invoice import Invoice
from core.json_text import BadJson, parsed, require_plain
from entrypoints.cli.options import STANDARD_INPUT
from entrypoints.files import HEAD, LARGEST_FILE, UNPACKED_FILE, FileInvoice, Form, form_of, invoices_in
from entrypoints.parsing import invoice_from

_LINES_SUFFIXES = (".jsonl", ".ndjson")


@dataclass(frozen=True)
class Read:
    """One document of a file: the invoice it is, or why it is none. `number` as far as it can be told.

    `warnings` name what the file says of it besides, which was left out.
    """

    place: str
    number: str | None
    outcome: Invoice | InvalidInput
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class InvoiceFile:
    """What a file holds; `is_list` tells a list, lines or a table from a file with one invoice in it."""

    items: list[Read]
    is_list: bool


def read_invoices(file: Path) -> InvoiceFile:
    """Read JSON (one invoice, a list, or lines), a UBL invoice, or a table as CSV or XLSX; `-` is standard input.

    Of a file whose shape is unknown there is the one problem, and no invoice.
    """
    source = _name_of(file)
    try:
        content, form = _content_of(file)
        if form is not Form.JSON:
            items = [_of_file(found, source) for found in invoices_in(content, form, unpacked=UNPACKED_FILE)]
            return InvoiceFile(items, is_list=form is not Form.UBL)
        text = _decoded(content, source)
        if _is_lines(text, file):
            return InvoiceFile(list(_lines(text, source)), is_list=True)
        document = _parsed(text, source)
    except InvalidInput as problem:
        return InvoiceFile([Read(source, None, problem)], is_list=False)
    if isinstance(document, list):
        items = [_invoice(part, f"{source}, item {nth}") for nth, part in enumerate(document, start=1)]
        return InvoiceFile(items, is_list=True)
    return InvoiceFile([_invoice(document, source)], is_list=False)


def read_text(file: Path) -> str:
    """Read a file that holds text, such as a password; `-` is standard input. Errors: InvalidInput."""
    content, _ = _content_of(file, form=Form.JSON)  # which is read as it is
    return _decoded(content, _name_of(file))


def read_object(file: Path) -> dict[str, Any]:
    """Read a file that holds one JSON object; `-` is standard input. Errors: InvalidInput."""
    source = _name_of(file)
    content, _ = _content_of(file, form=Form.JSON)
    document = _parsed(_decoded(content, source), source)
    _require_plain(document, source)
    if not isinstance(document, dict):
        raise InvalidInput(f"{source}: this is not a JSON object.", code="bad_json")
    return document


def _name_of(file: Path) -> str:
    return "standard input" if file == STANDARD_INPUT else str(file)


def _content_of(file: Path, *, form: Form | None = None) -> tuple[bytes, Form]:
    """Read a file; of what is not JSON no more than an adapter takes."""
    try:
        with nullcontext(sys.stdin.buffer) if file == STANDARD_INPUT else file.open("rb") as stream:
            head = stream.read(HEAD)
            form = form or form_of(head, suffix=file.suffix)
            return head + (stream.read() if form is Form.JSON else stream.read(LARGEST_FILE)), form
    except OSError as error:
        raise InvalidInput(f"{_name_of(file)} can't be read: {error.strerror}.", code="unreadable_file") from error


def _of_file(found: FileInvoice, source: str) -> Read:
    place = f"{source}, {found.place}" if found.place else source
    outcome = found.outcome
    if isinstance(outcome, InvalidInput):
        outcome = InvalidInput(
            f"{place}: {outcome.message}", code=outcome.code, hint=outcome.hint, faults=outcome.faults
        )
    return Read(place, found.number, outcome, found.warnings)


def _decoded(content: bytes, source: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{source}: byte {error.start + 1} is not UTF-8.", code="not_utf8", hint="Save the file as UTF-8."
        ) from None
    if not text.strip():
        raise InvalidInput(f"{source} is empty.", code="bad_json")
    return text


def _is_lines(text: str, file: Path) -> bool:
    """Whether these are JSON lines: by the file's name, or because every one of several lines starts an object.

    No JSON document looks like that when it is laid out over lines.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    return file.suffix.lower() in _LINES_SUFFIXES or (
        len(lines) > 1 and all(line.startswith("{") for line in lines) and not _is_one_document(text)
    )


def _is_one_document(text: str) -> bool:
    try:
        parsed(text, fraction=float)
    except BadJson:
        return False
    return True


def _lines(text: str, source: str) -> Iterator[Read]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            document = _parsed(line, source, line_number=number)
        except InvalidInput as problem:
            yield Read(f"{source}, line {number}", None, problem)
        else:
            yield _invoice(document, f"{source}, line {number}")


def _parsed(text: str, source: str, *, line_number: int = 1) -> object:
    try:
        return parsed(text, fraction=float)  # no document of ours has a number with a fraction
    except BadJson as error:
        if error.place is None:  # a number of thousands of digits; lists in lists in lists ...
            raise InvalidInput(
                f"{source}: this JSON is too large or too deeply nested to read.", code="bad_json"
            ) from None
        line = error.place.line + line_number - 1
        raise InvalidInput(
            f"{source}, line {line}, column {error.place.column}: this is not JSON ({error.reason.lower()}).",
            code="bad_json",
        ) from None


def _invoice(document: object, place: str) -> Read:
    number = document.get("number") if isinstance(document, dict) else None
    named = number if isinstance(number, str) else None
    try:
        _require_plain(document, place)
        return Read(place, named, invoice_from(document))
    except InvalidInput as problem:
        message = problem.message if problem.message.startswith(place) else f"{place}: {problem.message}"
        return Read(place, named, InvalidInput(message, code=problem.code, faults=problem.faults))


def _require_plain(document: object, place: str) -> None:
    try:
        require_plain(document)
    except BadJson as error:
        faults = error.faults
        named = "; ".join(fault.sentence for fault in faults)
        raise InvalidInput(f"{place}: {named or error.what}.", code="bad_json", faults=faults) from None


_COMMENT = "#"
_NUMBER: TypeAdapter[str] = TypeAdapter(InvoiceNumber)


def read_numbers(file: Path) -> list[str]:
    """Return the numbers in a file, in its order; `-` is standard input. Blank lines and comments are skipped.

    Errors: InvalidInput, code `unreadable_file`, `not_utf8` or `not_an_invoice_number`, naming file and line.
    """
    source = "standard input" if file == STANDARD_INPUT else str(file)
    try:
        with _opened(file) as lines:
            return list(_numbers(lines, source))
    except OSError as error:
        raise InvalidInput(f"{source} can't be read: {error.strerror}.", code="unreadable_file") from error


@contextmanager
def _opened(file: Path) -> Iterator[Iterable[bytes]]:
    if file == STANDARD_INPUT:
        yield sys.stdin.buffer
    else:
        with file.open("rb") as lines:
            yield lines


def _numbers(lines: Iterable[bytes], source: str) -> Iterator[str]:
    for nth, line in enumerate(lines, start=1):
        try:
            text = line.decode("utf-8-sig").strip()
        except UnicodeDecodeError:
            raise InvalidInput(
                f"{source}, line {nth}: this is not UTF-8.", code="not_utf8", hint="Save the file as UTF-8."
            ) from None
        if not text or text.startswith(_COMMENT):
            continue
        try:
            yield _NUMBER.validate_python(text)
        except ValidationError:
            raise InvalidInput(
                f"{source}, line {nth}: this is not an invoice number.",
                code="not_an_invoice_number",
                hint="Write one number per line, of 1 to 50 printable characters. Nothing has been sent.",
            ) from None
