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


def _fault_midway(exchange: Exchange, fault: Fault) -> Reply:
    """An array write breaks off: the items before one are written, and the whole call is answered with a fault."""
    items = _items_asked(exchange)
    if items is not None:
        first_not_written = len(items) // 2 if fault.item is None else fault.item
        _without(exchange, slice(first_not_written, None))
        exchange.carry_out()
    exchange.refusal = refusal_of(fault)
    return exchange.reply()


def _fewer_items(exchange: Exchange, fault: Fault) -> Reply:
    exchange.carry_out()
    item = -1 if fault.item is None else fault.item
    for items in _items_answered(exchange):
        del items[item : item + 1 or None]
    return exchange.reply()


def _reordered(exchange: Exchange, _fault: Fault) -> Reply:
    exchange.carry_out()
    for items in _items_answered(exchange):
        items[:] = list(reversed(items))
    return exchange.reply()


def _items_answered(exchange: Exchange) -> list[Any]:
    """The elements of an answer that hold its items: the result itself, or its Items where it is a page."""
    results = [] if exchange.answer is None else list(exchange.answer)
    pages = [result.find("{*}Items") for result in results]
    return [result if page is None else page for result, page in zip(results, pages, strict=True)]


def _item_exception(exchange: Exchange, fault: Fault) -> Reply:
    """One item is kept from the operation, and put into its answer as refused."""
    items, item = _items_asked(exchange), fault.item or 0
    refused = None if items is None or item >= len(items) else _refused_item(exchange, items[item], fault)
    if refused is not None:
        _without(exchange, slice(item, item + 1))
    exchange.carry_out()
    if refused is not None and exchange.answer is not None:
        exchange.answer.find("*").insert(item, refused)
    return exchange.reply()


def _items_asked(exchange: Exchange) -> Any:
    """The element that holds the items of an array write; None where a call has none or does not fit its contract."""
    contract = exchange.service.contract
    try:
        contract.check(exchange.payload)
    except CallRefusedError:
        return None
    return exchange.payload.find("*") if _item_type(exchange) is not None else None


def _item_type(exchange: Exchange) -> str | None:
    """The contract's type of an array write's items, such as InvoiceOrder."""
    types = exchange.service.contract.types
    asked = exchange.service.contract.elements[exchange.operation]
    members = types.get(asked[0].type, []) if asked else []
    many = len(members) == 1 and members[0].many and members[0].type in types
    return members[0].type if many else None


def _without(exchange: Exchange, items: slice) -> None:
    """Keep these items of an array write from the operation."""
    exchange.payload = deepcopy(exchange.payload)
    del exchange.payload.find("*")[items]


def _refused_item(exchange: Exchange, item: Any, fault: Fault) -> Any:
    """The item as it is answered; None where the call will be refused as a whole."""
    contract = exchange.service.contract
    members = contract.types[_item_type(exchange) or ""]
    try:
        asked = shapes.read(contract, item, members)
    except CallRefusedError:
        return None
    refusal = ItemRefusedError(f"{fault.text} (server 10.20.30.40)", kind=fault.type)
    refused = etree.Element(item.tag)
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
    "fault_midway": _fault_midway,
    "item_exception": _item_exception,
    "session_expired": _session_expired,
    "quota": _quota,
    "fewer_items": _fewer_items,
    "reordered": _reordered,
}
