"""What each kind of fault does to a call.

All of it happens around the operation, never inside: a service does not know that its answer will be lost.
FACTS: expect 502 with an HTML body, a login page with HTTP 200, truncated bodies, resets; an answer that is
lost has perhaps created the order.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

from lxml import etree

from entrypoints.sandbox import shapes
from entrypoints.sandbox.exchange import Ending, Exchange, Reply
from entrypoints.sandbox.faults import EVERY_OPERATION, Fault
from entrypoints.sandbox.refusals import CallRefusedError, ItemRefusedError
from entrypoints.sandbox.services import SERVICES

BAD_GATEWAY = Reply(
    502,
    body=b"<html><head><title>502 Bad Gateway</title></head>"
    b"<body><center><h1>502 Bad Gateway</h1></center><hr></body></html>",
)
LOGIN_PAGE = Reply(
    200,
    body=b"<!DOCTYPE html><html><head><title>24SevenOffice - Log in</title></head>"
    b'<body><form method="post" action="/login"><input name="username"><br>'
    b'<input type="password" name="password"></form></body></html>',
)
RESET = Reply(ending=Ending.RESET)
SILENCE = Reply(ending=Ending.CLOSED)

OPERATIONS = frozenset(operation for service in SERVICES for operation in service.operations)

Injection = Callable[[Exchange, Fault], Reply]


def new_fault(operation: str, kind: str, **options: Any) -> Fault:
    """A fault for an operation ("*": any); the options are those of Fault.

    Errors: ValueError for an operation or a kind that does not exist, or an option out of range.
    """
    if operation not in {EVERY_OPERATION, *OPERATIONS}:
        raise ValueError(f"No operation is called {operation!r}; there are {', '.join(sorted(OPERATIONS))}.")
    return Fault(operation, kind, **options)


def refusal_of(fault: Fault) -> CallRefusedError:
    """A fault as the vendor's inside leaks out: nested, with an internal address and a stack trace."""
    return CallRefusedError(
        "System.Reflection.TargetInvocationException: The call to \\\\10.20.30.40\\office24seven failed. ---> "
        f"{fault.text}\n"
        "   at Office24Seven.Library.Economy.InvoiceOrder.Save(InvoiceOrder order) in "
        "\\\\10.20.30.40\\build\\InvoiceOrder.cs:line 812\n"
        "   --- End of inner exception stack trace ---"
    )


def _instead(reply: Reply) -> Injection:
    """Nothing is done, and this is answered."""
    return lambda _exchange, _fault: reply


def _after(reply: Reply) -> Injection:
    """The operation is carried out, and this is answered in place of its answer."""

    def inject(exchange: Exchange, _fault: Fault) -> Reply:
        exchange.carry_out()
        return reply

    return inject


def _late(exchange: Exchange, fault: Fault) -> Reply:
    """Nobody answers; the operation is carried out when the caller has long given up."""
    if exchange.world.pause(fault.delay):
        exchange.carry_out()
    return SILENCE


def _slow(exchange: Exchange, fault: Fault) -> Reply:
    exchange.carry_out()
    exchange.world.pause(fault.delay)
    return exchange.reply()


def _truncated(exchange: Exchange, _fault: Fault) -> Reply:
    exchange.carry_out()
    return replace(exchange.reply(), ending=Ending.CUT)


def _malformed(exchange: Exchange, _fault: Fault) -> Reply:
    exchange.carry_out()
    reply = exchange.reply()
    return replace(reply, body=reply.body.replace(b"</soap:Body>", b"</soap:Bo"))


def _fault(exchange: Exchange, fault: Fault) -> Reply:
    exchange.refusal = refusal_of(fault)
    return exchange.reply()


def _fault_after(exchange: Exchange, fault: Fault) -> Reply:
    exchange.carry_out()
    exchange.refusal = refusal_of(fault)
    return exchange.reply()


def _quota(exchange: Exchange, _fault: Fault) -> Reply:
    exchange.refusal = exchange.world.quota.refusal()
    return exchange.reply()


def _session_expired(exchange: Exchange, _fault: Fault) -> Reply:
    with exchange.world.lock:
        exchange.world.sessions.end(exchange.cookie)
    exchange.carry_out()
    return exchange.reply()


def _fewer_items(exchange: Exchange, _fault: Fault) -> Reply:
    exchange.carry_out()
    for result in exchange.answer if exchange.answer is not None else ():
        for last in result[-1:]:
            result.remove(last)
    return exchange.reply()


def _reordered(exchange: Exchange, _fault: Fault) -> Reply:
    exchange.carry_out()
    for result in exchange.answer if exchange.answer is not None else ():
        result[:] = list(reversed(result))
    return exchange.reply()


def _item_exception(exchange: Exchange, fault: Fault) -> Reply:
    """One item is kept from the operation, and put into its answer as refused."""
    refused = _refused_item(exchange, fault)
    if refused is not None:
        exchange.payload = deepcopy(exchange.payload)
        array = exchange.payload.find("*")
        array.remove(array[fault.item])
    exchange.carry_out()
    if refused is not None and exchange.answer is not None:
        exchange.answer.find("*").insert(fault.item, refused)
    return exchange.reply()


def _refused_item(exchange: Exchange, fault: Fault) -> Any:
    """The item as it is answered; None where a call has no such item or will be refused as a whole."""
    contract = exchange.service.contract
    try:
        contract.check(exchange.payload)
        array = exchange.payload.find("*")
        if array is None or fault.item >= len(array):
            return None
        members = contract.types[contract.types[contract.elements[exchange.operation][0].type][0].type]
        asked = shapes.read(contract, array[fault.item], members)
    except (CallRefusedError, KeyError):
        return None
    refusal = ItemRefusedError(f"{fault.text} (server 10.20.30.40)", kind=fault.type)
    refused = etree.Element(array[fault.item].tag)
    shapes.write(contract, refused, members, {**asked, "APIException": refusal.as_values()})
    return refused


INJECTIONS: dict[str, Injection] = {
    "reset": _instead(RESET),
    "reset_after": _after(RESET),
    "late": _late,
    "slow": _slow,
    "http_502": _instead(BAD_GATEWAY),
    "http_502_after": _after(BAD_GATEWAY),
    "html_200": _instead(LOGIN_PAGE),
    "login_page_after": _after(LOGIN_PAGE),
    "truncated": _truncated,
    "malformed": _malformed,
    "fault": _fault,
    "fault_after": _fault_after,
    "item_exception": _item_exception,
    "session_expired": _session_expired,
    "quota": _quota,
    "fewer_items": _fewer_items,
    "reordered": _reordered,
}
