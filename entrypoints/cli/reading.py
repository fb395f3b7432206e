"""Reading the files that a person gives: what can't be used is refused, naming the file and the place in it.

What a message shows of a file's content is field names, never values: they may be secret or personal.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.errors import InvalidInput
from core.fields import InvoiceNumber
from entrypoints.cli.options import STANDARD_INPUT
from entrypoints.files import HEAD, LARGEST_FILE, UNPACKED_FILE, Form, form_of
from entrypoints.invoice_files import (
    InvoiceFile,
    decoded,
    invoices_of,
    parsed_json,
    require_plain_json,
    unreadable,
)


def read_invoices(file: Path) -> InvoiceFile:
    """Read JSON (one invoice, a list, or lines), a UBL invoice, or a table as CSV or XLSX; `-` is standard input.

    Of a file whose shape is unknown there is the one problem, and no invoice.
    """
    source = _name_of(file)
    try:
        content, form = _content_of(file)
    except InvalidInput as problem:
        return unreadable(source, problem)
    return invoices_of(content, form, source=source, suffix=file.suffix, unpacked=UNPACKED_FILE)


def read_text(file: Path) -> str:
    """Read a file that holds text, such as a password; `-` is standard input. Errors: InvalidInput."""
    content, _ = _content_of(file, form=Form.JSON)  # which is read as it is
    return decoded(content, _name_of(file))


def read_object(file: Path) -> dict[str, Any]:
    """Read a file that holds one JSON object; `-` is standard input. Errors: InvalidInput."""
    source = _name_of(file)
    content, _ = _content_of(file, form=Form.JSON)
    document = parsed_json(decoded(content, source), source)
    require_plain_json(document, source)
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
