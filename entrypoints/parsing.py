"""Reading the documents that come in: what is not an invoice or a business is refused, naming the place."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from core.business import Business
from core.errors import Fault, InvalidInput
from core.invoice import Invoice
from core.stated_invoice import StatedInvoice, require_stated_totals

Read = TypeVar("Read", bound=BaseModel)

ONLY_SHOWN = frozenset({"credited_by", "left_to_credit", "state", "transfer", "payment", "books", "links"})
"""What an invoice is shown with that its source did not state."""

_MOST_FAULTS = 100
"""So many are named, lest a short request make a very long answer."""


def invoice_from(document: object) -> Invoice:
    """Read an invoice from parsed JSON.

    What an invoice is shown with besides is left out, so that one can be given back as it was shown.
    Errors: InvalidInput, code `not_an_invoice`, naming each field that is unknown or of the wrong type; never a value.
    """
    if isinstance(document, dict):
        document = {name: value for name, value in document.items() if name not in ONLY_SHOWN}
    return read(Invoice, document, what="an invoice", code="not_an_invoice")


def stated_invoice_from(stated: StatedInvoice) -> Invoice:
    """Read an invoice from what a file states.

    Errors: InvalidInput, code `not_an_invoice`, naming each place in the file that can't be used; `totals_differ` where
    the invoice does not come to the totals that the file states.
    """
    if not stated.document:
        raise _not_usable(stated.faults)
    try:
        invoice = invoice_from(stated.document)
    except InvalidInput as problem:
        found = [Fault(stated.places.get(fault.field, fault.field), fault.message) for fault in problem.faults]
        raise _not_usable([*stated.faults, *found]) from None
    if stated.faults:
        raise _not_usable(stated.faults)
    require_stated_totals(invoice, stated)
    return invoice


def _not_usable(faults: Sequence[Fault]) -> InvalidInput:
    told = faults[:_MOST_FAULTS]
    named = "; ".join(fault.sentence for fault in told)
    if (more := len(faults) - len(told)) > 0:
        named += f"; and {more} more"
    return InvalidInput(f"This is not an invoice that can be taken. {named}.", code="not_an_invoice", faults=told)


def business_from(document: object) -> Business:
    """Read a business from parsed JSON.

    Errors: InvalidInput, code `not_a_business`, naming each field that is missing, unknown or of the wrong type.
    """
    return read(Business, document, what="a business", code="not_a_business")


def read(form: type[Read], document: object, *, what: str, code: str) -> Read:
    """Read a document from parsed JSON.

    Errors: InvalidInput with this code, naming each field that is missing, unknown or of the wrong type, or the first
    hundred of them; never a value.
    """
    try:
        return form.model_validate(document)
    except ValidationError as error:
        faults = [
            Fault(_path(fault["loc"]), _in_plain_words(fault))
            for fault in error.errors(include_input=False, include_url=False)[:_MOST_FAULTS]
        ]
        named = "; ".join(fault.sentence for fault in faults)
        if (more := error.error_count() - len(faults)) > 0:
            named += f"; and {more} more"
        # from None: the original shows the values, which may be secret or personal
        raise InvalidInput(f"This is not {what}. {named}.", code=code, faults=faults) from None


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        if part == "[key]":  # it is the name itself that is wrong
            continue
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path.removeprefix(".")


_PLAIN = {
    "missing": "is missing",
    "extra_forbidden": "is not a field that is known here",
    "string_type": "is not text: write it in quotes",
    "bool_type": "is neither true nor false",
    "bool_parsing": "is neither true nor false",
    "int_type": "is not a whole number",
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "list_type": "is not a list",
    "tuple_type": "is not a list",
    "string_pattern_mismatch": "is not made of letters from a to z, digits, and . _ - after the first, 50 at the most",
    "dict_type": "is not an object with fields",
    "model_type": "is not an object with fields",
    "model_attributes_type": "is not an object with fields",
}
"""What validators find, in plain words, by the type that they give it."""


def _in_plain_words(fault: ErrorDetails) -> str:
    kind, limits = fault["type"], fault.get("ctx", {})
    if kind in _PLAIN:
        return _PLAIN[kind] if fault["loc"] else "It is not an object with fields"
    if kind in ("enum", "literal_error"):
        return f"is not one of {limits['expected'].replace(' or ', ', ')}"
    if kind in ("string_too_short", "too_short") and limits["min_length"] == 1:
        return "is empty"
    if kind == "string_too_long":
        return f"is longer than {limits['max_length']} characters"
    if kind == "string_too_short":
        return f"is shorter than {limits['min_length']} characters"
    if kind == "too_long":
        return f"holds more than {limits['max_length']}"
    if kind == "too_short":
        return f"holds fewer than {limits['min_length']}"
    if kind == "greater_than_equal":
        return f"is below {limits['ge']}"
    if kind == "less_than_equal":
        return f"is above {limits['le']}"
    return fault["msg"].removeprefix("Value error, ")
