"""Which faults can strike which calls, of all the APIs that are here."""

from collections.abc import Collection, Mapping
from typing import Any

from sandbox.faults import EVERY_OPERATION, Fault
from sandbox.refused import NotUnderstoodError
from sandbox.tripletex.injections import TRIPLETEX_INJECTIONS
from sandbox.tripletex.operations import OPERATION_NAMES as TRIPLETEX_OPERATIONS
from sandbox.twentyfour_seven_office.rest import OPERATION_NAMES as REST_OPERATIONS
from sandbox.twentyfour_seven_office.rest.injections import REST_INJECTIONS
from sandbox.twentyfour_seven_office.soap.injections import SOAP_INJECTIONS
from sandbox.twentyfour_seven_office.soap.services import OPERATION_NAMES as SOAP_OPERATIONS

POSSIBLE: Mapping[str, Collection[str]] = {
    **dict.fromkeys(SOAP_OPERATIONS, tuple(SOAP_INJECTIONS)),
    **dict.fromkeys(REST_OPERATIONS, tuple(REST_INJECTIONS)),
    **dict.fromkeys(TRIPLETEX_OPERATIONS, tuple(TRIPLETEX_INJECTIONS)),
}
"""The kinds of fault that can strike each operation."""


def new_fault(operation: str, kind: str, **options: Any) -> Fault:
    """A fault for an operation ("*": any that the kind can strike); the options are those of Fault.

    Errors: ValueError for an operation or a kind that does not exist, a kind that can't strike that operation,
    or an option out of range.
    """
    fault = Fault(operation, kind, **options)
    if operation == EVERY_OPERATION:
        return fault
    if operation not in POSSIBLE:
        raise ValueError(f"No operation is called {operation!r}; there are {', '.join(sorted(POSSIBLE))}.")
    if kind not in POSSIBLE[operation]:
        raise NotUnderstoodError(
            "{kind} can't strike {operation}; there are {possible}.",
            kind=kind,
            operation=operation,
            possible=", ".join(POSSIBLE[operation]),
        )
    return fault
