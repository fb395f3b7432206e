"""Reading a file of invoice numbers, one a line."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from core.errors import InvalidInput
from core.fields import InvoiceNumber
from entrypoints.cli.options import STANDARD_INPUT

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
