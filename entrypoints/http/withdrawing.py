"""Withdrawing invoices over HTTP, and replacing the orders that they were sent as."""

import time
from http import HTTPStatus

from litestar import post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import JSONBody

from core.rights import Need
from core.transfer import Transfer
from core.use_cases.withdraw_invoice import WithdrawInvoice
from core.withdrawal import refusal_in
from entrypoints.documents import TransferDocument
from entrypoints.http.bodies import JsonOf, Replacement
from entrypoints.http.openapi import VENDOR_PROBLEMS, described
from entrypoints.http.paths import INVOICE, BusinessInPath, NumberInPath
from entrypoints.http.waiting import Prefer, Waiting

_TAGS = ["invoices"]


@post(
    f"{INVOICE}/withdraw",
    tags=_TAGS,
    operation_class=described(
        statuses=[HTTPStatus.OK, HTTPStatus.ACCEPTED],
        problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, *VENDOR_PROBLEMS],
        repeatable=True,
    ),
    needs=Need.SEND,
)
async def withdraw_invoice(
    business: BusinessInPath,
    number: NumberInPath,
    withdraw_invoice: NamedDependency[WithdrawInvoice],
    waiting: NamedDependency[Waiting],
    prefer: Prefer = None,
) -> JsonOf[TransferDocument]:
    """Withdraw an invoice: its order is deleted while it is not published.

    The invoice can then be changed and sent again. 200 with the transfer once it is `withdrawn`; 202 while it is
    `withdrawing`; 409 where the order stays, saying why, such as `order_published` or `cannot_withdraw`.
    """
    began = time.monotonic()
    transfer = await sync_to_thread(withdraw_invoice.withdraw, business, number)
    return await waiting.answer(transfer, prefer=prefer, since=began, shown=_shown)


@post(
    f"{INVOICE}/replace",
    tags=_TAGS,
    operation_class=described(
        statuses=[HTTPStatus.OK, HTTPStatus.ACCEPTED],
        problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY, *VENDOR_PROBLEMS],
        repeatable=True,
    ),
    needs=Need.SEND,
)
async def replace_order(
    business: BusinessInPath,
    number: NumberInPath,
    data: JSONBody[Replacement],
    withdraw_invoice: NamedDependency[WithdrawInvoice],
    waiting: NamedDependency[Waiting],
    prefer: Prefer = None,
) -> JsonOf[TransferDocument]:
    """Withdraw an invoice and send it again: both, or neither.

    It is sent as the changed `invoice`, where one is given. Answers like send, with the new transfer; 409 where the
    order stays, saying why. An invoice that was not sent is sent.
    """
    began = time.monotonic()
    transfer = await sync_to_thread(withdraw_invoice.replace, business, number, data.invoice)
    return await waiting.answer(transfer, prefer=prefer, since=began, shown=_shown)


def _shown(transfer: Transfer) -> TransferDocument:
    """Show a transfer. Errors: why its order was not withdrawn, where that was given up."""
    if refusal := refusal_in(transfer):
        raise refusal
    return TransferDocument.of(transfer)


HANDLERS = [withdraw_invoice, replace_order]
