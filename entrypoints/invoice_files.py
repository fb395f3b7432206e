"""The invoices of a file that a person gives, and storing them: at the command line and in a browser alike.

What can't be used is refused, naming the file and the place in it. What a message shows of a file's content is field
names, never values: they may be secret or personal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

from core.errors import InvalidInput, KvittError
from core.invoice import Invoice
from core.json_text import BadJson, parsed, require_plain
from core.use_cases.add_invoice import AddedInvoice, AddInvoice, InvoiceToAdd
from entrypoints.files import FileInvoice, Form, invoices_in
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


def invoices_of(content: bytes, form: Form, *, source: str, suffix: str, unpacked: int) -> InvoiceFile:
    """Read JSON (one invoice, a list, or lines), a UBL invoice, or a table as CSV or XLSX.

    `source` is what the file is called, `unpacked` how much of it there may be when it is unpacked, in bytes.
    Of a file whose shape is unknown there is the one problem, and no invoice.
    """
    try:
        if form is not Form.JSON:
            items = [_of_file(found, source) for found in invoices_in(content, form, unpacked=unpacked)]
            return InvoiceFile(items, is_list=form is not Form.UBL)
        text = decoded(content, source)
        if _is_lines(text, suffix):
            return InvoiceFile(list(_lines(text, source)), is_list=True)
        document = parsed_json(text, source)
    except InvalidInput as problem:
        return unreadable(source, problem)
    if isinstance(document, list):
        items = [_invoice(part, f"{source}, item {nth}") for nth, part in enumerate(document, start=1)]
        return InvoiceFile(items, is_list=True)
    return InvoiceFile([_invoice(document, source)], is_list=False)


def unreadable(source: str, problem: InvalidInput) -> InvoiceFile:
    """Say of a file that it is none that could be read."""
    return InvoiceFile([Read(source, None, problem)], is_list=False)


def stored(
    add_invoice: AddInvoice, business: str, items: Sequence[Read], *, at_once: int
) -> list[AddedInvoice | KvittError]:
    """Store the invoices among these, so many in one transaction, at most; what came of each item."""
    results: list[AddedInvoice | KvittError] = []
    for first in range(0, len(items), at_once):
        results += _stored(add_invoice, business, items[first : first + at_once])
    return results


def _stored(add_invoice: AddInvoice, business: str, items: Sequence[Read]) -> Iterator[AddedInvoice | KvittError]:
    asked = [InvoiceToAdd(business, item.outcome) for item in items if not isinstance(item.outcome, KvittError)]
    outcomes: Iterator[AddedInvoice | KvittError]
    try:
        outcomes = iter(add_invoice.add_all(asked))
    except KvittError as error:
        outcomes = repeat(error)
    return (item.outcome if isinstance(item.outcome, KvittError) else next(outcomes) for item in items)


def _of_file(found: FileInvoice, source: str) -> Read:
    place = f"{source}, {found.place}" if found.place else source
    outcome = found.outcome
    if isinstance(outcome, InvalidInput):
        outcome = InvalidInput(
            f"{place}: {outcome.message}", code=outcome.code, hint=outcome.hint, faults=outcome.faults
        )
    return Read(place, found.number, outcome, found.warnings)


def decoded(content: bytes, source: str) -> str:
    """Return the text that a file holds. Errors: InvalidInput, code `not_utf8`, or `bad_json` where it is empty."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{source}: byte {error.start + 1} is not UTF-8.", code="not_utf8", hint="Save the file as UTF-8."
        ) from None
    if not text.strip():
        raise InvalidInput(f"{source} is empty.", code="bad_json")
    return text


def _is_lines(text: str, suffix: str) -> bool:
    """Whether these are JSON lines: by the file's name, or because every one of several lines starts an object.

    No JSON document looks like that when it is laid out over lines.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    return suffix.lower() in _LINES_SUFFIXES or (
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
            document = parsed_json(line, source, line_number=number)
        except InvalidInput as problem:
            yield Read(f"{source}, line {number}", None, problem)
        else:
            yield _invoice(document, f"{source}, line {number}")


def parsed_json(text: str, source: str, *, line_number: int = 1) -> object:
    """Return the JSON document that a text is, which begins on that line. Errors: InvalidInput, code `bad_json`."""
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
        require_plain_json(document, place)
        return Read(place, named, invoice_from(document))
    except InvalidInput as problem:
        message = problem.message if problem.message.startswith(place) else f"{place}: {problem.message}"
        return Read(place, named, InvalidInput(message, code=problem.code, faults=problem.faults))


def require_plain_json(document: object, place: str) -> None:
    """Refuse a document with names given twice, or what is not text. Errors: InvalidInput, code `bad_json`."""
    try:
        require_plain(document)
    except BadJson as error:
        faults = error.faults
        named = "; ".join(fault.sentence for fault in faults)
        raise InvalidInput(f"{place}: {named or error.what}.", code="bad_json", faults=faults) from None
