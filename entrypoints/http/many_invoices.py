"""Many invoices in one request: add them, and check whether they are paid. Each has its own answer.

Sending many is a batch of transfers (transfers.py). The paths are those of collections, so that none of them can be an
invoice's own.
"""

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Annotated

from litestar import post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import JSONBody, RawBody
from pydantic import Field, RootModel

from core.audit import Actor
from core.errors import InvalidInput, KvittError, TryAgain
from core.invoice import Invoice
from core.rights import Need
from core.use_cases.add_invoice import AddedInvoice, AddInvoice, InvoiceToAdd
from core.use_cases.check_status import Answer, CheckStatus
from core.use_cases.look_up import LookUp
from entrypoints.acting import current_actor
from entrypoints.http.adding import MOST_AT_ONCE, outcomes_of
from entrypoints.http.bodies import MOST_AT_ONCE as MOST_NAMED
from entrypoints.http.bodies import (
    MOST_CHECKED,
    NDJSON,
    InvoiceOfMany,
    InvoicesToCheck,
    JsonOf,
    invoices_of,
    read_aside,
)
from entrypoints.http.openapi import VENDOR_PROBLEMS, described
from entrypoints.http.paths import BusinessInPath
from entrypoints.http.problems import AnyRequest
from entrypoints.http.threads import VendorCalls
from entrypoints.invoice_documents import AddedInvoices, InvoiceStatus, InvoiceStatuses

_TAGS = ["invoices"]


class InvoicesToAdd(RootModel[Annotated[list[Invoice], Field(min_length=1, max_length=MOST_NAMED)]]):
    """Invoices to add, as a list; one a line as NDJSON."""


@post(
    "/businesses/{business:str}/invoices",
    status_code=HTTPStatus.OK,
    tags=_TAGS,
    operation_class=described(
        takes=InvoicesToAdd, also_takes=[NDJSON], problems=[HTTPStatus.NOT_FOUND], repeatable=True
    ),
    needs=Need.SEND,
)
async def add_invoices(
    business: BusinessInPath,
    request: AnyRequest,
    body: RawBody,
    look_up: NamedDependency[LookUp],
    add_invoice: NamedDependency[AddInvoice],
) -> JsonOf[AddedInvoices]:
    """Add many invoices, each as if it were put by itself; one that can't be taken keeps no other from being stored.

    The answer is 200 whatever becomes of each: `refused` counts those that were not stored, and each item has its
    result or its error, by its row. Sent again, what was stored is `unchanged`.
    """
    given = await read_aside(lambda: invoices_of(request, body), body)
    return await sync_to_thread(_added, business, given, look_up, add_invoice, current_actor())


def _added(
    business: str, given: Sequence[InvoiceOfMany], look_up: LookUp, add_invoice: AddInvoice, actor: Actor
) -> JsonOf[AddedInvoices]:
    look_up.require(business)
    asked = [
        InvoiceToAdd(business, item.outcome, actor) for item in given if not isinstance(item.outcome, InvalidInput)
    ]
    came: list[AddedInvoice | KvittError] = []
    for first in range(0, len(asked), MOST_AT_ONCE):
        for outcome in outcomes_of(add_invoice, asked[first : first + MOST_AT_ONCE]):
            if not isinstance(outcome, AddedInvoice | KvittError):
                raise outcome
            came.append(outcome)
    if came and all(isinstance(outcome, TryAgain) for outcome in came):
        raise came[0]  # type: ignore[misc]  # nothing was stored
    outcomes = iter(came)
    return JsonOf(
        AddedInvoices.of_outcomes(
            [
                (item.row, item.number, item.outcome if isinstance(item.outcome, InvalidInput) else next(outcomes))
                for item in given
            ]
        )
    )


@post(
    "/businesses/{business:str}/statuses",
    status_code=HTTPStatus.OK,
    tags=_TAGS,
    operation_class=described(problems=[HTTPStatus.NOT_FOUND, *VENDOR_PROBLEMS], repeatable=True),
    needs=Need.READ,
)
async def check_statuses(
    business: BusinessInPath,
    data: JSONBody[InvoicesToCheck],
    check_status: NamedDependency[CheckStatus],
    vendor_calls: NamedDependency[VendorCalls],
) -> JsonOf[InvoiceStatuses]:
    """Ask the accounting system whether many invoices are paid: those named, or those that are still open.

    Each item has its status, or the error that stands in its way. Of the open ones up to a thousand are asked about;
    `next` is what to pass as `after` to go on, null at the end.
    """
    numbers, then = await sync_to_thread(_wanted, business, data, check_status)
    answers: Sequence[Answer] = await vendor_calls.run(partial(check_status.check, business, numbers))
    items = [InvoiceStatus.of_answer(number, answer) for number, answer in zip(numbers, answers, strict=True)]
    return JsonOf(InvoiceStatuses(items=items, next=then))


def _wanted(business: str, data: InvoicesToCheck, check_status: CheckStatus) -> tuple[Sequence[str], str | None]:
    """Return whose status is asked for, and the number to go on after."""
    if data.invoices is not None:
        return list(dict.fromkeys(data.invoices)), None
    found = check_status.open_numbers(business, limit=MOST_CHECKED + 1, after=data.after)
    numbers = found[:MOST_CHECKED]
    return numbers, numbers[-1] if len(found) > MOST_CHECKED else None


HANDLERS = [add_invoices, check_statuses]
